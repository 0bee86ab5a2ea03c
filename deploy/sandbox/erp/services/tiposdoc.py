"""`geral/tiposdoc`: the types of document an instalment may have."""

from sandbox.erp import faults
from sandbox.erp.companies import Company
from sandbox.erp.demo_registers import DOCUMENT_TYPES
from sandbox.erp.service import Service
from sandbox.erp.store import Doc

SERVICE = Service("geral/tiposdoc")


@SERVICE.call("PesquisarTipoDocumento", "tipo_documento_pesquisa_request")
def search_types(_company: Company, param: Doc) -> Doc:
    """All of them, or the one whose code was sent; there are no pages."""
    wanted = param.get("codigo")
    found = [
        {"codigo": code, "descricao": text}
        for code, text in DOCUMENT_TYPES.items()
        if wanted in (None, code)
    ]
    return {"tipo_documento_cadastro": found}


@SERVICE.call("ConsultarTipoDocumento", "tipo_documento_consultar")
def consult_type(_company: Company, param: Doc) -> Doc:
    """The record, at the root."""
    code = param.get("codigo")
    if code is None:
        raise faults.required("codigo")
    if code not in DOCUMENT_TYPES:
        raise faults.not_registered("Tipo de Documento não cadastrado", code)
    return {"codigo": code, "descricao": DOCUMENT_TYPES[code]}
