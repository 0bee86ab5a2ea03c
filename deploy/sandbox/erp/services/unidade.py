"""`geral/unidade`: the units products are sold by."""

from sandbox.erp.companies import Company
from sandbox.erp.demo_registers import UNITS
from sandbox.erp.service import Service
from sandbox.erp.store import Doc

SERVICE = Service("geral/unidade")


@SERVICE.call("ListarUnidades", "unidade_pesquisar")
def list_units(_company: Company, param: Doc) -> Doc:
    """All of them, or the one whose code was sent; there are no pages."""
    wanted = param.get("codigo")
    found = [
        {"codigo": code, "descricao": name}
        for code, name in UNITS.items()
        if wanted in (None, code)
    ]
    return {"unidade_cadastro": found}
