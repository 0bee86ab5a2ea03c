"""Asking channels, with patience that ends: a few at a time per store, all within one deadline.

The reader holds its batch while it asks, and other stores wait behind it. So what cannot be
answered within the batch's patience is left for later, and a store that was left for later is
not asked again for a while.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from capture.channels.channel import Channel, Findings, OrderHint, Shop, Unreachable

AT_ONCE: Final = 4
"""Questions to one store at a time; Shopify counts points per second, not connections."""
PATIENCE_S: Final = 5.0
FIRST_PAUSE_S: Final = 0.25
REST_S: Final = 5.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Later:
    """The channel could not be asked now."""

    cause: str


class Asking:
    """Puts questions about orders to channels.

    `now` is a monotonic clock in seconds, `sleep` pauses for seconds.
    """

    def __init__(
        self,
        now: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._now = now
        self._sleep = sleep
        self._patience_s = patience_s
        self._turns: dict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(AT_ONCE))
        self._resting: dict[str, float] = {}

    def deadline(self) -> float:
        """When the patience of a batch that begins now ends."""
        return self._now() + self._patience_s

    async def ask(
        self, channel: Channel, shop: Shop, hints: Sequence[OrderHint], deadline: float
    ) -> Findings | Later:
        """What the channel has to say of the one order all `hints` are of. Raises Unreadable.

        An order that was cancelled does not wait: its hint alone is enough to undo it.
        """
        async with self._turns[shop.store_id]:
            answer = await self._ask(channel, shop, hints, deadline)
        if isinstance(answer, Later) and any(h.urgent for h in hints):
            return Findings()
        return answer

    async def _ask(
        self, channel: Channel, shop: Shop, hints: Sequence[OrderHint], deadline: float
    ) -> Findings | Later:
        pause = FIRST_PAUSE_S
        while True:
            if self._now() < self._resting.get(shop.store_id, 0.0):
                return Later("its channel was out of reach a moment ago")
            try:
                return await channel.fetch(shop, hints)
            except Unreachable as trouble:
                wait = max(pause, trouble.wait_s)
                if self._now() + wait > deadline:
                    self._resting[shop.store_id] = self._now() + max(trouble.wait_s, REST_S)
                    log.warning("channel_unreachable", store_id=shop.store_id, cause=str(trouble))
                    return Later(str(trouble))
            await self._sleep(wait)
            pause *= 2
