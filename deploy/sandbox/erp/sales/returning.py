"""Taking billed goods back, and what may still be written on a billed order."""

from decimal import Decimal

from sandbox.erp import faults, stock
from sandbox.erp.companies import WEBSERVICE, Company
from sandbox.erp.hooks import events
from sandbox.erp.sales.amounts import amount
from sandbox.erp.sales.billing import ask_sefaz
from sandbox.erp.sales.orders import is_billed, is_cancelled, save
from sandbox.erp.store import Doc

TRACKING = ("codigo_rastreio", "link_rastreio", "previsao_entrega")


def take_back(company: Company, order: Doc, wanted: list[Doc], user: str = WEBSERVICE) -> int:
    """Return an order's goods, all of them where none is named; the id of the return.

    The goods go back to the locations they left, at once; the return's own NF-e, an incoming one,
    is authorised like any other. The sentences of refusals are assumed.
    """
    if not is_billed(order) or is_cancelled(order):
        raise faults.Fault("ERROR: Não é possível devolver um pedido que não está faturado!")
    if order["infoCadastro"]["devolvido"] == "S":
        raise faults.Fault("ERROR: O pedido já foi devolvido!")
    back = _lines(order, wanted)
    number = company.next_id()
    stock.put_back(company, back, _cause(order, number), user)
    came = {one["codigo_item"]: Decimal(one["quantidade"]) for one in order.get("devolucoes", ())}
    for item in back:
        line, quantity = item["ide"]["codigo_item"], Decimal(item["produto"]["quantidade"])
        came[line] = came.get(line, Decimal(0)) + quantity
    order["devolucoes"] = [
        {"codigo_item": line, "quantidade": quantity} for line, quantity in came.items()
    ]
    whole = not stock.still_out(order)
    order["infoCadastro"]["devolvido" if whole else "devolvido_parcial"] = "S"
    events.sale(company, "Devolvida", save(company, order, user), user)
    sold = {item["ide"]["codigo_item"]: item["produto"] for item in order["det"]}
    note = {
        "codigo_pedido": number,
        "returned_of": order["cabecalho"]["codigo_pedido"],
        "det": [_priced(item, sold[item["ide"]["codigo_item"]]) for item in back],
        "user": user,
    }
    ask_sefaz(company, note)
    return number


def _cause(order: Doc, number: int) -> Doc:
    """The return as the cause of a movement of stock; its note is yet to be authorised."""
    return {
        "operacao": stock.RETURN,
        "idPedido": number,
        "numPedido": order["cabecalho"]["numero_pedido"],
        "devolucao": "S",
    }


def _priced(item: Doc, sold: Doc) -> Doc:
    """A returned line with its share of what the whole line cost, and a CFOP of returns."""
    line = dict(item["produto"])
    share = Decimal(line["quantidade"]) / Decimal(sold["quantidade"])
    for tag in ("valor_mercadoria", "valor_desconto", "valor_total"):
        line[tag] = amount(Decimal(sold.get(tag, 0)) * share)
    line["cfop"] = "2.202" if line["cfop"].startswith("6") else "1.202"
    return item | {"produto": line}


def write_tracking(company: Company, order: Doc, sent: Doc) -> Doc:
    """The tags that a billed order still takes: tracking, delivery, a note."""
    if not is_billed(order):
        raise faults.Fault("ERROR: O pedido não está faturado!")
    found = {tag: sent[tag] for tag in TRACKING if tag in sent}
    order["frete"] = order.get("frete", {}) | found
    if "obs_venda" in sent:
        order["observacoes"] = {"obs_venda": sent["obs_venda"]}
    kept = save(company, order)
    events.sale(company, "Alterada", kept)
    return kept


def _lines(order: Doc, wanted: list[Doc]) -> list[Doc]:
    """The order's lines with the quantities that come back, which are never more than are out."""
    out = stock.still_out(order)
    if not wanted:
        return out
    lines = []
    for one in wanted:
        number = one.get("codigo_produto")
        item = next((item for item in out if item["produto"]["codigo_produto"] == number), None)
        if item is None:
            raise faults.wrong_type("codigo_produto")
        if not 0 < one.get("quantidade", 0) <= item["produto"]["quantidade"]:
            raise faults.wrong_type("quantidade")
        lines.append(item | {"produto": item["produto"] | {"quantidade": one["quantidade"]}})
    return lines
