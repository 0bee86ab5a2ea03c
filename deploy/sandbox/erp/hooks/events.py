"""The bodies of what the ERP tells: sales orders, NF-e, products, customers.

Topics and the fields of `VendaProduto.Faturada` and `NFe.NotaAutorizada` are known; the other
topics of an order are assumed to have the same core and the fields of their own moment.
"""

from datetime import datetime

from sandbox.erp.clock import BRASILIA
from sandbox.erp.companies import WEBSERVICE, Company
from sandbox.erp.dates import parsed
from sandbox.erp.hooks.book import has_listeners, tell
from sandbox.erp.registers import STAGES, business_of
from sandbox.erp.store import Doc

SALE, RETURN = "11", "13"
"""Operations of the stage catalogue: product sale, sale return."""
MOMENTS = {
    "Incluida": ("dataInclusao", "horaInclusao", "usuarioInclusao"),
    "Faturada": ("dataFaturado", "horaFaturado", "usuarioFaturado"),
    "Cancelada": ("dataCancelado", "horaCancelado", "usuarioCancelado"),
    "Devolvida": ("dataDevolvido", "horaDevolvido", "usuarioDevolvido"),
}


def sale(company: Company, what: str, order: Doc, user: str = WEBSERVICE) -> None:
    """`VendaProduto.<what>`: something happened to an order, just now."""
    if not has_listeners(company):
        return
    head, more = order["cabecalho"], order["informacoes_adicionais"]
    event = {
        "idPedido": head["codigo_pedido"],
        "codIntPedido": head.get("codigo_pedido_integracao", ""),
        "numeroPedido": head["numero_pedido"],
        "idCliente": head["codigo_cliente"],
        "idContaCorrente": more["codigo_conta_corrente"],
        "codigoCategoria": more["codigo_categoria"],
        "dataPrevisao": _day(parsed(head["data_previsao"])),
        "etapa": head["etapa"],
        "etapaDescr": stage_name(company, head["etapa"]),
        "faturada": order["infoCadastro"]["faturado"],
        "valorPedido": order["total_pedido"].get("valor_total_pedido", 0),
    }
    if what in MOMENTS:
        day, hour, who = MOMENTS[what]
        local = company.now().astimezone(BRASILIA)
        event |= {day: _day(local), hour: f"{local:%H:%M:%S}", who: user}
    tell(company, f"VendaProduto.{what}", event, user)


def note(company: Company, what: str, deed: str, invoice: Doc, user: str) -> None:
    """`NFe.<what>`: SEFAZ decided on a note; `deed` is its `acao`."""
    business = business_of(company)
    day, month, year = invoice["dEmi"].split("/")
    paper = f"{company.documents}/{invoice['nIdNF']}"
    event = {
        "acao": deed,
        "ambiente": "P",
        "data_emis": f"{year}-{month}-{day}T00:00:00-03:00",
        "hora_emis": invoice["hEmi"],
        "empresa_cnpj": business["cnpj"],
        "empresa_ie": business.get("inscricao_estadual", ""),
        "empresa_uf": business["estado"],
        "id_nf": invoice["nIdNF"],
        "id_pedido": invoice["codigo_pedido"],
        "nfe_chave": invoice["chave"],
        "nfe_danfe": f"{paper}.html",
        "nfe_xml": f"{paper}.xml",
        "numero_nf": invoice["numero"],
        "operacao": RETURN if "returned_of" in invoice else SALE,
        "serie": invoice["serie"],
    }
    tell(company, f"NFe.{what}", event, user)


def product(company: Company, what: str, record: Doc, user: str = WEBSERVICE) -> None:
    """`Produto.<what>`: the record, its recommendations flattened into it."""
    flat = {tag: value for tag, value in record.items() if tag != "recomendacoes_fiscais"}
    tell(company, f"Produto.{what}", flat | record["recomendacoes_fiscais"], user)


def customer(company: Company, what: str, record: Doc, user: str = WEBSERVICE) -> None:
    """`ClienteFornecedor.<what>`: the record. That it is the whole record is assumed."""
    tell(company, f"ClienteFornecedor.{what}", record, user)


def stage_name(company: Company, code: str) -> str:
    """What the account calls a stage of its sales."""
    operation = company.look(STAGES, "key", SALE) or {"etapas": []}
    named = (
        s["cDescricao"] or s["cDescrPadrao"] for s in operation["etapas"] if s["cCodigo"] == code
    )
    return next(named, "")


def _day(moment: datetime) -> str:
    """A date as webhooks carry it."""
    return f"{moment:%Y-%m-%d}T00:00:00-03:00"
