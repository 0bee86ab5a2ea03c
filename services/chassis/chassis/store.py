"""MongoDB: one document per order, changed by compare-and-set. The only driver import.

Motor has reached its end of life and PyMongo's own async client succeeds it; keeping the
driver behind this file keeps that change here.
"""

import contextlib
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorCollection, AsyncIOMotorDatabase
from pymongo import InsertOne, ReplaceOne, UpdateOne, WriteConcern
from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    ConnectionFailure,
    ExecutionTimeout,
    NetworkTimeout,
    OperationFailure,
    PyMongoError,
    WTimeoutError,
)
from pymongo.read_concern import ReadConcern
from pymongo.uri_parser import parse_uri

from chassis.patience import Unavailable

S = TypeVar("S")
Client = AsyncIOMotorClient[dict[str, Any]]
Database = AsyncIOMotorDatabase
Collection_ = AsyncIOMotorCollection
DUPLICATE_KEY = 11000
ADDRESS = (
    "like mongodb://user:password@host:27017/?replicaSet=name, each part without its own"
    " / : @ % (percent-encode them)"
)
"""What MongoDB's address looks like."""
COLLECTION_GONE = 175
"""The collection was replaced by another of its name under the operation: the next one is right."""


@dataclass(frozen=True, slots=True)
class Kept(Generic[S]):
    """A state and the version it was read at; version 0 was never stored."""

    state: S
    version: int = 0


class Documents(Protocol[S]):
    """Where a step keeps what it knows of each order."""

    async def load(self, ids: Collection[str]) -> dict[str, Kept[S]]:
        """The stored states among `ids`. Raises Unavailable."""

    async def save(self, changes: Mapping[str, Kept[S]]) -> bool:
        """Store each state if its version is still the stored one.

        Returns False when another process changed one of them meanwhile; then some may be
        stored: load and fold again. Raises Unavailable.
        """


def check(url: str) -> None:
    """Whether MongoDB may be there. Raises ValueError, which quotes nothing of the address.

    Hosts that DNS lists (`mongodb+srv`) are asked for when connecting.
    """
    try:
        if not url.startswith("mongodb+srv://"):
            with warnings.catch_warnings(action="ignore"):
                parse_uri(url if "://" in url else f"mongodb://{url}")
    except (PyMongoError, ValueError):
        raise ValueError(ADDRESS) from None


def connect(url: str) -> Client:
    """A client whose writes survive a failover, and whose waits end."""
    return AsyncIOMotorClient(
        url,
        tz_aware=True,
        w="majority",
        journal=True,
        retryWrites=True,
        readConcernLevel="majority",
        serverSelectionTimeoutMS=5_000,
        connectTimeoutMS=3_000,
        socketTimeoutMS=30_000,
    )


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """Turn the driver's "come back later" errors into Unavailable."""
    try:
        yield
    except (ConnectionFailure, AutoReconnect, NetworkTimeout, WTimeoutError, ExecutionTimeout) as e:
        raise Unavailable(f"mongodb: {type(e).__name__}") from e
    except OperationFailure as e:
        again = e.code == COLLECTION_GONE or e.has_error_label("RetryableWriteError")
        if isinstance(e, BulkWriteError) or not again:
            raise
        raise Unavailable(f"mongodb: {type(e).__name__}") from e


class MongoDocuments(Generic[S]):
    """Documents in one collection: the encoded state beside `_id` and `version`.

    `heavy` names a field that is never loaded. What the encoded state has in it is written, key
    by key (a key may be a path: `captured.buyer`); its other keys stay as they are stored.
    """

    def __init__(
        self,
        collection: AsyncIOMotorCollection[dict[str, Any]],
        encode: Callable[[S], dict[str, Any]],
        decode: Callable[[dict[str, Any]], S],
        heavy: str | None = None,
    ) -> None:
        self._collection = collection
        self._encode = encode
        self._decode = decode
        self._heavy = heavy

    async def load(self, ids: Collection[str]) -> dict[str, Kept[S]]:
        """See Documents."""
        with translated():
            light = {self._heavy: 0} if self._heavy else None
            found = await self._collection.find({"_id": {"$in": list(ids)}}, light).to_list(None)
        return {d["_id"]: Kept(self._decode(d), d["version"]) for d in found}

    async def save(self, changes: Mapping[str, Kept[S]]) -> bool:
        """See Documents."""
        if not changes:
            return True
        writes = [self._write(id_, kept) for id_, kept in changes.items()]
        replaced = sum(kept.version > 0 for kept in changes.values())
        try:
            with translated():
                result = await self._collection.bulk_write(writes, ordered=False)
        except BulkWriteError as error:
            _refused(error)
            return False
        return bool(result.matched_count == replaced)

    def _write(self, id_: str, kept: Kept[S]) -> Any:
        body = self._body(id_, kept)
        if kept.version == 0:
            return InsertOne(body)
        unchanged = {"_id": id_, "version": kept.version}
        if self._heavy is None:
            return ReplaceOne(unchanged, body)
        parts = body.pop(self._heavy)
        body |= {f"{self._heavy}.{key}": part for key, part in parts.items()}
        return UpdateOne(unchanged, {"$set": body})

    def _body(self, id_: str, kept: Kept[S]) -> dict[str, Any]:
        return self._encode(kept.state) | {"_id": id_, "version": kept.version + 1}


async def write_each(
    collection: AsyncIOMotorCollection[dict[str, Any]],
    writes: Sequence[InsertOne[dict[str, Any]] | ReplaceOne[dict[str, Any]] | UpdateOne],
) -> list[bool]:
    """Write each where the version it expects is still the stored one; which of them were written.

    One request for all. A change has to be an upsert, which tells them apart: where another version
    is stored it tries to insert a second document of that id, which is refused by itself. Raises
    Unavailable.
    """
    try:
        with translated():
            await collection.bulk_write(writes, ordered=False)
    except BulkWriteError as error:
        refused = _refused(error)
        return [number not in refused for number in range(len(writes))]
    return [True] * len(writes)


def _refused(error: BulkWriteError) -> set[int]:
    """Which writes met a stored document of another version. Raises the error if it is another."""
    details = error.details or {}
    refused = details.get("writeErrors", ())
    if any(e["code"] == COLLECTION_GONE for e in refused):
        raise Unavailable("mongodb: collection replaced") from error
    if any(e["code"] != DUPLICATE_KEY for e in refused):
        raise error
    if details.get("writeConcernErrors"):
        raise Unavailable("mongodb: write concern") from error
    return {e["index"] for e in refused}


__all__ = [
    "Documents",
    "InsertOne",
    "Kept",
    "MongoDocuments",
    "ReadConcern",
    "ReplaceOne",
    "UpdateOne",
    "WriteConcern",
    "connect",
    "write_each",
]
