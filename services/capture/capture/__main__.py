"""`python -m capture`."""

from capture.main import main

main()
