"""The canonical order: what any channel's order becomes before anyone judges it."""

from decimal import Decimal
from enum import StrEnum
from typing import Literal

from pydantic import Field

from contracts.value import ZERO, Amount, Instant, Value, Whole

CEP_DIGITS = 8


class OrderStatus(StrEnum):
    """Whether the sale stands at the channel."""

    PAID = "paid"
    CANCELLED = "cancelled"


class Canceller(StrEnum):
    """Who wanted a sale cancelled, where the channel says it; `CHANNEL` is the marketplace."""

    BUYER = "buyer"
    MERCHANT = "merchant"
    CHANNEL = "channel"


class PaymentMethod(StrEnum):
    """How the buyer paid, in the field's common terms; `OTHER` is what we could not tell."""

    CREDIT_CARD = "credit_card"
    DEBIT_CARD = "debit_card"
    PIX = "pix"
    BOLETO = "boleto"
    BANK_TRANSFER = "bank_transfer"
    WALLET = "wallet"
    STORE_CREDIT = "store_credit"
    GIFT_CARD = "gift_card"
    CASH = "cash"
    OTHER = "other"


class Gap(StrEnum):
    """What the channel would not tell us, so that nobody looks for it in the order."""

    BUYER_DATA_WITHHELD = "buyer_data_withheld"
    CHANNEL_TOKEN_REFUSED = "channel_token_refused"  # noqa: S105 - a code, not a token
    DETAILS_UNREADABLE = "details_unreadable"


class Buyer(Value):
    """Who bought. `document` is a CPF or CNPJ without mask (a CNPJ may hold letters)."""

    name: str = ""
    document: str | None = None
    document_kind: Literal["cpf", "cnpj", "other"] | None = None
    state_registration: str | None = None
    company: str | None = None
    email: str | None = None
    phone: str | None = None


class Address(Value):
    """A Brazilian address; `cep` is digits only, `uf` the two-letter state."""

    recipient: str = ""
    street: str = ""
    number: str = ""
    complement: str = ""
    bairro: str = ""
    city: str = ""
    uf: str = ""
    cep: str = ""
    country: str = "BR"
    phone: str | None = None

    @property
    def complete(self) -> bool:
        """Whether the ERP can invoice to it; abroad there is neither bairro, UF nor CEP."""
        if not (self.street.strip() and self.number.strip() and self.city.strip()):
            return False
        if self.country != "BR":
            return True
        return bool(self.bairro.strip() and self.uf.strip() and len(self.cep) == CEP_DIGITS)


class KitPart(Value):
    """An ERP product in one piece of what is sold: how many of it, and its share of the price.

    `share` is in percent.
    """

    erp_product_id: Whole
    quantity: Whole = 1
    share: Amount = Decimal(100)


class Item(Value):
    """One line: what was sold, how many, at which price.

    `unit_price` is before discounts; `discount` is the whole line's. `quantity` is what still
    stands after edits and refunds at the channel. `erp_product_id` is the ERP product a person
    linked to this very line, or to its listing, if any; `parts` are the products where the
    listing is several, or several pieces of one.
    """

    item_id: str
    listing_id: str | None = None
    variation_id: str | None = None
    sku: str | None = None
    title: str = ""
    quantity: Whole
    unit_price: Amount
    discount: Amount = ZERO
    deleted_at_channel: bool = False
    bundle_id: str | None = None
    erp_product_id: Whole | None = None
    parts: tuple[KitPart, ...] = ()


class Shipping(Value):
    """How the goods travel and what the buyer paid for it."""

    amount: Amount = ZERO
    method: str | None = None
    carrier: str | None = None


class Payment(Value):
    """One payment that succeeded. `installments` is None where the channel does not say."""

    method: PaymentMethod = PaymentMethod.OTHER
    gateway: str | None = None
    brand: str | None = None
    installments: Whole | None = None
    amount: Amount
    paid_at: Instant | None = None
    reference: str | None = None


class Totals(Value):
    """The order's sums: `items - discount + shipping + other = total`, to the cent.

    `items` is before discounts; `other` is what is added on top: tax that prices do not include,
    tips, duties, surcharges. `total` is what the buyer pays for what still stands.
    """

    items: Amount
    discount: Amount = ZERO
    shipping: Amount = ZERO
    other: Amount = ZERO
    total: Amount


class RefundLine(Value):
    """What of one item was given back."""

    item_id: str
    quantity: Whole
    amount: Amount = ZERO


class Refund(Value):
    """Money returned to the buyer; `lines` is empty when it names no item."""

    refund_id: str
    amount: Amount
    lines: tuple[RefundLine, ...] = ()
    refunded_at: Instant | None = None


class Order(Value):
    """A sale at a channel, as every channel's adapter writes it.

    `order_id` is `store_id:channel_order_id`; `number` is what people see (`#1001`).
    `updated_at` is the channel's own clock and tells an old copy from a new one. `shipped`: some
    of the goods have left, so that undoing the sale is a return. `replaces`: the order, by its
    `order_id`, that the channel divided and this one is a part of. `cancelled_by` is None where
    the channel does not say who wanted it.
    """

    order_id: str
    store_id: str
    channel: str
    channel_order_id: str
    number: str
    status: OrderStatus
    currency: str
    buyer: Buyer = Buyer()
    shipping_address: Address | None = None
    billing_address: Address | None = None
    items: tuple[Item, ...] = ()
    shipping: Shipping = Shipping()
    payments: tuple[Payment, ...] = ()
    totals: Totals
    refunds: tuple[Refund, ...] = ()
    placed_at: Instant
    paid_at: Instant | None = None
    updated_at: Instant
    cancelled_at: Instant | None = None
    cancel_reason: str | None = None
    cancelled_by: Canceller | None = None
    shipped: bool = False
    replaces: str | None = None
    gaps: tuple[Gap, ...] = Field(default=())

    @property
    def customer_address(self) -> Address | None:
        """The address of the ERP's customer: billing where complete, else shipping."""
        if self.billing_address is not None and self.billing_address.complete:
            return self.billing_address
        return self.shipping_address or self.billing_address
