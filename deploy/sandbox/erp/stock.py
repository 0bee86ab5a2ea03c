"""The stock: what lies where, what orders have reserved or will take, and how it got there."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from sandbox.erp.clock import BRASILIA
from sandbox.erp.companies import WEBSERVICE, Company
from sandbox.erp.hooks.book import tell
from sandbox.erp.sales.amounts import ZERO
from sandbox.erp.sales.orders import ORDERS
from sandbox.erp.store import Doc, Table

STOCK = Table(
    "stock",
    key=lambda row: f"{row['nCodProd']} {row['codigo_local_estoque']}",
    columns={
        "product": lambda row: row["nCodProd"],
        "location": lambda row: row["codigo_local_estoque"],
    },
    indexed=("product",),
)
"""One row per product and location where it ever moved; `fisico` may be negative or fractional."""
MOVES = Table(
    "stock_moves",
    key=lambda move: move["seq"],
    columns={
        "day": lambda move: move["day"],
        "product": lambda move: move["nCodProd"],
        "location": lambda move: move["codigo_local_estoque"],
    },
    indexed=("day",),
)
OPEN = ("billed IS NULL AND cancelled IS NULL AND 1 = ?", 1)
"""The orders that still will take from the stock."""

ADJUSTMENT, SALE, RETURN = "00", "11", "13"
"""The operations that move stock here."""
COUNTED: Doc = {"operacao": ADJUSTMENT}
"""The cause of a movement that no order has: somebody counted."""

Place = tuple[int, int]
"""A product's id and a location's."""


class Goods(NamedTuple):
    """So much of a product at a location, for a line of an order."""

    place: Place
    quantity: Decimal
    item: int


class Demand(NamedTuple):
    """What open orders want of a product at a location."""

    pending: Decimal = ZERO
    reserved: Decimal = ZERO


def move(company: Company, goods: Goods, cause: Doc, user: str = WEBSERVICE) -> Doc:
    """Put so much more somewhere, or take it away; returns the new row.

    `cause` is in the tags that lists of movements tell it by: `operacao`, and of an order also
    `idPedido`, `numPedido`, `idDoc`, `numDoc`, `cancelamento`, `devolucao`. It decides what is told
    of the movement, `MovimentacaoEstoque` or `AjusteEstoque`, whose body is assumed.
    """
    (product, location), quantity, item = goods
    fresh: Doc = {
        "nCodProd": product, "codigo_local_estoque": location,
        "fisico": ZERO, "nCMC": ZERO, "estoque_minimo": ZERO,
    }  # fmt: skip
    row = company.get(STOCK, f"{product} {location}") or fresh
    row["fisico"] = Decimal(row["fisico"]) + quantity
    company.put(STOCK, row)
    company.put(
        MOVES,
        {
            "seq": company.next_number("stock_moves"),
            "day": f"{company.now().astimezone(BRASILIA):%Y-%m-%d}",
            "nCodProd": product,
            "codigo_local_estoque": location,
            "quantidade": quantity,
            "saldo": row["fisico"],
            "idItem": item,
            **cause,
        },
    )
    event = {
        "codigo_produto": product,
        "codigo_local_estoque": location,
        "quantidade": quantity,
        "fisico": row["fisico"],
    }
    topic = "AjusteEstoque" if cause["operacao"] == ADJUSTMENT else "MovimentacaoEstoque"
    tell(company, f"Produto.{topic}", event, user)
    return row


def count(company: Company, place: Place, quantity: Decimal, user: str) -> Doc:
    """Somebody counted: so much is there, whatever the books said."""
    product, location = place
    row = company.get(STOCK, f"{product} {location}") or {"fisico": ZERO}
    return move(company, Goods(place, quantity - Decimal(row["fisico"]), 0), COUNTED, user)


def take_out(company: Company, items: Iterable[Doc], cause: Doc, user: str = WEBSERVICE) -> None:
    """Take an order's goods out of the locations of its lines."""
    for goods in _goods(items):
        move(company, goods._replace(quantity=-goods.quantity), cause, user)


def put_back(company: Company, items: Iterable[Doc], cause: Doc, user: str = WEBSERVICE) -> None:
    """Put an order's goods back where they came from."""
    for goods in _goods(items):
        move(company, goods, cause, user)


def still_out(order: Doc) -> list[Doc]:
    """The lines of a billed order with what has not come back of them."""
    back = {one["codigo_item"]: Decimal(one["quantidade"]) for one in order.get("devolucoes", ())}
    lines = []
    for item in order["det"]:
        left = Decimal(item["produto"]["quantidade"]) - back.get(item["ide"]["codigo_item"], ZERO)
        if left > 0:
            lines.append(item | {"produto": item["produto"] | {"quantidade": left}})
    return lines


def demand(company: Company) -> Mapping[Place, Demand]:
    """What open orders want, per product and location.

    When exactly a reservation takes effect is unconfirmed; here it does from the inclusion on.
    """
    found: defaultdict[Place, Demand] = defaultdict(Demand)
    for order in company.select(ORDERS, (OPEN,)):
        reserved = [item for item in order["det"] if item["produto"].get("reservado") == "S"]
        for place, quantity, _ in _goods(order["det"]):
            found[place] = found[place]._replace(pending=found[place].pending + quantity)
        for place, quantity, _ in _goods(reserved):
            found[place] = found[place]._replace(reserved=found[place].reserved + quantity)
    return found


def moved_after(company: Company, day: str) -> Mapping[Place, Decimal]:
    """What was moved after a day (`yyyy-mm-dd`), to be taken off today's stock for that day's."""
    moved: defaultdict[Place, Decimal] = defaultdict(Decimal)
    for one in company.select(MOVES, (("day > ?", day),)):
        moved[one["nCodProd"], one["codigo_local_estoque"]] += Decimal(one["quantidade"])
    return moved


def _goods(items: Iterable[Doc]) -> Iterable[Goods]:
    """What the lines that move stock move.

    A kit whose components are lines of the order moves through them alone.
    """
    items = list(items)
    exploded = {item["produto"].get("codigo_item_kit") for item in items}
    for item in items:
        more = item.get("inf_adic", {})
        if more.get("nao_movimentar_estoque") == "S" or item["ide"]["codigo_item"] in exploded:
            continue
        place = (item["produto"]["codigo_produto"], more["codigo_local_estoque"])
        number = item["ide"]["codigo_item"]
        yield Goods(place, Decimal(item["produto"]["quantidade"]), number)
