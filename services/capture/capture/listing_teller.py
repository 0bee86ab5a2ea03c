"""What was met of a store's listings: told where it is news, then kept.

What was told is kept after it was written to the topic: a crash in between tells the same again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from capture.channels.shelf import Offer
from capture.listing_book import ListingBook
from capture.listings import removed, seen
from chassis.clock import Clock
from chassis.flow import Publishes
from chassis.patience import patiently
from contracts.listings import ListingSeen
from contracts.stores import StoreConfigured
from contracts.wire import encode


@dataclass(frozen=True, slots=True)
class ListingTeller:
    """Tells as `service`. `round_` is the round that met the listings, if one did."""

    book: ListingBook
    publisher: Publishes
    clock: Clock
    service: str

    async def met(self, store: StoreConfigured, offers: Sequence[Offer], round_: str) -> None:
        """The store offers these."""
        keys = [f"{store.store_id}:{offer.listing_id}" for offer in offers]
        known = await patiently(lambda: self.book.known(keys), "reading listings")
        now = self.clock()
        met = {
            key: seen(known.get(key), offer, store, now)
            for key, offer in zip(keys, offers, strict=True)
        }
        await self._keep(list(met.values()), known.values(), round_)

    async def gone(self, listings: Sequence[ListingSeen], round_: str) -> None:
        """Their channel no longer has these."""
        now = self.clock()
        await self._keep([removed(listing, now) for listing in listings], listings, round_)

    async def gone_by_id(self, store: StoreConfigured, listing_ids: Iterable[str]) -> None:
        """The store no longer has these, as far as anybody knows of them."""
        keys = [f"{store.store_id}:{listing_id}" for listing_id in listing_ids]
        known = await patiently(lambda: self.book.known(keys), "reading listings")
        await self.gone(list(known.values()), "")

    async def _keep(
        self, met: Sequence[ListingSeen], known: Iterable[ListingSeen], round_: str
    ) -> None:
        old = {(listing.key, listing.revision) for listing in known}
        news = [one for one in met if (one.key, one.revision) not in old]
        if told := [encode(listing, self.service) for listing in news]:
            await patiently(lambda: self.publisher.publish(told), "telling listings")
        await patiently(lambda: self.book.keep(met, round_), "keeping listings")
