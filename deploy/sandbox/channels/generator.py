"""Seeded sales as Brazilian shops make them, good ones and faulty ones, in no channel's shape.

A channel renders a `Sale` into its own documents; the same seed gives the same sale.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from sandbox.channels.buyers import Buyer, buyer
from sandbox.channels.money import rounded, shares


class Fault(StrEnum):
    """What is wrong with a sale, on request."""

    UNKNOWN_SKU = "unknown_sku"
    NO_SKU = "no_sku"
    INACTIVE_PRODUCT = "inactive_product"
    MISSING_TAX_ID = "missing_tax_id"
    INVALID_TAX_ID = "invalid_tax_id"
    NO_STREET_NUMBER = "no_street_number"
    GENERIC_NAME = "generic_name"
    FOREIGN_CURRENCY = "foreign_currency"
    TOTALS_MISMATCH = "totals_mismatch"
    TEST_ORDER = "test_order"
    WITHHELD_BUYER = "withheld_buyer"


class Method(StrEnum):
    """How the buyer pays: cards at once, Pix and boleto after the order is placed."""

    CARD = "card"
    PIX = "pix"
    BOLETO = "boleto"


@dataclass(frozen=True, slots=True)
class Variation:
    """What of a product was chosen: `Cor`, `Azul`."""

    option: str
    choice: str


@dataclass(frozen=True, slots=True)
class Product:
    """One product, priced in BRL; an inactive one of the ERP still sells at the channel.

    Those of one title are the variations of one product.
    """

    sku: str
    title: str
    unit_price: Decimal
    active: bool = True
    variation: Variation | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One item of the basket; `discount` is its share of the coupon, for the whole line."""

    sku: str | None
    title: str
    quantity: int
    unit_price: Decimal
    discount: Decimal = Decimal(0)
    variation: Variation | None = None

    @property
    def gross(self) -> Decimal:
        """Price times quantity, before the coupon."""
        return self.unit_price * self.quantity


def by_title(catalogue: Sequence[Product]) -> dict[str, list[Product]]:
    """The catalogue as shops list it: each product with its variations."""
    found: dict[str, list[Product]] = {}
    for product in catalogue:
        found.setdefault(product.title, []).append(product)
    return found


@dataclass(frozen=True, slots=True)
class Coupon:
    """A code the buyer typed; `kind` is percentage, fixed_amount or shipping."""

    code: str
    kind: str
    value: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Freight:
    """The delivery the buyer chose; `discount` comes from a free shipping coupon."""

    title: str
    code: str
    price: Decimal
    discount: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Payment:
    """The payment; `gateway` is the provider's name, `brand` the card's."""

    method: Method
    gateway: str
    instalments: int = 1
    brand: str | None = None


@dataclass(frozen=True, slots=True)
class Sale:
    """One purchase; `third_party` means that another company's checkout took it.

    `unexplained` is what the total holds beyond its parts; zero in any honest sale.
    """

    buyer: Buyer
    lines: tuple[Line, ...]
    coupon: Coupon | None
    freight: Freight
    payment: Payment
    third_party: bool
    currency: str = "BRL"
    test: bool = False
    withheld: bool = False
    unexplained: Decimal = Decimal(0)
    fault: Fault | None = None

    @property
    def gross(self) -> Decimal:
        """All lines before discounts."""
        return sum((line.gross for line in self.lines), Decimal(0))

    @property
    def discount(self) -> Decimal:
        """What the coupon takes off the lines."""
        return sum((line.discount for line in self.lines), Decimal(0))

    @property
    def total(self) -> Decimal:
        """What the buyer pays."""
        freight = self.freight.price - self.freight.discount
        return self.gross - self.discount + freight + self.unexplained


@dataclass(frozen=True, slots=True)
class Wish:
    """What a sale must be like; None leaves it to the dice."""

    method: Method | None = None
    company: bool | None = None
    third_party: bool | None = None


_FREIGHTS = (
    *(("PAC", "04510"), ("SEDEX", "04014"), ("Jadlog Package", "jadlog_package")),
    *(("Loggi Express", "loggi"), ("Transportadora", "transportadora")),
)
_GATEWAYS = ("Mercado Pago", "Pagar.me", "Appmax")
_BRANDS = ("Visa", "Mastercard", "Elo", "American Express", "Hipercard")
_INSTALMENTS = (1, 1, 1, 2, 3, 3, 4, 6, 10, 12)
_PERCENTAGES = {"BEMVINDO10": 10, "VOLTA5": 5, "OUTUBRO15": 15}


def dice(seed: str) -> random.Random:
    """Chance that falls the same way every time for the same seed."""
    return random.Random(seed)  # noqa: S311 - for play, and it must be repeatable


def sale(dice: random.Random, catalogue: Sequence[Product], wish: Wish | None = None) -> Sale:
    """A sale with nothing wrong with it."""
    wish = wish or Wish()
    company = dice.random() < 1 / 6 if wish.company is None else wish.company
    third_party = dice.random() < 1 / 5 if wish.third_party is None else wish.third_party
    basket = _basket(dice, [product for product in catalogue if product.active])
    freight = _freight(dice)
    coupon = _coupon(dice, sum((line.gross for line in basket), Decimal(0)), freight)
    if coupon and coupon.kind == "shipping":
        freight = Freight(freight.title, freight.code, freight.price, discount=coupon.amount)
    elif coupon:
        basket = _discounted(basket, coupon.amount)
    return Sale(
        buyer=buyer(dice, company=company),
        lines=basket,
        coupon=coupon,
        freight=freight,
        payment=_payment(dice, wish.method or dice.choice([*Method, Method.CARD, Method.PIX])),
        third_party=third_party,
    )


def _basket(dice: random.Random, products: Sequence[Product]) -> tuple[Line, ...]:
    kinds = min(dice.choice((1, 1, 1, 2, 3, 5)), len(products))
    return tuple(
        Line(
            product.sku,
            product.title,
            dice.choice((1, 1, 1, 2, 3)),
            product.unit_price,
            variation=product.variation,
        )
        for product in dice.sample(products, kinds)
    )


def _freight(dice: random.Random) -> Freight:
    if dice.random() < 1 / 4:
        return Freight("Frete grátis", "frete_gratis", Decimal("0.00"))
    title, code = dice.choice(_FREIGHTS)
    return Freight(title, code, Decimal(dice.randrange(990, 8990)).scaleb(-2))


def _coupon(dice: random.Random, gross: Decimal, freight: Freight) -> Coupon | None:
    kind = dice.choice((None, None, None, "percentage", "fixed_amount", "shipping"))
    if kind == "percentage":
        code = dice.choice(list(_PERCENTAGES))
        percent = Decimal(_PERCENTAGES[code])
        return Coupon(code, kind, percent, rounded(gross * percent / 100))
    if kind == "fixed_amount":
        amount = min(Decimal(dice.choice((10, 20, 50))), rounded(gross / 2))
        return Coupon("DESCONTO", kind, amount, amount)
    if kind == "shipping" and freight.price:
        return Coupon("FRETEZERO", kind, Decimal(100), freight.price)
    return None


def _discounted(basket: tuple[Line, ...], amount: Decimal) -> tuple[Line, ...]:
    parts = shares(amount, [line.gross for line in basket])
    return tuple(replace(line, discount=part) for line, part in zip(basket, parts, strict=True))


def _payment(dice: random.Random, method: Method) -> Payment:
    gateway = dice.choice(_GATEWAYS)
    if method is not Method.CARD:
        return Payment(method, gateway)
    return Payment(method, gateway, dice.choice(_INSTALMENTS), dice.choice(_BRANDS))
