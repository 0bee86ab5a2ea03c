"""`produtos/dfedocs`: the papers of a note and of an order."""

import html

from sandbox.erp import faults
from sandbox.erp.companies import Company
from sandbox.erp.sales import billing, notes
from sandbox.erp.sales.orders import find
from sandbox.erp.service import Service
from sandbox.erp.store import Doc

SERVICE = Service(
    "produtos/dfedocs", status=("cCodStatus", "cDesStatus"), before=billing.settle_due
)


@SERVICE.call("ObterNfe", "ObterNFeRequest")
def obtain_note(company: Company, param: Doc) -> Doc:
    """The XML, with its markup as entities, and links to the DANFE."""
    if "nIdNfe" not in param:
        raise faults.required("nIdNfe")
    invoice = notes.find(company, "note", param["nIdNfe"])
    paper = f"{company.documents}/{invoice['nIdNF']}"
    return {
        "cNumNfe": invoice["numero"],
        "nChaveNfe": invoice["chave"],
        "dDataEmisNfe": invoice["dEmi"],
        "cXmlNfe": html.escape(notes.xml(company, invoice)),
        "cPdf": f"{paper}.html",
        "cLinkPortal": f"{paper}.html",
        **SERVICE.said("Documento obtido com sucesso!"),
    }


@SERVICE.call("ObterDanfeSimp", "ObterDanfeSimpRequest")
def obtain_simple_danfe(company: Company, param: Doc) -> Doc:
    """The link to the short DANFE, which is the same page here."""
    papers = obtain_note(company, param)
    shown = ("cNumNfe", "nChaveNfe", "cPdf", "cCodStatus", "cDesStatus")
    return {tag: papers[tag] for tag in shown}


@SERVICE.call("ObterPedVenda", "ObterPedVendaRequest")
def obtain_order(company: Company, param: Doc) -> Doc:
    """The link to a printed order."""
    if "nIdPed" not in param:
        raise faults.required("nIdPed")
    order = find(company, number_id=param["nIdPed"])
    return {
        "cNumPed": order["cabecalho"]["numero_pedido"],
        "cPdfPed": f"{company.documents}/orders/{param['nIdPed']}.html",
        **SERVICE.said("Documento obtido com sucesso!"),
    }


@SERVICE.call("ObterCTe", "ObterCTeRequest")
def obtain_transport_note(_company: Company, param: Doc) -> Doc:
    """A CT-e; carriers write those, and this company has none. The sentence is assumed."""
    raise _no_such("Conhecimento de Transporte", "nIdCTe", param)


@SERVICE.call("ObterCupom", "ObterCupomRequest")
def obtain_receipt(_company: Company, param: Doc) -> Doc:
    """A till's receipt; the company's tills write none here. The sentence is assumed."""
    raise _no_such("Cupom Fiscal", "nIdCupom", param)


def _no_such(paper: str, tag: str, param: Doc) -> faults.Fault:
    if tag not in param:
        return faults.required(tag)
    return faults.not_registered(f"{paper} não cadastrado", param[tag])
