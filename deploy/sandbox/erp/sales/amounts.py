"""An order's amounts, exact to the cent: items, discounts, totals. Pure."""

from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from sandbox.erp import faults
from sandbox.erp.store import Doc

CENT = Decimal("0.01")
ZERO = Decimal(0)
HUNDRED = Decimal(100)
CHARGES = ("valor_frete", "valor_seguro", "outras_despesas")
RATES = (
    ("ipi", "base_ipi", "aliq_ipi", "valor_ipi"),
    ("icms", "base_icms", "aliq_icms", "valor_icms"),
    ("icms_st", "base_icms_st", "aliq_icms_st", "valor_icms_st"),
    ("pis_padrao", "base_pis", "aliq_pis", "valor_pis"),
    ("cofins_padrao", "base_cofins", "aliq_cofins", "valor_cofins"),
)
SUMMED = (
    ("ipi", "valor_ipi", "valor_IPI"),
    ("icms", "valor_icms", "valor_icms"),
    ("icms_st", "valor_icms_st", "valor_st"),
    ("pis_padrao", "valor_pis", "valor_pis"),
    ("cofins_padrao", "valor_cofins", "valor_cofins"),
)
BESIDE_THE_PRICE = ("valor_IPI", "valor_st")


def amount(value: Decimal | int) -> Decimal:
    """A value rounded to the cent."""
    return Decimal(value).quantize(CENT, ROUND_HALF_UP)


def part_of(value: Decimal, parts: int) -> Decimal:
    """An equal part of a value in whole cents; what is left over belongs to the last."""
    return (value / parts).quantize(CENT, ROUND_DOWN)


def price(product: Doc) -> None:
    """Fill an item's amounts: quantity times unit price, its discount, what remains."""
    gross = amount(Decimal(product["quantidade"]) * Decimal(product["valor_unitario"]))
    if product.get("tipo_desconto") == "P":
        share = Decimal(product.get("percentual_desconto", ZERO))
        product["valor_desconto"] = amount(gross * share / HUNDRED)
    discount = amount(product.get("valor_desconto", ZERO))
    if discount > gross:
        raise faults.wrong_type("valor_desconto")
    product["valor_mercadoria"] = gross
    product["valor_total"] = gross - discount


def spread(head: Doc, products: Sequence[Doc]) -> None:
    """Share the order's own discount over its items in proportion; the last takes the rest.

    Refused where an item has a discount already; ignored where it is more than the order.
    """
    kind = head.pop("tipo_desconto_pedido", "")
    share = head.pop("perc_desconto_pedido", ZERO)
    value = head.pop("valor_desconto_pedido", ZERO)
    goods = sum((product["valor_mercadoria"] for product in products), ZERO)
    if not ZERO <= share <= HUNDRED or value < ZERO:
        return
    discount = amount(goods * share / HUNDRED) if kind == "P" else amount(value)
    if not kind or not discount or discount > goods:
        return
    if any(product.get("valor_desconto") for product in products):
        raise faults.Fault(
            "ERROR: Desconto do pedido não permitido, pois já existe desconto nos itens!"
            " - tag: [tipo_desconto_pedido]"
        )
    left, goods_left = discount, goods
    for product in products:
        part = amount(left * product["valor_mercadoria"] / goods_left) if goods_left else ZERO
        left -= part
        goods_left -= product["valor_mercadoria"]
        product["tipo_desconto"] = "V"
        product["valor_desconto"] = part
        product["valor_total"] = product["valor_mercadoria"] - part


def rated(name: str, tags: Doc) -> Doc:
    """A block of taxes without the amounts that its rate computes."""
    computed = {
        tag
        for block, base, rate, value in RATES
        if block == name and tags.get(rate)
        for tag in (base, value)
    }
    return {tag: value for tag, value in tags.items() if tag not in computed}


def tax(item: Doc) -> None:
    """Fill the taxes of a line that have rates, forced or a scenario's, on the line's total."""
    for block, base, rate, value in RATES:
        forced = item.get("imposto", {}).get(block, {})
        for tag in (base, rate, value):
            if forced.get(tag, ZERO) < 0:
                raise faults.wrong_type(tag)
        if forced.get(rate) and value not in forced:
            forced.setdefault(base, item["produto"]["valor_total"])
            forced[value] = amount(forced[base] * Decimal(forced[rate]) / HUNDRED)


def totals(items: Sequence[Doc], freight: Doc) -> Doc:
    """The order's totals: items less discounts, plus freight, insurance and other charges.

    IPI and ICMS-ST are charged beside the price, so they are added; the other taxes are within it.
    That Omie's total does so with forced ones is assumed.
    """
    counted = [
        item["produto"] for item in items if item.get("inf_adic", {}).get("nao_somar_total") != "S"
    ]
    goods = sum((product["valor_mercadoria"] for product in counted), ZERO)
    discounts = sum((amount(product.get("valor_desconto", ZERO)) for product in counted), ZERO)
    charges = sum((amount(freight.get(tag, ZERO)) for tag in CHARGES), ZERO)
    taxes = {
        tag: sum((amount(_forced(item, block, value)) for item in items), ZERO)
        for block, value, tag in SUMMED
    }
    beside = sum((taxes[tag] for tag in BESIDE_THE_PRICE), ZERO)
    return taxes | {
        "valor_mercadorias": goods,
        "valor_descontos": discounts,
        "valor_total_pedido": goods - discounts + charges + beside,
    }


def _forced(item: Doc, block: str, value: str) -> Decimal:
    number: Decimal = item.get("imposto", {}).get(block, {}).get(value, ZERO)
    return number
