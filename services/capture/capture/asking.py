"""Asking channels, with patience that ends: a few at a time per store, all within one deadline.

A store's later records wait behind its questions (other stores' do not, see `lanes.py`). So what is
not answered within its patience, the calls themselves included, is left for later. A store that was
left for later is not asked again for a while, and then once, without patience, until it answers.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeVar

import structlog

from capture.channels.channel import (
    Channel,
    Findings,
    Lead,
    OrderHint,
    Shop,
    Throttled,
    TokenRefused,
    Unreachable,
)
from capture.tally import Tally
from capture.tokens import Tokens
from contracts.order import Gap

AT_ONCE: Final = 4
"""Questions to one store at a time; Shopify counts points per second, not connections."""
PATIENCE_S: Final = 10.0
"""From when a question is there until its answer must be: its turn, calls and pauses."""
FIRST_PAUSE_S: Final = 0.25
REST_S: Final = 5.0
OTHER_TOKENS: Final = 2

T = TypeVar("T")
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Later:
    """The channel could not be asked now."""

    cause: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The channel accepts no token that we have of the store."""


def say_nothing(_: str) -> None:
    """Where nobody wants to hear of doubts."""


class Asking:
    """Puts questions about orders to channels, each with the store's token of that moment.

    `now` is a monotonic clock in seconds, `sleep` pauses for seconds. `doubt` hears of a store
    whose channel accepts no token that we have.
    """

    def __init__(
        self,
        tokens: Tokens,
        now: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
        tally: Tally,
        patience_s: float = PATIENCE_S,
        *,
        doubt: Callable[[str], None] = say_nothing,
    ) -> None:
        self._tokens = tokens
        self._now = now
        self._sleep = sleep
        self._tally = tally
        self._patience_s = patience_s
        self._doubt = doubt
        self._turns: dict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(AT_ONCE))
        self._away: dict[str, float] = {}
        """Until when stores rest that were out of reach and have not answered since."""

    def deadline(self) -> float:
        """When the patience of questions that come now ends."""
        return self._now() + self._patience_s

    async def ask(
        self, channel: Channel, shop: Shop, hints: Sequence[OrderHint], deadline: float
    ) -> Findings | Later:
        """What the channel has to say of the one order all `hints` are of. Raises Unreadable.

        An order that was cancelled does not wait: its hint alone is enough to undo it.
        """

        async def fetch(token: str) -> tuple[Findings, bool]:
            found = await channel.fetch(replace(shop, token=token), hints)
            return found, Gap.CHANNEL_TOKEN_REFUSED in found.gaps

        answer = await self._in_turn(channel, shop, fetch, deadline)
        if isinstance(answer, Later) and any(h.urgent for h in hints):
            return Findings()
        return answer

    async def follow(
        self, channel: Channel, shop: Shop, lead: Lead, deadline: float
    ) -> OrderHint | Later | Refused | None:
        """The order that a lead is of; None if it is of none. Raises Unreadable."""

        async def follow(token: str) -> tuple[OrderHint | Refused | None, bool]:
            try:
                return await channel.follow(replace(shop, token=token), lead), False
            except TokenRefused:
                return Refused(), True

        return await self._in_turn(channel, shop, follow, deadline)

    async def _in_turn(
        self,
        channel: Channel,
        shop: Shop,
        question: Callable[[str], Awaitable[tuple[T, bool]]],
        deadline: float,
    ) -> T | Later:
        asked = False
        try:
            async with asyncio.timeout(deadline - self._now()), self._turns[shop.store_id]:
                asked = True
                return await self._patiently(channel, shop, question, deadline)
        except TimeoutError:
            if asked:
                return self._give_up(shop, Unreachable("no answer in time"))
            return Later("its turn did not come in time")

    async def _patiently(
        self,
        channel: Channel,
        shop: Shop,
        question: Callable[[str], Awaitable[tuple[T, bool]]],
        deadline: float,
    ) -> T | Later:
        pause = FIRST_PAUSE_S
        while True:
            rests_until = self._away.get(shop.store_id)
            if rests_until is not None and self._now() < rests_until:
                return Later("its channel was out of reach a moment ago")
            try:
                answer = await self._with_token(channel, shop, question)
            except Unreachable as trouble:
                wait = max(pause, trouble.wait_s)
                if isinstance(trouble, Throttled):
                    self._tally.throttled(shop.store_id, wait)
                if rests_until is not None or self._now() + wait > deadline:
                    return self._give_up(shop, trouble)
            else:
                self._away.pop(shop.store_id, None)
                return answer
            await self._sleep(wait)
            pause *= 2

    def _give_up(self, shop: Shop, trouble: Unreachable) -> Later:
        self._away[shop.store_id] = self._now() + max(trouble.wait_s, REST_S)
        log.warning("channel_unreachable", store_id=shop.store_id, cause=str(trouble))
        return Later(str(trouble))

    async def _with_token(
        self, channel: Channel, shop: Shop, question: Callable[[str], Awaitable[tuple[T, bool]]]
    ) -> T:
        """One question, which says whether its token was refused; then again with another.

        The other one may be what another process stored, and have ended by now as well.
        """
        token = await self._tokens.of(channel.name, shop)
        answer, refused = await question(token)
        for _ in range(OTHER_TOKENS):
            other = await self._tokens.instead(channel.name, shop, token) if refused else None
            if other is None:
                break
            token = other
            answer, refused = await question(token)
        if refused:
            self._doubt(shop.store_id)
        return answer
