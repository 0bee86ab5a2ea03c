"""`geral/parcelas`: payment terms by code."""

from sandbox.erp.companies import Company
from sandbox.erp.paging import table_page, window
from sandbox.erp.registers import TERMS
from sandbox.erp.service import Service
from sandbox.erp.store import Doc

SERVICE = Service("geral/parcelas", TERMS, status=("cCodStatus", "cDesStatus"))


@SERVICE.call("ListarParcelas", "parcelaListarRequest")
def list_instalments(company: Company, param: Doc) -> Doc:
    """A page of terms."""
    return table_page(
        company,
        TERMS,
        "cadastros",
        window(param),
        shown=lambda term: {
            "nCodigo": term["codigo"],
            "cDescricao": term["descricao"],
            "nParcelas": len(term["dias"]),
        },
    )
