"""What moved in the stock, as the ERP lists it: a row for each line of a note, and each count.

What the rows are worth is told by the product's average cost (CMC) of today.
"""

from collections.abc import Mapping
from decimal import Decimal

from sandbox.erp import dates, faults
from sandbox.erp.companies import Company
from sandbox.erp.products import PRODUCTS
from sandbox.erp.sales.amounts import ZERO, amount
from sandbox.erp.stock import ADJUSTMENT, RETURN, SALE, STOCK
from sandbox.erp.store import Doc

FIRST_ID = 7_600_000_000
"""Movements are numbered by themselves, with as many digits as everything else."""
ORIGINS: Mapping[str, tuple[str, str]] = {
    ADJUSTMENT: ("AJU", "Ajuste de Estoque"),
    SALE: ("VEN", "Venda de Produto"),
    RETURN: ("DEV", "Devolução de Venda"),
}
"""`codOrigem` and its text. The letters are assumed: the one known is OPE, of production."""
INCOMING, OUTGOING = "entrada", "saida"


def of_days(param: Doc, first: str, last: str) -> list[tuple[str, str]]:
    """The conditions of a first and a last day, both required and both counted in."""
    for tag in (first, last):
        if tag not in param:
            raise faults.required(tag)
    days = (dates.read(param, first) or "", dates.read(param, last) or "")
    return [("day >= ?", days[0]), ("day <= ?", days[1])]


def listed(company: Company, move: Doc) -> Doc:
    """A row of `movProdutoListar`: quantities are never negative, `tipo` says which way they went.

    The balance is the one after the movement.
    """
    cost, quantity = _cost(company, move), Decimal(move["quantidade"])
    product = company.get(PRODUCTS, move["nCodProd"]) or {}
    return _told(move) | {
        "dtEmissao": _day(move),
        "codigo_local_estoque": move["codigo_local_estoque"],
        "idProd": move["nCodProd"],
        "tipo": INCOMING if quantity > 0 else OUTGOING,
        "descricao": product.get("descricao", ""),
        "cmc": cost,
        "qtde": abs(quantity),
        "valor": amount(abs(quantity) * cost),
        "saldo": move.get("saldo", ZERO),
        "idItem": move.get("idItem", 0),
    }


def consulted(company: Company, move: Doc) -> Doc:
    """A row of `movProduto`, with the balance before, what came, what went, and the balance after.

    That each movement has all four is assumed.
    """
    cost, quantity = _cost(company, move), Decimal(move["quantidade"])
    after = Decimal(move.get("saldo", ZERO))
    spans = {
        "Anterior": after - quantity,
        "Entrada": max(quantity, ZERO),
        "Saída": max(-quantity, ZERO),
        "Atual": after,
    }
    return _told(move) | {
        "movPeriodo": [
            {"tipo": kind, "qtde": so_much, "cmcUnitario": cost, "cmcTotal": amount(so_much * cost)}
            for kind, so_much in spans.items()
        ]
    }


def _told(move: Doc) -> Doc:
    """What both lists tell; nothing here comes from tills, carriers or suppliers."""
    operation = move.get("operacao", ADJUSTMENT)
    origin, text = ORIGINS[operation]
    number = FIRST_ID + move["seq"]
    return {
        "idMov": number,
        "dtMov": _day(move),
        "codOrigem": origin,
        "desOrigem": text,
        "numDoc": move.get("numDoc", ""),
        "numPedido": move.get("numPedido", ""),
        "operacao": operation,
        "cancelamento": move.get("cancelamento", "N"),
        "devolucao": move.get("devolucao", "N"),
        "idAjuste": number if operation == ADJUSTMENT else 0,
        "idDoc": move.get("idDoc", 0),
        "idPedido": move.get("idPedido", 0),
        "idCupom": 0,
        "idCte": 0,
        "idRecebimento": 0,
    }


def _day(move: Doc) -> str:
    year, month, day = move["day"].split("-")
    return f"{day}/{month}/{year}"


def _cost(company: Company, move: Doc) -> Decimal:
    row = company.get(STOCK, f"{move['nCodProd']} {move['codigo_local_estoque']}") or {}
    return Decimal(row.get("nCMC", ZERO))
