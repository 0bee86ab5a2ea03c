"""Shopify's order as its REST API and webhooks write it: only the fields we read.

Lenient where Shopify is: a field it withholds from the app is absent, most others may be null,
ids and amounts come as numbers or strings. What would change the money, such as an amount
that is none, is refused. Source: Shopify's order resource, versions 2023-07 to 2026-10.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Annotated, Any, Final

from pydantic import AwareDatetime, BeforeValidator, Field, ValidationError

from capture.channels.channel import Unreadable
from capture.channels.part import Part, Text
from contracts.value import ZERO, Amount
from contracts.wire import describe

_TIP: Final = frozenset({"tip", "gorjeta", "propina"})
Id = Annotated[str, Field(pattern=r"^\d{1,20}$")]
"""A number of up to 64 bits, kept as text: other languages lose its last digits."""


def _no_items(value: Any) -> Any:
    return () if value is None else value


def _tags(value: Any) -> Any:
    """One text with commas between them; an order is readable whatever else stands there."""
    return tuple(value.split(",")) if value and isinstance(value, str) else ()


def _pairs(value: Any) -> Any:
    """A list of names and values; apps that write orders also leave one object of them."""
    if isinstance(value, dict):
        return [{"name": name, "value": each} for name, each in value.items()]
    return _no_items(value)


def _name(value: Any) -> Any:
    return value if isinstance(value, str) else ""


class MoneyIn(Part):
    """An amount in one currency."""

    amount: Amount


class MoneySet(Part):
    """An amount in the shop's currency and in the buyer's; the shop's books are in the former."""

    shop_money: MoneyIn | None = None


def amount(of: MoneySet | None, plain: Decimal | None) -> Decimal | None:
    """The amount in the shop's currency, from the set where there is one."""
    return of.shop_money.amount if of and of.shop_money else plain


class Note(Part):
    """One of the order's additional details, which checkout apps write."""

    name: Text = ""
    value: Any = None


class Address(Part):
    """A postal address; an app without access to customer data sees only country and state."""

    name: Text = ""
    first_name: Text = ""
    last_name: Text = ""
    company: Text = ""
    address1: Text = ""
    address2: Text = ""
    city: Text = ""
    province: Text = ""
    province_code: Text = ""
    country: Text = ""
    country_code: Text = ""
    zip: Text = ""
    phone: Text = ""


class Customer(Part):
    """Who ordered, as the shop knows them."""

    first_name: Text = ""
    last_name: Text = ""
    email: Text = ""
    phone: Text = ""
    default_address: Address | None = None


class Allocation(Part):
    """The share of a discount that fell on one line."""

    amount: Amount = ZERO
    amount_set: MoneySet | None = None


Allocations = Annotated[tuple[Allocation, ...], BeforeValidator(_no_items)]


class Line(Part):
    """One line; `current_quantity` is what is left of `quantity` after edits and refunds."""

    id: Id
    product_id: Id | None = None
    variant_id: Id | None = None
    sku: Text = ""
    name: Text = ""
    title: Text = ""
    quantity: int
    current_quantity: int | None = None
    price: Amount | None = None
    price_set: MoneySet | None = None
    total_discount: Amount | None = None
    total_discount_set: MoneySet | None = None
    discount_allocations: Allocations = ()
    product_exists: bool | None = None
    sales_line_item_group_id: str | None = None
    tip_payment_gateway: Any = None

    @property
    def is_tip(self) -> bool:
        """Whether this is no product but a tip: its line alone has this field, with null even.

        Where the field is left out its name tells, in the words of Shopify's checkout.
        """
        named = self.title.strip().casefold() in _TIP
        return self.product_id is None and (named or "tip_payment_gateway" in self.model_fields_set)


class ShippingLine(Part):
    """One way the goods travel. The `current` price follows refunds."""

    title: Text = ""
    code: Text = ""
    source: Text = ""
    carrier_identifier: Text = ""
    price: Amount | None = None
    price_set: MoneySet | None = None
    discounted_price: Amount | None = None
    discounted_price_set: MoneySet | None = None
    current_discounted_price_set: MoneySet | None = None
    discount_allocations: Allocations = ()
    is_removed: bool | None = None


class RefundLine(Part):
    """What of one line was given back; its amounts are numbers, not strings."""

    line_item_id: Id
    quantity: int = 0
    subtotal: Amount | None = None
    subtotal_set: MoneySet | None = None
    total_tax: Amount | None = None
    total_tax_set: MoneySet | None = None


class RefundTransaction(Part):
    """Amount on its way back."""

    kind: Text = ""
    status: Text = ""
    amount: Amount | None = None
    currency: Text = ""


class Refund(Part):
    """A refund; with no transactions no money has moved."""

    id: Id
    created_at: AwareDatetime | None = None
    processed_at: AwareDatetime | None = None
    refund_line_items: Annotated[tuple[RefundLine, ...], BeforeValidator(_no_items)] = ()
    transactions: Annotated[tuple[RefundTransaction, ...], BeforeValidator(_no_items)] = ()


class Order(Part):
    """The order. The `current` amounts follow edits and refunds, the others never fall."""

    id: Id
    admin_graphql_api_id: Text = ""
    name: Text = ""
    order_number: str | None = None
    currency: str = Field(pattern="^[A-Z]{3}$")
    financial_status: Text = ""
    fulfillment_status: Text = ""
    tags: Annotated[tuple[str, ...], BeforeValidator(_tags)] = ()
    source_name: Annotated[str, BeforeValidator(_name)] = ""
    test: bool | None = None
    taxes_included: bool | None = None
    duties_included: bool | None = None
    created_at: AwareDatetime
    processed_at: AwareDatetime | None = None
    updated_at: AwareDatetime
    cancelled_at: AwareDatetime | None = None
    cancel_reason: str | None = None

    email: Text = ""
    contact_email: Text = ""
    phone: Text = ""
    customer: Customer | None = None
    billing_address: Address | None = None
    shipping_address: Address | None = None
    note_attributes: Annotated[tuple[Note, ...], BeforeValidator(_pairs)] = ()

    line_items: tuple[Line, ...]
    shipping_lines: Annotated[tuple[ShippingLine, ...], BeforeValidator(_no_items)] = ()
    refunds: Annotated[tuple[Refund, ...], BeforeValidator(_no_items)] = ()
    payment_gateway_names: Annotated[tuple[Text, ...], BeforeValidator(_no_items)] = ()

    total_price: Amount
    total_price_set: MoneySet | None = None
    current_total_price: Amount | None = None
    current_total_price_set: MoneySet | None = None
    total_tax: Amount | None = None
    total_tax_set: MoneySet | None = None
    current_total_tax: Amount | None = None
    current_total_tax_set: MoneySet | None = None
    total_tip_received: Amount | None = None
    original_total_duties_set: MoneySet | None = None
    current_total_duties_set: MoneySet | None = None
    original_total_additional_fees_set: MoneySet | None = None
    current_total_additional_fees_set: MoneySet | None = None

    @cached_property
    def notes(self) -> Mapping[str, str]:
        """The filled additional details by `note_key`; the first of a name counts."""
        found: dict[str, str] = {}
        for note in self.note_attributes:
            value = str(note.value).strip() if isinstance(note.value, str | int) else ""
            if value:
                found.setdefault(note_key(note.name), value)
        return found


class Answered(Part):
    """The order as the REST API answers it: in an envelope."""

    order: Order


_BETWEEN_WORDS: Final = re.compile(r"[\W_]+")
_ENVELOPE: Final = re.compile(rb'\s*\{\s*"order"\s*:\s*\{')


def order_in(document: bytes) -> Order:
    """Read an order, bare or in the REST API's envelope. Raises Unreadable."""
    try:
        if _ENVELOPE.match(document):
            return Answered.model_validate_json(document).order
        return Order.model_validate_json(document)
    except ValidationError as error:
        raise Unreadable(f"not an order: {describe(error)}") from None


@lru_cache(maxsize=4096)
def note_key(name: str) -> str:
    """A note's name as we compare it: `CPF/CNPJ`, `cpf_cnpj` and `CpfCnpj` are one."""
    return _BETWEEN_WORDS.sub("", name.casefold())
