"""One order on its way into the ERP: prepared, sent, looked up. Each ends in a change of its entry.

A change is a pure function of the ledger: whoever applies it takes the entry as it is by then.
Held (the account is being left alone) passes through; every Fault ends here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from chassis.clock import Clock
from contracts.events import OrderValidated, TextChange
from contracts.reasons import Reason
from erp_writer import ledger, refusal
from erp_writer.customers import Customers
from erp_writer.document import SIZES, compose_order, material, total_held, total_of
from erp_writer.entry import AT_ONCE, Entry, Found, Sent
from erp_writer.erp import ORDERS, Erp, Held
from erp_writer.salespeople import Salespeople
from erp_writer.text import fit
from omie.faults import ERP_ZONE, Fault, FaultKind
from omie.reads import AskedBefore

Change = Callable[[Entry], Entry]

INCLUDE: Final = "IncluirPedido"
SETTLE: Final = timedelta(seconds=61)
"""After this a call has certainly ended at the ERP, and the same one is not redundant any more."""
REFUSALS: Final = (
    FaultKind.VALIDATION, FaultKind.NOT_FOUND, FaultKind.DUPLICATE, FaultKind.EMPTY,
)  # fmt: skip
NOT_WRITTEN: Final = (
    FaultKind.AUTH, FaultKind.BLOCKED, FaultKind.THROTTLED, FaultKind.BUSY, FaultKind.TRANSIENT,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Prepared:
    """An order ready to be sent, and what the ledger keeps of it."""

    document: dict[str, Any]
    sent: Sent
    changes: tuple[TextChange, ...]


def unchanged(entry: Entry) -> Entry:
    """Nothing came of it: the account is in trouble, and the entry waits."""
    return entry


class Posting:
    """Posts orders. `settle` is how long an unclear call may still be under way at the ERP."""

    def __init__(
        self,
        customers: Customers,
        salespeople: Salespeople,
        clock: Clock,
        settle: timedelta = SETTLE,
    ) -> None:
        self._customers = customers
        self._salespeople = salespeople
        self._clock = clock
        self._settle = settle

    async def prepare(self, erp: Erp, entry: Entry) -> Prepared | Change:
        """Everything before the order itself: salesperson, customer, document."""
        version = entry.validated
        if version is None:
            return partial(ledger.released, due_at=AT_ONCE)
        try:
            return await self._prepared(erp, entry, version)
        except Fault as fault:
            if fault.kind in REFUSALS:
                return self._refused(entry, refusal.rejection(fault, version))
            if fault.kind is FaultKind.REDUNDANT:
                return partial(ledger.released, due_at=self._after(fault))
            return unchanged

    async def _prepared(self, erp: Erp, entry: Entry, version: OrderValidated) -> Prepared | Change:
        order, terms, account_id = version.order, version.terms, entry.account_id
        if terms.salesperson_code is None and terms.salesperson_name:
            name = terms.salesperson_name
            code = await self._salespeople.code_of(erp, account_id, name)
            terms = terms.model_copy(update={"salesperson_code": code})
        customer = await self._customers.resolve(
            erp,
            account_id,
            order,
            update=terms.update_customer,
            doubted=entry.customer_doubted,
        )
        now = self._clock()
        today = now.astimezone(ERP_ZONE).date()
        code_ = entry.integration_code
        document = compose_order(order, terms, customer.customer_id, code_, today)
        total = total_of(document)
        if total != order.totals.total:
            return self._refused(entry, refusal.mismatch(total, order))
        fitted = fit(document, SIZES)
        sent = Sent(
            revision=version.revision,
            attempt=version.attempt,
            material=material(order, version.terms),
            customer_id=customer.customer_id,
            total=total,
            stage_code=terms.stage_code,
            at=now,
        )
        return Prepared(fitted.document, sent, (*customer.changes, *fitted.changes))

    def room(self, erp: Erp) -> None:
        """Make sure the order would go out soon. Raises Held where it has to wait its turn."""
        erp.room(INCLUDE)

    def holds(self, entry: Entry) -> bool:
        """Whether the claim on the entry is certainly the only one: none is let go of so soon."""
        return entry.sent is not None and self._clock() < entry.sent.at + self._settle

    async def send(self, erp: Erp, entry: Entry, prepared: Prepared) -> Change:
        """Include the order; `entry` is claimed. An unclear answer is looked up next."""
        try:
            answer = await erp.call(ORDERS, INCLUDE, prepared.document, write=True)
        except Held:
            return partial(ledger.released, due_at=AT_ONCE)
        except Fault as fault:
            if fault.kind in NOT_WRITTEN:
                return partial(ledger.released, due_at=AT_ONCE)
            if fault.kind in (FaultKind.UNCLEAR, FaultKind.REDUNDANT):
                return partial(ledger.unanswered, now=self._clock())
            if fault.kind is FaultKind.DUPLICATE:
                return await self.look_up(erp, entry, self._contradicted(entry, fault))
            return self._not_taken(entry, fault)
        found = Found(
            erp_order_id=int(answer["codigo_pedido"]),
            number=_bare(answer.get("numero_pedido")),
            customer_id=prepared.sent.customer_id,
            total=prepared.sent.total,
        )
        return partial(ledger.confirmed, found=found)

    async def look_up(self, erp: Erp, entry: Entry, absent: Change | None = None) -> Change:
        """Ask the ERP whether it holds the order, by our code.

        `absent` is what it means if not, or if a look-up just before did not find it: within a
        minute the ERP may not be asked again.
        """
        missed = partial(ledger.missed, asked_at=self._clock(), settle=self._settle)
        try:
            found = await _ask(erp, entry)
        except Held:
            return partial(ledger.doubted, due_at=AT_ONCE)
        except Fault as fault:
            if fault.kind in (FaultKind.NOT_FOUND, FaultKind.EMPTY):
                return absent or missed
            if absent and isinstance(fault, AskedBefore):
                return absent
            waits = fault.kind not in NOT_WRITTEN
            return partial(ledger.doubted, due_at=self._after(fault) if waits else AT_ONCE)
        return partial(ledger.confirmed, found=found)

    def _contradicted(self, entry: Entry, fault: Fault) -> Change:
        """Our code is taken, and not by this order: believed the second time."""
        if entry.contradicted:
            return self._not_taken(entry, fault)
        return partial(ledger.contradicted, asked_at=self._clock(), settle=self._settle)

    def _not_taken(self, entry: Entry, fault: Fault) -> Change:
        tag = (fault.tag or "").casefold()
        if tag == "codvend":
            self._salespeople.forget(entry.account_id)
        if tag == "codigo_cliente" and not entry.customer_doubted:
            return ledger.customer_lost
        if entry.validated is None:
            return partial(ledger.released, due_at=AT_ONCE)
        return self._refused(entry, refusal.rejection(fault, entry.validated))

    def _refused(self, entry: Entry, *reasons: Reason) -> Change:
        return partial(ledger.refused, rank=entry.rank, reasons=reasons, now=self._clock())

    def _after(self, fault: Fault) -> datetime:
        """When to try again: a repeat restarts the ERP's minute, so a whole one has to pass."""
        known = isinstance(fault, AskedBefore)
        return self._clock() + (timedelta(seconds=fault.wait_s) if known else self._settle)


async def _ask(erp: Erp, entry: Entry) -> Found:
    param = {"codigo_pedido_integracao": entry.integration_code}
    answer = await erp.call(ORDERS, "ConsultarPedido", param, fresh=True)
    order = answer["pedido_venda_produto"]
    head = order["cabecalho"]
    return Found(
        erp_order_id=int(head["codigo_pedido"]),
        number=_bare(head.get("numero_pedido")),
        customer_id=int(head.get("codigo_cliente", 0)),
        total=total_held(order),
    )


def _bare(number: object) -> str:
    """The order's visible number: padded to 15 digits in some answers, bare in others."""
    text = str(number or "")
    return str(int(text)) if text.isdecimal() else text
