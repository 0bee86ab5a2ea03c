"""What the API gives and takes, as its OpenAPI document describes it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.cancellations import CancellationChoice, Undoing
from contracts.commands import (
    AddressCorrection,
    BuyerCorrection,
    Corrections,
    ItemCorrection,
    PaymentCorrection,
    PaymentOfSeveral,
    ShippingCorrection,
)
from contracts.events import ErpStanding, ErpTerms
from contracts.order import Canceller, Order
from contracts.reasons import Reason
from panel import timeline
from panel.commands import shown_order
from panel.documents import topic_of
from panel.tab import Situation, Tab

_LARGEST: Final = 2**53


class Buyer(BaseModel):
    """Who bought; `document` is masked."""

    name: str
    document: str | None


class ErpOrder(BaseModel):
    """The sales order in the ERP; `message` is the ERP's words where it refused to cancel."""

    order_id: int
    number: str
    customer_id: int
    stage: str
    standing: ErpStanding
    integration_code: str
    total: str
    message: str
    posted_at: datetime
    nfe_number: str | None = None


class Cancellation(BaseModel):
    """The channel cancelled the order; `undoing` None while nobody has looked at the ERP yet.

    With `needs_action` one of `choices` is to be sent to the order's `/cancellation`. `choice` is
    the latest of the `decision` choices made so far. `shipped`: the goods had left. `by` is who
    wanted it, None where the channel does not say.
    """

    undoing: Undoing | None
    cancelled_at: datetime
    reason: str | None
    by: Canceller | None = None
    choices: list[CancellationChoice]
    detail: str
    shipped: bool = False
    decision: int = 0
    choice: CancellationChoice | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None


class OrderSummary(BaseModel):
    """An order as lists show it; `tab` None while it is being validated.

    `reprocessing` says that somebody asked for it to be judged again, and it was not yet.
    Amounts are exact decimals as text.
    """

    order_id: str
    store_id: str
    channel: str | None
    number: str
    tab: Tab | None
    situation: Situation
    reprocessing: bool
    revision: int
    attempt: int
    buyer: Buyer
    items: int
    total: str | None
    currency: str | None
    placed_at: datetime | None
    updated_at: datetime
    reasons: list[Reason]
    erp: ErpOrder | None
    cancellation: Cancellation | None


class OrderPage(BaseModel):
    """A page of orders, newest change first; `next` is the cursor of the following page."""

    items: list[OrderSummary]
    next: str | None


class Place(BaseModel):
    """Where a record is: its topic keeps it 30 days."""

    topic: str
    partition: int
    offset: int


class TimelineEntry(BaseModel):
    """Something that happened to an order: the type of the event, and in pt-BR what it says.

    `record` is where the event itself can be read.
    """

    at: datetime
    event: str
    text: str
    revision: int | None = None
    attempt: int | None = None
    by: str | None = None
    fields: list[str] = []
    record: Place | None = None


class Asked(BaseModel):
    """A request to judge an order again, and what it corrected."""

    command_id: str
    at: datetime
    by: str
    corrections: Corrections


class OrderDetail(OrderSummary):
    """An order, whole.

    `order` is the canonical order with its corrections merged in, `captured` the one the channel
    sent, `terms` every ERP choice it was validated with; None while the events that carry them
    have not arrived.
    """

    order: Order | None
    captured: Order | None
    terms: ErpTerms | None
    corrections: list[Asked]
    timeline: list[TimelineEntry]


class Counts(BaseModel):
    """How many orders each tab has."""

    processed: int
    pending: int
    cancelled: int


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", str_max_length=500)


class BuyerFields(BuyerCorrection, _Strict):
    """The buyer's fields to correct; None leaves a field."""


class AddressFields(AddressCorrection, _Strict):
    """The address fields to correct; None leaves a field."""


class ItemFields(ItemCorrection, _Strict):
    """The product of one item of the order: another SKU, or the ERP's product itself."""

    erp_product_id: Annotated[int, Field(ge=1, le=_LARGEST)] | None = None


class PaymentFields(PaymentCorrection, _Strict):
    """How the order was really paid."""

    installments: Annotated[int, Field(ge=1, le=99)] | None = None


class PaymentOfSeveralFields(PaymentOfSeveral, _Strict):
    """How one of several payments was really made; the first is number 1."""

    number: Annotated[int, Field(ge=1, le=99)]
    installments: Annotated[int, Field(ge=1, le=99)] | None = None


class ShippingFields(ShippingCorrection, _Strict):
    """Who carries the order."""


class CorrectionFields(Corrections, _Strict):
    """What to correct before the order is judged again; the captured order never changes."""

    buyer: BuyerFields | None = None
    shipping_address: AddressFields | None = None
    billing_address: AddressFields | None = None
    items: Annotated[tuple[ItemFields, ...], Field(max_length=500)] = ()
    payment: PaymentFields | None = None
    payments: Annotated[tuple[PaymentOfSeveralFields, ...], Field(max_length=99)] = ()
    shipping: ShippingFields | None = None


class Reprocess(_Strict):
    """Judge an order again. The same `command_id` again is the same request."""

    corrections: CorrectionFields = CorrectionFields()
    command_id: UUID | None = None


class Resolve(_Strict):
    """What becomes of a cancelled sale that the ERP holds, out of `cancellation.choices`."""

    choice: CancellationChoice
    command_id: UUID | None = None


class Keep(_Strict):
    """Let the ERP's order stand. The same `command_id` again is the same request."""

    command_id: UUID | None = None


class Accepted(BaseModel):
    """The request is durably written; the order's row shows what becomes of it."""

    command_id: str


def summary(row: Mapping[str, Any]) -> OrderSummary:
    """A row as lists show it."""
    return OrderSummary.model_validate({**row, "order_id": row["_id"]})


def detail(
    row: Mapping[str, Any],
    shown: Callable[[Mapping[str, Any]], Mapping[str, Any]] = dict,
) -> OrderDetail:
    """A row, whole; each order in it, and each correction, as `shown` gives it."""
    order, captured = shown_order(row), row["orders"].get("captured")
    return OrderDetail.model_validate(
        {
            **row,
            "order_id": row["_id"],
            "order": shown(order) if order else None,
            "captured": shown(captured) if captured else None,
            "corrections": [
                {**asked, "command_id": asked["id"], "corrections": shown(asked["corrections"])}
                for asked in row["requests"]
            ],
            "terms": row["orders"].get("validated"),
            "timeline": [
                {**entry, "text": timeline.text(entry), "record": _place(entry)}
                for entry in row["timeline"]
            ],
        }
    )


def _place(entry: timeline.Entry) -> Place | None:
    topic, record = topic_of(entry), entry.get("record")
    return Place(topic=topic, partition=record[0], offset=record[1]) if topic and record else None
