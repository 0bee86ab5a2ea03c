"""A store's orders read off its channel's lists, page by page, at the pace the channel wants."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, TypeVar

from capture.asking import say_nothing
from capture.channels.channel import Channel, Shop, Throttled, TokenRefused, Unreachable
from capture.channels.listed import Missed, Page, Period
from capture.pace import Pace
from capture.tally import Tally
from capture.tokens import Tokens
from chassis.clock import Clock

LONGEST: Final = timedelta(days=1)
SHORTEST: Final = timedelta(hours=1)
"""Of the pieces that a period is cut into; channels that drop minutes know none shorter."""
FIRST_PAUSE_S: Final = 0.5
PATIENCE_S: Final = 60.0
"""For one page; a channel that is away for longer is looked at again with the next sweep."""

T = TypeVar("T")
Ask = Callable[[Channel, Shop, Callable[[Shop], Awaitable[T]]], Awaitable[T]]
"""How a question is put with the store's token."""


def cut(period: Period, now: datetime) -> list[Period]:
    """The period in pieces of a day at most, the oldest first; an open one ends in an open one."""
    pieces, since = [], period.since
    end = now if period.until is None else period.until
    while since + LONGEST < end:
        pieces.append(replace(period, since=since, until=since + LONGEST))
        since += LONGEST
    return [*pieces, replace(period, since=since)]


@dataclass(frozen=True, slots=True)
class Lister:
    """Asks channels for lists. `sleep` pauses for seconds.

    Everything raises TokenRefused, and Unreachable once its patience is over. `doubt` hears of a
    store whose lists are refused to every token that we have: its channel may tell us nothing else.
    """

    tokens: Tokens
    pace: Pace
    tally: Tally
    clock: Clock
    sleep: Callable[[float], Awaitable[None]]
    doubt: Callable[[str], None] = say_nothing

    async def pages(self, channel: Channel, shop: Shop, period: Period) -> AsyncIterator[Page]:
        """Every page of the period's orders; an order may be on more than one."""
        pieces = list(reversed(cut(period, self.clock())))
        while pieces:
            piece = pieces.pop()
            page = await self._page(channel, shop, piece, "")
            if (page.total or 0) > channel.allowance.deepest:
                if halves := _halves(piece, self.clock()):
                    pieces += reversed(halves)
                    continue
                self.tally.too_many_at_once(shop.store_id, piece.since)
            yield page
            while page.after:
                page = await self._page(channel, shop, piece, page.after)
                yield page

    async def numbered(self, channel: Channel, shop: Shop, number: str) -> Page:
        """The orders of this number."""
        return await self._asked(channel, shop, lambda at: channel.numbered(at, number))

    async def missed(self, channel: Channel, shop: Shop) -> Sequence[Missed]:
        """The webhooks that the channel kept for us.

        Where they are refused the token is not renewed: the store's lists were just read with it.
        """
        return await self._asked(channel, shop, channel.missed, self._as_it_is)

    async def _page(self, channel: Channel, shop: Shop, period: Period, after: str) -> Page:
        page = await self._asked(channel, shop, lambda at: channel.orders(at, period, after))
        if page.unreadable:
            self.tally.unreadable(shop.store_id, page.unreadable)
        return page

    async def _asked(
        self,
        channel: Channel,
        shop: Shop,
        question: Callable[[Shop], Awaitable[T]],
        ask: Ask[T] | None = None,
    ) -> T:
        """The answer, with another token where one is refused; troubles are waited out."""
        ask, waited, pause = ask or self._with_token, 0.0, FIRST_PAUSE_S
        while True:
            await self.pace.turn(shop.store_id, channel.allowance)
            try:
                return await ask(channel, shop, question)
            except Unreachable as trouble:
                wait = max(pause, trouble.wait_s)
                if isinstance(trouble, Throttled):
                    self.tally.throttled(shop.store_id, wait)
                if waited + wait > PATIENCE_S:
                    raise
            await self.sleep(wait)
            waited, pause = waited + wait, pause * 2

    async def _as_it_is(
        self, channel: Channel, shop: Shop, question: Callable[[Shop], Awaitable[T]]
    ) -> T:
        return await question(replace(shop, token=await self.tokens.of(channel.name, shop)))

    async def _with_token(
        self, channel: Channel, shop: Shop, question: Callable[[Shop], Awaitable[T]]
    ) -> T:
        token = await self.tokens.of(channel.name, shop)
        try:
            return await question(replace(shop, token=token))
        except TokenRefused:
            other = await self.tokens.instead(channel.name, shop, token)
            if other is None:
                self.doubt(shop.store_id)
                raise
        try:
            return await question(replace(shop, token=other))
        except TokenRefused:
            self.doubt(shop.store_id)
            raise


def _halves(period: Period, now: datetime) -> list[Period]:
    """The period in two; none for one too short to divide."""
    length = (period.until or now) - period.since
    if length < 2 * SHORTEST:
        return []
    middle = period.since + length / 2
    return [replace(period, until=middle), replace(period, since=middle)]
