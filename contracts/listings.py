"""What a store offers at its channel, and what people decide about it: links, publication dates."""

from decimal import Decimal
from enum import StrEnum
from typing import ClassVar
from uuid import uuid5

from contracts.envelope import NAMESPACE, Message
from contracts.order import KitPart
from contracts.value import Amount, Instant, Value, Whole

WHOLE_PRICE = Decimal(100)
"""The shares of a link's parts sum to this, in percent."""


class ListingState(StrEnum):
    """Whether people can buy it."""

    ACTIVE = "active"
    PAUSED = "paused"
    """The merchant, or the channel, took it off the shelf for a while."""
    ENDED = "ended"
    REMOVED = "removed"
    """The channel no longer has it. Orders may still name it."""


class ListingVariation(Value):
    """What is bought of a listing. `variation_id` is empty where there is nothing to choose.

    `name` is what tells it from the others (`Azul / M`).
    """

    variation_id: str = ""
    name: str = ""
    sku: str | None = None
    ean: str | None = None
    price: Amount | None = None


class ListingSeen(Message):
    """A listing as its channel has it from now on; the latest one is the whole truth.

    `listing_id` and `variation_id` are those that orders name. `revision` counts its versions
    from 1. `published_at` is when the channel first had it on sale, as far as it tells.
    """

    type: ClassVar[str] = "br.esteira.listing.seen.v1"
    topic: ClassVar[str] = "listings.v1"

    store_id: str
    channel: str
    listing_id: str
    revision: Whole
    title: str
    state: ListingState
    published_at: Instant | None = None
    url: str | None = None
    variations: tuple[ListingVariation, ...] = ()

    @property
    def key(self) -> str:
        """The topic is compacted by listing."""
        return self.subject

    @property
    def subject(self) -> str:
        """The listing, whichever the store."""
        return f"{self.store_id}:{self.listing_id}"

    @property
    def event_id(self) -> str:
        """One per version of the listing."""
        return str(uuid5(NAMESPACE, f"{self.subject}|{self.type}|{self.revision}"))


class ListingChoice(Message):
    """What a person decided about a listing; the latest one of its key is the whole truth.

    `version` counts the changes from 1: of two people who change the same, the second is told.
    """

    topic: ClassVar[str] = "listings.choices.v1"

    store_id: str
    listing_id: str
    version: Whole
    chosen_by: str

    @property
    def subject(self) -> str:
        """The listing, whichever the store."""
        return f"{self.store_id}:{self.listing_id}"

    @property
    def event_id(self) -> str:
        """One per change."""
        return str(uuid5(NAMESPACE, f"{self.key}|{self.type}|{self.version}"))


class ListingLinked(ListingChoice):
    """Which ERP products a variation is. No parts: it is matched by its SKU again.

    One part is one product, as many times as its `quantity`. Several are a kit; their shares of
    the price sum to 100.
    """

    type: ClassVar[str] = "br.esteira.listing.linked.v1"

    variation_id: str = ""
    parts: tuple[KitPart, ...] = ()

    @property
    def key(self) -> str:
        """Each variation has a link of its own."""
        return link_key(self.store_id, self.listing_id, self.variation_id)


class PublicationDateSet(ListingChoice):
    """From when on the listing's orders are the hub's: older ones are not captured.

    None: from its publication at the channel on.
    """

    type: ClassVar[str] = "br.esteira.listing.publication-date-set.v1"

    published_at: Instant | None = None

    @property
    def key(self) -> str:
        """Each listing has one date."""
        return f"date:{self.subject}"


class ListingsWanted(Message):
    """A person wants the store's listings read now. Asking while they are read is harmless."""

    type: ClassVar[str] = "br.esteira.listings.wanted.v1"
    topic: ClassVar[str] = "listings.choices.v1"

    store_id: str
    wanted_by: str

    @property
    def key(self) -> str:
        """Of each store the latest wish is kept."""
        return f"read:{self.store_id}"

    @property
    def subject(self) -> str:
        """The store."""
        return self.store_id

    @property
    def event_id(self) -> str:
        """One per moment."""
        name = f"{self.store_id}|{self.type}|{self.occurred_at.isoformat()}"
        return str(uuid5(NAMESPACE, name))


def link_key(store_id: str, listing_id: str, variation_id: str) -> str:
    """Under which key the link of this variation is told."""
    return f"link:{store_id}:{listing_id}:{variation_id}"
