"""`python -m panel`."""

from panel.main import main

main()
