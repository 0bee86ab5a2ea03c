"""`geral/tiposentrega`: the ways carriers deliver, which an order's freight may name."""

from sandbox.erp import faults
from sandbox.erp.companies import Company
from sandbox.erp.paging import Dialect, table_page, window
from sandbox.erp.registers import DELIVERY_TYPES
from sandbox.erp.service import Service
from sandbox.erp.store import Doc

SERVICE = Service("geral/tiposentrega", DELIVERY_TYPES, status=("cCodStatus", "cDesStatus"))
PAGES = Dialect("nPagina", "nRegistrosPorPagina", "nTotalPaginas", "nRegistros", "nTotalRegistros")
"""This service's own spelling of the Hungarian tags."""
BLANK: Doc = {"nCodTransp": 0, "cCodIntEntrega": "", "cDescricao": "", "cInativo": "N"}


def _by_keys(company: Company, param: Doc) -> Doc:
    number, code = param.get("nCodEntrega"), param.get("cCodIntEntrega")
    if not number and not code:
        raise faults.one_required("nCodEntrega", "cCodIntEntrega")
    column, value = ("key", number) if number else ("code", code)
    found = company.find(DELIVERY_TYPES, column, value)
    if found is None:
        raise faults.not_registered("Tipo de Entrega não cadastrado", value)
    return found


def _keys(kind: Doc, done: str) -> Doc:
    keys = {tag: kind[tag] for tag in ("nCodEntrega", "cCodIntEntrega")}
    return keys | SERVICE.said(f"Tipo de entrega {done} com sucesso!")


@SERVICE.call("IncluirTipoEntrega", "teIncluirRequest", writes=True)
def include_type(company: Company, param: Doc) -> Doc:
    """A new type; the sentence for a known integration code is assumed."""
    if "cDescricao" not in param:
        raise faults.required("cDescricao")
    code = param.get("cCodIntEntrega")
    if code and company.has(DELIVERY_TYPES, "code", code):
        raise faults.Fault(
            f"ERROR: Tipo de Entrega já cadastrado para o Código de Integração [{code}] !", 102
        )
    kind = BLANK | param | {"nCodEntrega": company.next_id()}
    company.put(DELIVERY_TYPES, kind)
    return _keys(kind, "cadastrado")


@SERVICE.call("AlterarTipoEntrega", "teAlterarRequest", writes=True)
def alter_type(company: Company, param: Doc) -> Doc:
    """Changes to the tags that were sent."""
    kind = _by_keys(company, param)
    changed = kind | param | {"nCodEntrega": kind["nCodEntrega"]}
    company.put(DELIVERY_TYPES, changed)
    return _keys(changed, "alterado")


@SERVICE.call("ExcluirTipoEntrega", "teExcluirRequest", writes=True)
def exclude_type(company: Company, param: Doc) -> Doc:
    """Remove a type."""
    kind = _by_keys(company, param)
    company.remove(DELIVERY_TYPES, kind["nCodEntrega"])
    return _keys(kind, "excluído")


@SERVICE.call("ConsultarTipoEntrega", "teConsultarRequest")
def consult_type(company: Company, param: Doc) -> Doc:
    """The record, at the root."""
    return _by_keys(company, param)


@SERVICE.call("ListarTipoEntrega", "teListarRequest")
def list_types(company: Company, param: Doc) -> Doc:
    """A page of types, of one carrier where asked; days of alteration do nothing."""
    carrier = param.get("nCodTransp")
    where = (("carrier = ?", carrier),) if carrier else ()
    return table_page(company, DELIVERY_TYPES, "CadTiposEntrega", window(param, PAGES), where)
