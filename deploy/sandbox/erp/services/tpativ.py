"""`geral/tpativ`: the kinds of business a customer may be in."""

from sandbox.erp.companies import Company
from sandbox.erp.customers import folded
from sandbox.erp.demo_registers import ACTIVITIES
from sandbox.erp.service import Service
from sandbox.erp.store import Doc

SERVICE = Service("geral/tpativ")


@SERVICE.call("ListarTipoAtiv", "tpAtivListarRequest")
def list_activities(_company: Company, param: Doc) -> Doc:
    """All of them at once, or those of a code or a part of the name."""
    code, part = param.get("filtrar_por_codigo"), folded(param.get("filtrar_por_descricao", ""))
    found = [
        {"cCodigo": letter, "cDescricao": name}
        for letter, name in ACTIVITIES.items()
        if code in (None, letter) and part in folded(name)
    ]
    return {"lista_tipos_atividade": found}
