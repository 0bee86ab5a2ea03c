"""One process that we started: its log, its end, and that it never outlives us."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Final

_PR_SET_PDEATHSIG: Final = 1
_LIBC: Final = ctypes.CDLL(None) if sys.platform == "linux" else None

_SPAWNER: Final = ThreadPoolExecutor(max_workers=1, thread_name_prefix="spawner")
"""Every child is forked here: the kernel's death signal follows the *thread* that forked, and this
one lives as long as the process, whichever thread asked for the child."""


class Child:
    """A command as a process in a session of its own, so that Ctrl-C reaches only its parent.

    Output goes to `log`, appended. Where the kernel can (Linux), the child is killed when this
    process dies, however it dies.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        log: Path,
        environ: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:
        self.name = name
        self.log = log
        self._command = [str(part) for part in command]
        self._environ = environ
        self._cwd = cwd
        self._process: subprocess.Popen[bytes] | None = None

    def spawn(self) -> None:
        """Start the command; a running one is left alone."""
        if not self.running:
            self._process = _SPAWNER.submit(self._fork).result()

    @property
    def pid(self) -> int | None:
        """The process id, also after the end; None before the first start."""
        return self._process.pid if self._process else None

    @property
    def exit_code(self) -> int | None:
        """How it ended (minus the signal's number, if by one); None while it runs."""
        return self._process.poll() if self._process else None

    @property
    def running(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.poll() is None

    def ask_to_stop(self) -> None:
        """SIGTERM, without waiting."""
        self._signal(signal.SIGTERM)

    def stop(self, patience: float) -> None:
        """SIGTERM, and SIGKILL for what is still there after `patience` seconds."""
        self.ask_to_stop()
        if self._process:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=max(patience, 0))
        self.kill()

    def kill(self) -> None:
        """SIGKILL, and wait until the process is gone."""
        self._signal(signal.SIGKILL)
        if self._process:
            self._process.wait()

    def _signal(self, number: signal.Signals) -> None:
        if self._process and self.running:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)

    def _fork(self) -> subprocess.Popen[bytes]:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            return subprocess.Popen(  # noqa: S603  our own commands
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self._environ,
                cwd=self._cwd,
                start_new_session=True,
                preexec_fn=_die_with(os.getpid()),  # noqa: PLW1509  nothing else can set it
            )


def _die_with(parent: int) -> Callable[[], None] | None:
    """What a forked child does first: ask the kernel to be killed when `parent` dies."""
    if _LIBC is None:
        return None
    prctl = _LIBC.prctl

    def before_exec() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)

    return before_exec
