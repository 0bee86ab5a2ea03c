"""The lines of the order: each one a product the ERP sells, with a quantity and a price."""

from collections.abc import Callable, Iterator
from typing import Final

from contracts.order import Item, Order
from contracts.reasons import Reason, ReasonCode, reason
from validation.facts import Facts
from validation.match import Mismatch, match
from validation.parts import lines


def products_are_known(order: Order, facts: Facts) -> Iterator[Reason]:
    """Every line is one active product of the ERP, or several, as its listing is linked.

    A line deleted at the channel matters only when its SKU leads nowhere.
    """
    if facts.catalogue is None:
        return
    for item in order.items:
        for line in lines(item):
            found = match(line, facts.catalogue)
            if isinstance(found, Mismatch):
                yield _unmatched(line, found)
                break


def quantities_are_positive(order: Order, _: Facts) -> Iterator[Reason]:
    """There is something to sell: at least one line, and at least one piece of each."""
    if not order.items:
        yield reason(
            ReasonCode.ITEM_QTY_INVALID,
            "items",
            "O pedido não tem itens. Confira o pedido no canal.",
        )
    for item in order.items:
        if item.quantity <= 0:
            yield reason(
                ReasonCode.ITEM_QTY_INVALID,
                _field(item, "quantity"),
                f"{_line(item)} tem quantidade {item.quantity}. Corrija a quantidade no canal.",
            )


def prices_are_positive(order: Order, _: Facts) -> Iterator[Reason]:
    """Nothing is sold for nothing."""
    for item in order.items:
        if item.unit_price <= 0:
            yield reason(
                ReasonCode.ITEM_PRICE_ZERO,
                _field(item, "unit_price"),
                f"{_line(item)} está sem preço unitário. Corrija o preço no canal.",
            )


def _unmatched(item: Item, mismatch: Mismatch) -> Reason:
    nowhere = mismatch in {Mismatch.NO_SKU, Mismatch.UNKNOWN}
    if item.deleted_at_channel and nowhere:
        return reason(
            ReasonCode.PRODUCT_DELETED_AT_CHANNEL,
            _field(item, "erp_product_id"),
            f"{_line(item)}: o anúncio foi excluído no canal e não leva a um produto do ERP."
            " Escolha o produto do ERP para esta linha.",
        )
    code, field, detail = _UNMATCHED[mismatch]
    return reason(code, _field(item, field), detail(item))


_Detail = Callable[[Item], str]

_UNMATCHED: Final[dict[Mismatch, tuple[ReasonCode, str, _Detail]]] = {
    Mismatch.NO_SKU: (
        ReasonCode.PRODUCT_UNMAPPED,
        "sku",
        lambda item: (
            f"{_line(item)} não tem SKU. Preencha o SKU no canal"
            " ou escolha o produto do ERP para esta linha."
        ),
    ),
    Mismatch.LINK_BROKEN: (
        ReasonCode.PRODUCT_UNMAPPED,
        "erp_product_id",
        lambda item: (
            f"{_line(item)}: o produto escolhido (id {item.erp_product_id})"
            " não existe mais no ERP. Escolha outro produto para esta linha."
        ),
    ),
    Mismatch.UNKNOWN: (
        ReasonCode.PRODUCT_SKU_NOT_FOUND,
        "sku",
        lambda item: (
            f"{_line(item)}: nenhum produto do ERP tem o código “{item.sku}”."
            " Cadastre o produto com este código no ERP, corrija o SKU"
            " ou escolha o produto do ERP para esta linha."
        ),
    ),
    Mismatch.AMBIGUOUS: (
        ReasonCode.PRODUCT_SKU_AMBIGUOUS,
        "sku",
        lambda item: (
            f"{_line(item)}: mais de um produto do ERP tem o código “{item.sku}”"
            " (a menos de maiúsculas e espaços). Escolha o produto do ERP para esta linha."
        ),
    ),
    Mismatch.INACTIVE: (
        ReasonCode.PRODUCT_INACTIVE_AT_ERP,
        "sku",
        lambda item: (
            f"{_line(item)}: o produto está inativo no ERP."
            " Reative-o no ERP ou escolha outro produto para esta linha."
        ),
    ),
    Mismatch.KIT_WITHOUT_PARTS: (
        ReasonCode.KIT_UNRESOLVED,
        "sku",
        lambda item: (
            f"{_line(item)}: o produto é um kit sem componentes no ERP."
            " Defina a composição no ERP ou escolha outro produto para esta linha."
        ),
    ),
}


def _line(item: Item) -> str:
    return f"A linha “{item.title or item.sku or item.item_id}”"


def _field(item: Item, name: str) -> str:
    return f"items.{item.item_id}.{name}"
