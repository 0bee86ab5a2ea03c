"""What people decide about listings: written to the topic, read back before they are told so."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from chassis.clock import Clock
from chassis.flow import Publishes
from chassis.patience import Unavailable
from chassis.table import Table
from contracts.listings import (
    ListingChoice,
    ListingLinked,
    ListingSeen,
    ListingsWanted,
    PublicationDateSet,
    link_key,
)
from contracts.order import KitPart
from panel.telling import PATIENCE_S, tell

C = TypeVar("C", ListingLinked, PublicationDateSet)


class ChosenMeanwhile(Exception):  # noqa: N818 - it names what somebody did
    """Somebody else decided the same since it was read."""


@dataclass(slots=True)
class Choices:
    """Links and publication dates. One change at a time in this process.

    Two processes that change the same in one instant write the same version; the later one on
    the topic stands, and the other's caller is told.
    """

    links: Table[ListingLinked]
    dates: Table[PublicationDateSet]
    publisher: Publishes
    clock: Clock
    patience_s: float = PATIENCE_S
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)
    _news: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    def __post_init__(self) -> None:
        """Hear of every change, our own too."""
        self.links.watch(lambda _: self._news.set())
        self.dates.watch(lambda _: self._news.set())

    def link_of(self, listing: ListingSeen, variation_id: str) -> ListingLinked | None:
        """The variation's link, if anybody ever made one."""
        return self.links.get(link_key(listing.store_id, listing.listing_id, variation_id))

    def date_of(self, listing: ListingSeen) -> PublicationDateSet | None:
        """The publication date that somebody set, if anybody ever did."""
        return self.dates.get(f"date:{listing.subject}")

    async def link(
        self,
        listing: ListingSeen,
        variation_id: str,
        parts: Sequence[KitPart],
        *,
        by: str,
        version: int,
    ) -> None:
        """Link the variation, or take its link back; `version` is the link's that was read.

        Raises ChosenMeanwhile, Unavailable.
        """
        change = ListingLinked(
            occurred_at=self.clock(),
            store_id=listing.store_id,
            listing_id=listing.listing_id,
            version=version + 1,
            chosen_by=by,
            variation_id=variation_id,
            parts=tuple(parts),
        )
        await self._change(self.links, change)

    async def date(
        self, listing: ListingSeen, published_at: datetime | None, *, by: str, version: int
    ) -> None:
        """Set the publication date, or leave it to the channel; raises as `link`."""
        change = PublicationDateSet(
            occurred_at=self.clock(),
            store_id=listing.store_id,
            listing_id=listing.listing_id,
            version=version + 1,
            chosen_by=by,
            published_at=published_at,
        )
        await self._change(self.dates, change)

    async def read(self, store_id: str, *, by: str) -> None:
        """Have the store's listings read from its channel now. Raises Unavailable."""
        wish = ListingsWanted(occurred_at=self.clock(), store_id=store_id, wanted_by=by)
        await tell(self.publisher, wish, self.patience_s)

    async def _change(self, table: Table[C], change: C) -> None:
        async with self._one_at_a_time:
            if _version(table.get(change.key)) != change.version - 1:
                raise ChosenMeanwhile
            await tell(self.publisher, change, self.patience_s)
            await self._read_back(table, change)

    async def _read_back(self, table: Table[C], change: C) -> None:
        try:
            async with asyncio.timeout(self.patience_s):
                while _version(table.get(change.key)) < change.version:
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise Unavailable("kafka: written, but not read back in time") from None
        if table.get(change.key) != change:
            raise ChosenMeanwhile


def _version(choice: ListingChoice | None) -> int:
    return choice.version if choice else 0
