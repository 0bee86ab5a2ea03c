"""The ledger and the customers in MongoDB. What is asked for at the same time is one request."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Protocol

from chassis.store import (
    Collection_,
    Documents,
    Kept,
    MongoDocuments,
    ReplaceOne,
    translated,
)
from erp_writer.customers import Known
from erp_writer.entry import Entry
from erp_writer.together import Together

OPEN: Final = {"urgency": {"$exists": True}}


class Ledger(Documents[Entry], Protocol):
    """The entries, and which of them wait for work."""

    async def due(self, account_id: str, now: datetime, most: int) -> list[Kept[Entry]]:
        """The account's entries to act on now, the most urgent and oldest first.

        Raises Unavailable.
        """

    async def accounts_due(self, partitions: Collection[int], now: datetime) -> list[str]:
        """The accounts of these partitions that have entries to act on. Raises Unavailable."""


def encode(entry: Entry) -> dict[str, Any]:
    """An entry as its document; what queries need stands beside it."""
    document: dict[str, Any] = {
        "account_id": entry.account_id,
        "store_id": entry.store_id,
        "partition": entry.partition,
        "integration_code": entry.integration_code,
        "state": entry.state,
        "since": entry.since,
        "due_at": entry.due_at,
        "entry": entry.model_dump(mode="json", exclude_defaults=True),
    }
    if entry.work is not None:
        document["urgency"] = int(entry.work)
    return document


def decode(document: dict[str, Any]) -> Entry:
    """An entry from its document."""
    return Entry.model_validate(document["entry"])


class MongoLedger(MongoDocuments[Entry]):
    """See Ledger. An integration code belongs to one order of its account."""

    def __init__(self, entries: Collection_[dict[str, Any]]) -> None:
        super().__init__(entries, encode, decode)
        self._entries = entries
        self._saves = Together(self.save_each)

    async def prepare(self) -> None:
        """Create the indexes. Raises Unavailable."""
        with translated():
            await self._entries.create_index(
                [("account_id", 1), ("integration_code", 1)], unique=True
            )
            await self._entries.create_index(
                [("account_id", 1), ("urgency", 1), ("since", 1)], partialFilterExpression=OPEN
            )
            await self._entries.create_index(
                [("partition", 1), ("account_id", 1)], partialFilterExpression=OPEN
            )

    async def save(self, changes: Mapping[str, Kept[Entry]]) -> bool:
        """See Documents."""
        return all(await self._saves.do(list(changes.items())))

    async def due(self, account_id: str, now: datetime, most: int) -> list[Kept[Entry]]:
        """See Ledger."""
        wanted = {"account_id": account_id, "due_at": {"$lte": now}, **OPEN}
        with translated():
            found = self._entries.find(wanted).sort([("urgency", 1), ("since", 1)]).limit(most)
            documents = await found.to_list(most)
        return [Kept(decode(d), d["version"]) for d in documents]

    async def accounts_due(self, partitions: Collection[int], now: datetime) -> list[str]:
        """See Ledger."""
        if not partitions:
            return []
        wanted = {"partition": {"$in": sorted(partitions)}, "due_at": {"$lte": now}, **OPEN}
        with translated():
            return list(await self._entries.distinct("account_id", wanted))


class MongoCustomers:
    """See CustomerBook."""

    def __init__(self, customers: Collection_[dict[str, Any]]) -> None:
        self._customers = customers
        self._finds = Together(self._find_all)
        self._learns = Together(self._learn_all)

    async def find(self, key: str) -> Known | None:
        """See CustomerBook."""
        [known] = await self._finds.do([key])
        return known

    async def learn(self, key: str, known: Known) -> None:
        """See CustomerBook."""
        await self._learns.do([(key, known)])

    async def forget(self, key: str) -> None:
        """See CustomerBook."""
        with translated():
            await self._customers.delete_one({"_id": key})

    async def _find_all(self, keys: Sequence[str]) -> list[Known | None]:
        with translated():
            found = await self._customers.find({"_id": {"$in": list(keys)}}).to_list(None)
        known = {d["_id"]: Known(d["customer_id"], d["content"]) for d in found}
        return [known.get(key) for key in keys]

    async def _learn_all(self, learned: Sequence[tuple[str, Known]]) -> list[None]:
        writes = [
            ReplaceOne(
                {"_id": key},
                {"customer_id": known.customer_id, "content": known.content},
                upsert=True,
            )
            for key, known in learned
        ]
        with translated():
            await self._customers.bulk_write(writes)
        return [None] * len(learned)
