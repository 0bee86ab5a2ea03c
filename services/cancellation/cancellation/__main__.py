"""`python -m cancellation`."""

from cancellation.main import main

main()
