"""When a store's connection was looked at last, when it is due again, what it means. Pure."""

from datetime import datetime, timedelta
from typing import Any, Final

from contracts.connections import ChannelAccess, StoreChecked
from contracts.stores import StoreConfigured
from contracts.value import Instant, Value, Whole

EVERY: Final = timedelta(days=1)
AFTER_SILENCE: Final = timedelta(minutes=5)
"""A channel that did not answer is asked again so soon."""
AT_MOST_EVERY: Final = timedelta(minutes=5)
"""Whatever gives reason to look, a store that is known as refused is not looked at more often."""
AFTER_REFUSAL: Final = timedelta(minutes=15)
"""A refused access may have been put right at the channel itself, where nobody tells us of it."""
TO_BE_SURE: Final = timedelta(seconds=20)
"""A good access that is doubted is looked at again this soon: people must see bad news at once."""
_REST: Final = {
    ChannelAccess.UNKNOWN: AFTER_SILENCE,
    ChannelAccess.REFUSED: AFTER_REFUSAL,
}
"""How long to leave a store alone after what was found; any other for `EVERY`."""


class Looked(Value):
    """The last look at a store. `addresses` are those of ours where its webhooks may go."""

    store_id: str
    at: Instant
    store_version: Whole
    access: ChannelAccess
    addresses: tuple[str, ...] = ()

    @classmethod
    def after(cls, checked: StoreChecked, addresses: tuple[str, ...]) -> "Looked":
        """The look that found this."""
        return cls(
            store_id=checked.store_id,
            at=checked.occurred_at,
            store_version=checked.store_version,
            access=checked.access,
            addresses=addresses,
        )


def due_at(looked: Looked | None, store: StoreConfigured, *, doubted: bool) -> datetime | None:
    """When the store is to be looked at; None for at once.

    `doubted`: there is reason to look before the day is over. A store that changed since is looked
    at at once: it may have been connected anew.
    """
    if looked is None or looked.store_version < store.version:
        return None
    if doubted:
        good = looked.access is ChannelAccess.GRANTED
        return looked.at + (TO_BE_SURE if good else AT_MOST_EVERY)
    return looked.at + _REST.get(looked.access, EVERY)


def lets_in_again(before: Looked | None, now: Looked) -> bool:
    """Whether the channel takes us in where it did not, or not as the store is connected now."""
    if before is None or now.access is not ChannelAccess.GRANTED:
        return False
    return before.access is not now.access or before.store_version < now.store_version


def encode(looked: Looked) -> dict[str, Any]:
    """A look as its document."""
    return looked.model_dump()


def decode(document: dict[str, Any]) -> Looked:
    """A look from its document."""
    return Looked.model_validate(document)
