"""What the ERP's pages show of a company's books."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sandbox.erp.companies import Company
from sandbox.erp.customers import CUSTOMERS, folded
from sandbox.erp.hooks.events import SALE, stage_name
from sandbox.erp.products import PRODUCTS
from sandbox.erp.registers import BUSINESS, LOCATIONS, STAGES
from sandbox.erp.sales.billing import INVOICES
from sandbox.erp.sales.orders import ORDERS, is_billed, is_cancelled
from sandbox.erp.stock import STOCK, Demand, demand
from sandbox.erp.store import Doc

NEWEST = 60
"""Cards in a column; the count beside its name is of all."""
ROWS = 100


@dataclass(frozen=True, slots=True)
class Card:
    """An order in its column."""

    id: int
    number: str
    code: str
    customer: str
    total: Decimal
    origin: str
    included: str
    state: str


@dataclass(frozen=True, slots=True)
class Column:
    """A stage and the newest orders in it."""

    code: str
    name: str
    count: int
    cards: Sequence[Card]


@dataclass(frozen=True, slots=True)
class Article:
    """A product and what of it is at the default location."""

    id: int
    sku: str
    description: str
    price: Decimal
    active: bool
    physical: Decimal
    pending: Decimal


def name(company: Company) -> str:
    """What the company is called."""
    business = company.select(BUSINESS, span="LIMIT 1")
    return str(business[0]["nome_fantasia"]) if business else company.app_key


def columns(company: Company) -> list[Column]:
    """The board: every active stage of sales, and any other that holds orders."""
    operation = company.get(STAGES, SALE) or {"etapas": []}
    codes = [stage["cCodigo"] for stage in operation["etapas"] if stage["cInativo"] == "N"]
    held = sorted({str(stage) for stage in company.values(ORDERS, "stage")})
    return [_column(company, code) for code in sorted({*codes, *held})]


def card(company: Company, order: Doc) -> Card:
    """An order as a card shows it."""
    head = order["cabecalho"]
    customer = company.get(CUSTOMERS, head["codigo_cliente"]) or {"razao_social": "—"}
    return Card(
        id=head["codigo_pedido"],
        number=head["numero_pedido"],
        code=head.get("codigo_pedido_integracao", ""),
        customer=customer["razao_social"],
        total=Decimal(order["total_pedido"].get("valor_total_pedido", 0)),
        origin=head["origem_pedido"],
        included=f"{order['infoCadastro']['dInc']} {order['infoCadastro']['hInc'][:5]}",
        state=_state(company, order),
    )


def stages(company: Company) -> list[tuple[str, str]]:
    """Every stage an order may be dragged to, inactive ones included."""
    operation = company.get(STAGES, SALE) or {"etapas": []}
    codes = [stage["cCodigo"] for stage in operation["etapas"]]
    return [(code, stage_name(company, code) or code) for code in codes]


def articles(company: Company, words: str) -> list[Article]:
    """The catalogue, or what of it fits some words; the stock of the default location."""
    wanted = folded(words)
    default = company.find(LOCATIONS, "standard", 1) or {"codigo_local_estoque": 0}
    location = default["codigo_local_estoque"]
    shelves = {
        row["nCodProd"]: Decimal(row["fisico"])
        for row in company.select(STOCK, (("location = ?", location),))
    }
    asked = demand(company)
    found = []
    for product in company.select(PRODUCTS, order="sku"):
        if wanted not in folded(f"{product['codigo']} {product['descricao']}"):
            continue
        number = product["codigo_produto"]
        found.append(
            Article(
                id=number,
                sku=product["codigo"],
                description=product["descricao"],
                price=Decimal(product["valor_unitario"]),
                active=product["inativo"] == "N",
                physical=shelves.get(number, Decimal(0)),
                pending=asked.get((number, location), Demand()).pending,
            )
        )
    return found[:ROWS]


def details(company: Company, order: Doc) -> dict[str, Any]:
    """An order whole: its lines, its instalments, its notes."""
    locations = {
        place["codigo_local_estoque"]: place["descricao"] for place in company.select(LOCATIONS)
    }
    return {
        "card": card(company, order),
        "stage": stage_name(company, order["cabecalho"]["etapa"]),
        "stage_code": order["cabecalho"]["etapa"],
        "lines": [
            (item["produto"], locations.get(item["inf_adic"].get("codigo_local_estoque"), ""))
            for item in order["det"]
        ],
        "parts": order.get("lista_parcelas", {}).get("parcela", []),
        "freight": order.get("frete", {}).get("valor_frete", 0),
        "note": company.get(INVOICES, order["cabecalho"]["codigo_pedido"]),
        "returned": company.select(
            INVOICES, (("returned_of = ?", order["cabecalho"]["codigo_pedido"]),)
        ),
        "billed": is_billed(order),
        "cancelled": is_cancelled(order),
        "remark": order.get("observacoes", {}).get("obs_venda", ""),
    }


def _column(company: Company, code: str) -> Column:
    where = (("stage = ?", code),)
    newest = company.select(ORDERS, where, "key DESC", f"LIMIT {NEWEST}")
    cards = [card(company, order) for order in newest]
    return Column(code, stage_name(company, code) or code, company.count(ORDERS, where), cards)


def _state(company: Company, order: Doc) -> str:
    """What is special about an order, for its badge."""
    if is_cancelled(order):
        return "cancelled"
    if order["infoCadastro"]["devolvido"] == "S":
        return "returned"
    if is_billed(order):
        return "billed"
    invoice = company.get(INVOICES, order["cabecalho"]["codigo_pedido"])
    if invoice and invoice["state"] in ("pending", "rejected"):
        return str(invoice["state"])
    return "closed" if order["cabecalho"].get("encerrado") == "S" else ""
