"""Every choice the ERP needs made about an order that may go there. Pure.

One payment goes by the ERP's own payment terms. Several are spelt out one by one, and the largest
speaks for the order where only one may.
"""

from typing import Any

from contracts.events import ErpTerms, ItemTerms
from contracts.order import Item, Order
from contracts.stores import OWN_TERMS
from validation.catalogue import Product
from validation.facts import Facts
from validation.mappings import (
    CASH,
    carrier_code,
    installment_code,
    installments,
    intermediary,
    is_marketplace,
    means_code,
    payment_terms,
)
from validation.match import match
from validation.parts import lines


class NotSettled(ValueError):  # noqa: N818 - it names what the order is
    """Terms were asked for an order that has reasons to wait."""


def terms_for(order: Order, facts: Facts) -> ErpTerms:
    """The merchant's choices for this order. Only for orders that `judge` has nothing against."""
    settings = facts.settings
    stage, category = settings.erp_stage_code, settings.erp_category_code
    account = settings.bank_account_code
    if stage is None or category is None or account is None:
        raise NotSettled("the store's settings are incomplete")
    salesperson = settings.salesperson_code or facts.channel_salesperson
    several = payment_terms(order, facts)
    number = sum(p.installments for p in several) or installments(order, facts)
    code = OWN_TERMS if several else installment_code(number, facts) or CASH
    return ErpTerms(
        stage_code=stage,
        category_code=category,
        bank_account_code=account,
        salesperson_code=salesperson,
        salesperson_name=_name_of(salesperson, facts),
        tax_scenario_code=settings.tax_scenario_code,
        installment_code=code,
        installments=number or _payments_of(code, facts),
        payment_method_code=means_code(order, facts),
        payments=several,
        carrier_code=carrier_code(order, facts),
        marketplace=is_marketplace(facts),
        intermediary=intermediary(facts),
        origin_code=settings.erp_origin_code,
        update_customer=settings.update_erp_customer,
        items=_items(order, facts),
    )


def _name_of(salesperson: int | None, facts: Facts) -> str:
    known = None if salesperson is None else (facts.registers.salespeople or {}).get(salesperson)
    return known.name if known else facts.channel_name


def _payments_of(code: str, facts: Facts) -> int:
    term = (facts.registers.installments or {}).get(code)
    return term.payments if term else 1


def _items(order: Order, facts: Facts) -> tuple[ItemTerms, ...]:
    if facts.catalogue is None:
        raise NotSettled("the ERP's catalogue is unknown")
    terms = []
    for item in order.items:
        for line in lines(item):
            product = match(line, facts.catalogue)
            if not isinstance(product, Product):
                raise NotSettled(f"no product for item {item.item_id}")
            own = {} if line is item else _own(line)
            terms.append(
                ItemTerms(
                    item_id=item.item_id,
                    erp_product_id=product.product_id,
                    stock_location_code=facts.settings.stock_location_code,
                    **own,
                )
            )
    return tuple(terms)


def _own(line: Item) -> dict[str, Any]:
    """What a line has that is not the item's."""
    return {
        "quantity": line.quantity,
        "unit_price": line.unit_price,
        "discount": line.discount,
    }
