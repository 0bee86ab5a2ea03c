"""One `make run` per data folder."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from embedded.errors import SetupError


@contextmanager
def alone(data: Path) -> Iterator[None]:
    """Hold the data folder; raise SetupError naming the process that holds it already."""
    data.mkdir(parents=True, exist_ok=True)
    with (data / "run.lock").open("a+", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip()
            raise SetupError(
                f"Esteira already runs from {data} (process {holder}). "
                f"Stop it with Ctrl-C where it runs, or: kill {holder}"
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield
