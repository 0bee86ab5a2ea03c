"""Who runs on which core: a contender has one to itself, the servers and the load share the rest.

So a contender is slowed by its own work alone, and a faster one cannot take time from its servers.
"""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self


@dataclass(frozen=True, slots=True)
class Cores:
    """The cores of this machine, split in two; with a single one both parts are it."""

    contender: frozenset[int]
    rest: frozenset[int]

    @classmethod
    def split(cls) -> Self:
        """The last core that we may use, and the others."""
        *others, last = sorted(os.sched_getaffinity(0))
        return cls(frozenset({last}), frozenset(others or {last}))

    @property
    def all(self) -> frozenset[int]:
        """Both parts, for what is measured as a whole."""
        return self.contender | self.rest


def pin(pid: int, cores: frozenset[int]) -> None:
    """Keep a process, and all its threads, on these cores."""
    for thread in Path(f"/proc/{pid}/task").iterdir():
        with suppress(ProcessLookupError):
            os.sched_setaffinity(int(thread.name), cores)
