"""`produtos/notafiscalutil`: addresses of a note's papers. Names beyond `nCodNF` are assumed."""

from datetime import timedelta

from sandbox.erp import faults
from sandbox.erp.clock import date_text
from sandbox.erp.companies import Company
from sandbox.erp.sales import billing, notes
from sandbox.erp.service import Service
from sandbox.erp.store import Doc

SERVICE = Service("produtos/notafiscalutil", before=billing.settle_due)
VALID_DAYS = 7


def _url(company: Company, param: Doc, tag: str, kind: str) -> Doc:
    if "nCodNF" not in param:
        raise faults.required("nCodNF")
    number = notes.find(company, "note", param["nCodNF"])["nIdNF"]
    return {
        tag: f"{company.documents}/{company.app_key}/{number}.{kind}",
        "dtValUrl": date_text(company.now() + timedelta(days=VALID_DAYS)),
    }


@SERVICE.call("GetUrlDanfe", "nfUtilUrlRequest")
def danfe_url(company: Company, param: Doc) -> Doc:
    """Where the DANFE is."""
    return _url(company, param, "cUrlDanfe", "html")


@SERVICE.call("GetUrlNotaFiscal", "nfUtilUrlRequest")
def note_url(company: Company, param: Doc) -> Doc:
    """Where the XML is."""
    return _url(company, param, "cUrlNF", "xml")
