"""`estoque/local`: stock locations."""

from sandbox.erp.companies import Company
from sandbox.erp.paging import HUNGARIAN, table_page, window
from sandbox.erp.registers import LOCATIONS
from sandbox.erp.service import Service
from sandbox.erp.store import Doc

SERVICE = Service("estoque/local", LOCATIONS, status=("cCodStatus", "cDesStatus"))


@SERVICE.call("ListarLocaisEstoque", "locaisListarRequest")
def list_locations(company: Company, param: Doc) -> Doc:
    """A page of locations; filters by date are taken and do nothing."""
    return table_page(company, LOCATIONS, "locaisEncontrados", window(param, HUNGARIAN))
