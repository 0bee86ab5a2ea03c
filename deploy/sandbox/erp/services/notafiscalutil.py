"""`produtos/notafiscalutil`: addresses of a note's papers, and of the company's logo."""

from datetime import timedelta

from sandbox.erp import faults
from sandbox.erp.clock import date_text
from sandbox.erp.companies import Company
from sandbox.erp.registers import BUSINESS
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
        tag: f"{company.documents}/{number}.{kind}",
        "dtValUrl": _last_day(company),
    }


def _last_day(company: Company) -> str:
    """Until when an address holds. How long that is, is assumed."""
    return date_text(company.now() + timedelta(days=VALID_DAYS))


@SERVICE.call("GetUrlDanfe", "nfUtil_GetUrlDanfe_request")
def danfe_url(company: Company, param: Doc) -> Doc:
    """Where the DANFE is."""
    return _url(company, param, "cUrlDanfe", "html")


@SERVICE.call("GetUrlNotaFiscal", "nfUtil_GetUrlNF_request")
def note_url(company: Company, param: Doc) -> Doc:
    """Where the XML is."""
    return _url(company, param, "cUrlNF", "xml")


@SERVICE.call("GetUrlLogo", "nfUtil_GetUrlLogo_request")
def logo_url(company: Company, param: Doc) -> Doc:
    """Where the company's logo is."""
    number = param.get("nCodEmpr")
    if number is None:
        raise faults.required("nCodEmpr")
    if not company.has(BUSINESS, "key", number):
        raise faults.not_registered("Empresa não cadastrada", number)
    address = f"{company.documents}/logo.svg"
    return {"cUrlLogo": address, "dtValUrl": _last_day(company)}
