"""What everything that a belt is made of has in common, and starting and stopping it."""

import time
from collections.abc import Sequence
from typing import Final, Protocol

from embedded import logs
from embedded.child import Child

STOPS_WITHIN_S: Final = 3
"""Far more than Kafka (0.4 s) and MongoDB (0.5 s) need."""


class Member(Protocol):
    """A server or a service: one process that can be started, awaited and stopped."""

    child: Child

    def spawn(self) -> None:
        """Start the process unless it runs; return at once."""

    def wait(self, patience: float = ...) -> None:
        """Return when it takes work; raise StartFailed when it died or `patience` (s) ran out."""


def start(members: Sequence[Member]) -> None:
    """Start members side by side, each with a new log; return when all of them take work."""
    for member in members:
        logs.begin(member.child.log)
        member.spawn()
    for member in members:
        member.wait()


def stop(members: Sequence[Member], patience: float = STOPS_WITHIN_S) -> None:
    """Stop members side by side; what is still there after `patience` seconds is killed."""
    deadline = time.monotonic() + patience
    for member in members:
        member.child.ask_to_stop()
    for member in members:
        member.child.stop(deadline - time.monotonic())


def restart(member: Member) -> None:
    """Stop a member if it runs, start it, and wait until it takes work."""
    member.child.stop(STOPS_WITHIN_S)
    member.spawn()
    member.wait()
