"""`python -m panel`."""

import sys

from panel import command_line
from panel.main import main

if sys.argv[1:]:
    sys.exit(command_line.main(sys.argv[1:]))
main()
