"""Who looks at a store's lists right now, and which of its orders changed meanwhile.

The rows of the database are watched, and only while somebody looks: any process of the panel may
have written them.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import structlog

from chassis.patience import Unavailable
from chassis.store import Collection_, Database, translated
from panel.board import ORDERS

AGAIN_S: Final = 1.0
LASTS_S: Final = 300.0
"""Then the browser comes again, and is asked again who it is."""
TOGETHER_S: Final = 0.7
_WRITTEN: Final[list[dict[str, Any]]] = [
    {"$match": {"operationType": {"$in": ["insert", "update", "replace"]}}},
    {"$project": {"documentKey": 1}},
]

log = structlog.get_logger()


class Changes(Protocol):
    """Where changes of rows are heard of."""

    def follow(self) -> AsyncGenerator[str, None]:
        """The ids of orders whose rows change from now on. Raises Unavailable."""


class MongoChanges:
    """The change stream of the rows. It ends where a rebuild puts other rows in their place."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._orders: Collection_[dict[str, Any]] = database[ORDERS]

    async def follow(self) -> AsyncGenerator[str, None]:
        """See Changes."""
        with translated():
            async with self._orders.watch(_WRITTEN) as stream:
                async for change in stream:
                    yield change["documentKey"]["_id"]


@dataclass(eq=False, slots=True)
class Listener:
    """One open list. `missed` says that changes went by unheard: everything may be different."""

    store_id: str
    changed: set[str] = field(default_factory=set)
    missed: bool = False
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def hear(self, order_id: str) -> None:
        """An order changed."""
        if order_id.startswith(f"{self.store_id}:"):
            self.changed.add(order_id)
            self._news.set()

    def miss(self) -> None:
        """Changes were missed."""
        self.missed = True
        self._news.set()

    async def wait(self, seconds: float) -> bool:
        """Until there is news, or so long; whether there is."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._news.wait()
        return self._news.is_set()

    def take(self) -> tuple[set[str], bool]:
        """What changed since the last time, and whether something was missed."""
        taken = (self.changed, self.missed)
        self.changed, self.missed = set(), False
        self._news.clear()
        return taken


@dataclass(slots=True)
class Live:
    """Tells listeners what changes, as long as there are any.

    Each is told for `lasts_s`, and what changes within `together_s` at once.
    """

    changes: Changes
    lasts_s: float = LASTS_S
    together_s: float = TOGETHER_S
    again_s: float = AGAIN_S
    _listeners: set[Listener] = field(default_factory=set, init=False)
    _following: asyncio.Task[None] | None = field(default=None, init=False)

    @contextlib.contextmanager
    def listen(self, store_id: str) -> Iterator[Listener]:
        """Hear of the store's orders."""
        listener = Listener(store_id)
        self._listeners.add(listener)
        if self._following is None:
            self._following = asyncio.create_task(self._follow())
        try:
            yield listener
        finally:
            self._listeners.discard(listener)
            if not self._listeners and self._following is not None:
                self._following.cancel()
                self._following = None

    async def _follow(self) -> None:
        while True:
            try:
                async for order_id in self.changes.follow():
                    for listener in self._listeners:
                        listener.hear(order_id)
            except Unavailable as error:
                log.warning("changes_not_heard", why=str(error))
            await asyncio.sleep(self.again_s)
            for listener in self._listeners:
                listener.miss()
