"""Ways a sale goes wrong: each turns a good sale into one that a hub must stop or refuse."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from sandbox.channels.generator import Fault, Line, Product, Sale

_Spoiler = Callable[[Sale, random.Random, Sequence[Product]], Sale]


class NoSuchProductError(LookupError):
    """The catalogue holds no product that this fault needs."""


def spoiled(sold: Sale, fault: Fault, dice: random.Random, catalogue: Sequence[Product]) -> Sale:
    """The same sale with this one thing wrong; NoSuchProductError if the catalogue lacks it."""
    return replace(_SPOILERS[fault](sold, dice, catalogue), fault=fault)


def _unknown_sku(sold: Sale, dice: random.Random, _: Sequence[Product]) -> Sale:
    return _with_first_sku(sold, f"SKU-{dice.randrange(10**6):06d}")


def _no_sku(sold: Sale, _: random.Random, __: Sequence[Product]) -> Sale:
    return _with_first_sku(sold, None)


def _with_first_sku(sold: Sale, sku: str | None) -> Sale:
    first, *others = sold.lines
    return replace(sold, lines=(replace(first, sku=sku), *others))


def _inactive_product(sold: Sale, dice: random.Random, catalogue: Sequence[Product]) -> Sale:
    inactive = [product for product in catalogue if not product.active]
    if not inactive:
        raise NoSuchProductError("the catalogue has no inactive product")
    product = dice.choice(inactive)
    first, *others = sold.lines
    return replace(sold, lines=(_instead(first, product), *others))


def _instead(line: Line, product: Product) -> Line:
    """The line with another product, at the price that was paid."""
    return replace(line, sku=product.sku, title=product.title, variation=product.variation)


def _missing_tax_id(sold: Sale, _: random.Random, __: Sequence[Product]) -> Sale:
    return replace(sold, buyer=replace(sold.buyer, document=None))


def _invalid_tax_id(sold: Sale, _: random.Random, __: Sequence[Product]) -> Sale:
    document = sold.buyer.document or "00000000000"
    wrong_digit = str((int(document[-1]) + 1) % 10)
    return replace(sold, buyer=replace(sold.buyer, document=document[:-1] + wrong_digit))


def _no_street_number(sold: Sale, _: random.Random, __: Sequence[Product]) -> Sale:
    address = replace(sold.buyer.address, number="")
    return replace(sold, buyer=replace(sold.buyer, address=address))


def _generic_name(sold: Sale, _: random.Random, __: Sequence[Product]) -> Sale:
    anonymous = replace(sold.buyer, first_name="Cliente", last_name="Teste", company=None)
    return replace(sold, buyer=anonymous)


def _foreign_currency(sold: Sale, _: random.Random, __: Sequence[Product]) -> Sale:
    return replace(sold, currency="USD")


def _totals_mismatch(sold: Sale, dice: random.Random, _: Sequence[Product]) -> Sale:
    return replace(sold, unexplained=Decimal(dice.randrange(100, 2000)).scaleb(-2))


def _test_order(sold: Sale, _: random.Random, __: Sequence[Product]) -> Sale:
    return replace(sold, test=True)


def _withheld_buyer(sold: Sale, _: random.Random, __: Sequence[Product]) -> Sale:
    return replace(sold, withheld=True, third_party=False)


_SPOILERS: Mapping[Fault, _Spoiler] = {
    Fault.UNKNOWN_SKU: _unknown_sku,
    Fault.NO_SKU: _no_sku,
    Fault.INACTIVE_PRODUCT: _inactive_product,
    Fault.MISSING_TAX_ID: _missing_tax_id,
    Fault.INVALID_TAX_ID: _invalid_tax_id,
    Fault.NO_STREET_NUMBER: _no_street_number,
    Fault.GENERIC_NAME: _generic_name,
    Fault.FOREIGN_CURRENCY: _foreign_currency,
    Fault.TOTALS_MISMATCH: _totals_mismatch,
    Fault.TEST_ORDER: _test_order,
    Fault.WITHHELD_BUYER: _withheld_buyer,
}
