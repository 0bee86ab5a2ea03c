"""`produtos/etapafat`: the stages of every operation, with the quirks of the real answer."""

from sandbox.erp import faults
from sandbox.erp.companies import Company
from sandbox.erp.paging import window
from sandbox.erp.registers import STAGES
from sandbox.erp.service import Service
from sandbox.erp.store import Doc

SERVICE = Service("produtos/etapafat", STAGES)


@SERVICE.call("ListarEtapasFaturamento", "etaproListarRequest")
def list_stages(company: Company, param: Doc) -> Doc:
    """All operations on one page: an empty one first, and counts that count stages."""
    asked = window(param)
    if asked.number > 1:
        raise faults.no_records(asked.number)
    operations = company.select(STAGES)
    stages = sum(len(operation["etapas"]) for operation in operations)
    return {
        "pagina": asked.number,
        "total_de_paginas": 1,
        "registros": stages,
        "total_de_registros": stages,
        "cadastros": [{}, *operations],
    }
