"""`python -m ops` is `esteira`."""

from ops.main import main

main()
