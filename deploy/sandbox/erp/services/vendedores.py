"""`geral/vendedores`: the register of vendors."""

from sandbox.erp import faults
from sandbox.erp.companies import Company
from sandbox.erp.paging import table_page, window
from sandbox.erp.registers import VENDORS
from sandbox.erp.sales.orders import ORDERS
from sandbox.erp.service import Service
from sandbox.erp.store import Doc

SERVICE = Service("geral/vendedores", VENDORS, status=("status", "descricao"))
BLANK: Doc = {
    "codInt": "", "inativo": "N", "email": "",
    "fatura_pedido": "N", "visualiza_pedido": "N", "comissao": 0,
}  # fmt: skip


def _by_keys(company: Company, param: Doc) -> Doc | None:
    if number := param.get("codigo"):
        return company.get(VENDORS, number)
    if code := param.get("codInt"):
        return company.find(VENDORS, "code", code)
    raise faults.one_required("codigo", "codInt")


def _named(company: Company, param: Doc) -> Doc:
    vendor = _by_keys(company, param)
    if vendor is None:
        key = param.get("codigo") or param["codInt"]
        raise faults.not_registered("Vendedor não cadastrado", key)
    return vendor


def _saved(company: Company, vendor: Doc, done: str) -> Doc:
    company.put(VENDORS, vendor)
    keys = {"codigo": vendor["codigo"], "codInt": vendor["codInt"]}
    return keys | SERVICE.said(f"Vendedor {done} com sucesso!")


@SERVICE.call("IncluirVendedor", "vendincluirRequest", writes=True)
def include_vendor(company: Company, param: Doc) -> Doc:
    """A new vendor; the sentence for a known integration code is assumed."""
    if "nome" not in param:
        raise faults.required("nome")
    code = param.get("codInt")
    other = company.find(VENDORS, "code", code) if code else None
    if other:
        raise faults.Fault(
            f"ERROR: Vendedor já cadastrado para o Código de Integração [{code}]"
            f" com o Id [{other['codigo']}] !",
            102,
        )
    return _saved(company, BLANK | param | {"codigo": company.next_id()}, "cadastrado")


@SERVICE.call("AlterarVendedor", "vendAlterarRequest", writes=True)
def alter_vendor(company: Company, param: Doc) -> Doc:
    """Changes to the tags that were sent."""
    return _saved(company, _named(company, param) | param, "alterado")


@SERVICE.call("ExcluirVendedor", "vendExcluirRequest", writes=True)
def exclude_vendor(company: Company, param: Doc) -> Doc:
    """Remove a vendor. That one with orders stays is assumed, as is the sentence."""
    vendor = _named(company, param)
    if company.has(ORDERS, "vendor", vendor["codigo"]):
        raise faults.Fault("ERROR: Não é possível excluir o vendedor, pois ele está em uso!")
    company.remove(VENDORS, vendor["codigo"])
    keys = {"codigo": vendor["codigo"], "codInt": vendor["codInt"]}
    return keys | SERVICE.said("Vendedor excluído com sucesso!")


@SERVICE.call("UpsertVendedor", "vendUpsertRequest", writes=True)
def upsert_vendor(company: Company, param: Doc) -> Doc:
    """Include or alter, by Omie's id when sent, else by integration code."""
    vendor = _by_keys(company, param)
    if vendor is None and not param.get("codigo"):
        return include_vendor(company, param)
    return _saved(company, _named(company, param) | param, "alterado")


@SERVICE.call("ConsultarVendedor", "vendConsultarRequest")
def consult_vendor(company: Company, param: Doc) -> Doc:
    """The record, at the root."""
    return _named(company, param)


@SERVICE.call("ListarVendedores", "vendListarRequest")
def list_vendors(company: Company, param: Doc) -> Doc:
    """A page of vendors, of a name or an e-mail where asked."""
    where = []
    for column, tag in (("name", "filtrar_por_nome"), ("email", "filtrar_por_email")):
        if text := param.get(tag):
            where.append((f"{column} LIKE ?", f"%{text.upper()}%"))
    order = "key DESC" if param.get("ordem_descrescente") == "S" else "key"
    return table_page(company, VENDORS, "cadastro", window(param), where, order=order)
