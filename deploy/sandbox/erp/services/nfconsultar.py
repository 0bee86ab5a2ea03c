"""`produtos/nfconsultar`: the NF-e of billed orders."""

from sandbox.erp import dates, faults
from sandbox.erp.companies import Company
from sandbox.erp.customers import bare
from sandbox.erp.paging import window
from sandbox.erp.sales import billing, notes
from sandbox.erp.service import Service
from sandbox.erp.store import Doc

SERVICE = Service("produtos/nfconsultar", before=billing.settle_due)
LARGEST_PAGE = 100
KEYS = {"nCodNF": "note", "cChaveNFe": "access_key", "nIdPedido": "key"}
SPANS = (
    ("dEmiInicial", ">= ?", "issued", ""),
    ("dEmiFinal", "<= ?", "issued", "~"),
    ("dCanInicial", ">= ?", "cancelled", ""),
    ("dCanFinal", "<= ?", "cancelled", "~"),
)


@SERVICE.call("ConsultarNF", "nfChave")
def consult_note(company: Company, param: Doc) -> Doc:
    """The record, at the root, by any of its keys."""
    for tag, column in KEYS.items():
        if value := param.get(tag):
            return notes.shown(company, notes.find(company, column, value))
    if number := param.get("nNF"):
        digits = number if number.isdecimal() else "0"
        return notes.shown(company, notes.find(company, "number", int(digits[-18:])))
    raise faults.one_required("nCodNF", "cChaveNFe")


@SERVICE.call("ListarNF", "nfListarRequest")
def list_notes(company: Company, param: Doc) -> Doc:
    """A page of notes; filters by register, leaving and voiding dates are taken and do nothing."""
    where: list[tuple[str, str | int]] = [notes.ISSUED]
    where += dates.between(param, "filtrar_por_data", "issued")
    for tag, sign, column, end in SPANS:
        if day := dates.read(param, tag):
            where.append((f"{column} {sign}", day + end))
    for tag, sign in (("nNFInicial", ">="), ("nNFFinal", "<=")):
        if tag in param:
            where.append((f"number {sign} ?", param[tag]))
    if status := param.get("filtrar_por_status"):
        if status not in ("N", "C"):
            raise faults.outside_enumeration("filtrar_por_status", ("N", "C"))
        where.append((f"cancelled IS {'NOT ' if status == 'C' else ''}NULL AND 1 = ?", 1))
    way = "note DESC" if param.get("ordem_decrescente") == "S" else "note"
    brief = param.get("cApenasResumo") == "S"
    fitting = [
        note
        for invoice in company.select(billing.INVOICES, where, way)
        if _about(company, invoice, param)
        for note in [notes.shown(company, invoice, brief=brief)]
        if _for(note, param)
    ]
    return window(param, largest=LARGEST_PAGE).cut("nfCadastro", fitting)


def _about(company: Company, invoice: Doc, param: Doc) -> bool:
    """Whether a note's order is the one asked for: the customer's number is a filter here."""
    wanted = param.get("cNumeroPedidoCliente")
    if not wanted:
        return True
    more = notes.order_of(company, invoice)["informacoes_adicionais"]
    return bool(more.get("numero_pedido_cliente") == wanted)


def _for(note: Doc, param: Doc) -> bool:
    """Whether a note is for the customer asked for, and of the kind."""
    to = note["nfDestInt"]
    if param.get("tpNF", note["ide"]["tpNF"]) != note["ide"]["tpNF"]:
        return False
    if param.get("opPedido", note["pedido"]["opPedido"]) != note["pedido"]["opPedido"]:
        return False
    wanted, document = param.get("nIdCliente"), bare(param.get("cnpj_cpf", ""))
    return (not wanted or to["nCodCli"] == wanted) and (
        not document or bare(to["cnpj_cpf"]) == document
    )
