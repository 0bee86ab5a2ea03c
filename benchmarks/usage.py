"""How much CPU time processes have used, as the kernel counts it."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_USER: Final = 11
"""Where the user time stands in /proc/<pid>/stat after the name; the system time follows."""


def cpu_s(pid: int) -> float:
    """The CPU time that a process has used so far, all its threads, in seconds."""
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    user, system = stat.rpartition(")")[2].split()[_USER : _USER + 2]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def of(processes: Mapping[str, int]) -> dict[str, float]:
    """The same of each process, by name."""
    return {name: cpu_s(pid) for name, pid in processes.items()}


def each_us(before: Mapping[str, float], after: Mapping[str, float], count: int) -> dict[str, int]:
    """Microseconds that each process used meanwhile for one of `count`, the most first."""
    spent = {name: round((after[name] - before[name]) / count * 1e6) for name in before}
    return dict(sorted(spent.items(), key=lambda each: -each[1]))
