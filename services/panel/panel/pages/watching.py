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
from panel.desk import Desk
from panel.live import Listener, Live
from panel.pages import formats, words
from panel.pages.asked import asked_for
from panel.pages.listing import MOST_COUNTED
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
            self._events(store.store_id),
            media_type="text/event-stream",
            headers={"X-Accel-Buffering": "no"},
        )

    async def _events(self, store_id: str) -> AsyncIterator[bytes]:
        loop = asyncio.get_running_loop()
        until = loop.time() + self.live.lasts_s
        with self.live.listen(store_id) as listener:
            yield b"retry: 3000\n\n"
            while (left := until - loop.time()) > 0:
                if not await listener.wait(min(BEAT_S, left)):
                    yield b": \n\n"
                    continue
                await asyncio.sleep(self.live.together_s)
                try:
                    told = await self._told(store_id, listener)
                except Unavailable as error:
                    log.warning("changes_not_told", why=str(error))
                    return
                yield b"event: pedidos\ndata: " + orjson.dumps(told) + b"\n\n"

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


def _address(tab: str | None) -> str:
    return words.TABS[Tab(tab)][0] if tab else ""
