"""`python -m embedded` is `make run`."""

import os
import sys

from embedded.supervisor import main

sys.exit(main(os.environ))
