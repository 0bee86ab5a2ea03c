"""The token of a store now: channels whose tokens end are asked for new ones in time, and once.

A refresh token works a single time, and whoever uses it twice loses the store. So within a
process one renewal per store runs and all wait for it; between processes the grant's document
decides: a renewal claims it by compare-and-set for `LEASE` (longer than the channel may take to
answer), and who finds it claimed waits for the winner's tokens.

The new pair is stored (majority, journalled) before anybody sees the new access token. Should the
process die between the channel's answer and that write, the pair is lost and the stored refresh
token is spent; no order of writes helps. What does: nothing else happens in between; the renewal
comes `EARLY`, so that the old access token works on meanwhile; the spent token is tried once more
after the lease, which channels that forgive a lost answer (Shopify) accept; and when the channel
refuses it that is said once, and not asked again until somebody changes the store.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from capture.channels.channel import Shop, TokenRequest, Unreachable
from capture.grants import Grant, standing
from capture.oauth import Granted, GrantRefused
from chassis.clock import Clock
from chassis.patience import patiently
from chassis.store import Documents, Kept

LEASE: Final = timedelta(seconds=30)
LOOK_EVERY_S: Final = 0.2
LONGEST_WAIT_S: Final = 4.0
"""For another process to finish; then the orders are put aside instead."""

Renewal = Callable[[Shop, str], TokenRequest]
"""How a channel is asked for new tokens, given the shop and the refresh token."""
Exchange = Callable[[TokenRequest], Awaitable[Granted]]

log = structlog.get_logger()


class Tokens:
    """The tokens of all stores. `renewals` are by channel; other channels' tokens never end."""

    def __init__(
        self,
        grants: Documents[Grant],
        exchange: Exchange,
        renewals: Mapping[str, Renewal],
        clock: Clock,
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._grants = grants
        self._exchange = exchange
        self._renewals = renewals
        self._clock = clock
        self._sleep = sleep
        self._known: dict[str, Kept[Grant]] = {}
        self._running: dict[str, asyncio.Task[Grant]] = {}

    @property
    def renewable(self) -> Collection[str]:
        """The channels whose tokens are renewed."""
        return self._renewals.keys()

    async def of(self, channel: str, shop: Shop) -> str:
        """The store's token, renewed if it is about to end. Raises Unreachable."""
        if not self._renewable(channel, shop):
            return shop.token
        known = self._known.get(shop.store_id)
        if known is None or standing(known.state, shop) is not known.state:
            known = await self._load(shop)
        grant = known.state
        now = self._clock()
        if grant.ends_soon(now):
            try:
                grant = await self._renewed(channel, shop, grant.access)
            except Unreachable:
                if grant.ended(now):
                    raise
        return grant.access

    async def instead(self, channel: str, shop: Shop, refused: str) -> str | None:
        """Another token than the one the channel refused; None if there is none to be had.

        Raises Unreachable.
        """
        if not self._renewable(channel, shop):
            return None
        grant = await self._renewed(channel, shop, refused)
        return grant.access if grant.access != refused else None

    async def finish(self) -> None:
        """Let renewals that were begun come to their end: their answers must not be lost."""
        await asyncio.gather(*self._running.values(), return_exceptions=True)

    def _renewable(self, channel: str, shop: Shop) -> bool:
        return channel in self._renewals and bool(shop.refresh_token)

    async def _renewed(self, channel: str, shop: Shop, useless: str) -> Grant:
        """The grant that has another access token than this one, or that cannot be renewed."""
        running = self._running.get(shop.store_id)
        if running is None:
            running = asyncio.create_task(self._renew(channel, shop, useless))
            self._running[shop.store_id] = running
            running.add_done_callback(lambda _: self._running.pop(shop.store_id, None))
        return await asyncio.shield(running)

    async def _renew(self, channel: str, shop: Shop, useless: str) -> Grant:
        give_up_at = self._clock() + timedelta(seconds=LONGEST_WAIT_S)
        while True:
            kept, now = await self._load(shop), self._clock()
            grant = kept.state
            renewed_meanwhile = grant.access != useless and not grant.ends_soon(now)
            if renewed_meanwhile or grant.refused >= shop.version or grant.young(now):
                return grant
            if grant.renewing_until is not None and now < grant.renewing_until:
                if now >= give_up_at:
                    raise Unreachable("another process renews the store's token")
                await self._sleep(LOOK_EVERY_S)
                continue
            claim = Kept(replace(grant, renewing_until=now + LEASE), kept.version)
            if await self._save(claim):
                interrupted = grant.renewing_until is not None
                return await self._exchanged(channel, shop, _next(claim), interrupted=interrupted)

    async def _exchanged(
        self, channel: str, shop: Shop, claim: Kept[Grant], *, interrupted: bool
    ) -> Grant:
        """Spend the claimed grant's refresh token."""
        spent = claim.state
        try:
            granted = await self._exchange(self._renewals[channel](shop, spent.refresh))
        except GrantRefused as refusal:
            log.error(  # noqa: TRY400 - the channel's word is all there is to say
                "channel_grant_refused",
                store_id=shop.store_id,
                error=refusal.error,
                after_interruption=interrupted,
            )
            refused = replace(spent, refused=shop.version, renewing_until=None)
            await self._save(Kept(refused, claim.version))
            return (await self._load(shop)).state
        except Unreachable:
            await self._save(Kept(replace(spent, renewing_until=None), claim.version))
            raise
        return await self._keep(shop, claim, _renewed(spent, granted, self._clock()))

    async def _keep(self, shop: Shop, claim: Kept[Grant], new: Grant) -> Grant:
        """Store what the channel granted, whatever others made of the spent grant meanwhile.

        A process that slept through its lease still holds the only pair that works.
        """
        version = claim.version
        while not await self._save(Kept(new, version)):
            kept = await self._load(shop)
            if kept.state.refresh != claim.state.refresh:
                return kept.state
            version = kept.version
        log.info("channel_token_renewed", store_id=shop.store_id)
        self._remember(Kept(new, version + 1))
        return new

    async def _load(self, shop: Shop) -> Kept[Grant]:
        load = self._grants.load
        found = await patiently(lambda: load([shop.store_id]), "reading a store's grant")
        kept = found.get(shop.store_id)
        grant = standing(kept.state if kept else None, shop)
        return self._remember(Kept(grant, kept.version if kept else 0))

    def _remember(self, kept: Kept[Grant]) -> Kept[Grant]:
        """Know this, unless something newer is known: reads may overtake each other."""
        known = self._known.get(kept.state.store_id)
        if known is None or kept.version >= known.version:
            self._known[kept.state.store_id] = kept
        return kept

    async def _save(self, change: Kept[Grant]) -> bool:
        save, store_id = self._grants.save, change.state.store_id
        return await patiently(lambda: save({store_id: change}), "storing a store's grant")


def _next(kept: Kept[Grant]) -> Kept[Grant]:
    """The same, as it is stored after it was saved."""
    return Kept(kept.state, kept.version + 1)


def _renewed(spent: Grant, granted: Granted, now: datetime) -> Grant:
    seconds = granted.expires_in
    return replace(
        spent,
        access=granted.access_token,
        refresh=granted.refresh_token or spent.refresh,
        granted_at=now,
        expires_at=now + timedelta(seconds=seconds) if seconds else None,
        refused=-1,
        renewing_until=None,
    )
