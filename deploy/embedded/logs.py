"""The log files of a belt: one per process, bounded, the previous run's kept as `.1`."""

import os
import shutil
from pathlib import Path
from typing import Final

LIMIT: Final = 64 * 1024 * 1024
"""Bytes after which a log that is being written to starts anew."""


def begin(log: Path) -> None:
    """Put the last run's log aside."""
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists():
        log.replace(_previous(log))


def bound(log: Path, limit: int = LIMIT) -> None:
    """Copy a log that has grown past `limit` aside and empty it; its writer appends on."""
    if log.exists() and log.stat().st_size > limit:
        shutil.copyfile(log, _previous(log))
        os.truncate(log, 0)


def tail(log: Path, lines: int = 15) -> str:
    """The end of a log, for people."""
    if not log.exists():
        return ""
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


def _previous(log: Path) -> Path:
    return log.with_name(f"{log.name}.1")
