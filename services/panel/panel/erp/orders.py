"""One sales order as the ERP holds it now: what the merchant's options became there."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import structlog

from chassis.clock import Clock
from contracts.stores import StoreConfigured
from omie.client import Omie
from omie.faults import Fault, FaultKind
from panel.erp.accounts import Accounts
from panel.erp.stages import FRESH_FOR, PATIENCE_S

MOST: Final = 500
"""Orders remembered in this process."""

log = structlog.get_logger()
Key = tuple[str, str]
"""An account, and the number of an order there."""


@dataclass(frozen=True, slots=True)
class SoldLine:
    """One line: the product, and where its stock is taken from. `number` is the one we sent."""

    number: str
    product_id: int
    product_code: str = ""
    product_name: str = ""
    stock_location: int | None = None


@dataclass(frozen=True, slots=True)
class SalesOrder:
    """The order in the ERP; a code that it does not tell is None. No buyer's data is in it."""

    order_id: int
    stage: str
    origin: str | None = None
    tax_scenario: int | None = None
    installment_code: str | None = None
    installments: int | None = None
    category: str | None = None
    bank_account: int | None = None
    salesperson: int | None = None
    payment_method: str | None = None
    total: Decimal | None = None
    invoiced: bool = False
    cancelled: bool = False
    lines: Sequence[SoldLine] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """What the ERP said at a moment; `order` None where it has no such order any more."""

    order: SalesOrder | None
    read_at: datetime


@dataclass(slots=True)
class OrderReader:
    """Single orders of every account, kept a minute in this process.

    An account that answered with a fault is left alone for a minute: the ERP blocks keys that
    cause many.
    """

    accounts: Accounts
    clock: Clock
    patience_s: float = PATIENCE_S
    _faulted: dict[str, datetime] = field(default_factory=dict, init=False)
    _known: dict[Key, Look] = field(default_factory=dict, init=False)
    _readings: dict[Key, asyncio.Task[None]] = field(default_factory=dict, init=False)

    async def look(
        self, store: StoreConfigured, erp: Mapping[str, Any], *, ask: bool = True
    ) -> Look | None:
        """What is known of the order that a row's `erp` names, read anew if old and to `ask`.

        None while nothing is. Known and old is better than nothing where the ERP does not answer.
        """
        key = (store.account_id, str(erp["number"]))
        known = self._known.get(key)
        if not ask or (known is not None and self.clock() - known.read_at < FRESH_FOR):
            return known
        reading = self._reading(store, key, int(erp["order_id"]))
        if reading is not None:
            await asyncio.wait([reading], timeout=self.patience_s)
        return self._known.get(key)

    async def stop(self) -> None:
        """Give up what is being read."""
        for reading in self._readings.values():
            reading.cancel()
        await asyncio.gather(*self._readings.values(), return_exceptions=True)

    def _reading(
        self, store: StoreConfigured, key: Key, order_id: int
    ) -> asyncio.Task[None] | None:
        if key in self._readings:
            return self._readings[key]
        faulted = self._faulted.get(store.account_id)
        if faulted is not None and self.clock() - faulted < FRESH_FOR:
            return None
        omie = self.accounts.of(store)
        if omie is None:
            return None
        reading = asyncio.create_task(self._read(omie, key, order_id))
        self._readings[key] = reading
        reading.add_done_callback(lambda _: self._readings.pop(key, None))
        return reading

    async def _read(self, omie: Omie, key: Key, order_id: int) -> None:
        """By its number, for the writer asks by its other names.

        The ERP refuses the same read twice in a minute.
        """
        now, (account_id, number) = self.clock(), key
        asked = {"numero_pedido": number}
        try:
            answer = await omie.call("produtos/pedido", "ConsultarPedido", asked)
        except Fault as fault:
            if fault.kind is FaultKind.NOT_FOUND:
                self._keep(key, Look(None, now))
            else:
                self._faulted[account_id] = now
                log.warning("erp_order_not_read", account_id=account_id, why=str(fault))
            return
        order = sales_order(answer.get("pedido_venda_produto") or {})
        if order.order_id == order_id:  # another one: the store has changed its account since
            self._keep(key, Look(order, now))

    def _keep(self, key: Key, look: Look) -> None:
        self._known.pop(key, None)
        self._known[key] = look
        while len(self._known) > MOST:
            del self._known[next(iter(self._known))]


def sales_order(told: Mapping[str, Any]) -> SalesOrder:
    """The answer to `ConsultarPedido` (omie-api.md 7); empty fields are left out there."""
    head = told.get("cabecalho") or {}
    more = told.get("informacoes_adicionais") or {}
    life = told.get("infoCadastro") or {}
    total = (told.get("total_pedido") or {}).get("valor_total_pedido")
    return SalesOrder(
        order_id=int(head.get("codigo_pedido") or 0),
        stage=str(head.get("etapa") or ""),
        origin=_text(head, "origem_pedido"),
        tax_scenario=_number(head, "codigo_cenario_impostos"),
        installment_code=_text(head, "codigo_parcela"),
        installments=_number(head, "qtde_parcelas"),
        category=_text(more, "codigo_categoria"),
        bank_account=_number(more, "codigo_conta_corrente"),
        salesperson=_number(more, "codVend"),
        payment_method=_text(more, "meio_pagamento"),
        total=None if total is None else Decimal(str(total)),
        invoiced=life.get("faturado") == "S",
        cancelled=life.get("cancelado") == "S",
        lines=tuple(_line(line) for line in told.get("det") or () if line),
    )


def _line(line: Mapping[str, Any]) -> SoldLine:
    product = line.get("produto") or {}
    return SoldLine(
        number=str((line.get("ide") or {}).get("codigo_item_integracao") or ""),
        product_id=int(product.get("codigo_produto") or 0),
        product_code=str(product.get("codigo") or ""),
        product_name=str(product.get("descricao") or ""),
        stock_location=_number(line.get("inf_adic") or {}, "codigo_local_estoque"),
    )


def _text(of: Mapping[str, Any], tag: str) -> str | None:
    return str(of.get(tag) or "").strip() or None


def _number(of: Mapping[str, Any], tag: str) -> int | None:
    return int(of.get(tag) or 0) or None
