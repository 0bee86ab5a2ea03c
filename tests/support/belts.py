"""Belts whose services are stand-ins: `python belts.py` is `make run` with them."""

import os
import sys
from pathlib import Path

from embedded.ports import variable
from embedded.processes import SANDBOX, SERVICES, Program
from embedded.supervisor import main

_SCRIPT = Path(__file__).with_name("stand_in.py")


def stand_in(program: Program) -> Program:
    """The same name and listeners, served by a script that says yes to everything."""
    ports = (variable(listener) for listener in program.listeners)
    return Program(program.name, (str(_SCRIPT), *ports), program.listeners)


STAND_IN_SANDBOX = stand_in(SANDBOX)
STAND_IN_SERVICES = tuple(stand_in(service) for service in SERVICES)

if __name__ == "__main__":
    sys.exit(main(os.environ, STAND_IN_SANDBOX, STAND_IN_SERVICES))
