"""Cancelling a posted order in the ERP, by where it stands there (hub-product.md 11).

Query first: already cancelled, or gone, is done; invoiced is for a person; open is cancelled.
Whether `CancelarPedidoVenda` takes an order that is not invoiced is unconfirmed (omie-api.md 8.1);
where it does not, `ExcluirPedido` removes it if the merchant wants that.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any, Final

from chassis.clock import Clock
from erp_writer import ledger
from erp_writer.entry import Entry, Posted
from erp_writer.erp import BILLING, ORDERS, Erp
from erp_writer.posting import NOT_WRITTEN, SETTLE, unchanged
from erp_writer.refusal import words
from omie.faults import Fault, FaultKind, folded
from omie.reads import AskedBefore

Change = Callable[[Entry], Entry]

INVOICED: Final = "O pedido já foi faturado no ERP."
GONE: Final = (FaultKind.NOT_FOUND, FaultKind.EMPTY)
ALREADY: Final = ("ja foi cancelado", "ja esta cancelado", "ja cancelado")


class Undoing:
    """Undoes orders in the ERP. `delete` allows removing one that cannot be cancelled."""

    def __init__(self, clock: Clock, *, delete: bool = False, settle: timedelta = SETTLE) -> None:
        self._clock = clock
        self._delete = delete
        self._settle = settle

    async def undo(self, erp: Erp, posted: Posted) -> Change:
        """Cancel the order, or tell why not. Raises Held."""
        try:
            standing = await _standing(erp, posted)
        except Fault as fault:
            return self._done() if fault.kind in GONE else self._waits(fault)
        if standing.get("cancelado") == "S":
            return self._done()
        if "S" in (standing.get("faturado"), standing.get("autorizado")):
            return self._refused(INVOICED)
        try:
            param = {"nCodPed": posted.erp_order_id}
            await erp.call(BILLING, "CancelarPedidoVenda", param, write=True)
        except Fault as fault:
            return await self._not_cancelled(erp, posted, fault)
        return self._done()

    async def _not_cancelled(self, erp: Erp, posted: Posted, fault: Fault) -> Change:
        if fault.kind in GONE or any(said in folded(fault.text) for said in ALREADY):
            return self._done()
        if fault.kind not in (FaultKind.VALIDATION, FaultKind.DUPLICATE):
            return self._waits(fault)
        if not self._delete:
            return self._refused(words(fault))
        try:
            param = {"codigo_pedido": posted.erp_order_id}
            await erp.call(ORDERS, "ExcluirPedido", param, write=True)
        except Fault as other:
            if other.kind in GONE:
                return self._done()
            refused = other.kind in (FaultKind.VALIDATION, FaultKind.DUPLICATE)
            return self._refused(words(other)) if refused else self._waits(other)
        return self._done()

    def _done(self) -> Change:
        return partial(ledger.undone, now=self._clock())

    def _refused(self, said: str) -> Change:
        return partial(ledger.not_undone, words=said, now=self._clock())

    def _waits(self, fault: Fault) -> Change:
        """The account's trouble is its breaker's; anything else is asked again in a minute."""
        if fault.kind in NOT_WRITTEN:
            return unchanged
        known = isinstance(fault, AskedBefore)
        wait = timedelta(seconds=fault.wait_s) if known else self._settle
        return partial(ledger.undo_later, due_at=self._clock() + wait)


async def _standing(erp: Erp, posted: Posted) -> dict[str, Any]:
    param = {"codigo_pedido": posted.erp_order_id}
    answer = await erp.call(ORDERS, "ConsultarPedido", param, fresh=True)
    found: dict[str, Any] = answer["pedido_venda_produto"].get("infoCadastro") or {}
    return found
