"""How a command ends: the codes that scripts rely on, and the ways to stop early."""

from enum import IntEnum


class Exit(IntEnum):
    """The exit codes of `esteira`, the same for every command."""

    OK = 0
    FAILED = 1
    USAGE = 2
    PARTLY = 3
    REFUSED = 4
    NOT_FOUND = 5
    TRY_LATER = 75
    INTERRUPTED = 130


class Stop(Exception):  # noqa: N818 - it names what the command does
    """The command ends here; the text is for the person who typed it."""

    def __init__(self, code: Exit, text: str) -> None:
        super().__init__(text)
        self.code = code


def usage(text: str) -> Stop:
    """The command line asks for something that makes no sense."""
    return Stop(Exit.USAGE, text)


def refused(text: str) -> Stop:
    """A safety rule forbids it as it was asked for."""
    return Stop(Exit.REFUSED, text)


def not_found(text: str) -> Stop:
    """There is no such thing."""
    return Stop(Exit.NOT_FOUND, text)
