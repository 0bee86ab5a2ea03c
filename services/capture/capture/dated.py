"""Orders that were read, marked where they were placed before their listings were published."""

from collections.abc import Sequence

from capture.cut_off import Publications, Published, before_publication, listing_key
from capture.messages import Seen
from chassis.flow import Failed, Read
from chassis.patience import patiently


async def dated(reads: Sequence[Read], publications: Publications) -> Sequence[Read]:
    """The same reads; one question about all their listings."""
    keys = {key for read in reads for seen in _orders(read) for key in _keys(seen)}
    if not keys:
        return reads
    published = await patiently(lambda: publications.of(keys), "reading publication dates")
    return [_marked(read, published) for read in reads] if published else reads


def _orders(read: Read) -> list[Seen]:
    if isinstance(read, Failed):
        return []
    return [message for message in read if isinstance(message, Seen)]


def _keys(seen: Seen) -> list[str]:
    ids = (item.listing_id for item in seen.order.items)
    return [listing_key(seen.store_id, listing_id) for listing_id in ids if listing_id]


def _marked(read: Read, published: Published) -> Read:
    if isinstance(read, Failed):
        return read
    return [
        message.model_copy(update={"before_publication": True})
        if isinstance(message, Seen)
        and before_publication(message.order.placed_at, _keys(message), published)
        else message
        for message in read
    ]
