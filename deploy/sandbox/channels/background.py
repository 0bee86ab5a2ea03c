"""Work that goes on beside the requests, and ends with the application."""

import asyncio
import logging
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

_LOG = logging.getLogger(__name__)


class Background:
    """Tasks under way; one that fails is remembered as `broken`."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self.broken = False

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Begin, and go on without waiting."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    async def stop(self) -> None:
        """Cancel what is still under way and wait until it has ended."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self.broken = True
            _LOG.error("background_work_failed", exc_info=error)
