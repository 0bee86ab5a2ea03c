"""Brings back what dies, at once the first time, ever more slowly what keeps dying."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from embedded import logs
from embedded.member import Member

FIRST_DELAY_S: Final = 1.0
LONGEST_DELAY_S: Final = 30.0
HEALTHY_AFTER_S: Final = 60.0


def delay(previous: float | None, lived: float) -> float:
    """Seconds to wait before the next start of what lived for `lived` seconds.

    `previous` is the wait before that life; None or a long life start the count anew.
    """
    if previous is None or lived >= HEALTHY_AFTER_S:
        return 0.0
    return min(LONGEST_DELAY_S, max(FIRST_DELAY_S, previous * 2))


@dataclass(slots=True)
class _Life:
    """A member's present life: since when, after which wait; `due` while it waits for the next."""

    since: float
    waited: float | None = None
    due: float | None = None


@dataclass(slots=True)
class Watch:
    """Looks after members. `say` gets one line for each death and each new start."""

    members: Mapping[str, Member]
    say: Callable[[str], None]
    clock: Callable[[], float]
    _lives: dict[str, _Life] = field(init=False)

    def __post_init__(self) -> None:
        now = self.clock()
        self._lives = {name: _Life(since=now) for name in self.members}

    def look(self) -> None:
        """See who died, start again those whose time has come, and keep the logs bounded."""
        for name, member in self.members.items():
            logs.bound(member.child.log)
            if not member.child.running:
                self._bring_back(name, member)

    def _bring_back(self, name: str, member: Member) -> None:
        now, life = self.clock(), self._lives[name]
        if life.due is None:
            life.waited = delay(life.waited, now - life.since)
            life.due = now + life.waited
            when = f"in {life.waited:.0f} s" if life.waited else "now"
            self.say(f"{name} {_ended(member.child.exit_code)}; starting it again {when}")
            self.say(f"  its log: {member.child.log}")
        if now >= life.due:
            member.spawn()
            life.since, life.due = self.clock(), None
            self.say(f"{name} started again (process {member.child.pid})")


def _ended(code: int | None) -> str:
    if code is not None and code < 0:
        return f"was killed by signal {-code}"
    return f"ended by itself (exit code {code})"
