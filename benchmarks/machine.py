"""What a figure was measured on: versions, cores, and how busy the machine was."""

import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from embedded import jars

_PACKAGES: Final = (
    "aiokafka", "faststream", "pydantic", "motor", "pymongo", "uvicorn", "httptools", "uvloop",
    "starlette", "orjson", "structlog",
)  # fmt: skip


def facts() -> dict[str, Any]:
    """The machine and the software on it."""
    return {
        "cores": len(os.sched_getaffinity(0)),
        "processor": _processor(),
        "system": f"{platform.system()} {platform.release()}",
        "python": f"{platform.python_version()}, {platform.python_build()[1]}, {sys.base_prefix}",
        "kafka": jars.ENDPOINT.split(":")[2].partition("+")[0],
        "packages": {name: version(name) for name in _PACKAGES},
    }


def load() -> float:
    """How many processes wanted a core in the last minute, on average."""
    return round(os.getloadavg()[0], 2)


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())
