"""Catalogues in MongoDB: a restart has its facts at once, and several processes read the ERP once.

A catalogue is one header and chunks of products. Chunks carry the version they belong to and the
header is written last, so that a reader sees one version whole.
"""

from collections.abc import Iterator, Sequence
from dataclasses import astuple, fields
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

import orjson

from chassis.store import Database, translated
from omie.registers import Option
from validation.catalogue import Catalogue, Product, Register, Registers

CHUNK_PRODUCTS: Final = 2000
"""A few hundred kilobytes; a document may have 16 MB."""


class Shelf(Protocol):
    """Where catalogues are kept. All raise Unavailable."""

    async def load(self, account_id: str, after: datetime | None) -> Catalogue | None:
        """The account's catalogue, if it was read after this moment."""

    async def save(self, catalogue: Catalogue, *, changed: bool) -> None:
        """Keep the catalogue; unchanged, only the moment it was read is new."""

    async def claim(self, account_id: str, now: datetime, lasting: timedelta) -> bool:
        """Whether this process may read the account's ERP; others may not meanwhile."""


class MongoShelf:
    """The shelf in one database. `owner` is this process's name among those of its service."""

    def __init__(self, database: Database[dict[str, Any]], owner: str) -> None:
        self._owner = owner
        self._headers = database["catalogues"]
        self._chunks = database["catalogue_products"]
        self._claims = database["catalogue_claims"]

    async def prepare(self) -> None:
        """Make the indexes."""
        with translated():
            await self._chunks.create_index([("account_id", 1), ("version", 1)])

    async def load(self, account_id: str, after: datetime | None) -> Catalogue | None:
        """See Shelf."""
        with translated():
            header = await self._headers.find_one({"_id": account_id})
            if header is None:
                return None
            read_at = datetime.fromisoformat(header["read_at"])
            if after is not None and read_at <= after:
                return None
            one_version = {"account_id": account_id, "version": header["version"]}
            chunks = await self._chunks.find(one_version).to_list(None)
        if len(chunks) != header["chunks"]:
            return None
        products = (Product(*row) for chunk in chunks for row in orjson.loads(chunk["rows"]))
        registers = registers_from(orjson.loads(header["registers"]))
        return Catalogue.of(account_id, read_at, products, registers)

    async def save(self, catalogue: Catalogue, *, changed: bool) -> None:
        """See Shelf."""
        account, read_at = catalogue.account_id, catalogue.read_at.isoformat()
        with translated():
            if not changed:
                await self._headers.update_one({"_id": account}, {"$set": {"read_at": read_at}})
                return
            chunks = list(_chunks(list(catalogue)))
            for number, rows in enumerate(chunks):
                chunk = {"account_id": account, "version": read_at, "rows": orjson.dumps(rows)}
                id_ = f"{account}|{read_at}|{number}"
                await self._chunks.replace_one({"_id": id_}, chunk, upsert=True)
            header = {
                "read_at": read_at,
                "version": read_at,
                "chunks": len(chunks),
                "registers": orjson.dumps(registers_as_data(catalogue.registers)),
            }
            await self._headers.replace_one({"_id": account}, header, upsert=True)
            older = {"account_id": account, "version": {"$ne": read_at}}
            await self._chunks.delete_many(older)

    async def claim(self, account_id: str, now: datetime, lasting: timedelta) -> bool:
        """See Shelf."""
        with translated():
            await self._claims.update_one(
                {"_id": account_id},
                {"$setOnInsert": {"until": now, "owner": self._owner}},
                upsert=True,
            )
            taken = await self._claims.update_one(
                {"_id": account_id, "$or": [{"until": {"$lte": now}}, {"owner": self._owner}]},
                {"$set": {"until": now + lasting, "owner": self._owner}},
            )
        return bool(taken.matched_count)


def registers_as_data(registers: Registers) -> dict[str, list[tuple[Any, ...]] | None]:
    """The registers as JSON takes them; codes keep being numbers or texts."""
    return {name: _options(getattr(registers, name)) for name in _NAMES}


def registers_from(data: dict[str, list[list[Any]] | None]) -> Registers:
    """The registers again. Those this release does not know are left out."""
    return Registers(**{name: _register(data.get(name)) for name in _NAMES})


_NAMES: Final = tuple(field.name for field in fields(Registers))


def _options(register: Register | None) -> list[tuple[Any, ...]] | None:
    return None if register is None else [astuple(option) for option in register.values()]


def _register(rows: list[list[Any]] | None) -> Register | None:
    if rows is None:
        return None
    return {option.code: option for option in (Option(*row) for row in rows)}


def _chunks(products: Sequence[Product]) -> Iterator[list[tuple[Any, ...]]]:
    for start in range(0, len(products), CHUNK_PRODUCTS):
        yield [astuple(product) for product in products[start : start + CHUNK_PRODUCTS]]
