"""`geral/produtos`: the catalogue."""

from sandbox.erp import dates, faults
from sandbox.erp.companies import Company
from sandbox.erp.customers import folded
from sandbox.erp.hooks import events
from sandbox.erp.paging import table_page, window
from sandbox.erp.products import (
    PRODUCTS,
    TAXES,
    alter,
    by_keys,
    check_unique,
    dotted,
    include,
    named,
)
from sandbox.erp.service import Service
from sandbox.erp.stock import STOCK
from sandbox.erp.store import Doc, dumps

SERVICE = Service("geral/produtos", PRODUCTS)
ONE_OF = "EXISTS (SELECT 1 FROM json_each(?) WHERE value IN (key, code, sku))"
IN_BRIEF = (
    "codigo_produto", "codigo_produto_integracao", "codigo", "descricao", "valor_unitario",
)  # fmt: skip
NULL_WHERE_EMPTY = ("videos", "tabelas_preco", "componentes_kit")
ONLY_WHERE_ASKED = {
    "exibir_kit": ("componentes_kit",),
    "exibir_obs": ("obs_internas",),
    "exibir_tabelas_preco": ("tabelas_preco",),
    "exibir_caracteristicas": ("caracteristicas",),
    "exibir_info_variacoes": ("produto_variacao", "variacao", "id_produto_variacao"),
}


def _saved(product: Doc, done: str) -> Doc:
    return {
        "codigo_produto": product["codigo_produto"],
        "codigo_produto_integracao": product["codigo_produto_integracao"],
        **SERVICE.said(f"Produto {done} com sucesso!"),
    }


@SERVICE.call("IncluirProduto", "produto_servico_cadastro", writes=True)
def include_product(company: Company, param: Doc) -> Doc:
    """A new product."""
    return _saved(include(company, param), "cadastrado")


@SERVICE.call("AlterarProduto", "produto_servico_cadastro", writes=True)
def alter_product(company: Company, param: Doc) -> Doc:
    """Changes to the tags that were sent."""
    return _saved(alter(company, named(company, param), param), "alterado")


@SERVICE.call("UpsertProduto", "produto_servico_cadastro", writes=True)
def upsert_product(company: Company, param: Doc) -> Doc:
    """Include or alter, by Omie's id when sent, else by integration code, else by SKU."""
    product = by_keys(company, param)
    if product is None and not param.get("codigo_produto"):
        return _saved(include(company, param), "cadastrado")
    return _saved(alter(company, named(company, param), param), "alterado")


@SERVICE.call("ExcluirProduto", "produto_servico_cadastro_chave", writes=True)
def exclude_product(company: Company, param: Doc) -> Doc:
    """Remove a product, unless it ever moved in stock. The sentence of that refusal is assumed."""
    product = named(company, param)
    if product["bloquear_exclusao"] == "S" or company.has(
        STOCK, "product", product["codigo_produto"]
    ):
        raise faults.Fault("ERROR: Não é possível excluir o produto, pois ele está em uso!")
    company.remove(PRODUCTS, product["codigo_produto"])
    events.product(company, "Excluido", product)
    return _saved(product, "excluído")


@SERVICE.call("AssociarCodIntProduto", "produto_servico_cadastro_chave", writes=True)
def associate_code(company: Company, param: Doc) -> Doc:
    """Give an integration code to a product typed in the ERP."""
    for tag in ("codigo_produto", "codigo_produto_integracao"):
        if tag not in param:
            raise faults.required(tag)
    product = named(company, param)
    product["codigo_produto_integracao"] = param["codigo_produto_integracao"]
    check_unique(company, product)
    company.put(PRODUCTS, product)
    events.product(company, "Alterado", product)
    return _saved(product, "associado")


@SERVICE.call("ConsultarProduto", "produto_servico_cadastro_chave")
def consult_product(company: Company, param: Doc) -> Doc:
    """The record, at the root: more than a listing shows, some of it null."""
    product = named(company, param)
    empty: Doc = {"imagens": [], "caracteristicas": [], "dadosIbpt": {}, "estoque_minimo": 0}
    return dict.fromkeys(NULL_WHERE_EMPTY) | empty | TAXES | product


@SERVICE.call("ListarProdutos", "produto_servico_list_request")
def list_products(company: Company, param: Doc) -> Doc:
    """A page of the catalogue: without `filtrar_apenas_omiepdv` "N" only what tills sell."""
    hidden = {
        tag for asked, tags in ONLY_WHERE_ASKED.items() if param.get(asked) != "S" for tag in tags
    }
    taxes = TAXES if _tills_only(param) else {tag: type(value)() for tag, value in TAXES.items()}

    def shown(product: Doc) -> Doc:
        return {tag: value for tag, value in (taxes | product).items() if tag not in hidden}

    return table_page(
        company,
        PRODUCTS,
        "produto_servico_cadastro",
        window(param),
        _filters(param),
        order=_order(param),
        shown=shown,
    )


@SERVICE.call("ListarProdutosResumido", "produto_servico_list_request")
def list_products_in_brief(company: Company, param: Doc) -> Doc:
    """A page of the catalogue, five tags each."""
    return table_page(
        company,
        PRODUCTS,
        "produto_servico_resumido",
        window(param),
        _filters(param),
        order=_order(param),
        shown=lambda product: {tag: product[tag] for tag in IN_BRIEF},
    )


def _tills_only(param: Doc) -> bool:
    """The default cuts the list; a product is for tills where it goes on a fiscal coupon."""
    return bool(param.get("filtrar_apenas_omiepdv", "S") == "S")


def _order(param: Doc) -> str:
    backwards = "S" in (param.get("ordem_decrescente"), param.get("ordem_descrescente"))
    return "key DESC" if backwards else "key"


def _filters(param: Doc) -> list[tuple[str, str | int]]:
    moment = "included" if param.get("filtrar_apenas_inclusao") == "S" else "altered"
    where: list[tuple[str, str | int]] = [*dates.between(param, "filtrar_por_data", moment)]
    if _tills_only(param) or param.get("filtrar_apenas_pdv") == "S":
        where.append(("at_pdv = ?", "S"))
    flags = {"filtrar_apenas_marketplace": "at_marketplaces", "apenas_importado_api": "by_api"}
    where += [(f"{column} = ?", "S") for tag, column in flags.items() if param.get(tag) == "S"]
    exact = {
        "family": param.get("filtrar_apenas_familia"),
        "kind": param.get("filtrar_apenas_tipo"),
        "inactive": param.get("inativo"),
        "ncm": dotted(param.get("ncm", "")),
        "ean": param.get("ean"),
    }
    where += [(f"{column} = ?", value) for column, value in exact.items() if value]
    if text := param.get("filtrar_apenas_descricao"):
        where.append(("description LIKE ?", folded(text)))
    if keys := param.get("produtosPorCodigo"):
        where.append((ONE_OF, dumps([value for key in keys for value in key.values()]).decode()))
    return where
