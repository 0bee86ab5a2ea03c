"""The processes of a belt besides Kafka and MongoDB: the one list of them."""

import os
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from embedded.child import Child
from embedded.errors import StartFailed
from embedded.logs import tail
from embedded.site import Site

_POLL_S: Final = 0.05


@dataclass(frozen=True, slots=True)
class Program:
    """What runs (`arguments` of Python), and which listeners of Ports say that it is ready."""

    name: str
    arguments: tuple[str, ...]
    listeners: tuple[str, ...]


SANDBOX: Final = Program("sandbox", ("-m", "sandbox"), ("erp", "channels"))
SERVICES: Final = (
    Program("capture", ("-m", "capture"), ("capture",)),
    Program("validation", ("-m", "validation"), ("validation",)),
    Program("erp-writer", ("-m", "erp_writer"), ("erp_writer",)),
    Program("cancellation", ("-m", "cancellation"), ("cancellation",)),
    Program("panel", ("-m", "panel"), ("panel",)),
)


class Process:
    """A program of a site; ready when all its listeners answer `/healthz/ready` with 200."""

    def __init__(self, program: Program, site: Site) -> None:
        self._urls = [f"{site.url(listener)}/healthz/ready" for listener in program.listeners]
        self.child = Child(
            program.name,
            [sys.executable, *program.arguments],
            log_of(site.data, program.name),
            environ=_inherited(os.environ) | site.environment(program.name),
        )

    def spawn(self) -> None:
        """Start the process unless it runs."""
        self.child.spawn()

    def wait(self, patience: float = 60) -> None:
        """Return when it is ready; raise StartFailed when it died or `patience` (s) ran out."""
        deadline = time.monotonic() + patience
        with httpx.Client(trust_env=False, timeout=2) as client:
            while not all(_says_ready(client, url) for url in self._urls):
                if not self.child.running:
                    raise StartFailed(self._why(f"ended with exit code {self.child.exit_code}"))
                if time.monotonic() > deadline:
                    raise StartFailed(self._why(f"was not ready after {patience:.0f} s"))
                time.sleep(_POLL_S)

    def _why(self, what: str) -> str:
        return f"{self.child.name} {what}. {self.child.log}:\n{tail(self.child.log)}"


def log_of(data: Path, name: str) -> Path:
    """Where a process of the belt in `data` logs."""
    return data / "logs" / f"{name}.log"


def _inherited(environ: Mapping[str, str]) -> dict[str, str]:
    """Our own environment without what a belt decides for itself."""
    own = {key: text for key, text in environ.items() if not key.startswith("ESTEIRA_")}
    return own | {"PYTHONUNBUFFERED": "1"}


def _says_ready(client: httpx.Client, url: str) -> bool:
    try:
        return client.get(url).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False
