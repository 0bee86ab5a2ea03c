"""Every store's listings as capture keeps them: what was told of each, and its orders' first day.

`published_at` is the day that counts (`cut_off.py`): the one a person set, else the channel's.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from chassis.store import Collection_, Database, UpdateOne, translated
from contracts.listings import ListingSeen, ListingState, PublicationDateSet

Pipeline = list[dict[str, Any]]
_THE_DAY_THAT_COUNTS: Final = {
    "$set": {"published_at": {"$ifNull": ["$chosen_at", "$told_at", None]}}
}


class ListingBook(Protocol):
    """Where listings are kept. All raise Unavailable."""

    async def known(self, keys: Collection[str]) -> Mapping[str, ListingSeen]:
        """What was told last of those of these listings that are known."""

    async def keep(self, listings: Sequence[ListingSeen], round_: str) -> None:
        """These were met in this round, and this is what was told of them."""

    async def missing(self, store_id: str, round_: str, most: int) -> Sequence[ListingSeen]:
        """Listings of the store that this round did not meet and that are not told removed."""

    async def date(self, chosen: PublicationDateSet) -> None:
        """A person set the listing's publication date; an older choice changes nothing."""


class Rounds(Protocol):
    """Which store's listings are read when, by one process at a time. All raise Unavailable."""

    async def claim(self, store_id: str, access: str, now: datetime, lasting: timedelta) -> bool:
        """Whether they are due and ours to read; others may not meanwhile.

        Another `access` to the channel than the last time makes them due at once.
        """

    async def ended(self, store_id: str, access: str, due_at: datetime) -> None:
        """They were read, or could not be; they are due again at this moment."""

    async def hold(self, store_id: str, now: datetime, lasting: timedelta) -> bool:
        """Whether they are ours to read although they need not be due; others may not meanwhile."""

    async def let_go(self, store_id: str) -> None:
        """They are nobody's again; when they are due has not changed."""

    async def wanted(self, store_id: str, at: datetime) -> None:
        """A person wanted them read at this moment; an older wish changes nothing."""


class MongoListingBook:
    """The listings in one collection."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._listings = database["listings"]

    async def prepare(self) -> None:
        """Make the index."""
        with translated():
            await self._listings.create_index([("store_id", 1), ("round", 1)])

    async def known(self, keys: Collection[str]) -> Mapping[str, ListingSeen]:
        """See ListingBook."""
        wanted = {"_id": {"$in": list(keys)}, "told": {"$exists": True}}
        with translated():
            found = await self._listings.find(wanted, {"told": 1}).to_list(None)
        return {d["_id"]: ListingSeen.model_validate_json(d["told"]) for d in found}

    async def keep(self, listings: Sequence[ListingSeen], round_: str) -> None:
        """See ListingBook."""
        if not listings:
            return
        writes = [
            UpdateOne({"_id": listing.key}, _told(listing, round_), upsert=True)
            for listing in listings
        ]
        with translated():
            await self._listings.bulk_write(writes, ordered=False)

    async def missing(self, store_id: str, round_: str, most: int) -> Sequence[ListingSeen]:
        """See ListingBook."""
        wanted = {
            "store_id": store_id,
            "round": {"$ne": round_},
            "state": {"$ne": ListingState.REMOVED},
            "told": {"$exists": True},
        }
        with translated():
            found = await self._listings.find(wanted, {"told": 1}).limit(most).to_list(None)
        return [ListingSeen.model_validate_json(d["told"]) for d in found]

    async def date(self, chosen: PublicationDateSet) -> None:
        """See ListingBook."""
        newer = {"$lt": [{"$ifNull": ["$chosen_version", 0]}, chosen.version]}

        def instead(name: str, value: Any) -> Any:
            return {"$cond": [newer, {"$literal": value}, {"$ifNull": [f"${name}", None]}]}

        change: Pipeline = [
            {
                "$set": {
                    "store_id": chosen.store_id,
                    "chosen_at": instead("chosen_at", chosen.published_at),
                    "chosen_version": instead("chosen_version", chosen.version),
                }
            },
            _THE_DAY_THAT_COUNTS,
        ]
        with translated():
            await self._listings.update_one({"_id": chosen.subject}, change, upsert=True)


def _told(listing: ListingSeen, round_: str) -> Pipeline:
    values = {
        "store_id": listing.store_id,
        "state": listing.state.value,
        "told": listing.model_dump_json(),
        "told_at": listing.published_at,
        "round": round_,
    }
    return [
        {"$set": {name: {"$literal": value} for name, value in values.items()}},
        _THE_DAY_THAT_COUNTS,
    ]


class MongoRounds:
    """A document per store; `owner` is this process's name among those of its service."""

    def __init__(self, collection: Collection_[dict[str, Any]], owner: str) -> None:
        self._rounds = collection
        self._owner = owner

    async def claim(self, store_id: str, access: str, now: datetime, lasting: timedelta) -> bool:
        """See Rounds."""
        due = {"$or": [{"due_at": {"$lte": now}}, {"access": {"$ne": access}}]}
        return await self._take(store_id, now, lasting, due)

    async def hold(self, store_id: str, now: datetime, lasting: timedelta) -> bool:
        """See Rounds."""
        return await self._take(store_id, now, lasting, {})

    async def let_go(self, store_id: str) -> None:
        """See Rounds."""
        with translated():
            await self._rounds.update_one(
                {"_id": store_id, "owner": self._owner}, {"$set": {"owner": ""}}
            )

    async def _take(
        self, store_id: str, now: datetime, lasting: timedelta, wanted: dict[str, Any]
    ) -> bool:
        fresh = {"owner": "", "until": now, "access": "", "due_at": now}
        ours = {"$or": [{"owner": {"$in": ["", self._owner]}}, {"until": {"$lte": now}}]}
        with translated():
            await self._rounds.update_one({"_id": store_id}, {"$setOnInsert": fresh}, upsert=True)
            taken = await self._rounds.update_one(
                {"_id": store_id, "$and": [ours, wanted]},
                {"$set": {"owner": self._owner, "until": now + lasting}},
            )
        return bool(taken.matched_count)

    async def ended(self, store_id: str, access: str, due_at: datetime) -> None:
        """See Rounds."""
        with translated():
            await self._rounds.update_one(
                {"_id": store_id, "owner": self._owner},
                {"$set": {"owner": "", "access": access, "due_at": due_at}},
            )

    async def wanted(self, store_id: str, at: datetime) -> None:
        """See Rounds. A store that was never read is due anyway."""
        with translated():
            await self._rounds.update_one(
                {"_id": store_id, "wanted_at": {"$not": {"$gte": at}}},
                {"$set": {"wanted_at": at, "due_at": at}},
            )
