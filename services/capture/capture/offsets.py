"""Which records may be committed where they are not done in the order they were read in. Pure.

A commit says of a partition: all before this place is done. So what is done waits for those before
it; a crash reads again what was done ahead of them, which changes nothing.
"""

from collections import deque
from collections.abc import Sequence

from chassis.flow import Record

Place = tuple[str, int]


class Offsets:
    """The records under way, each partition's in the order in which they were read."""

    def __init__(self) -> None:
        self._open: dict[Place, deque[Record]] = {}
        self._done: set[tuple[str, int, int]] = set()

    def opened(self, records: Sequence[Record]) -> None:
        """These were read."""
        for record in records:
            self._open.setdefault((record.topic, record.partition), deque()).append(record)

    def done(self, records: Sequence[Record]) -> list[Record]:
        """These are done; the last record of each partition that may be committed now."""
        self._done.update((r.topic, r.partition, r.offset) for r in records)
        places = {(record.topic, record.partition) for record in records}
        return [last for place in places if (last := self._passed(place))]

    def _passed(self, place: Place) -> Record | None:
        last, row = None, self._open.get(place, deque())
        while row and (*place, row[0].offset) in self._done:
            last = row.popleft()
            self._done.discard((*place, last.offset))
        return last
