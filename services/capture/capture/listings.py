"""What is news of a store's listings. Pure."""

from datetime import datetime

from capture.channels.shelf import Offer
from contracts.listings import ListingSeen, ListingState
from contracts.stores import StoreConfigured


def seen(
    known: ListingSeen | None, offer: Offer, store: StoreConfigured, at: datetime
) -> ListingSeen:
    """The listing as it is now: the known one itself where nothing of it changed.

    Its publication stays the earliest that was ever told: channels that publish it again must not
    push it past orders that were placed before.
    """
    dates = [day for day in (known and known.published_at, offer.published_at) if day]
    new = ListingSeen(
        occurred_at=known.occurred_at if known else at,
        store_id=store.store_id,
        channel=store.channel,
        listing_id=offer.listing_id,
        revision=known.revision if known else 1,
        title=offer.title,
        state=offer.state,
        published_at=min(dates, default=None),
        url=offer.url,
        variations=offer.variations,
    )
    if known is None:
        return new
    return known if new == known else _next(new, at)


def removed(known: ListingSeen, at: datetime) -> ListingSeen:
    """The listing, gone from its channel; orders may still name it."""
    if known.state is ListingState.REMOVED:
        return known
    return _next(known.model_copy(update={"state": ListingState.REMOVED, "url": None}), at)


def _next(listing: ListingSeen, at: datetime) -> ListingSeen:
    return listing.model_copy(update={"revision": listing.revision + 1, "occurred_at": at})
