"""The ERP's limits on consumption, each of which can be switched off.

Windows slide. What Omie leaves unsaid is decided in one place each: `_announced` (redundancy) and
`Limits.failed` (which wrong requests add up to a block).
"""

import math
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sandbox.erp import faults

Combination = tuple[str, str, str]
"""IP, key and method: what most limits count by."""

WINDOW_S = 60
PER_METHOD = 240
PER_IP = 960
READS_IN_FLIGHT = 4
WRITES_IN_FLIGHT = 1
WRONG_REQUESTS = 10
BLOCK_S = 1800


@dataclass
class Switches:
    """Which limits hold."""

    rate: bool = True
    redundancy: bool = True
    parallel: bool = True
    misuse: bool = True


class Limits:
    """Counts what each caller does, and says no by raising a fault."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.switches = Switches()
        self._clock = clock
        self._calls: defaultdict[object, deque[float]] = defaultdict(deque)
        self._in_flight: defaultdict[Combination, int] = defaultdict(int)
        self._seen: OrderedDict[object, float] = OrderedDict()
        self._wrong: defaultdict[Combination, int] = defaultdict(int)
        self._blocked: dict[Combination, float] = {}

    def _now(self) -> float:
        return self._clock().timestamp()

    def admit(self, who: Combination) -> None:
        """Count a request, or refuse it: blocked (425), too many (429)."""
        if self.switches.misuse:
            self._refuse_blocked(who)
        if not self.switches.rate:
            return
        now = self._now()
        of_method, of_ip = self._calls[who], self._calls[who[0]]
        for calls, most in ((of_method, PER_METHOD), (of_ip, PER_IP)):
            while calls and calls[0] <= now - WINDOW_S:
                calls.popleft()
            if len(calls) >= most:
                raise faults.too_many_requests()
        of_method.append(now)
        of_ip.append(now)

    @contextmanager
    def in_flight(self, who: Combination, *, writes: bool) -> Iterator[str]:
        """Hold one of the places for simultaneous requests; yields `taken/places`.

        Over the places it is fault 1880: one for writes, four for reads.
        """
        places = WRITES_IN_FLIGHT if writes else READS_IN_FLIGHT
        if self.switches.parallel and self._in_flight[who] >= places:
            raise faults.busy()
        self._in_flight[who] += 1
        try:
            yield f"{self._in_flight[who]}/{places}"
        finally:
            self._in_flight[who] -= 1

    def first_within_a_minute(self, request: object) -> None:
        """Refuse the same request (key, method, parameters) again; the repeat restarts the wait."""
        if not self.switches.redundancy:
            return
        now = self._now()
        while self._seen and next(iter(self._seen.values())) <= now - WINDOW_S:
            self._seen.popitem(last=False)
        before = self._seen.pop(request, None)
        self._seen[request] = now
        if before is not None:
            raise faults.redundant(_announced(before, now))

    def forget(self, request: object) -> None:
        """A request that ended in a fault may be repeated at once. Unconfirmed for the real ERP."""
        self._seen.pop(request, None)

    def failed(self, who: Combination) -> None:
        """Count a wrong request; the tenth in a row blocks, and is itself answered so.

        That only requests in a row count is unconfirmed, and so is that empty pages do.
        """
        if not self.switches.misuse:
            return
        self._wrong[who] += 1
        if self._wrong[who] >= WRONG_REQUESTS:
            del self._wrong[who]
            self._blocked[who] = self._now() + BLOCK_S
            self._refuse_blocked(who)

    def succeeded(self, who: Combination) -> None:
        """A good answer ends a row of wrong requests."""
        self._wrong.pop(who, None)

    def forgive(self) -> None:
        """Lift every block, and forget the wrong requests that would lead to one."""
        self._wrong.clear()
        self._blocked.clear()

    def reset(self) -> None:
        """Forget all counts, windows and blocks; requests in flight stay counted."""
        self.forgive()
        self._calls.clear()
        self._seen.clear()

    def _refuse_blocked(self, who: Combination) -> None:
        until = self._blocked.get(who)
        if until is None:
            return
        left = math.ceil(until - self._now())
        if left > 0:
            raise faults.misuse(left)
        del self._blocked[who]


def _announced(before: float, now: float) -> int:
    """The seconds a redundant caller is told to wait: what was left of the minute it broke into.

    The repeat restarts the minute, so a caller that waits just these seconds may meet the fault
    again. Both are reported of the real ERP; how they go together there is unconfirmed.
    """
    return max(1, math.ceil(before + WINDOW_S - now))
