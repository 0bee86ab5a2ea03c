"""`geral/origempedido`: where orders come from."""

from sandbox.erp.companies import Company
from sandbox.erp.paging import table_page, window
from sandbox.erp.registers import ORIGINS
from sandbox.erp.service import Service
from sandbox.erp.store import Doc

SERVICE = Service("geral/origempedido", ORIGINS)


@SERVICE.call("ListarOrigem", "origem_ped_listar_request")
def list_origins(company: Company, param: Doc) -> Doc:
    """All of them, or the one whose code was sent."""
    code = param.get("codigo")
    where = (("key = ?", code),) if code else ()
    return table_page(company, ORIGINS, "origem", window({}), where)
