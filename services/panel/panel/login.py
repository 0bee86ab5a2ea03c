"""The panel's one login: a user and an argon2id hash, and patience with those who guess."""

import asyncio
import hmac
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from chassis.clock import Clock

FREE_FAILURES: Final = 5
LONGEST_WAIT: Final = timedelta(minutes=15)
LONGEST_PASSWORD: Final = 128
_MOST_NETWORKS: Final = 10_000
_AT_ONCE: Final = 2
"""Each check takes 64 MiB and a core for a moment: a flood of guesses must not take them all."""


class Throttled(Exception):  # noqa: N818 - it names what the caller is
    """Too many failures from there; `wait_s` is how long to wait before the next try."""

    def __init__(self, wait_s: int) -> None:
        super().__init__(wait_s)
        self.wait_s = wait_s


@dataclass(slots=True)
class Throttle:
    """Failures per network address, in this process. A success is forgiven all before it."""

    clock: Clock
    _failures: dict[str, tuple[int, datetime]] = field(default_factory=dict, init=False)

    def check(self, network: str) -> None:
        """Raises Throttled while this address has to wait."""
        _, until = self._failures.get(network, (0, self.clock()))
        wait = (until - self.clock()).total_seconds()
        if wait > 0:
            raise Throttled(math.ceil(wait))

    def failed(self, network: str) -> None:
        """After some free tries, each failure doubles the wait."""
        count = self._failures.pop(network, (0, self.clock()))[0] + 1
        beyond = count - FREE_FAILURES
        wait = (
            timedelta(0)
            if beyond < 0
            else min(timedelta(seconds=2 ** min(beyond, 20)), LONGEST_WAIT)
        )
        self._failures[network] = (count, self.clock() + wait)
        while len(self._failures) > _MOST_NETWORKS:
            del self._failures[next(iter(self._failures))]

    def succeeded(self, network: str) -> None:
        """Start counting anew."""
        self._failures.pop(network, None)


@dataclass(slots=True)
class Login:
    """Decides whether somebody may come in. Without a user or a password nobody may."""

    user: str
    password_hash: str
    throttle: Throttle
    verify: Callable[[str, str], bool]
    _places: asyncio.Semaphore = field(
        default_factory=lambda: asyncio.Semaphore(_AT_ONCE), init=False
    )

    @property
    def is_open(self) -> bool:
        """There is a login at all."""
        return bool(self.user and self.password_hash)

    async def admits(self, user: str, password: str, network: str) -> bool:
        """Whether these are the user and the password. Raises Throttled.

        A wrong user takes as long as a wrong password.
        """
        self.throttle.check(network)
        if not self.is_open or len(password) > LONGEST_PASSWORD:
            return False
        async with self._places:
            right = await asyncio.to_thread(self.verify, self.password_hash, password)
        if right & hmac.compare_digest(user.strip().encode(), self.user.encode()):
            self.throttle.succeeded(network)
            return True
        self.throttle.failed(network)
        return False


def hashed(password: str) -> str:
    """The password's argon2id hash; empty for no password."""
    return PasswordHasher().hash(password) if password else ""


def verify(password_hash: str, password: str) -> bool:
    """Whether the password has this hash."""
    try:
        return PasswordHasher().verify(password_hash, password)
    except VerificationError:
        return False
