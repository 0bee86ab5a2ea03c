"""The catalogue: how products are kept, found, checked and shown."""

from sandbox.erp import faults
from sandbox.erp.companies import Company
from sandbox.erp.customers import folded, sortable
from sandbox.erp.hooks import events
from sandbox.erp.store import Doc, Table

PRODUCTS = Table(
    "products",
    key=lambda product: product["codigo_produto"],
    columns={
        "code": lambda product: product["codigo_produto_integracao"],
        "sku": lambda product: product["codigo"],
        "description": lambda product: folded(product["descricao"]),
        "inactive": lambda product: product["inativo"],
        "at_pdv": lambda product: product["recomendacoes_fiscais"]["cupom_fiscal"],
        "at_marketplaces": lambda product: product["recomendacoes_fiscais"]["market_place"],
        "ncm": lambda product: product["ncm"],
        "ean": lambda product: product["ean"],
        "family": lambda product: str(product["codigo_familia"]),
        "kind": lambda product: product["tipoItem"],
        "by_api": lambda product: product["info"]["cImpAPI"],
        "included": lambda product: sortable(product["info"], "dInc", "hInc"),
        "altered": lambda product: sortable(product["info"], "dAlt", "hAlt"),
    },
    indexed=("code", "sku", "description"),
)
REQUIRED = ("codigo", "descricao", "unidade", "ncm", "valor_unitario")
OUTPUT = frozenset({"codigo_produto", "inativo", "importado_api", "info", "quantidade_estoque"})
BLANK: Doc = {
    "codigo_produto_integracao": "", "ean": "", "codigo_familia": 0, "descricao_familia": "",
    "tipoItem": "00", "marca": "", "modelo": "", "descr_detalhada": "", "obs_internas": "",
    "peso_liq": 0, "peso_bruto": 0, "altura": 0, "largura": 0, "profundidade": 0,
    "produto_variacao": "N", "variacao": "N", "produto_lote": "N",
    "bloqueado": "N", "bloquear_exclusao": "N", "inativo": "N", "quantidade_estoque": 0,
}  # fmt: skip
FISCAL: Doc = {"origem_mercadoria": "0", "cupom_fiscal": "N", "market_place": "S"}
TAXES: Doc = {
    "cfop": "5.102", "csosn_icms": "102", "cst_pis": "49", "cst_cofins": "49",
    "aliquota_icms": 0, "aliquota_pis": 0, "aliquota_cofins": 0, "origem_imposto": "CENARIO",
}  # fmt: skip
"""What the default tax scenario resolves to; a shop under Simples Nacional."""


def dotted(ncm: str) -> str:
    """An NCM as the ERP keeps it: `6912.00.00`. Bare digits on input are taken (unconfirmed)."""
    digits = ncm.replace(".", "")
    return f"{digits[:4]}.{digits[4:6]}.{digits[6:]}" if digits.isdecimal() else ncm


def by_keys(company: Company, param: Doc) -> Doc | None:
    """The product a call names: Omie's id, integration code or SKU; None where it names none."""
    if number := param.get("codigo_produto"):
        return company.get(PRODUCTS, number)
    if code := param.get("codigo_produto_integracao"):
        return company.find(PRODUCTS, "code", code)
    if sku := param.get("codigo"):
        return company.find(PRODUCTS, "sku", sku)
    raise faults.one_required("codigo_produto", "codigo_produto_integracao")


def named(company: Company, param: Doc) -> Doc:
    """The same, or the fault of a product that does not exist."""
    product = by_keys(company, param)
    if product is not None:
        return product
    if number := param.get("codigo_produto"):
        raise faults.not_registered("Produto não cadastrado", number)
    if code := param.get("codigo_produto_integracao"):
        raise faults.Fault(
            f"ERROR: Produto não cadastrado para o Código de Integração [{code}]!", 105
        )
    raise faults.Fault(
        f"ERROR: Código do Produto não cadastrado para o Código [{param['codigo']}] !", 105
    )


def sold(company: Company, line: Doc) -> Doc:
    """The active product of an order's line, by id or integration code; not to be changed.

    Whether Omie resolves a line by SKU alone is unconfirmed; the sandbox does not.
    """
    for tag in ("codigo_produto", "codigo_produto_integracao"):
        if code := line.get(tag):
            column = "key" if tag == "codigo_produto" else "code"
            product = company.look(PRODUCTS, column, code)
            if product is None:
                raise faults.not_registered("Produto não cadastrado", code, tag)
            break
    else:
        raise faults.one_required("codigo_produto", "codigo_produto_integracao")
    if product["inativo"] == "S":
        raise faults.inactive_product(
            product["descricao"], product["codigo_produto"], product["codigo_produto_integracao"]
        )
    return product


def check_unique(company: Company, product: Doc) -> None:
    """Refuse a SKU, description or integration code that another product has."""
    own = product["codigo_produto"]
    for column, value, text in (
        ("sku", product["codigo"], "O código {} informado já está sendo utilizado pelo produto"),
        ("code", product["codigo_produto_integracao"],
         "O código de integração {} informado já está sendo utilizado pelo produto"),
    ):  # fmt: skip
        other = company.find(PRODUCTS, column, value) if value else None
        if other and other["codigo_produto"] != own:
            raise faults.Fault(f"ERROR: {text.format(value)} com ID {other['codigo_produto']}.")
    other = company.find(PRODUCTS, "description", folded(product["descricao"]))
    if other and other["codigo_produto"] != own:
        raise faults.Fault(
            "ERROR: A descrição informada já está sendo utilizada pelo produto com código"
            f" {other['codigo']}."
        )


def include(company: Company, sent: Doc, user: str = "WEBSERVICE") -> Doc:
    """A new product."""
    for tag in REQUIRED:
        if not sent.get(tag):
            raise faults.required(tag)
    info = company.included(user)
    fresh = BLANK | {"codigo_produto": 0, "info": info, "importado_api": info["cImpAPI"]}
    product = _kept(company, fresh, sent)
    product["codigo_produto"] = company.next_id()
    company.put(PRODUCTS, product)
    events.product(company, "Incluido", product, user)
    return product


def alter(company: Company, product: Doc, sent: Doc, user: str = "WEBSERVICE") -> Doc:
    """The product with the tags that were sent."""
    product = _kept(company, product, sent)
    product["info"] |= company.altered(user)
    company.put(PRODUCTS, product)
    events.product(company, "Alterado", product, user)
    return product


def _kept(company: Company, product: Doc, sent: Doc) -> Doc:
    product = product | {tag: value for tag, value in sent.items() if tag not in OUTPUT}
    product["ncm"] = dotted(product["ncm"])
    former = product.get("recomendacoes_fiscais", {})
    product["recomendacoes_fiscais"] = FISCAL | former | sent.get("recomendacoes_fiscais", {})
    check_unique(company, product)
    return product
