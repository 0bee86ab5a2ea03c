"""`geral/paises`: countries; the sandbox knows Brazil's neighbours and a few more."""

from sandbox.erp.companies import Company
from sandbox.erp.customers import folded
from sandbox.erp.demo_registers import COUNTRIES
from sandbox.erp.service import Service
from sandbox.erp.store import Doc

SERVICE = Service("geral/paises")


@SERVICE.call("ListarPaises", "paisListarRequest")
def list_countries(_company: Company, param: Doc) -> Doc:
    """All of them at once, or those of a code, an ISO code or a part of the name."""
    code, iso = param.get("filtrar_por_codigo"), param.get("filtrar_por_codigo_iso")
    part = folded(param.get("filtrar_por_descricao", ""))
    found = [
        {"cCodigo": number, "cDescricao": name, "cCodigoISO": letters}
        for number, name, letters in COUNTRIES
        if code in (None, number) and iso in (None, letters) and part in folded(name)
    ]
    return {"lista_paises": found}
