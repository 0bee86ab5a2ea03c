"""Cancelling a posted order in the ERP, by where it stands there (hub-product.md 11).

Query first: cancelled, deleted or returned already is done, whoever did it; invoiced, or shipped,
is for a person; open, in whatever stage, is cancelled. Whether `CancelarPedidoVenda` takes an order
that is not invoiced is unconfirmed (omie-api.md 8.1); where it does not, `ExcluirPedido` removes it
if the merchant wants that. Nothing here cancels an NF-e.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Final

from chassis.clock import Clock
from contracts.events import ErpFinding
from erp_writer import ledger
from erp_writer.entry import Entry, Posted
from erp_writer.erp import BILLING, ORDERS, Erp
from erp_writer.posting import NOT_WRITTEN, SETTLE, unchanged
from erp_writer.refusal import words
from omie.faults import Fault, FaultKind, folded
from omie.reads import AskedBefore

Change = Callable[[Entry], Entry]

DELIVERY_STAGE: Final = "70"
"""Omie's fixed code of the column that it names "Entrega" (omie-api.md 7.7)."""
WHY_NOT: Final = {
    ErpFinding.INVOICED: "está faturado.",
    ErpFinding.SHIPPED: "está em entrega.",
    ErpFinding.OPEN: "a mercadoria já saiu, segundo o canal.",
}
ENDED: Final = (ErpFinding.CANCELLED, ErpFinding.RETURNED, ErpFinding.DELETED)
GONE: Final = (FaultKind.NOT_FOUND, FaultKind.EMPTY)
ALREADY: Final = ("ja foi cancelado", "ja esta cancelado", "ja cancelado")


@dataclass(frozen=True, slots=True)
class Look:
    """What the ERP shows of an order, and in which stage."""

    found: ErpFinding
    stage: str = ""


def look_of(order: Mapping[str, Any]) -> Look:
    """What the ERP's own record of an order amounts to (omie-api.md 7.6, 7.7).

    A cancelled order keeps its stage: only the record tells. A partial return leaves a sale.
    """
    record = order.get("infoCadastro") or {}
    stage = str((order.get("cabecalho") or {}).get("etapa") or "")
    if record.get("cancelado") == "S":
        return Look(ErpFinding.CANCELLED, stage)
    if record.get("devolvido") == "S":
        return Look(ErpFinding.RETURNED, stage)
    if stage == DELIVERY_STAGE:
        return Look(ErpFinding.SHIPPED, stage)
    invoiced = "S" in (record.get("faturado"), record.get("autorizado"))
    return Look(ErpFinding.INVOICED if invoiced else ErpFinding.OPEN, stage)


class Undoing:
    """Undoes orders in the ERP. `delete` allows removing one that cannot be cancelled."""

    def __init__(self, clock: Clock, *, delete: bool = False, settle: timedelta = SETTLE) -> None:
        self._clock = clock
        self._delete = delete
        self._settle = settle

    async def undo(self, erp: Erp, posted: Posted, *, shipped: bool = False) -> Change:
        """Cancel the order, or tell why not; only look where its goods have left. Raises Held."""
        try:
            look = await _look(erp, posted)
        except Fault as fault:
            gone = fault.kind in GONE
            return self._done(Look(ErpFinding.DELETED)) if gone else self._waits(fault)
        if look.found in ENDED:
            return self._done(look)
        if shipped or look.found is not ErpFinding.OPEN:
            return self._refused(WHY_NOT[look.found], look)
        try:
            param = {"nCodPed": posted.erp_order_id}
            await erp.call(BILLING, "CancelarPedidoVenda", param, write=True)
        except Fault as fault:
            return await self._not_cancelled(erp, posted, fault, look)
        return self._done(look)

    async def _not_cancelled(self, erp: Erp, posted: Posted, fault: Fault, look: Look) -> Change:
        if fault.kind in GONE or any(said in folded(fault.text) for said in ALREADY):
            return self._done(look)
        if fault.kind not in (FaultKind.VALIDATION, FaultKind.DUPLICATE):
            return self._waits(fault)
        if not self._delete:
            return self._refused(words(fault), look)
        try:
            param = {"codigo_pedido": posted.erp_order_id}
            await erp.call(ORDERS, "ExcluirPedido", param, write=True)
        except Fault as other:
            if other.kind in GONE:
                return self._done(look)
            refused = other.kind in (FaultKind.VALIDATION, FaultKind.DUPLICATE)
            return self._refused(words(other), look) if refused else self._waits(other)
        return self._done(look)

    def _done(self, look: Look) -> Change:
        return partial(ledger.undone, now=self._clock(), found=look.found, stage=look.stage)

    def _refused(self, said: str, look: Look) -> Change:
        found, stage, now = look.found, look.stage, self._clock()
        return partial(ledger.not_undone, words=said, now=now, found=found, stage=stage)

    def _waits(self, fault: Fault) -> Change:
        """The account's trouble is its breaker's; anything else is asked again in a minute."""
        if fault.kind in NOT_WRITTEN:
            return unchanged
        known = isinstance(fault, AskedBefore)
        wait = timedelta(seconds=fault.wait_s) if known else self._settle
        return partial(ledger.undo_later, due_at=self._clock() + wait)


async def _look(erp: Erp, posted: Posted) -> Look:
    param = {"codigo_pedido": posted.erp_order_id}
    answer = await erp.call(ORDERS, "ConsultarPedido", param, fresh=True)
    return look_of(answer["pedido_venda_produto"])
