"""The ledger and the customers in MongoDB. What is asked for at the same time is one request."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from chassis.store import (
    Collection_,
    Documents,
    InsertOne,
    Kept,
    ReplaceOne,
    UpdateOne,
    translated,
    write_each,
)
from contracts.events import OrderValidated
from erp_writer.customers import Known
from erp_writer.entry import AT_ONCE, Entry
from erp_writer.memory import Memory
from erp_writer.together import REST_S, Together

OPEN: Final = {"urgency": {"$exists": True}}
WAITING: Final = [("account_id", 1), ("urgency", 1), ("since", 1), ("due_at", 1), ("partition", 1)]
"""The index of open entries: an account's in their order, and enough to tell whose are due."""
ASKED_AGAIN: Final = timedelta(seconds=1)
"""An account's entries that this process did not write itself wait for no longer than this."""


class Ledger(Documents[Entry], Protocol):
    """The entries, and which of them wait for work."""

    async def due(self, account_id: str, now: datetime, most: int) -> list[Kept[Entry]]:
        """The account's entries to act on now, the most urgent and oldest first.

        Raises Unavailable.
        """

    async def accounts_due(self, partitions: Collection[int], now: datetime) -> list[str]:
        """The accounts of these partitions that have entries to act on. Raises Unavailable."""


def encode(entry: Entry, *, whole: bool = True) -> dict[str, Any]:
    """An entry as its document; what queries need stands beside it.

    The version that may be sent is a text of its own: it is large, and stays as it is while the
    order goes its way. Unless `whole`, it is left out.
    """
    document: dict[str, Any] = {
        "account_id": entry.account_id,
        "store_id": entry.store_id,
        "partition": entry.partition,
        "integration_code": entry.integration_code,
        "state": entry.state,
        "since": entry.since,
        "due_at": entry.due_at,
        "entry": entry.model_dump_json(exclude_defaults=True, exclude={"validated"}),
    }
    if entry.work is not None:
        document["urgency"] = int(entry.work)
    if whole and entry.validated is not None:
        document["validated"] = entry.validated.model_dump_json()
    return document


def decode(document: dict[str, Any]) -> Entry:
    """An entry from its document, also from one written before entries were texts."""
    if isinstance(document["entry"], dict):
        return Entry.model_validate(document["entry"])
    entry = Entry.model_validate_json(document["entry"])
    if "validated" not in document:
        return entry
    version = OrderValidated.model_validate_json(document["validated"])
    return entry.model_copy(update={"validated": version})


class MongoLedger:
    """See Ledger. An integration code belongs to one order of its account."""

    def __init__(self, entries: Collection_[dict[str, Any]]) -> None:
        self._entries = entries
        self._memory = Memory()
        self._asked: dict[str, datetime] = {}
        self._saves = Together(self._save_all, REST_S)

    async def prepare(self) -> None:
        """Create the indexes. Raises Unavailable."""
        with translated():
            await self._entries.create_index(
                [("account_id", 1), ("integration_code", 1)], unique=True
            )
            await self._entries.create_index(WAITING, partialFilterExpression=OPEN)

    async def load(self, ids: Collection[str]) -> dict[str, Kept[Entry]]:
        """See Documents."""
        with translated():
            found = await self._entries.find({"_id": {"$in": list(ids)}}).to_list(None)
        return {d["_id"]: Kept(decode(d), d["version"]) for d in found}

    async def save(self, changes: Mapping[str, Kept[Entry]]) -> bool:
        """See Documents."""
        return all(await self._saves.do(list(changes.items())))

    async def due(self, account_id: str, now: datetime, most: int) -> list[Kept[Entry]]:
        """See Ledger. As far as this process wrote them itself, they are not read."""
        if now < self._asked.get(account_id, AT_ONCE) + ASKED_AGAIN and (
            remembered := self._memory.due(account_id, now, most)
        ):
            return remembered
        self._asked[account_id] = now
        wanted = {"account_id": account_id, "due_at": {"$lte": now}, **OPEN}
        with translated():
            found = self._entries.find(wanted, {"version": 1})
            stored = await found.sort([("urgency", 1), ("since", 1)]).limit(most).to_list(most)
        versions = {d["_id"]: d["version"] for d in stored}
        known = {
            id_: Kept(entry, version)
            for id_, version in versions.items()
            if (entry := self._memory.recall(id_, version)) is not None
        }
        if missing := versions.keys() - known.keys():
            loaded = (await self.load(missing)).items()
            known |= {id_: kept for id_, kept in loaded if _is_due(kept.state, account_id, now)}
        return [known[id_] for id_ in versions if id_ in known]

    async def accounts_due(self, partitions: Collection[int], now: datetime) -> list[str]:
        """See Ledger."""
        if not partitions:
            return []
        wanted = {"partition": {"$in": sorted(partitions)}, "due_at": {"$lte": now}, **OPEN}
        accounts: list[dict[str, Any]] = [{"$match": wanted}, {"$group": {"_id": "$account_id"}}]
        with translated():
            found = await self._entries.aggregate(accounts, hint=dict(WAITING)).to_list(None)
        return [d["_id"] for d in found]

    async def _save_all(self, changes: Sequence[tuple[str, Kept[Entry]]]) -> list[bool]:
        writes = [self._write(order_id, kept) for order_id, kept in changes]
        written = await write_each(self._entries, writes)
        for (order_id, kept), well in zip(changes, written, strict=True):
            if well:
                self._memory.learn(kept.state, kept.version + 1)
            else:
                self._memory.forget(order_id)
        return written

    def _write(self, order_id: str, kept: Kept[Entry]) -> InsertOne[dict[str, Any]] | UpdateOne:
        """A new line, or what changed of one; the version to send only where it is another."""
        entry = kept.state
        before = self._memory.recall(order_id, kept.version)
        document = encode(entry, whole=before is None or before.validated is not entry.validated)
        document["version"] = kept.version + 1
        if kept.version == 0:
            return InsertOne({"_id": order_id, **document})
        change: dict[str, Any] = {"$set": document}
        if entry.work is None or entry.validated is None:
            gone = {"urgency": entry.work, "validated": entry.validated}
            change["$unset"] = {name: 1 for name, value in gone.items() if value is None}
        return UpdateOne({"_id": order_id, "version": kept.version}, change, upsert=True)


def _is_due(entry: Entry, account_id: str, now: datetime) -> bool:
    return entry.account_id == account_id and entry.work is not None and entry.due_at <= now


class MongoCustomers:
    """See CustomerBook."""

    def __init__(self, customers: Collection_[dict[str, Any]]) -> None:
        self._customers = customers
        self._finds = Together(self._find_all, REST_S)
        self._learns = Together(self._learn_all, REST_S)

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
        """Nearly all are new, and an insertion costs the least."""
        documents = [
            {"_id": key, "customer_id": known.customer_id, "content": known.content}
            for key, known in learned
        ]
        new = await write_each(self._customers, [InsertOne(each) for each in documents])
        known = [each for each, is_new in zip(documents, new, strict=True) if not is_new]
        if known:
            await write_each(
                self._customers, [ReplaceOne({"_id": each["_id"]}, each) for each in known]
            )
        return [None] * len(learned)
