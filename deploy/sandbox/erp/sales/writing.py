"""Including an order, altering it, removing it."""

from sandbox.erp import faults
from sandbox.erp.companies import WEBSERVICE, Company
from sandbox.erp.hooks import events
from sandbox.erp.products import sold
from sandbox.erp.sales import amounts, composing
from sandbox.erp.sales.orders import (
    ORDERS,
    STAGE_LOG,
    is_billed,
    is_cancelled,
    log_stage,
    named,
    save,
)
from sandbox.erp.store import Doc

OUTPUT_BLOCKS = ("total_pedido", "infoCadastro")
NOT_ALTERED_BLOCKS = (*OUTPUT_BLOCKS, "exportacao")
NOT_ALTERED_HEAD = ("numero_pedido", "sequencial")
NOT_ALTERED_ITEM = ("codigo_item", "id_ordem_producao")
OWN_BLOCKS = (*OUTPUT_BLOCKS, "devolucoes")
OWN_HEAD = (
    "codigo_pedido", "codigo_pedido_integracao", "numero_pedido",
    "encerrado", "enc_motivo", "enc_data", "enc_hora", "enc_user",
)  # fmt: skip
"""What an order does not share with its copy."""
FIRST_STAGE = "10"
NOT_YET: Doc = {
    "cancelado": "N", "faturado": "N", "autorizado": "N",
    "denegado": "N", "devolvido": "N", "devolvido_parcial": "N",
}  # fmt: skip


def include(company: Company, sent: Doc) -> Doc:
    """A new order; its number is the company's next."""
    for tag in OUTPUT_BLOCKS:
        if tag in sent:
            raise faults.output_tag(tag, "inclusão")
    head = sent.get("cabecalho")
    if not head:
        raise faults.required("cabecalho")
    composing.check_head(head)
    code = head["codigo_pedido_integracao"]
    if company.has(ORDERS, "code", code):
        raise faults.duplicate_order(code)
    return _entered(company, composing.settle(company, sent))


def duplicate(company: Company, order: Doc) -> Doc:
    """A new order like another, in the first column, for its ERP's user to go on with.

    That the copy begins there, and takes the dates over, is assumed.
    """
    head = {tag: value for tag, value in order["cabecalho"].items() if tag not in OWN_HEAD}
    lines = []
    for item in order["det"]:
        ide = {tag: value for tag, value in item["ide"].items() if tag != "codigo_item"}
        lines.append(_untaxed(item, renewed=False) | {"ide": ide})
    copied = {tag: value for tag, value in order.items() if tag not in OWN_BLOCKS}
    fresh = copied | {"cabecalho": head | {"etapa": FIRST_STAGE}, "det": lines}
    return _entered(company, composing.settle(company, fresh))


def _entered(company: Company, order: Doc) -> Doc:
    """The settled order in the books, under its numbers, and told of."""
    order["cabecalho"] |= {
        "codigo_pedido": company.next_id(),
        "numero_pedido": str(company.next_number("orders")),
        "bloqueado": "N",
        "encerrado": "N",
        "importado_api": "S",
    }
    order["infoCadastro"] = company.included() | NOT_YET
    order = save(company, order, user=None)
    log_stage(company, order)
    events.sale(company, "Incluida", order)
    return order


def alter(company: Company, sent: Doc) -> Doc:
    """The order with what was sent laid over it, checked and computed anew."""
    _refuse_output(sent)
    head = sent.get("cabecalho", {})
    order = named(company, head)
    refuse_closed(order, "alterar")
    code, stage = order["cabecalho"].get("codigo_pedido_integracao"), order["cabecalho"]["etapa"]
    wanted = head.get("codigo_pedido_integracao", code)
    if wanted != code and company.has(ORDERS, "code", wanted):
        raise faults.duplicate_order(wanted)
    if "etapa" in head:
        composing.check_stage(head["etapa"])
    altered = composing.settle(company, _laid_over(company, order, sent))
    altered = save(company, altered)
    if altered["cabecalho"]["etapa"] != stage:
        log_stage(company, altered)
        events.sale(company, "EtapaAlterada", altered)
    events.sale(company, "Alterada", altered)
    return altered


def exclude(company: Company, order: Doc, user: str = WEBSERVICE) -> None:
    """Remove an order, and its trace in the stage log."""
    if is_billed(order):
        raise faults.Fault("ERROR: Não é possível excluir um pedido já faturado!")
    number = order["cabecalho"]["codigo_pedido"]
    company.remove(ORDERS, number)
    for row in company.select(STAGE_LOG, (("order_id = ?", number),)):
        company.remove(STAGE_LOG, row["seq"])
    events.sale(company, "Excluida", order, user)


def refuse_closed(order: Doc, deed: str) -> None:
    """Refuse to touch a billed or cancelled order; the sentence is assumed."""
    if is_billed(order):
        raise faults.Fault(f"ERROR: Não é possível {deed} um pedido já faturado!")
    if is_cancelled(order):
        raise faults.Fault(f"ERROR: Não é possível {deed} um pedido cancelado!")


def _refuse_output(sent: Doc) -> None:
    for tag in NOT_ALTERED_BLOCKS:
        if tag in sent:
            raise faults.output_tag(tag)
    for tag in NOT_ALTERED_HEAD:
        if tag in sent.get("cabecalho", {}):
            raise faults.output_tag(tag)
    for item in sent.get("det", ()):
        for tag in NOT_ALTERED_ITEM:
            if tag in item.get("ide", {}):
                raise faults.output_tag(tag)


def _laid_over(company: Company, order: Doc, sent: Doc) -> Doc:
    """The former order with the caller's tags over it: items by their integration code."""
    head = {tag: value for tag, value in sent["cabecalho"].items() if tag != "origem_pedido"}
    merged = {**order, **sent, "cabecalho": order["cabecalho"] | head}
    if "lista_parcelas" in sent and "qtde_parcelas" not in head:
        merged["cabecalho"].pop("qtde_parcelas", None)
    for block in ("frete", "informacoes_adicionais"):
        merged[block] = order.get(block, {}) | sent.get(block, {})
    renewed = "codigo_cenario_impostos" in head
    merged["det"] = _lines_over(
        company, [_untaxed(item, renewed=renewed) for item in order["det"]], sent
    )
    return merged


def _untaxed(item: Doc, *, renewed: bool) -> Doc:
    """A former line without the amounts of taxes that have rates, which are computed anew.

    Of an order that takes another scenario nothing is left of what the former one told. The books
    keep no zeros, so a line without a price is one that costs nothing.
    """
    line, more = {"valor_unitario": 0} | item["produto"], dict(item["inf_adic"])
    if not renewed:
        taxes = {name: amounts.rated(name, tags) for name, tags in item.get("imposto", {}).items()}
        return item | {"produto": line, "imposto": taxes}
    line.pop("cfop", None)
    more.pop("codigo_cenario_impostos_item", None)
    return item | {"produto": line, "inf_adic": more, "imposto": {}}


def _lines_over(company: Company, lines: list[Doc], sent: Doc) -> list[Doc]:
    """The lines with those sent over them; of several with one code the first is meant."""
    for item in sent.get("det", ()):
        code = item.get("ide", {}).get("codigo_item_integracao")
        if code is None:
            raise faults.required("codigo_item_integracao")
        codes = [line["ide"]["codigo_item_integracao"] for line in lines]
        place = codes.index(code) if code in codes else len(lines)
        if item["ide"].get("acao_item") == "E":
            del lines[place : place + 1]
        else:
            former = lines[place] if place < len(lines) else {}
            lines[place : place + 1] = [_item_over(company, former, item)]
    return lines


def _item_over(company: Company, former: Doc, sent: Doc) -> Doc:
    """A line with the caller's tags over it; another product takes its own texts with it."""
    line = former.get("produto", {})
    wanted = sent.get("produto", {})
    if "codigo_produto" in wanted or "codigo_produto_integracao" in wanted:
        product = sold(company, wanted)
        line = {tag: value for tag, value in line.items() if not tag.startswith("codigo_produto")}
        if product["codigo"] != line.get("codigo"):
            texts = {"codigo", "descricao", "unidade", "ncm", "ean", "cfop"}
            line = {tag: value for tag, value in line.items() if tag not in texts}
    return {
        **former,
        **sent,
        "ide": former.get("ide", {}) | sent.get("ide", {}),
        "produto": line | wanted,
        "inf_adic": former.get("inf_adic", {}) | sent.get("inf_adic", {}),
    }
