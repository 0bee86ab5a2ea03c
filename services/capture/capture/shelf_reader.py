"""Channels asked about listings: with the store's token of that moment, and patience that ends."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from capture.channels.channel import Shop, Throttled, TokenRefused, Unreachable
from capture.shops import Shops
from capture.tally import Tally
from capture.tokens import Tokens
from contracts.stores import StoreConfigured

PAUSE_S: Final = 1.0
TRIES: Final = 4

T = TypeVar("T")


class GivenUp(Exception):  # noqa: N818 - it names what happened to the question
    """The channel did not answer, however often it was asked."""


@dataclass(frozen=True, slots=True)
class ShelfReader:
    """Puts questions about a store's listings."""

    shops: Shops
    tokens: Tokens
    tally: Tally
    sleep: Callable[[float], Awaitable[None]]

    async def ask(self, store: StoreConfigured, question: Callable[[Shop], Awaitable[T]]) -> T:
        """The answer, asked for a few times. Raises TokenRefused, Unreadable and GivenUp."""
        pause = PAUSE_S
        for left in reversed(range(TRIES)):
            try:
                return await self._with_token(store, question)
            except Unreachable as trouble:
                wait = max(pause, trouble.wait_s)
                if isinstance(trouble, Throttled):
                    self.tally.throttled(store.store_id, wait)
                if not left:
                    raise GivenUp(str(trouble)) from None
                await self.sleep(wait)
            pause *= 2
        raise AssertionError("unreachable")

    async def _with_token(
        self, store: StoreConfigured, question: Callable[[Shop], Awaitable[T]]
    ) -> T:
        shop = self.shops.shop(store)
        token = await self.tokens.of(store.channel, shop)
        try:
            return await question(replace(shop, token=token))
        except TokenRefused:
            other = await self.tokens.instead(store.channel, shop, token)
            if other is None:
                raise
            return await question(replace(shop, token=other))
