"""Nuvemshop's documents as its API and webhooks write them: only the fields we read.

Types are not stable there: ids, quantities and amounts come as numbers or as texts, most fields may
be null. What would change the money, such as an amount that is none, is refused. Source: the
platform's pages on orders, transactions and fulfilment orders, versions v1 and 2025-03.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any, Final, TypeVar

import orjson
from pydantic import (
    AliasChoices,
    AwareDatetime,
    BeforeValidator,
    Field,
    ValidationError,
)

from capture.channels.channel import Unreadable
from capture.channels.part import Part, Text
from contracts.value import ZERO, Amount, Whole
from contracts.wire import describe

Id = Annotated[str, Field(pattern=r"^\d{1,20}$")]
"""A number of up to 64 bits, kept as text: other languages lose its last digits."""

Money = Annotated[Amount, BeforeValidator(lambda value: ZERO if value is None else value)]


def _without_nulls(value: Any) -> Any:
    """A list without its nulls; null itself is an empty one."""
    if isinstance(value, list):
        return [each for each in value if each is not None]
    return () if value is None else value


Listed: Final = BeforeValidator(_without_nulls)


def _filled(value: Any) -> Any:
    """An object or a moment; PHP writes one that has nothing in it as an empty list or text."""
    return None if value in ([], "") else value


def _in_one_language(value: Any) -> Any:
    """A name; where it comes in several languages, the first of those that merchants here use."""
    if not isinstance(value, dict):
        return value
    return next(filter(None, map(value.get, ("pt", "es", "en"))), "")


Filled: Final = BeforeValidator(_filled)


P = TypeVar("P", bound=Part)


class Valued(Part):
    """An amount with its currency, which is the order's."""

    value: Money = ZERO


class Line(Part):
    """One product of the order; `price` is after its own promotion. Legacy lines have no id."""

    id: Id | None = None
    product_id: Id | None = None
    variant_id: Id | None = None
    name: Annotated[Text, BeforeValidator(_in_one_language)] = ""
    sku: Text = ""
    quantity: Whole
    price: Amount


class Address(Part):
    """Where the goods go: `floor` is the complement, `locality` the bairro, `province` a name."""

    name: Text = ""
    phone: Text = ""
    address: Text = ""
    number: Text = ""
    floor: Text = ""
    locality: Text = ""
    city: Text = ""
    province: Text = ""
    zipcode: Text = ""
    country: Text = ""


class Customer(Part):
    """Who ordered, as the shop knows them; absent where the app may not read customers."""

    name: Text = ""
    email: Text = ""
    phone: Text = ""
    identification: Text = ""


class PaymentDetails(Part):
    """How it was paid."""

    method: Text = ""
    credit_card_company: Text = ""
    installments: Whole | None = None


class Named(Part):
    """A thing with a name, and a code that is not for people."""

    name: Text = ""
    code: Text = ""


class Delivery(Part):
    """How one parcel travels, and what the buyer pays for it."""

    carrier: Annotated[Named | None, Filled] = None
    option: Annotated[Named | None, Filled] = None
    consumer_cost: Annotated[Valued | None, Filled] = None


class Destination(Part):
    """Where one parcel goes; here the state has its code."""

    province: Annotated[Named | None, Filled] = None


class FulfilmentOrder(Part):
    """One parcel: an order has as many as there are stock places that serve it."""

    status: Text = ""
    shipping: Annotated[Delivery | None, Filled] = None
    destination: Annotated[Destination | None, Filled] = None


class Order(Part):
    """The order. Versions before 2025-03 have the freight inside; the oldest say `price`."""

    id: Id
    number: Id | None = None
    currency: str = Field(pattern="^[A-Z]{3}$")
    storefront: Text = ""
    status: Text = ""
    payment_status: Text = ""
    shipping_status: Text = ""
    created_at: AwareDatetime
    updated_at: Annotated[AwareDatetime | None, Filled] = None
    paid_at: Annotated[AwareDatetime | None, Filled] = None
    cancelled_at: Annotated[AwareDatetime | None, Filled] = None
    cancel_reason: Text = ""

    contact_name: Text = ""
    contact_email: Text = ""
    contact_phone: Text = ""
    contact_identification: Text = ""
    customer: Annotated[Customer | None, Filled] = None
    billing_name: Text = ""
    billing_phone: Text = ""
    billing_address: Text = ""
    billing_number: Text = ""
    billing_floor: Text = ""
    billing_locality: Text = ""
    billing_city: Text = ""
    billing_province: Text = ""
    billing_zipcode: Text = ""
    billing_country: Text = ""
    billing_customer_type: Text = ""
    billing_business_name: Text = ""
    billing_trade_name: Text = ""
    billing_state_registration: Text = ""
    shipping_address: Annotated[Address | None, Filled] = None

    products: tuple[Line, ...]
    discount: Money = ZERO
    total: Amount = Field(validation_alias=AliasChoices("total", "price"))
    shipping: Text = ""
    shipping_option: Text = ""
    shipping_cost_customer: Amount | None = None
    fulfillment_orders: Annotated[tuple[FulfilmentOrder, ...], Listed] = ()

    gateway: Text = ""
    gateway_id: Text = ""
    gateway_name: Text = ""
    payment_details: Annotated[PaymentDetails | None, Filled] = None


class Event(Part):
    """One thing that happened to a payment."""

    type: Text = ""
    status: Text = ""
    created_at: AwareDatetime | None = None
    happened_at: AwareDatetime | None = None


class Transaction(Part):
    """One payment with all that happened to it."""

    id: str
    refunded_amount: Annotated[Valued | None, Filled] = None
    events: Annotated[tuple[Event, ...], Listed] = ()

    @property
    def refunded(self) -> Decimal:
        """What went back to the buyer so far."""
        return self.refunded_amount.value if self.refunded_amount else ZERO


class _Transactions(Part):
    listed: Annotated[tuple[Transaction, ...], Listed]


class Said(Part):
    """A webhook's whole body. The privacy ones have no event, but say who and what."""

    store_id: Id
    event: Text = ""
    id: str | None = None


def order_in(document: bytes) -> Order:
    """Read an order. Raises Unreadable."""
    return read(Order.model_validate_json, document, "not an order")


def transactions_in(document: bytes) -> tuple[Transaction, ...]:
    """Read an order's transactions. Raises Unreadable."""
    return read(_listed, document, "not transactions").listed


def read(how: Callable[[bytes], P], document: bytes, otherwise: str) -> P:
    """Read a document; Unreadable says `otherwise` and what is wrong with it."""
    try:
        return how(document)
    except ValidationError as error:
        raise Unreadable(f"{otherwise}: {describe(error)}") from None


def _listed(document: bytes) -> _Transactions:
    try:
        return _Transactions(listed=orjson.loads(document))
    except orjson.JSONDecodeError:
        raise Unreadable("not transactions: no JSON") from None
