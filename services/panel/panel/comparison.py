"""What was sent to the ERP beside what it holds, in the words of its lists. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Final

from contracts.stores import OWN_TERMS
from panel.erp.lists import Lists
from panel.erp.orders import SalesOrder, SoldLine

DEFAULT: Final = "Padrão do ERP"
NOT_TOLD: Final = "–"


@dataclass(frozen=True, slots=True)
class Term:
    """One option of the order; `held` None while the ERP has not told. `other`: they differ."""

    label: str
    sent: str
    held: str | None = None
    other: bool = False


@dataclass(frozen=True, slots=True)
class Product:
    """An ERP product that an item became. `quantity` None is the item's own."""

    id: int
    name: str = ""
    quantity: int | None = None
    stock_sent: str = NOT_TOLD
    stock_held: str | None = None
    other_stock: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One item of the order with what it became in the ERP: a kit is several products."""

    item: Mapping[str, Any]
    products: Sequence[Product] = ()


def terms(sent: Mapping[str, Any] | None, held: SalesOrder | None, lists: Lists) -> Sequence[Term]:
    """The options of hub-product.md 12. Orders move on from stage to stage: that is no difference.

    What was left to the ERP's default never differs either.
    """
    sent = sent or {}

    def term(label: str, register: str, ours: str, theirs: str) -> Term:
        chosen = sent.get(ours)
        now = getattr(held, theirs) if held else None
        return Term(
            label,
            sent=lists.name_of(register, chosen) if chosen else DEFAULT if sent else NOT_TOLD,
            held=(lists.name_of(register, now) or NOT_TOLD) if held else None,
            other=bool(held and chosen and theirs != "stage" and now != chosen),
        )

    return (
        _salesperson(sent, term("Vendedor", "salespeople", "salesperson_code", "salesperson")),
        _installments(sent, held, lists),
        term("Meio de pagamento", "payment_methods", "payment_method_code", "payment_method"),
        term("Cenário fiscal", "tax_scenarios", "tax_scenario_code", "tax_scenario"),
        term("Categoria", "categories", "category_code", "category"),
        term("Conta corrente", "bank_accounts", "bank_account_code", "bank_account"),
        term("Etapa", "stages", "stage_code", "stage"),
        term("Origem", "origins", "origin_code", "origin"),
    )


def lines(
    order: Mapping[str, Any],
    sent: Mapping[str, Any] | None,
    held: SalesOrder | None,
    lists: Lists,
) -> Sequence[Line]:
    """The items of an order, each with its products and where their stock is taken from.

    The ERP's lines carry the numbers that they were sent with: those of all products in turn.
    """
    chosen: dict[str, list[Mapping[str, Any]]] = {}
    for each in (sent or {}).get("items", ()):
        chosen.setdefault(each["item_id"], []).append(each)
    kept = {line.number: line for line in (held.lines if held else ()) if line.number}
    numbers = count(1)
    found = []
    for item in order["items"]:
        terms_of = chosen.get(item["item_id"], ()) if item["quantity"] > 0 else ()
        products = [_product(each, kept.get(str(next(numbers))), lists) for each in terms_of]
        if not products and item["erp_product_id"]:
            products = [Product(item["erp_product_id"])]
        found.append(Line(item, products))
    return found


def _product(chosen: Mapping[str, Any], held: SoldLine | None, lists: Lists) -> Product:
    location = chosen["stock_location_code"]
    now = held.stock_location if held else None
    return Product(
        id=held.product_id if held else chosen["erp_product_id"],
        name=" ".join(filter(None, (held.product_code, held.product_name))) if held else "",
        quantity=chosen["quantity"],
        stock_sent=lists.name_of("stock_locations", location) or DEFAULT,
        stock_held=(lists.name_of("stock_locations", now) or NOT_TOLD) if held else None,
        other_stock=bool(held and location and now != location),
    )


def _salesperson(sent: Mapping[str, Any], term: Term) -> Term:
    """Without one chosen it is the one named after the channel."""
    if not sent or sent["salesperson_code"]:
        return term
    return Term(term.label, sent["salesperson_name"] or DEFAULT, term.held)


def _installments(sent: Mapping[str, Any], held: SalesOrder | None, lists: Lists) -> Term:
    """Payment terms, and in how many parts where they say nothing of it."""

    def told(code: str | None, parts: int | None) -> str:
        name = lists.name_of("installments", code)
        if code == OWN_TERMS:
            return f"{parts} parcelas" if parts and parts > 1 else "1 parcela"
        return name or NOT_TOLD

    code, parts = sent.get("installment_code"), sent.get("installments")
    now = held.installment_code if held else None
    return Term(
        "Número de parcelas",
        sent=told(code, parts) if sent else NOT_TOLD,
        held=told(now, held.installments) if held else None,
        other=bool(held and code and now != code),
    )
