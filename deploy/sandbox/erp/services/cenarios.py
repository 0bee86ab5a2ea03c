"""`geral/cenarios`: tax scenarios."""

from sandbox.erp.companies import Company
from sandbox.erp.paging import HUNGARIAN, table_page, window
from sandbox.erp.registers import SCENARIOS
from sandbox.erp.service import Service
from sandbox.erp.store import Doc

SERVICE = Service("geral/cenarios", SCENARIOS)


@SERVICE.call("ListarCenarios", "cenariosListarRequest")
def list_scenarios(company: Company, param: Doc) -> Doc:
    """A page of scenarios; `padrao` is one of the few real booleans of the API."""
    return table_page(company, SCENARIOS, "cenariosEncontrados", window(param, HUNGARIAN))
