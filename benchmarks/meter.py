"""The ruler that is laid to both contenders of a pair, at the same place: where a batch begins."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from benchmarks.rounds import Lap


@dataclass(frozen=True, slots=True)
class _Mark:
    """Where a contender stood at a moment."""

    records: int
    at: float
    cpu: float


@dataclass(slots=True)
class Meter:
    """Measures from the first batch after `warm_up` records to the first after `records` more.

    A batch begins when the one before it is stored (ours, which tells it meanwhile) or committed
    (the bare loop): over thousands of records a batch more or less at the ends is nothing.
    """

    warm_up: int
    records: int
    tell: Callable[[Lap], None]
    _seen: int = field(default=0, init=False)
    _began: _Mark | None = field(default=None, init=False)
    _told: bool = field(default=False, init=False)

    def batch(self, size: int) -> None:
        """A batch of so many records is there, and nothing was done with it yet."""
        if self._began is None:
            if self._seen >= self.warm_up:
                self._began = self._mark()
        elif not self._told and self._seen >= self._began.records + self.records:
            self._told = True
            self.tell(_lap(self._began, self._mark()))
        self._seen += size

    def _mark(self) -> _Mark:
        return _Mark(self._seen, time.perf_counter(), time.process_time())


def _lap(began: _Mark, ended: _Mark) -> Lap:
    records = ended.records - began.records
    return Lap(
        rate=records / (ended.at - began.at),
        cpu_us=(ended.cpu - began.cpu) / records * 1e6,
    )
