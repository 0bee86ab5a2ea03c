"""The ERP's customer for an order: remembered, found or created; never twice.

Looking up a buyer the ERP does not know is a fault there, and so is including one it does know;
ten in a row of either block the account. So an unknown buyer is approached the way that worked
last, and a new one usually costs a single call. `IncluirCliente`, unlike `UpsertCliente`, never
changes a customer who is already there.
"""

import asyncio
import hashlib
import hmac
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

import orjson
import structlog

from chassis.patience import patiently
from contracts.events import TextChange
from contracts.order import Order
from erp_writer.customer import SIZES, compose_alteration, compose_customer, identity
from erp_writer.erp import CUSTOMERS, Erp
from erp_writer.text import fit
from omie.faults import Fault, FaultKind

MOST_IN_VAIN: Final = 4
"""One less than what makes the breaker pause."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Known:
    """A customer of the ERP, and a fingerprint of what we last wrote of it there."""

    customer_id: int
    content: str = ""


@dataclass(frozen=True, slots=True)
class Resolved:
    """The order's customer; `changes` tells which of the texts we wrote of it had to be cleaned."""

    customer_id: int
    changes: tuple[TextChange, ...] = ()


@dataclass(frozen=True, slots=True)
class _Written:
    """The buyer as a customer whose texts the ERP takes, and a fingerprint of that."""

    document: dict[str, Any]
    changes: tuple[TextChange, ...]
    content: str


class CustomerBook(Protocol):
    """Which customer each buyer is. Keys are keyed hashes: nobody can read a CPF out of them."""

    async def find(self, key: str) -> Known | None:
        """The customer remembered under `key`. Raises Unavailable."""

    async def learn(self, key: str, known: Known) -> None:
        """Remember a customer. Raises Unavailable."""

    async def forget(self, key: str) -> None:
        """The ERP no longer knows this one. Raises Unavailable."""


@dataclass(frozen=True, slots=True)
class Habit:
    """What an account's unknown buyers turned out to be lately: there already, or new.

    Neither way of asking ever fails five times in a row: an inclusion in vain is followed by a
    look-up, a look-up in vain by an inclusion that succeeds, and before there are too many of
    those, one look-up that is sure to find somebody ends their row.
    """

    existed: bool = False
    looked_in_vain: int = 0

    @property
    def look_first(self) -> bool:
        """Whether to look for the next one before including it."""
        return self.existed and not self.must_find

    @property
    def must_find(self) -> bool:
        """Whether only a look-up that is sure to succeed may be made."""
        return self.looked_in_vain >= MOST_IN_VAIN

    def looked(self, *, found: bool) -> "Habit":
        """A look-up by document ended."""
        return Habit(found, 0 if found else self.looked_in_vain + 1)

    def included(self, *, new: bool) -> "Habit":
        """An inclusion ended."""
        return replace(self, existed=not new)


class Customers:
    """Customers of all accounts. `secret` keys the hashes under which they are remembered.

    No order waits until its customer is remembered: who comes back before that is known here, and
    one that a crash made us forget is found at the ERP again.
    """

    def __init__(self, book: CustomerBook, secret: bytes) -> None:
        self._book = book
        self._secret = secret
        self._habits: dict[str, Habit] = {}
        self._learning: dict[str, Known] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def resolve(
        self, erp: Erp, account_id: str, order: Order, *, update: bool, doubted: bool = False
    ) -> Resolved:
        """The ERP's id of the order's buyer, who is created where the ERP has none.

        With `update` a customer who is there already gets the order's data; without it nothing of
        it changes. `doubted` mistrusts what is remembered. Raises Fault, Held.
        """
        key = self._key(account_id, identity(order))
        remembered = self._learning.get(key) or await patiently(
            lambda: self._book.find(key), "looking up a customer"
        )
        if remembered is not None and doubted:
            self._learning.pop(key, None)
            await patiently(lambda: self._book.forget(key), "forgetting a customer")
            remembered = None
        customer = _written(order)
        known = remembered or await self._meet(erp, account_id, order, customer)
        if update and known.content != customer.content:
            known = await self._altered(erp, order, known, customer.content)
        if known != remembered:
            self._remember(key, known)
        ours = known.content == customer.content
        return Resolved(known.customer_id, customer.changes if ours else ())

    def _remember(self, key: str, known: Known) -> None:
        self._learning[key] = known
        task = asyncio.create_task(self._learn(key, known))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _learn(self, key: str, known: Known) -> None:
        await patiently(lambda: self._book.learn(key, known), "remembering a customer")
        if self._learning.get(key) is known:
            del self._learning[key]

    def _key(self, account_id: str, who: str) -> str:
        named = f"{account_id}|{who}".encode()
        return hmac.new(self._secret, named, hashlib.sha256).hexdigest()

    async def _meet(self, erp: Erp, account_id: str, order: Order, customer: _Written) -> Known:
        """A buyer we have no memory of."""
        document = order.buyer.document or ""
        habit = self._habits.get(account_id, Habit())
        if document and habit.look_first:
            found = await _look(erp, document)
            habit = self._habits[account_id] = habit.looked(found=found is not None)
            if found is not None:
                return Known(found)
        try:
            answer = await erp.call(CUSTOMERS, "IncluirCliente", customer.document, write=True)
        except Fault as fault:
            if fault.kind in (FaultKind.DUPLICATE, FaultKind.UNCLEAR):
                habit = self._habits[account_id] = habit.included(new=False)
            if fault.kind is not FaultKind.DUPLICATE:
                raise
            existing = fault.existing_id
            if document and (existing is None or habit.must_find):
                existing = await _look(erp, document) or existing
                self._habits[account_id] = habit.looked(found=existing is not None)
            if existing is None:
                raise
            return Known(existing)
        self._habits[account_id] = habit.included(new=True)
        return Known(int(answer["codigo_cliente_omie"]), customer.content)

    async def _altered(self, erp: Erp, order: Order, known: Known, content: str) -> Known:
        """The customer brought up to date; one the ERP will not change is used as it is."""
        alteration = fit(compose_alteration(order, known.customer_id), SIZES)
        try:
            await erp.call(CUSTOMERS, "AlterarCliente", alteration.document, write=True)
        except Fault as fault:
            if fault.kind in _ACCOUNT_WIDE:
                raise
            log.warning("customer_not_updated", customer_id=known.customer_id, kind=fault.kind)
            return known
        return replace(known, content=content)


_ACCOUNT_WIDE: Final = (
    FaultKind.AUTH, FaultKind.BLOCKED, FaultKind.THROTTLED, FaultKind.BUSY, FaultKind.TRANSIENT,
)  # fmt: skip


async def _look(erp: Erp, document: str) -> int | None:
    """The customer with this CPF or CNPJ; an active one where there are several."""
    wanted: dict[str, Any] = {"pagina": 1, "registros_por_pagina": 50}
    wanted["clientesFiltro"] = {"cnpj_cpf": document}
    try:
        answer = await erp.call(CUSTOMERS, "ListarClientes", wanted, fresh=True)
    except Fault as fault:
        if fault.kind is FaultKind.EMPTY:
            return None
        raise
    rows = sorted(answer.get("clientes_cadastro") or (), key=lambda row: row.get("inativo") == "S")
    return int(rows[0]["codigo_cliente_omie"]) if rows else None


def _written(order: Order) -> _Written:
    customer = fit(compose_customer(order), SIZES)
    written = orjson.dumps(customer.document, option=orjson.OPT_SORT_KEYS)
    content = hashlib.sha256(written).hexdigest()
    return _Written(customer.document, customer.changes, content)
