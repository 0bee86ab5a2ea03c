"""`geral/departamentos`: departments, over which an order's value may be spread."""

from sandbox.erp import faults
from sandbox.erp.companies import Company
from sandbox.erp.paging import table_page, window
from sandbox.erp.registers import DEPARTMENTS
from sandbox.erp.service import Service
from sandbox.erp.store import Doc

SERVICE = Service("geral/departamentos", DEPARTMENTS)


@SERVICE.call("ListarDepatartamentos", "departamento_listar_request")
@SERVICE.call("ListarDepartamentos", "departamento_listar_request")
def list_departments(company: Company, param: Doc) -> Doc:
    """A page of departments, under a name misspelt as in the real API, or the right one."""
    return table_page(company, DEPARTMENTS, "departamentos", window(param))


@SERVICE.call("ConsultarDepartamento", "departamento_consultar")
def consult_department(company: Company, param: Doc) -> Doc:
    """The record, at the root."""
    if "codigo" not in param:
        raise faults.required("codigo")
    department = company.find(DEPARTMENTS, "key", param["codigo"])
    if department is None:
        raise faults.not_registered("Departamento não cadastrado", param["codigo"])
    return department
