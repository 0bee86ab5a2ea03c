"""When to leave an account alone: pure, every moment comes in.

Ten wrong calls of a method in a row block it at the ERP for half an hour (omie-api.md 2), so five
faults in a row are enough here. Refused keys and a block are believed at once. After the pause one
call is let through as a probe; a good answer closes the breaker.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from omie.faults import Fault, FaultKind

MOST_IN_A_ROW: Final = 5
REFUSED_KEYS_S: Final = 300.0
BLOCKED_S: Final = 1800.0
"""For a block that does not say how long it lasts."""
FIRST_PAUSE_S: Final = 30.0
LONGEST_PAUSE_S: Final = 600.0
FIRST_DOWN_S: Final = 5.0
LONGEST_DOWN_S: Final = 60.0
PROBE_S: Final = 60.0
"""How long a probe may be on its way before another may go."""

ANY: Final = "*"
"""The row of calls that failed for want of an ERP, whatever their method."""

_DOWN: Final = (FaultKind.TRANSIENT, FaultKind.UNCLEAR)
_NOT_COUNTED: Final = (FaultKind.THROTTLED,)


@dataclass(frozen=True, slots=True)
class Breaker:
    """Closed: calls pass. Open: none until `until`. Then half-open: one passes, as a probe.

    `rows` counts each method's faults in a row. Moments are seconds of any steady clock.
    """

    cause: FaultKind | None = None
    until: float = 0.0
    rows: Mapping[str, int] = field(default_factory=dict)

    @property
    def closed(self) -> bool:
        """Whether calls pass freely."""
        return self.cause is None

    def wait(self, now: float) -> float:
        """Seconds until a call may pass; 0 is now."""
        return 0.0 if self.closed else max(0.0, self.until - now)

    def entered(self, now: float) -> "Breaker":
        """A call passes. Where it is a probe, the others wait for its outcome."""
        return self if self.closed else replace(self, until=now + PROBE_S)

    def succeeded(self, method: str) -> "Breaker":
        """A good answer: the ERP is there, the keys are good, the method is not being misused."""
        return Breaker(rows=_without(self.rows, method, ANY))

    def failed(self, method: str, fault: Fault, now: float) -> "Breaker":
        """A fault: opens the breaker, or counts towards it."""
        if fault.kind is FaultKind.AUTH:
            return replace(self, cause=fault.kind, until=now + REFUSED_KEYS_S)
        if fault.kind is FaultKind.BLOCKED:
            pause = fault.wait_s or BLOCKED_S
            return Breaker(fault.kind, now + pause, _without(self.rows, method))
        if fault.kind in _NOT_COUNTED:
            return self
        if fault.kind in _DOWN:
            return self._counted(ANY, fault, now, self.rows)
        return self._counted(method, fault, now, _without(self.rows, ANY))

    def _counted(self, row: str, fault: Fault, now: float, rows: Mapping[str, int]) -> "Breaker":
        count = rows.get(row, 0) + 1
        rows = {**rows, row: count}
        if count < MOST_IN_A_ROW:
            # An answer, even a no, ends what was wrong with the way to the ERP or with the keys.
            answered = row is not ANY
            return Breaker(rows=rows) if answered else replace(self, rows=rows)
        first, longest = (
            (FIRST_DOWN_S, LONGEST_DOWN_S) if row is ANY else (FIRST_PAUSE_S, LONGEST_PAUSE_S)
        )
        pause = min(first * 2.0 ** min(count - MOST_IN_A_ROW, 10), longest)
        return Breaker(fault.kind, now + pause, rows)


def _without(rows: Mapping[str, int], *names: str) -> dict[str, int]:
    return {name: count for name, count in rows.items() if name not in names}
