"""`python -m validation`."""

from validation.main import main

main()
