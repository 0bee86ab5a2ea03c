"""What would become of an order that a channel lists, before anybody asks for it. Pure.

The last word is the step's (`sighting.py`), which sees the order itself.
"""

from enum import StrEnum

from capture.channels.listed import Listed
from capture.cut_off import Published, before_publication, before_start, listing_key
from capture.exclusion import has_excluded_source, has_excluded_tag
from capture.sighting import Ignored, Sighting
from contracts.order import OrderStatus
from contracts.stores import StoreSettings


class Prospect(StrEnum):
    """What asking for an order would bring."""

    NEW = "new"
    CHANGED = "changed"
    KNOWN = "known"


def prospect(
    listed: Listed,
    known: Sighting | None,
    store_id: str,
    settings: StoreSettings,
    published: Published,
) -> Prospect | Ignored:
    """What there is to expect of it, or why nothing."""
    if known is not None and known.erased_at:
        return Ignored.ERASED
    if known is not None and known.revision:
        return Prospect.CHANGED if _is_news(listed, known) else Prospect.KNOWN
    keys = [listing_key(store_id, listing_id) for listing_id in listed.listing_ids]
    reasons = {
        Ignored.TEST_ORDER: listed.test,
        Ignored.SOLD_ELSEWHERE: listed.sold_elsewhere,
        Ignored.NOT_PAID: not listed.paid,
        Ignored.BEFORE_STORE_START: before_start(listed.placed_at, settings.orders_from),
        Ignored.BEFORE_PUBLICATION: before_publication(listed.placed_at, keys, published),
        Ignored.EXCLUDED_TAG: has_excluded_tag(listed.marks, settings),
        Ignored.EXCLUDED_SOURCE: has_excluded_source(listed.marks, settings),
    }
    return next((reason for reason, holds in reasons.items() if holds), Prospect.NEW)


def _is_news(listed: Listed, known: Sighting) -> bool:
    """Whether the list is ahead of what was seen. A cancellation may move no clock."""
    if known.status is OrderStatus.CANCELLED:
        return False
    seen = known.updated_at
    return listed.cancelled or seen is None or listed.touched_at > seen
