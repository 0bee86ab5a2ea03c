"""What happens to an order on the belt, one class per fact, in the order it happens."""

from enum import StrEnum
from typing import ClassVar
from uuid import uuid5

from pydantic import Field

from contracts.envelope import NAMESPACE, Event, Message, repeated
from contracts.order import Order
from contracts.reasons import Reason
from contracts.value import Amount, Instant, Value, Whole


class RawDocument(Value):
    """What the channel sent, to the letter: where it came from and its body as text."""

    source: str
    body: str


class CapturedOrder(Event):
    """An `OrderCaptured` as most read it: without what the channel sent to the letter."""

    type: ClassVar[str] = "br.esteira.order.captured.v1"
    topic: ClassVar[str] = "orders.captured.v1"

    order: Order


class OrderCaptured(CapturedOrder):
    """A channel told us of a paid order, or of a change (a cancellation too) of a captured one."""

    raw: tuple[RawDocument, ...] = ()


class ItemTerms(Value):
    """An ERP product that a line became. None is the line's own; of the stock, the account's."""

    item_id: str
    erp_product_id: Whole
    stock_location_code: Whole | None = None
    quantity: Whole | None = None
    unit_price: Amount | None = None
    discount: Amount | None = None


class PaymentTerms(Value):
    """One of an order's several payments: what it pays, by which means, in how many parts.

    `method_code` is the ERP's means of payment; `name` describes it where the code does not.
    """

    method_code: str | None = None
    name: str = ""
    amount: Amount
    installments: Whole = 1


class Intermediary(Value):
    """The marketplace that brought the sale: its CNPJ, and who the seller is there."""

    cnpj: str
    seller: str


class ErpTerms(Value):
    """How the merchant wants this order in the ERP, every choice already made.

    `salesperson_code` is None when none was chosen: the salesperson named `salesperson_name`
    (the channel) is used. `installment_code` and `payment_method_code` are the ERP's own codes;
    `installments` is the number of payments, `carrier_code` the ERP's id of the carrier.
    `payments` is empty unless the order was paid in several ways: then it says all of them, they
    sum to the total, and `installments` counts the parts of all. `marketplace` says that somebody
    else's site sold it; `intermediary` is None where the store does not tell whose.
    """

    stage_code: str
    category_code: str
    bank_account_code: Whole
    salesperson_code: Whole | None = None
    salesperson_name: str = ""
    tax_scenario_code: Whole | None = None
    installment_code: str = "000"
    installments: Whole = 1
    payment_method_code: str | None = None
    payments: tuple[PaymentTerms, ...] = ()
    carrier_code: Whole | None = None
    marketplace: bool = False
    intermediary: Intermediary | None = None
    origin_code: str = "API"
    update_customer: bool = False
    items: tuple[ItemTerms, ...] = ()


class OrderValidated(Event):
    """The order may go to the ERP; `order` is the captured one with its corrections merged in."""

    type: ClassVar[str] = "br.esteira.order.validated.v1"
    topic: ClassVar[str] = "orders.validated.v1"

    order: Order
    terms: ErpTerms


class PendingStage(StrEnum):
    """Which step parked the order."""

    VALIDATION = "validation"
    ERP = "erp"


class OrderPending(Event):
    """The order waits for a person; `reasons` says what for, all of it."""

    type: ClassVar[str] = "br.esteira.order.pending.v1"
    topic: ClassVar[str] = "orders.pending.v1"

    order: Order
    reasons: tuple[Reason, ...] = Field(min_length=1)
    parked_by: PendingStage = PendingStage.VALIDATION

    @property
    def stage(self) -> str:
        """Validation and the ERP may both park the same attempt."""
        return self.parked_by


class ErpStanding(StrEnum):
    """Where the sales order stands in the ERP; `CANCELLED` also says deleted or returned there."""

    OPEN = "open"
    CANCELLED = "cancelled"
    CANCEL_REFUSED = "cancel_refused"


class ErpFinding(StrEnum):
    """What the ERP's order was found to be just before it would have been cancelled."""

    OPEN = "open"
    INVOICED = "invoiced"
    SHIPPED = "shipped"
    RETURNED = "returned"
    CANCELLED = "cancelled"
    DELETED = "deleted"


class TextChange(Value):
    """A text that the ERP would have refused, and went changed.

    `field` is the ERP's own name of it. `replaced`: characters were exchanged or left out.
    `cut_at`: how many were kept of a longer text. No change quotes the text.
    """

    field: str
    replaced: bool = False
    cut_at: Whole | None = None


class OrderPosted(Event):
    """The ERP holds the sales order; `standing` tells whether it is still open there.

    `erp_message` says why it was not cancelled, in the ERP's own words where it refused. `found`
    is None until somebody wanted it cancelled; `stage_code` is then the stage of that moment.
    `decision` is the latest choice of a person (see OrderCancelled) that the ERP was asked about.
    `changes` tells which texts went otherwise than the channel wrote them.
    """

    type: ClassVar[str] = "br.esteira.order.posted.v1"
    topic: ClassVar[str] = "orders.posted.v1"

    integration_code: str
    erp_order_id: Whole
    erp_order_number: str
    erp_customer_id: Whole
    stage_code: str
    total: Amount
    standing: ErpStanding = ErpStanding.OPEN
    erp_message: str = ""
    found: ErpFinding | None = None
    decision: Whole = 0
    posted_at: Instant
    changes: tuple[TextChange, ...] = ()

    @property
    def stage(self) -> str:
        """One attempt is posted once and may later be cancelled, asked for more than once."""
        return repeated(self.standing, self.decision)


class OrderErased(Event):
    """The buyer asked to be forgotten: forget this order's personal data wherever it is kept."""

    type: ClassVar[str] = "br.esteira.order.erased.v1"
    topic: ClassVar[str] = "orders.erased.v1"


class StoreDisconnected(Message):
    """The channel cut the store off: the app was uninstalled there."""

    type: ClassVar[str] = "br.esteira.store.disconnected.v1"
    topic: ClassVar[str] = "captures.v1"

    store_id: str
    account_id: str
    cause: str

    @property
    def key(self) -> str:
        """One store's messages stay in order."""
        return self.store_id

    @property
    def subject(self) -> str:
        """The store."""
        return self.store_id

    @property
    def event_id(self) -> str:
        """One per store and moment: an app may be installed again and removed again."""
        name = f"{self.store_id}|{self.type}|{self.occurred_at.isoformat()}"
        return str(uuid5(NAMESPACE, name))
