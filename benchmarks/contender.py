"""A contender as a process of its own: started alike, on a core of its own, stopped alike."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final, TypeVar

from benchmarks import usage
from benchmarks.benchmark import DidNotRun
from benchmarks.rounds import Lap
from embedded.logs import tail

T = TypeVar("T")
Tell = Callable[[Lap], None]
"""How a contender tells what it measured."""
Contender = Callable[[T, Tell], None]

PATIENCE_S: Final = 120.0
STOPS_WITHIN_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Running:
    """A contender's process; what it tells comes out of `told`."""

    pid: int
    told: Connection

    def cpu_s(self) -> float:
        """The CPU time it has used so far, in seconds."""
        return usage.cpu_s(self.pid)


def take_turn(contender: Contender[T], task: T, log: Path, cores: frozenset[int]) -> Lap:
    """Run a contender until it tells its lap. Raises DidNotRun."""
    with running(contender, task, log, cores) as process:
        try:
            if process.told.poll(PATIENCE_S):
                lap: Lap = process.told.recv()
                return lap
            why = f"said nothing for {PATIENCE_S:.0f} s"
        except EOFError:
            why = "ended before its time"
    raise DidNotRun(f"{log.stem} {why}. {log}:\n{tail(log)}")


@contextmanager
def running(
    contender: Contender[T], task: T, log: Path, cores: frozenset[int]
) -> Iterator[Running]:
    """A contender that runs meanwhile."""
    spawn = get_context("spawn")
    told, tells = spawn.Pipe(duplex=False)
    process = spawn.Process(target=_enter, args=(contender, task, tells, log, cores), daemon=True)
    process.start()
    tells.close()
    try:
        yield Running(process.pid or 0, told)
    finally:
        process.terminate()
        process.join(STOPS_WITHIN_S)
        process.kill()
        process.join()
        told.close()


def _enter(
    contender: Contender[Any], task: Any, tells: Connection, log: Path, cores: frozenset[int]
) -> None:
    """The first thing in the new process."""
    os.sched_setaffinity(0, cores)
    threading.Thread(target=_die_with_parent, daemon=True).start()
    log.parent.mkdir(parents=True, exist_ok=True)
    opened = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(opened, 1)
    os.dup2(opened, 2)
    contender(task, tells.send)


def _die_with_parent() -> None:
    if (parent := parent_process()) is not None:
        parent.join()
    os._exit(1)
