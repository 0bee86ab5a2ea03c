"""An order before its judge: what came in, what people corrected, what was decided. Values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from contracts.commands import Corrections
from contracts.envelope import Event
from contracts.events import ErpTerms, OrderPending, OrderValidated
from contracts.order import Order
from contracts.reasons import Reason, ReasonCode
from validation.corrections import NO_CORRECTIONS

DECIDED_BY_FACTS: Final = frozenset(
    {
        ReasonCode.PRODUCT_UNMAPPED,
        ReasonCode.PRODUCT_SKU_NOT_FOUND,
        ReasonCode.PRODUCT_SKU_AMBIGUOUS,
        ReasonCode.PRODUCT_DELETED_AT_CHANNEL,
        ReasonCode.PRODUCT_INACTIVE_AT_ERP,
        ReasonCode.KIT_UNRESOLVED,
        ReasonCode.CUSTOMER_EMAIL_MISSING,
        ReasonCode.ADDRESS_NUMBER_MISSING,
        ReasonCode.PAYMENT_UNMAPPED,
        ReasonCode.INSTALLMENTS_UNMAPPED,
        ReasonCode.CARRIER_UNMAPPED,
        ReasonCode.STORE_CONFIG_INCOMPLETE,
        ReasonCode.ERP_CREDENTIALS_INVALID,
    }
)
"""Reasons that may end without anybody touching the order: the store or its ERP changed."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Not judged: its store, or its store's ERP, is not known well enough yet.

    `since` is when a person asked for the judgement: what the ERP is said to lack must be known
    from then or later.
    """

    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Validated:
    """It may go to the ERP, in these terms. `order` has its corrections merged in."""

    order: Order
    terms: ErpTerms
    at: datetime


@dataclass(frozen=True, slots=True)
class Pending:
    """It waits for a person. `order` has its corrections merged in."""

    order: Order
    reasons: tuple[Reason, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The channel cancelled it. Final."""


@dataclass(frozen=True, slots=True)
class Erased:
    """Its buyer asked to be forgotten. Final; only ids are kept."""


Verdict = Waiting | Validated | Pending | Cancelled | Erased
WAITING: Final = Waiting()


@dataclass(frozen=True, slots=True)
class Case:
    """All that this service knows of one order. `order` is as captured; None once erased.

    `commands` are the ids of the commands obeyed last. `visit` names the second look whose
    verdict may not have been told: no record on a topic would repeat it after a crash.
    """

    order_id: str
    store_id: str
    account_id: str
    revision: int
    order: Order | None
    corrections: Corrections = NO_CORRECTIONS
    attempt: int = 1
    verdict: Verdict = WAITING
    commands: tuple[str, ...] = ()
    visit: str = ""

    @property
    def closed(self) -> bool:
        """Nothing changes it any more."""
        return isinstance(self.verdict, Cancelled | Erased)

    @property
    def open(self) -> bool:
        """Facts may change its verdict, or its verdict may not have been told."""
        verdict = self.verdict
        if isinstance(verdict, Pending):
            return bool(self.visit) or any(r.code in DECIDED_BY_FACTS for r in verdict.reasons)
        return bool(self.visit) or isinstance(verdict, Waiting)

    def told(self) -> Sequence[Event]:
        """What the verdict says to the belt: always the same for the same case."""
        verdict = self.verdict
        if isinstance(verdict, Validated):
            return (
                OrderValidated(
                    order_id=self.order_id,
                    store_id=self.store_id,
                    account_id=self.account_id,
                    revision=self.revision,
                    attempt=self.attempt,
                    occurred_at=verdict.at,
                    order=verdict.order,
                    terms=verdict.terms,
                ),
            )
        if isinstance(verdict, Pending):
            return (
                OrderPending(
                    order_id=self.order_id,
                    store_id=self.store_id,
                    account_id=self.account_id,
                    revision=self.revision,
                    attempt=self.attempt,
                    occurred_at=verdict.at,
                    order=verdict.order,
                    reasons=verdict.reasons,
                ),
            )
        return ()
