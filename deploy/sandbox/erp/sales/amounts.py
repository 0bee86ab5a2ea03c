"""An order's amounts, exact to the cent: items, discounts, totals. Pure."""

from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from sandbox.erp import faults
from sandbox.erp.store import Doc

CENT = Decimal("0.01")
ZERO = Decimal(0)
HUNDRED = Decimal(100)
CHARGES = ("valor_frete", "valor_seguro", "outras_despesas")


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


def totals(items: Sequence[Doc], freight: Doc) -> Doc:
    """The order's totals: items less discounts, plus freight, insurance and other charges.

    The sandbox's tax scenarios add nothing to the price (no IPI, no ST).
    """
    counted = [
        item["produto"] for item in items if item.get("inf_adic", {}).get("nao_somar_total") != "S"
    ]
    goods = sum((product["valor_mercadoria"] for product in counted), ZERO)
    discounts = sum((amount(product.get("valor_desconto", ZERO)) for product in counted), ZERO)
    charges = sum((amount(freight.get(tag, ZERO)) for tag in CHARGES), ZERO)
    return {
        "valor_mercadorias": goods,
        "valor_descontos": discounts,
        "valor_total_pedido": goods - discounts + charges,
    }
