"""`geral/projetos`: the projects an order may belong to."""

from sandbox.erp import faults
from sandbox.erp.companies import Company
from sandbox.erp.paging import table_page, window
from sandbox.erp.registers import PROJECTS
from sandbox.erp.service import Service
from sandbox.erp.store import Doc

SERVICE = Service("geral/projetos", PROJECTS)


@SERVICE.call("ListarProjetos", "projListarRequest")
def list_projects(company: Company, param: Doc) -> Doc:
    """A page of projects, of a name where asked."""
    text = param.get("nome_projeto")
    where = [("name LIKE ?", f"%{text.upper()}%")] if text else []
    order = "key DESC" if param.get("ordem_descrescente") == "S" else "key"
    return table_page(company, PROJECTS, "cadastro", window(param), where, order=order)


@SERVICE.call("ConsultarProjeto", "projConsultarRequest")
def consult_project(company: Company, param: Doc) -> Doc:
    """The record, at the root."""
    for tag, column in (("codigo", "key"), ("codInt", "code")):
        if key := param.get(tag):
            project = company.find(PROJECTS, column, key)
            if project is None:
                raise faults.not_registered("Projeto não cadastrado", key)
            return project
    raise faults.one_required("codigo", "codInt")
