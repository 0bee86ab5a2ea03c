"""`produtos/pedidoetapas`: the log of stage changes, with where each order stands now."""

from sandbox.erp import dates
from sandbox.erp.companies import Company
from sandbox.erp.paging import HUNGARIAN, window
from sandbox.erp.sales import billing, notes
from sandbox.erp.sales.orders import ORDERS, STAGE_LOG
from sandbox.erp.service import Service
from sandbox.erp.store import Doc

SERVICE = Service("produtos/pedidoetapas", before=billing.settle_due)


@SERVICE.call("ListarEtapasPedido", "pEtapaListarRequest")
def list_stage_changes(company: Company, param: Doc) -> Doc:
    """A page of changes, by order id, or by moment where asked; hours are taken and do nothing."""
    where: list[tuple[str, str | int]] = []
    if number := param.get("nCodPed"):
        where.append(("order_id = ?", number))
    if code := param.get("cCodIntPed"):
        order = company.find(ORDERS, "code", code)
        where.append(("order_id = ?", order["cabecalho"]["codigo_pedido"] if order else 0))
    if stage := param.get("cEtapa"):
        where.append(("stage = ?", stage))
    if first := dates.read(param, "dDtInicial"):
        where.append(("moment >= ?", first))
    if last := dates.read(param, "dDtFinal"):
        where.append(("moment < ?", f"{last}~"))
    way = " DESC" if param.get("cOrdemDecrescente") == "S" else ""
    column = "moment" if param.get("cOrdenarPor") == "DATAHORA" else "order_id"
    asked = window(param, HUNGARIAN, largest=100)
    rows = company.select(STAGE_LOG, where, f"{column}{way}, key{way}", asked.span)
    total = company.count(STAGE_LOG, where)
    return asked.sheet("etapasPedido", [_shown(company, row) for row in rows], total)


def _shown(company: Company, row: Doc) -> Doc:
    """A change of stage; billing and cancellation are the order's present ones."""
    order = company.get(ORDERS, row["nCodPed"]) or {}
    info = order.get("infoCadastro", {})
    invoice = company.get(billing.INVOICES, row["nCodPed"]) or {}
    head = order.get("cabecalho", {})
    return {
        "nCodPed": row["nCodPed"],
        "cCodIntPed": head.get("codigo_pedido_integracao", ""),
        "cNumero": head.get("numero_pedido", ""),
        "cEtapa": row["cEtapa"],
        "dDtEtapa": row["dDtEtapa"],
        "cHrEtapa": row["cHrEtapa"],
        "cUsEtapa": row["cUsEtapa"],
        "faturamento": {
            "cFaturado": info.get("faturado", "N"),
            "dDtFat": info.get("dFat", ""),
            "cHrFat": info.get("hFat", ""),
            "cUsDev": info.get("uFat", ""),
            "cAutorizado": info.get("autorizado", "N"),
            "cDenegado": info.get("denegado", "N"),
            "cDANFE": "S" if "chave" in invoice else "N",
            "cAmbiente": "P",
            "cChaveNFE": invoice.get("chave", ""),
            "cNumNFE": invoice.get("numero", ""),
            "cSerieNFE": invoice.get("serie", ""),
            "dDtSainda": invoice.get("dEmi", ""),
            "cHrSaida": invoice.get("hEmi", ""),
        },
        "cancelamento": {
            "cCancelado": info.get("cancelado", "N"),
            "dDtCanc": info.get("dCan", ""),
            "cHrCanc": info.get("hCan", ""),
            "cUsCanc": info.get("uCan", ""),
        },
        "devolucao": _return(company, row["nCodPed"], info),
        "info": {tag: info.get(tag, "") for tag in notes.AUDIT},
    }


def _return(company: Company, order_id: int, info: Doc) -> Doc:
    """Whether goods came back, and when: the day of the last return's note, once it is issued."""
    returned = company.select(billing.INVOICES, (("returned_of = ?", order_id),))
    last = returned[-1] if returned else {}
    return {
        "cDevolvido": info.get("devolvido", "N"),
        "dDtDev": last.get("dEmi", ""),
        "cHrDev": last.get("hEmi", ""),
        "cUsDev": last.get("user", ""),
    }
