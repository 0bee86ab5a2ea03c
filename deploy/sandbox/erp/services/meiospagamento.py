"""`geral/meiospagamento`: the NF-e's means of payment."""

from sandbox.erp.companies import Company
from sandbox.erp.registers import MEANS
from sandbox.erp.service import Service
from sandbox.erp.store import Doc

SERVICE = Service("geral/meiospagamento", MEANS)


@SERVICE.call("ListarMeiosPagamento", "MeiosPagamentoPesquisarRequest")
def list_means(company: Company, param: Doc) -> Doc:
    """All of them, or the one whose code was sent; there are no pages."""
    code = param.get("codigo")
    return {"MeiosPagamentoLista": company.select(MEANS, (("key = ?", code),) if code else ())}
