"""`produtos/formaspagvendas`: payment terms, with the days of their instalments."""

from sandbox.erp.companies import Company
from sandbox.erp.paging import table_page, window
from sandbox.erp.registers import TERMS
from sandbox.erp.service import Service
from sandbox.erp.store import Doc

SERVICE = Service("produtos/formaspagvendas", TERMS)


@SERVICE.call("ListarFormasPagVendas", "venparListarRequest")
def list_payment_terms(company: Company, param: Doc) -> Doc:
    """A page of terms."""
    return table_page(company, TERMS, "cadastros", window(param), shown=_shown)


def _shown(term: Doc) -> Doc:
    days = term["dias"]
    return {
        "cCodigo": term["codigo"],
        "nQtdeParc": len(days),
        "cDescricao": term["descricao"],
        "cListaParc": "/".join(str(day) for day in days),
        "nDiasParc": days[0] if days else 0,
    }
