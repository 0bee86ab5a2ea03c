"""Mercado Livre's documents as its API writes them: only the fields we read.

Lenient where the platform is: most fields may be null or absent, ids come as numbers or strings,
amounts as numbers with binary dust (`14.290000000000001`), times with any offset. What would change
the money is refused. Source: developers.mercadolivre.com.br, "Gerenciamento de vendas", "Envios",
"Faturamento", as of 2026-08.
"""

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Annotated, Any, Final, TypeVar

from pydantic import AwareDatetime, BeforeValidator, Field, ValidationError

from capture.channels.channel import Unreadable
from capture.channels.part import Part, Text
from contracts.value import ZERO, Amount
from contracts.wire import describe

CENT: Final = Decimal("0.01")

Id = Annotated[str, Field(pattern=r"^[0-9]{1,20}$")]
"""A number of up to 64 bits, kept as text: other languages lose its last digits."""


def no_items(value: Any) -> Any:
    """A null in the place of a list is an empty one."""
    return () if value is None else value


def _cents(value: Any) -> Any:
    """The amount that a JSON number stands for, in whole cents."""
    if value is None or isinstance(value, bool) or not isinstance(value, int | float | str):
        return value
    try:
        return Decimal(str(value)).quantize(CENT, ROUND_HALF_UP)
    except InvalidOperation:
        raise ValueError("not an amount") from None


def _nothing(value: Any) -> Any:
    return ZERO if value is None else value


Texts = Annotated[tuple[Text, ...], BeforeValidator(no_items)]
Money = Annotated[Amount, BeforeValidator(_cents)]
MoneyOrNone = Annotated[Amount, BeforeValidator(_nothing), BeforeValidator(_cents)]


P = TypeVar("P", bound=Part)


def read(kind: type[P], document: bytes) -> P:
    """Read a document. Raises Unreadable."""
    try:
        return kind.model_validate_json(document)
    except ValidationError as error:
        raise Unreadable(f"not a document of its kind: {describe(error)}") from None


class Named(Part):
    """A place's id and name."""

    id: Text = ""
    name: Text = ""


class Address(Part):
    """A postal address, in shipments and in old orders."""

    street_name: Text = ""
    street_number: Text = ""
    comment: Text = ""
    zip_code: Text = ""
    neighborhood: Named | None = None
    city: Named | None = None
    state: Named | None = None
    country: Named | None = None
    receiver_name: Text = ""
    receiver_phone: Text = ""


class Phone(Part):
    """A phone in an old order."""

    area_code: Text = ""
    number: Text = ""


class BillingRef(Part):
    """Where the buyer's tax data is; old orders hold the document itself."""

    id: Text = ""
    doc_type: Text = ""
    doc_number: Text = ""


class Buyer(Part):
    """Who bought: an id and no more in today's orders."""

    id: Text = ""
    first_name: Text = ""
    last_name: Text = ""
    email: Text = ""
    phone: Phone | None = None
    billing_info: BillingRef | None = None


class Seller(Part):
    """Who sold."""

    id: Text = ""


class ItemPart(Part):
    """The listing that was bought."""

    id: Text = ""
    title: Text = ""
    variation_id: str | None = None
    seller_sku: Text = ""
    seller_custom_field: Text = ""


class DiscountAmounts(Part):
    """What is taken off one unit, and the seller's part of it."""

    full: MoneyOrNone = ZERO
    seller: MoneyOrNone = ZERO


class Discount(Part):
    """One discount on a line."""

    amounts: DiscountAmounts | None = None


class Bundle(Part):
    """The virtual kit that a component belongs to."""

    parent_item: Any = None


class Line(Part):
    """One line. `unit_price` is after discounts, `full_unit_price` before them."""

    item: ItemPart
    quantity: Annotated[int, Field(ge=0, le=10**6)]
    unit_price: Money
    full_unit_price: Money | None = None
    discounts: Annotated[tuple[Discount, ...], BeforeValidator(no_items)] = ()
    bundle: Bundle | None = None


class Payment(Part):
    """One payment of an order, or the attempt at one."""

    id: Id
    status: Text = ""
    payment_type: Text = ""
    payment_method_id: Text = ""
    installments: Annotated[int, Field(ge=0, le=1000)] | None = None
    transaction_amount: Money
    transaction_amount_refunded: MoneyOrNone = ZERO
    shipping_cost: MoneyOrNone = ZERO
    date_approved: AwareDatetime | None = None
    tags: Texts = ()


class CancelDetail(Part):
    """Why an order is off."""

    group: Text = ""
    code: Text = ""
    requested_by: Text = ""
    date: AwareDatetime | None = None


class ShippingRef(Part):
    """Which shipment; old orders hold the address itself."""

    id: Text = ""
    receiver_address: Address | None = None


class Taxes(Part):
    """Tax on top of the items."""

    amount: MoneyOrNone = ZERO


class Context(Part):
    """How the sale came about."""

    channel: Text = ""


def _readable(value: Any) -> Any:
    """The context where it is one: an order is readable whatever else stands there."""
    named = isinstance(value, dict) and isinstance(value.get("channel"), str)
    return value if named else None


class Order(Part):
    """One order: in a cart, one for each item and variation. `total_amount` is items alone."""

    id: Id
    pack_id: Id | None = None
    status: Text
    date_created: AwareDatetime
    date_closed: AwareDatetime | None = None
    last_updated: AwareDatetime | None = None
    date_last_updated: AwareDatetime | None = None
    currency_id: str = Field(pattern="^[A-Z]{3}$")
    total_amount: Money
    taxes: Taxes | None = None
    order_items: Annotated[tuple[Line, ...], Field(min_length=1)]
    payments: Annotated[tuple[Payment, ...], BeforeValidator(no_items)] = ()
    buyer: Buyer | None = None
    seller: Seller | None = None
    shipping: ShippingRef | None = None
    tags: Texts = ()
    context: Annotated[Context | None, BeforeValidator(_readable)] = None
    cancel_detail: CancelDetail | None = None

    @property
    def purchase_id(self) -> str:
        """The pack, or the order where there is none: what the buyer saw as one purchase."""
        return self.pack_id or self.id

    @property
    def touched_at(self) -> datetime:
        """When the platform last changed it; a sample has no such moment."""
        changed = self.last_updated or self.date_last_updated
        return changed or self.date_closed or self.date_created


class PackedOrder(Part):
    """An order of a pack, by its id."""

    id: Id


class Pack(Part):
    """What ties the orders of a cart together."""

    id: Id
    orders: Annotated[tuple[PackedOrder, ...], BeforeValidator(no_items)] = ()
    last_updated: AwareDatetime | None = None


class Collection(Part):
    """A payment at its own address: of which order it is."""

    order_id: Text = ""


class Claim(Part):
    """A claim: what it is about."""

    resource: Text = ""
    resource_id: Text = ""
