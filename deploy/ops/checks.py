"""What the doctor finds: one thing looked at, and how to put it right."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: `ok`, what was seen, and, where it is not, how to put it right."""

    name: str
    ok: bool
    seen: str
    fix: str = ""

    def shown(self) -> dict[str, Any]:
        """As it is printed; what is in order needs no cure."""
        fix = "" if self.ok else self.fix
        return {"check": self.name, "ok": self.ok, "seen": self.seen, "fix": fix}


def several(number: int, one: str, many: str = "") -> str:
    """`1 broker`, `3 brokers`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def listed(texts: Sequence[str], most: int = 5) -> str:
    """The first few, and how many more there are."""
    more = len(texts) - most
    return "; ".join([*texts[:most], *([f"and {more} more"] if more > 0 else [])])
