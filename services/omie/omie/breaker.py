"""When an account may be called: pure, every moment comes in.

Ten wrong calls of a method in a row block it at the ERP for half an hour (omie-api.md 2), so five
are enough here, and before the tenth we wait that half hour ourselves. Refused keys and a block are
believed at once; an ERP that is down or busy is given time, longer and longer. After a pause one
call goes through as a probe, and a good answer lets all pass again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from omie.faults import Fault, FaultKind

MOST_IN_A_ROW: Final = 5
TENTH: Final = 10
"""The wrong call in a row that the ERP answers with a block."""
REFUSED_KEYS_S: Final = 300.0
BLOCKED_S: Final = 1800.0
"""For a block that does not say how long it lasts."""
THROTTLED_S: Final = 60.0
BUSY_S: Final = (10.0, 61.0)
"""A method that still runs: the first wait, and the next ones."""
FIRST_WRONG_S: Final = 30.0
LONGEST_WRONG_S: Final = 600.0
FIRST_DOWN_S: Final = 0.5
LONGEST_DOWN_S: Final = 60.0
PROBE_S: Final = 60.0
"""How long a probe may be on its way before another may go."""

ANY: Final = "*"
"""The row of calls that failed for want of an ERP, whatever their method."""


@dataclass(frozen=True, slots=True)
class Breaker:
    """Closed: calls pass. Otherwise none passes until `until`, and then one, as a probe.

    `rows` counts each method's faults in a row. Moments are seconds of any steady clock.
    """

    cause: FaultKind | None = None
    until: float = 0.0
    rows: Mapping[str, int] = field(default_factory=dict)

    @property
    def closed(self) -> bool:
        """Whether calls pass freely."""
        return self.cause is None

    @property
    def well(self) -> bool:
        """Whether calls pass and no method is on its way to a block."""
        return self.closed and max(self.rows.values(), default=0) < MOST_IN_A_ROW

    @property
    def open(self) -> bool:
        """Whether something is wrong that may last, and that people should know of."""
        lasting = self.cause in (FaultKind.AUTH, FaultKind.BLOCKED)
        return lasting or (not self.closed and max(self.rows.values(), default=0) >= MOST_IN_A_ROW)

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
        """A fault: a pause at once, or one more towards a pause."""
        match fault.kind:
            case FaultKind.AUTH:
                return replace(self, cause=fault.kind, until=now + REFUSED_KEYS_S)
            case FaultKind.BLOCKED:
                rows = _without(self.rows, method)
                return Breaker(fault.kind, now + (fault.wait_s or BLOCKED_S), rows)
            case FaultKind.THROTTLED:
                return Breaker(fault.kind, now + (fault.wait_s or THROTTLED_S), self.rows)
            case FaultKind.TRANSIENT | FaultKind.UNCLEAR:
                return self._down(fault, now)
            case _:
                return self._wrong(method, fault, now)

    def _down(self, fault: Fault, now: float) -> "Breaker":
        count = self.rows.get(ANY, 0) + 1
        rows = {**self.rows, ANY: count}
        if self.cause is FaultKind.AUTH:
            return replace(self, rows=rows)
        return Breaker(fault.kind, now + _doubled(FIRST_DOWN_S, count, LONGEST_DOWN_S), rows)

    def _wrong(self, method: str, fault: Fault, now: float) -> "Breaker":
        """The ERP answered, if only with a no: neither the way to it nor the keys are at fault."""
        count = self.rows.get(method, 0) + 1
        rows = {**_without(self.rows, ANY), method: count}
        pause = 0.0
        if fault.kind is FaultKind.BUSY:
            pause = BUSY_S[min(count, len(BUSY_S)) - 1]
        if count >= MOST_IN_A_ROW:
            more = count - MOST_IN_A_ROW + 1
            pause = max(pause, _doubled(FIRST_WRONG_S, more, LONGEST_WRONG_S))
        if count == TENTH - 1:
            pause = BLOCKED_S
        return Breaker(fault.kind, now + pause, rows) if pause else Breaker(rows=rows)


def _doubled(first: float, times: int, longest: float) -> float:
    """`first`, doubled with each time after the first, and never more than `longest`."""
    return min(first * 2.0 ** min(times - 1, 16), longest)


def _without(rows: Mapping[str, int], *names: str) -> dict[str, int]:
    return {name: count for name, count in rows.items() if name not in names}
