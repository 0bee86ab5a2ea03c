"""What there is to expect of orders that a channel lists, given what we know of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from capture.channels.listed import Listed
from capture.cut_off import Publications, listing_key
from capture.prospect import Prospect, prospect
from capture.sighting import Ignored, Sighting
from chassis.store import Documents
from contracts.stores import StoreConfigured


@dataclass(frozen=True, slots=True)
class Outlook:
    """What there is to expect of listed orders."""

    sightings: Documents[Sighting]
    publications: Publications

    async def of(
        self, store: StoreConfigured, orders: Sequence[Listed]
    ) -> list[tuple[Listed, Prospect | Ignored, Sighting | None]]:
        """Each order once, with what asking for it would bring. Raises Unavailable."""
        latest = {order.order_id: order for order in sorted(orders, key=lambda o: o.touched_at)}
        store_id = store.store_id
        keys = {listing_key(store_id, each) for o in latest.values() for each in o.listing_ids}
        published = await self.publications.of(keys)
        known = await self.sightings.load([f"{store_id}:{order_id}" for order_id in latest])
        found = []
        for order_id, order in latest.items():
            kept = known.get(f"{store_id}:{order_id}")
            sighting = kept.state if kept else None
            expected = prospect(order, sighting, store_id, store.settings, published)
            found.append((order, expected, sighting))
        return found
