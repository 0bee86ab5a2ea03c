"""`geral/cidades`: Brazil's cities; the sandbox knows the capitals and a few more."""

from sandbox.erp.cities import CITIES
from sandbox.erp.companies import Company
from sandbox.erp.customers import folded
from sandbox.erp.paging import window
from sandbox.erp.service import Service
from sandbox.erp.store import Doc

SERVICE = Service("geral/cidades")


@SERVICE.call("PesquisarCidades", "cidListarRequest")
def search_cities(company: Company, param: Doc) -> Doc:  # noqa: ARG001  cities are everyone's
    """A page of cities, of a UF, a name or a part of one where asked."""
    uf = folded(param.get("filtrar_por_uf", ""))
    name = folded(param.get("filtrar_por_cidade", ""))
    part = folded(param.get("filtrar_cidade_contendo", ""))
    rows = [
        {"cCod": city.shown, "cNome": city.name, "cUF": city.uf, "nCodIBGE": city.ibge,
         "nCodSIAFI": 0}
        for city in CITIES.values()
        if uf in ("", city.uf) and name in ("", city.name, city.shown) and part in city.name
    ]  # fmt: skip
    return window(param).cut("lista_cidades", rows)
