"""The NF-e of billed orders, as the services and the papers show them."""

import html
from decimal import Decimal

from sandbox.erp import faults
from sandbox.erp.companies import Company
from sandbox.erp.customers import CUSTOMERS, bare
from sandbox.erp.dates import iso
from sandbox.erp.registers import business_of
from sandbox.erp.sales.billing import INVOICES
from sandbox.erp.sales.orders import ORDERS
from sandbox.erp.stock import RETURN, SALE
from sandbox.erp.store import Doc

ISSUED = ("note IS NOT NULL AND 1 = ?", 1)
INCOMING, OUTGOING, PRODUCTION = "0", "1", "1"
AUDIT = ("dInc", "hInc", "uInc", "dAlt", "hAlt", "uAlt", "cImpAPI")
NORMAL, GIVEN_BACK = "1", "4"
"""`finNFe`: what a note is for."""


def find(company: Company, column: str, value: str | int) -> Doc:
    """The authorised note of an id, a key, a number or an order; a fault where there is none."""
    invoice = company.find(INVOICES, column, value)
    if invoice is None or "nIdNF" not in invoice:
        raise faults.not_registered("Nota Fiscal não cadastrada", value)
    return invoice


def order_of(company: Company, invoice: Doc) -> Doc:
    """The order a note was issued for, or whose goods it takes back."""
    return company.get(ORDERS, invoice.get("returned_of", invoice["codigo_pedido"])) or {}


def shown(company: Company, invoice: Doc, *, brief: bool = False) -> Doc:
    """`nfCadastro`: a note; `dCan` filled is what says that it was cancelled."""
    order = order_of(company, invoice)
    head = order["cabecalho"]
    back = "returned_of" in invoice
    lines = invoice["det"] if back else order["det"]
    customer = company.get(CUSTOMERS, head["codigo_cliente"]) or {}
    business = business_of(company)
    note = {
        "ide": _identity(invoice),
        "nfEmitInt": {"nCodEmp": business["codigo_empresa"], "cCodEmpInt": ""},
        "nfDestInt": {
            "nCodCli": head["codigo_cliente"],
            "cCodCliInt": customer.get("codigo_cliente_integracao", ""),
            "cRazao": customer.get("razao_social", ""),
            "cnpj_cpf": customer.get("cnpj_cpf", ""),
        },
        "total": {"ICMSTot": _returned(lines) if back else _totals(order)},
        "compl": {
            "nIdNF": invoice["nIdNF"],
            "nIdPedido": invoice["codigo_pedido"],
            "cCodCateg": order["informacoes_adicionais"]["codigo_categoria"],
            "cChaveNFe": invoice["chave"],
            "nIdReceb": 0,
            "nIdTransp": order.get("frete", {}).get("codigo_transportadora", 0),
            "cModFrete": order.get("frete", {}).get("modalidade", "9"),
        },
        "pedido": {
            "cNumPedido": head["numero_pedido"],
            "cCancelado": order["infoCadastro"]["cancelado"],
            "cDevolvido": order["infoCadastro"]["devolvido"],
            "nIdVendedor": order["informacoes_adicionais"].get("codVend", 0),
            "opPedido": RETURN if back else SALE,
        },
        "info": {tag: order["infoCadastro"][tag] for tag in AUDIT},
    }
    if brief:
        return note
    return note | {
        "det": [_line(order, item) for item in lines],
        "titulos": [] if back else _receivables(order, invoice),
    }


def xml(company: Company, invoice: Doc) -> str:
    """The note as a shop would hand it on: the frame of an NF-e 4.00 and what identifies it."""
    note = shown(company, invoice)
    business = business_of(company)
    key, total = invoice["chave"], note["total"]["ICMSTot"]
    day = iso(invoice["dEmi"])
    goods = "".join(
        f'<det nItem="{place}"><prod><cProd>{_told(line["prod"]["cProd"])}</cProd>'
        f"<xProd>{_told(line['prod']['xProd'])}</xProd><CFOP>{bare(line['prod']['CFOP'])}</CFOP>"
        f"<qCom>{line['prod']['qCom']}</qCom><vUnCom>{line['prod']['vUnCom']}</vUnCom>"
        f"<vProd>{line['prod']['vProd']}</vProd></prod></det>"
        for place, line in enumerate(note["det"], 1)
    )
    document = bare(note["nfDestInt"]["cnpj_cpf"])
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<nfeProc xmlns="http://www.portalfiscal.inf.br/nfe" versao="4.00"><NFe>'
        f'<infNFe Id="NFe{key}" versao="4.00"><ide><mod>55</mod><serie>{int(invoice["serie"])}'
        f"</serie><nNF>{int(invoice['numero'])}</nNF><dhEmi>{day}T{invoice['hEmi']}-03:00</dhEmi>"
        f"<tpNF>{note['ide']['tpNF']}</tpNF><tpAmb>1</tpAmb>"
        f"<finNFe>{note['ide']['finNFe']}</finNFe>{_referred(company, invoice)}</ide>"
        f"<emit><CNPJ>{bare(business['cnpj'])}</CNPJ>"
        f"<xNome>{_told(business['razao_social'])}</xNome></emit>"
        f"<dest><{_kind(document)}>{document}</{_kind(document)}>"
        f"<xNome>{_told(note['nfDestInt']['cRazao'])}</xNome></dest>{goods}"
        f"<total><ICMSTot><vNF>{total['vNF']}</vNF></ICMSTot></total></infNFe></NFe>"
        f"<protNFe><infProt><chNFe>{key}</chNFe><nProt>{invoice['protocolo']}</nProt>"
        "<cStat>100</cStat></infProt></protNFe></nfeProc>"
    )


def _referred(company: Company, invoice: Doc) -> str:
    """The note whose goods a return takes back."""
    if "returned_of" not in invoice:
        return ""
    sold = find(company, "key", invoice["returned_of"])
    return f"<NFref><refNFe>{sold['chave']}</refNFe></NFref>"


def _told(text: str) -> str:
    return html.escape(text, quote=False)


def _kind(document: str) -> str:
    return "CPF" if len(document) == 11 else "CNPJ"  # noqa: PLR2004  digits of a CPF


def _identity(invoice: Doc) -> Doc:
    back = "returned_of" in invoice
    return {
        "mod": "55", "serie": invoice["serie"], "nNF": invoice["numero"],
        "dEmi": invoice["dEmi"], "hEmi": invoice["hEmi"],
        "dSaiEnt": invoice["dEmi"], "hSaiEnt": invoice["hEmi"],
        "tpNF": INCOMING if back else OUTGOING, "tpAmb": PRODUCTION,
        "finNFe": GIVEN_BACK if back else NORMAL, "dReg": invoice["dEmi"],
        "dCan": invoice.get("dCan", ""), "dInut": "", "cDeneg": "N", "indPag": "0",
    }  # fmt: skip


def _returned(lines: list[Doc]) -> Doc:
    """The totals of a return's note: goods and discounts, no freight. Taxes are left out."""
    goods, discounts = (
        sum((Decimal(item["produto"][tag]) for item in lines), Decimal(0))
        for tag in ("valor_mercadoria", "valor_desconto")
    )
    none = dict.fromkeys(("vFrete", "vICMS", "vST", "vIPI"), 0)
    return none | {"vProd": goods, "vDesc": discounts, "vNF": goods - discounts}


def _totals(order: Doc) -> Doc:
    totals = order["total_pedido"]
    return {
        "vProd": totals.get("valor_mercadorias", 0),
        "vFrete": order.get("frete", {}).get("valor_frete", 0),
        "vDesc": totals.get("valor_descontos", 0),
        "vICMS": totals.get("valor_icms", 0),
        "vST": totals.get("valor_st", 0),
        "vIPI": totals.get("valor_IPI", 0),
        "vNF": totals.get("valor_total_pedido", 0),
    }


def _line(order: Doc, item: Doc) -> Doc:
    line, number = item["produto"], item["ide"]["codigo_item"]
    back = {one["codigo_item"]: one["quantidade"] for one in order.get("devolucoes", ())}
    return {
        "prod": {
            "cProd": line["codigo"],
            "xProd": line["descricao"],
            "NCM": line.get("ncm", ""),
            "CFOP": line.get("cfop", ""),
            "uCom": line.get("unidade", ""),
            "qCom": line["quantidade"],
            "vUnCom": line.get("valor_unitario", 0),
            "vProd": line.get("valor_mercadoria", 0),
            "vDesc": line.get("valor_desconto", 0),
        },
        "nfProdInt": {
            "nCodProd": line["codigo_produto"],
            "cCodProdInt": line.get("codigo_produto_integracao", ""),
            "nCodItem": number,
            "cCodItemInt": item["ide"]["codigo_item_integracao"],
        },
        "itemPedido": {
            "nIdItemPedido": number,
            "cItemDevolvido": "S" if number in back else "N",
            "nItemQtdDevolvida": back.get(number, 0),
        },
    }


def _receivables(order: Doc, invoice: Doc) -> list[Doc]:
    """What the customer owes, numbered as the note is."""
    parts = order.get("lista_parcelas", {}).get("parcela", [])
    return [
        {
            "cNumTitulo": invoice["numero"],
            "dDtVenc": part["data_vencimento"],
            "nValorTitulo": Decimal(part.get("valor", 0)),
            "nParcela": part["numero_parcela"],
            "nTotParc": len(parts),
        }
        for part in parts
    ]
