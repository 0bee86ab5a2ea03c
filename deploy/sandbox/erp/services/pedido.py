"""`produtos/pedido`: sales orders."""

from sandbox.erp import faults
from sandbox.erp.companies import Company
from sandbox.erp.paging import table_page, window
from sandbox.erp.registers import business_of
from sandbox.erp.sales import billing, listing, returning, simulating, writing
from sandbox.erp.sales.orders import (
    ORDERS,
    STAGE_LOG,
    STAGES_IN,
    is_billed,
    is_cancelled,
    move,
    named,
    padded,
)
from sandbox.erp.service import Service
from sandbox.erp.store import Doc

LARGEST_PAGE = 100
SERVICE = Service("produtos/pedido", ORDERS, STAGE_LOG, billing.INVOICES, before=billing.settle_due)


def _keys(order: Doc) -> Doc:
    head = order["cabecalho"]
    return {
        "codigo_pedido": head["codigo_pedido"],
        "codigo_pedido_integracao": head.get("codigo_pedido_integracao", ""),
        "numero_pedido": padded(head["numero_pedido"]),
    }


def _saved(order: Doc, done: str) -> Doc:
    return _keys(order) | SERVICE.said(f"Pedido {done} com sucesso!")


@SERVICE.call("IncluirPedido", "pedido_venda_produto", writes=True)
def include_order(company: Company, param: Doc) -> Doc:
    """A new order."""
    return _saved(writing.include(company, param), "cadastrado")


@SERVICE.call("AlterarPedidoVenda", "pedido_venda_produto", writes=True)
def alter_order(company: Company, param: Doc) -> Doc:
    """Changes to the tags that were sent."""
    return _saved(writing.alter(company, param), "alterado")


@SERVICE.call("ExcluirPedido", "pvpExcluirRequest", writes=True)
def exclude_order(company: Company, param: Doc) -> Doc:
    """Remove an order that is not billed; nothing of it stays."""
    order = named(company, param)
    invoice = company.get(billing.INVOICES, order["cabecalho"]["codigo_pedido"])
    if invoice and invoice["state"] == "pending":
        raise faults.Fault("ERROR: Não é possível excluir um pedido em processo de faturamento!")
    writing.exclude(company, order)
    return _saved(order, "excluído")


@SERVICE.call("TrocarEtapaPedido", "pvpTrocarEtapaRequest", writes=True)
def move_order(company: Company, param: Doc) -> Doc:
    """Put an order in another stage; closed orders are refused by the status, not by a fault.

    Whether Omie lets an order into 60 by hand is unconfirmed; the sandbox does not.
    """
    order = named(company, param)
    if "etapa" not in param:
        raise faults.required("etapa")
    refusal = None
    if is_cancelled(order):
        refusal = "o pedido está cancelado"
    elif is_billed(order):
        refusal = "o pedido já foi faturado"
    elif param["etapa"] not in STAGES_IN:
        refusal = f"a etapa [{param['etapa']}] não pode ser informada"
    if refusal:
        return _keys(order) | SERVICE.said(f"Não é possível trocar a etapa: {refusal}.", "1")
    if order["cabecalho"]["etapa"] != param["etapa"]:
        move(company, order, param["etapa"])
    return _keys(order) | SERVICE.said("Etapa do pedido alterada com sucesso!")


@SERVICE.call("AlterarPedFaturado", "pvpAlterarPedFatRequest", writes=True)
def alter_billed_order(company: Company, param: Doc) -> Doc:
    """Write the tracking on a billed order."""
    order = returning.write_tracking(company, named(company, param), param)
    return _keys(order) | SERVICE.said("Pedido alterado com sucesso!")


@SERVICE.call("DevolverPedido", "pvpDevolverRequest", writes=True)
def return_order(company: Company, param: Doc) -> Doc:
    """Take a billed order's goods back, all of them or those named."""
    number = returning.take_back(company, named(company, param), param.get("itens", []))
    return {
        "cCodStatus": "0",
        "cDesStatus": "Pedido devolvido com sucesso!",
        "nIdDevolucao": number,
    }


@SERVICE.call("SimularImpostos", "pvpSimularImpRequest")
def simulate_taxes(company: Company, param: Doc) -> Doc:
    """The taxes of a sale nobody has made."""
    return simulating.simulated(company, param)


@SERVICE.call("ConsultarPedido", "pvpConsultarRequest")
def consult_order(company: Company, param: Doc) -> Doc:
    """One order, wrapped, without its empty fields."""
    order = named(company, param)
    return {"pedido_venda_produto": {tag: order[tag] for tag in order if tag != "devolucoes"}}


@SERVICE.call("ListarPedidos", "pvpListarRequest")
def list_orders(company: Company, param: Doc) -> Doc:
    """A page of orders, at most 100, with their empty fields."""
    brief = param.get("apenas_resumo") == "S"
    business = business_of(company)
    return table_page(
        company,
        ORDERS,
        "pedido_venda_produto",
        window(param, largest=LARGEST_PAGE),
        listing.filters(company, param),
        order=listing.order_by(param),
        shown=lambda order: listing.shown(order, business=business["codigo_empresa"], brief=brief),
    )


@SERVICE.call("StatusPedido", "pvpStatusRequest")
def order_status(company: Company, param: Doc) -> Doc:
    """Where an order stands, and its NF-e. The words of `status_nfe` are assumed."""
    order = named(company, param)
    head = order["cabecalho"]
    invoice = company.get(billing.INVOICES, head["codigo_pedido"])
    returned = company.select(billing.INVOICES, (("returned_of = ?", head["codigo_pedido"]),))
    return _keys(order) | {
        "numero_pedido": head["numero_pedido"],
        "etapa": head["etapa"],
        "cancelada": order["infoCadastro"]["cancelado"],
        "faturada": order["infoCadastro"]["faturado"],
        "ambiente": "P",
        "valor_total_pedido": order["total_pedido"].get("valor_total_pedido", 0),
        "ListaNfe": [_note(company, one) for one in ([invoice] if invoice else []) + returned],
    }


def _note(company: Company, invoice: Doc) -> Doc:
    """A note of the order; lots and receipts, of which SEFAZ keeps count, are left out."""
    paper = f"{company.documents}/{invoice.get('nIdNF')}"
    return {
        "contingencia": "N",
        "numero_nfe": invoice.get("numero", ""),
        "serie_nfe": invoice.get("serie", ""),
        "status_nfe": invoice["state"],
        "chave_nfe": invoice.get("chave", ""),
        "protocolo": invoice.get("protocolo", 0),
        "tipo": "E" if "returned_of" in invoice else "S",
        "data_emissao": invoice.get("dEmi", ""),
        "hora_emissao": invoice.get("hEmi", ""),
        "data_fatura": invoice.get("dEmi", ""),
        "hora_fatura": invoice.get("hEmi", ""),
        "data_saida": invoice.get("dEmi", ""),
        "hora_saida": invoice.get("hEmi", ""),
        "mensagens": [],
        "danfe": f"{paper}.html" if "nIdNF" in invoice else "",
    }
