"""What was sent to the ERP beside what it holds, in the words of its lists. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from contracts.stores import OWN_TERMS
from panel.erp.lists import Lists
from panel.erp.orders import SalesOrder, SoldLine

DEFAULT: Final = "padrão do ERP"
NOT_TOLD: Final = "–"


@dataclass(frozen=True, slots=True)
class Term:
    """One option of the order; `held` None while the ERP has not told. `other`: they differ."""

    label: str
    sent: str
    held: str | None = None
    other: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One item of the order with what it became in the ERP."""

    item: Mapping[str, Any]
    product_id: int | None = None
    product: str = ""
    stock_sent: str = NOT_TOLD
    stock_held: str | None = None
    other_stock: bool = False


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
    """The items of an order, each with its product and its stock location."""
    chosen = {each["item_id"]: each for each in (sent or {}).get("items", ())}
    standing = [item for item in order["items"] if item["quantity"] > 0]
    numbers = {item["item_id"]: str(number) for number, item in enumerate(standing, 1)}
    by_number = {line.number: line for line in (held.lines if held else ()) if line.number}
    return [
        _line(
            item,
            chosen.get(item["item_id"]),
            by_number.get(numbers.get(item["item_id"], "")),
            lists,
        )
        for item in order["items"]
    ]


def _line(
    item: Mapping[str, Any],
    chosen: Mapping[str, Any] | None,
    held: SoldLine | None,
    lists: Lists,
) -> Line:
    location = chosen["stock_location_code"] if chosen else None
    now = held.stock_location if held else None
    sent_as = chosen["erp_product_id"] if chosen else None
    named = lists.name_of("stock_locations", location)
    return Line(
        item,
        product_id=(held.product_id if held else sent_as) or item["erp_product_id"],
        product=" ".join(filter(None, (held.product_code, held.product_name))) if held else "",
        stock_sent=(named or DEFAULT) if chosen else NOT_TOLD,
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
