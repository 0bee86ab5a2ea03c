"""What changes in an open list, told to it as it happens (server-sent events)."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Final

import orjson
import structlog
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from chassis.patience import Unavailable
from contracts.stores import StoreConfigured
from panel.desk import Desk
from panel.live import Listener, Live
from panel.pages import formats, words
from panel.pages.asked import asked_for
from panel.pages.listing import MOST_COUNTED
from panel.pages.view import late
from panel.tab import Tab

BEAT_S: Final = 15.0
MOST_TOLD: Final = 200

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class WatchPages:
    """The stream of a store's changes."""

    desk: Desk
    live: Live

    async def watch(self, request: Request) -> Response:
        """Which orders changed, in which tab each is now, and the counts."""
        store, _ = asked_for(request, self.desk)
        return StreamingResponse(
            self._events(store),
            media_type="text/event-stream",
            headers={"X-Accel-Buffering": "no"},
        )

    async def _events(self, store: StoreConfigured) -> AsyncIterator[bytes]:
        loop = asyncio.get_running_loop()
        until, store_id = loop.time() + self.live.lasts_s, store.store_id
        said = None
        with self.live.listen(store_id) as listener:
            yield b"retry: 3000\n\n"
            while (left := until - loop.time()) > 0:
                if not await listener.wait(min(BEAT_S, left)):
                    now = late(self.desk.behind(store))
                    yield b": \n\n" if now == said else _event("atraso", {"texto": now})
                    said = now
                    continue
                await asyncio.sleep(self.live.together_s)
                try:
                    told = await self._told(store_id, listener)
                except Unavailable as error:
                    log.warning("changes_not_told", why=str(error))
                    return
                yield _event("pedidos", told)

    async def _told(self, store_id: str, listener: Listener) -> dict[str, Any]:
        changed, missed = listener.take()
        some = sorted(changed)[:MOST_TOLD]
        rows = await self.desk.board.some(some, [store_id])
        counts = await self.desk.board.counts([store_id], MOST_COUNTED + 1)
        return {
            "pedidos": {row["_id"].partition(":")[2]: _address(row["tab"]) for row in rows},
            "contagens": {tab.value: formats.count(number) for tab, number in counts.items()},
            "perdidos": missed or len(changed) > MOST_TOLD,
            "hora": formats.when(self.desk.clock())[-5:],
        }


def _event(name: str, told: dict[str, Any]) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (name.encode(), orjson.dumps(told))


def _address(tab: str | None) -> str:
    return words.TABS[Tab(tab)][0] if tab else ""
