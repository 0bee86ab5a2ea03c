"""`estoque/consulta`: what is in stock, product by product or page by page."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import partial

from sandbox.erp import dates, faults, movements
from sandbox.erp.clock import date_text
from sandbox.erp.companies import Company
from sandbox.erp.paging import HUNGARIAN, Window, table_page, window
from sandbox.erp.products import PRODUCTS, named
from sandbox.erp.registers import LOCATIONS, expect_location, standard
from sandbox.erp.sales import billing
from sandbox.erp.sales.amounts import ZERO
from sandbox.erp.service import Service
from sandbox.erp.stock import MOVES, STOCK, Demand, Place, demand, moved_after
from sandbox.erp.store import Doc, dumps

SERVICE = Service("estoque/consulta", STOCK, MOVES, before=billing.settle_due)
LARGEST_PAGE = 100
PAGE_OF_EVERYTHING = 50
AT_ONE_OF = "location IN (SELECT value FROM json_each(?))"
EVERYWHERE = "TODOS"
ID = re.compile(r"[0-9]{1,18}")


@SERVICE.call("ListarPosEstoque", "ListarEstPosRequest")
def list_positions(company: Company, param: Doc) -> Doc:
    """A page of positions; with `cExibeTodos` also of what never moved, fifty a page."""
    everything = param.get("cExibeTodos") == "S"
    asked = window(param, HUNGARIAN, LARGEST_PAGE)
    if everything:
        asked = Window(asked.number, PAGE_OF_EVERYTHING, HUNGARIAN)
    day = dates.read(param, "dDataPosicao")
    shelf = _Shelf(company, day)
    rows = [
        shelf.position(product, location)
        for location in _locations(company, param)
        for product in _products(company, param)
        if everything or shelf.has_moved(product, location)
    ]
    shown = param.get("dDataPosicao", shelf.today)
    return asked.cut("produtos", rows) | {"dDataPosicao": shown}


@SERVICE.call("PosicaoEstoque", "estoque_mov_consulta_cadastro")
def product_position(company: Company, param: Doc) -> Doc:
    """One product at one location, in the call's own names."""
    product = _one_product(company, param)
    [location] = _locations(company, param)
    row = _Shelf(company, dates.read(param, "data")).position(product, location)
    return {
        **SERVICE.said("Posição de estoque consultada com sucesso!"),
        "codigo_local_estoque": location,
        "saldo": row["nSaldo"],
        "fisico": row["fisico"],
        "reservado": row["reservado"],
        "pendente": row["nPendente"],
        "cmc": row["nCMC"],
        "estoque_minimo": row["estoque_minimo"],
    }


@SERVICE.call("ListarSaldoPendente", "estoque_listar_pendente_request")
def list_pending(company: Company, param: Doc) -> Doc:
    """A page of what open orders will take; nothing is on order from suppliers here."""
    ways, way = (movements.OUTGOING, movements.INCOMING), param.get("tipo", "").lower()
    if way not in ("", *ways):
        raise faults.outside_enumeration("tipo", ways)
    wanted, locations = param.get("id_prod"), _locations(company, param)
    rows = [
        {
            "codigo_local_estoque": location,
            "id_prod": product,
            "qtde_saida": asked.pending,
            "qtde_entrada": ZERO,
        }
        for (product, location), asked in sorted(demand(company).items())
        if location in locations and wanted in (None, 0, product) and way != movements.INCOMING
    ]
    return window(param, largest=LARGEST_PAGE).cut("saldo_pendente_lista", rows)


@SERVICE.call("ListarMovimentoEstoque", "ListarMovEstoqueRequest")
def list_movements(company: Company, param: Doc) -> Doc:
    """A page of what moved, the oldest first; at the default location unless others are named."""
    where: list[tuple[str, str | int]] = [*movements.of_days(param, "dDtInicial", "dDtFinal")]
    keys = {
        "codigo_produto": param.get("idProd"),
        "codigo_produto_integracao": param.get("cCodInt"),
    }
    if any(keys.values()):
        where.append(("product = ?", named(company, keys)["codigo_produto"]))
    where.append((AT_ONE_OF, dumps(_locations(company, param)).decode()))
    return table_page(
        company,
        MOVES,
        "movProdutoListar",
        window(param, HUNGARIAN, LARGEST_PAGE),
        where,
        shown=partial(movements.listed, company),
    )


@SERVICE.call("MovimentoEstoque", "estoqueMovimentoRequest")
def product_movements(company: Company, param: Doc) -> Doc:
    """All that moved of one product at one location; that none is an empty list is assumed."""
    product = _one_product(company, param)
    [location] = _locations(company, param)
    where: list[tuple[str, str | int]] = [*movements.of_days(param, "dataInicial", "dataFinal")]
    where += [("product = ?", product["codigo_produto"]), ("location = ?", location)]
    way = param.get("tipo_movimento", "")
    if way not in ("", "E", "S"):
        raise faults.outside_enumeration("tipo_movimento", ("S", "E"))
    moved = [
        move
        for move in company.select(MOVES, where)
        if not way or (move["quantidade"] > 0) == (way == "E")
    ]
    return {
        "codigo_local_estoque": location,
        "id_prod": product["codigo_produto"],
        "cod_int": product["codigo_produto_integracao"],
        "descricao": product["descricao"],
        "movProduto": [movements.consulted(company, move) for move in moved],
    }


def _one_product(company: Company, param: Doc) -> Doc:
    keys = {
        "codigo_produto": param.get("id_prod"),
        "codigo_produto_integracao": param.get("cod_int"),
    }
    if not any(keys.values()):
        raise faults.one_required("id_prod", "cod_int")
    return named(company, keys)


class _Shelf:
    """The stock of a day, or of now, as positions are read off it."""

    def __init__(self, company: Company, day: str | None) -> None:
        self.today = date_text(company.now())
        self._rows: Mapping[Place, Doc] = {
            (row["nCodProd"], row["codigo_local_estoque"]): row for row in company.select(STOCK)
        }
        self._demand = demand(company)
        self._later: Mapping[Place, Decimal] = moved_after(company, day) if day else {}

    def has_moved(self, product: Doc, location: int) -> bool:
        """Whether the product was ever moved there."""
        return (product["codigo_produto"], location) in self._rows

    def position(self, product: Doc, location: int) -> Doc:
        """One row of the list."""
        place = (product["codigo_produto"], location)
        row = self._rows.get(place, {})
        physical = Decimal(row.get("fisico", ZERO)) - self._later.get(place, ZERO)
        asked = self._demand.get(place, Demand())
        return {
            "nCodProd": product["codigo_produto"],
            "cCodInt": product["codigo_produto_integracao"],
            "cCodigo": product["codigo"],
            "cDescricao": product["descricao"],
            "nPrecoUnitario": product["valor_unitario"],
            "nSaldo": _balance(physical, asked.reserved),
            "nCMC": row.get("nCMC", ZERO),
            "nPendente": asked.pending,
            "estoque_minimo": row.get("estoque_minimo", ZERO),
            "codigo_local_estoque": location,
            "reservado": asked.reserved,
            "fisico": physical,
        }


def _balance(physical: Decimal, reserved: Decimal) -> Decimal:
    """What is left to promise. That reservations are taken off is unconfirmed."""
    return physical - reserved


def _locations(company: Company, param: Doc) -> list[int]:
    """The locations asked for; none, or 0, is the default one and not all of them."""
    listed = param.get("lista_local_estoque", "")
    if listed.strip().upper() == EVERYWHERE:
        return [location["codigo_local_estoque"] for location in company.select(LOCATIONS)]
    wanted = [int(code) for code in listed.split(",") if ID.fullmatch(code.strip())]
    wanted = wanted or [param.get("codigo_local_estoque") or 0]
    for location in filter(None, wanted):
        expect_location(company, location)
    return [location or standard(company, LOCATIONS, "codigo_local_estoque") for location in wanted]


def _products(company: Company, param: Doc) -> Iterable[Doc]:
    """The products asked for. That `lista_produtos` filters is unconfirmed."""
    where: list[tuple[str, str | int]] = []
    if param.get("cExibeApenasPDV") == "S":
        where.append(("at_pdv = ?", "S"))
    if param.get("cExibeApenasMarketplace") == "S":
        where.append(("at_marketplaces = ?", "S"))
    if kind := param.get("cTipoItem"):
        where.append(("kind = ?", kind))
    wanted = [value for keys in param.get("lista_produtos", ()) for value in keys.values()]
    for product in company.select(PRODUCTS, where):
        keys = {product[tag] for tag in ("codigo_produto", "codigo_produto_integracao", "codigo")}
        if not wanted or keys & set(wanted):
            yield product
