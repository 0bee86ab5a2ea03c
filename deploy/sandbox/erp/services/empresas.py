"""`geral/empresas`: the company behind the key, handy as a check of credentials."""

from sandbox.erp import faults
from sandbox.erp.companies import Company
from sandbox.erp.paging import table_page, window
from sandbox.erp.registers import BUSINESS
from sandbox.erp.service import Service
from sandbox.erp.store import Doc

SERVICE = Service("geral/empresas", BUSINESS)


@SERVICE.call("ListarEmpresas", "empresas_list_request")
def list_companies(company: Company, param: Doc) -> Doc:
    """A page with the one company a key belongs to."""
    return table_page(company, BUSINESS, "empresas_cadastro", window(param))


@SERVICE.call("ConsultarEmpresa", "empresas_consultar")
def consult_company(company: Company, param: Doc) -> Doc:
    """The record, at the root."""
    if "codigo_empresa" not in param:
        raise faults.required("codigo_empresa")
    business = company.get(BUSINESS, param["codigo_empresa"])
    if business is None:
        raise faults.not_registered("Empresa não cadastrada", param["codigo_empresa"])
    return business
