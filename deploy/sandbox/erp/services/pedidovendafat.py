"""`produtos/pedidovendafat`: billing and cancelling, with names of its own for an order's keys."""

from sandbox.erp import faults
from sandbox.erp.companies import Company
from sandbox.erp.sales import billing, writing
from sandbox.erp.sales.orders import ORDERS, find, is_cancelled, save
from sandbox.erp.service import Service
from sandbox.erp.store import Doc

SERVICE = Service(
    "produtos/pedidovendafat",
    status=("cCodStatus", "cDescStatus"),
    before=billing.settle_due,
)
ORDER = "Pedido de Venda de Produto"


def _named(company: Company, param: Doc) -> Doc:
    if not param.get("nCodPed") and not param.get("cCodIntPed"):
        raise faults.one_required("nCodPed", "cCodIntPed")
    return find(company, number_id=param.get("nCodPed"), code=param.get("cCodIntPed"))


def _said(order: Doc, text: str, code: str = "0") -> Doc:
    head = order["cabecalho"]
    return {
        "cCodIntPed": head.get("codigo_pedido_integracao", ""),
        "nCodPed": head["codigo_pedido"],
        **SERVICE.said(text, code),
    }


@SERVICE.call("FaturarPedidoVenda", "pvpFaturarRequest", writes=True)
def bill_order(company: Company, param: Doc) -> Doc:
    """Ask for the NF-e; SEFAZ answers later. A refusal comes in the status, not as a fault."""
    order = _named(company, param)
    if refusal := billing.billing_refusal(company, order):
        return _said(order, refusal, "1")
    billing.request_invoice(company, order)
    return _said(order, f"{ORDER} enviado para faturamento com sucesso!")


@SERVICE.call("ValidarPedidoVenda", "pvpValidarRequest")
def validate_order(company: Company, param: Doc) -> Doc:
    """Whether the order could be billed."""
    order = _named(company, param)
    if refusal := billing.billing_refusal(company, order):
        return _said(order, refusal, "1")
    return _said(order, f"{ORDER} validado com sucesso!")


@SERVICE.call("CancelarPedidoVenda", "pvpCancelarRequest", writes=True)
def cancel_order(company: Company, param: Doc) -> Doc:
    """Cancel an order, billed or not."""
    order = _named(company, param)
    if is_cancelled(order):
        return _said(
            order,
            f"Não foi possível cancelar esse {ORDER}! O {ORDER} já foi cancelado.",
            "1",
        )
    billing.cancel(company, order)
    return _said(order, f"{ORDER} cancelado com sucesso!")


@SERVICE.call("DuplicarPedidoVenda", "pvpDuplicarRequest", writes=True)
def duplicate_order(company: Company, param: Doc) -> Doc:
    """A copy of an order, under numbers of its own and no integration code."""
    copy = writing.duplicate(company, _named(company, param))
    return _said(copy, f"{ORDER} duplicado com sucesso!")


@SERVICE.call("AssociarCodIntPedidoVenda", "pvpAssociarCodIntRequest", writes=True)
def associate_code(company: Company, param: Doc) -> Doc:
    """Give an integration code to an order typed in the ERP."""
    for tag in ("nCodPed", "cCodIntPed"):
        if tag not in param:
            raise faults.required(tag)
    order = find(company, number_id=param["nCodPed"])
    code = param["cCodIntPed"]
    other = company.find(ORDERS, "code", code)
    if other and other["cabecalho"]["codigo_pedido"] != order["cabecalho"]["codigo_pedido"]:
        raise faults.duplicate_order(code)
    order["cabecalho"]["codigo_pedido_integracao"] = code
    return _said(save(company, order), "Código de integração associado com sucesso!")


@SERVICE.call("ObterPedidosVenda", "pvpObterRequest")
def orders_in_stage(company: Company, param: Doc) -> Doc:
    """The ids and numbers of the orders in a stage."""
    if "cEtapa" not in param:
        raise faults.required("cEtapa")
    orders = company.select(ORDERS, (("stage = ?", param["cEtapa"]),))
    return {
        "cEtapa": param["cEtapa"],
        "listaPedidosVenda": [
            {
                "nIdPed": order["cabecalho"]["codigo_pedido"],
                "cNumPedido": order["cabecalho"]["numero_pedido"],
            }
            for order in orders
        ],
    }
