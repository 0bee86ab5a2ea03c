"""`estoque/resumo`: one product at every location, with what is available."""

from sandbox.erp import dates, faults
from sandbox.erp.companies import Company
from sandbox.erp.customers import folded
from sandbox.erp.products import PRODUCTS, named
from sandbox.erp.registers import LOCATIONS
from sandbox.erp.sales import billing
from sandbox.erp.service import Service
from sandbox.erp.services.consulta import list_positions
from sandbox.erp.store import Doc

SERVICE = Service("estoque/resumo", before=billing.settle_due)


@SERVICE.call("ObterEstoqueProduto", "ObterEstoqueProdRequest")
def product_everywhere(company: Company, param: Doc) -> Doc:
    """The product's stock at each location; a free code that fits several lists those instead."""
    if text := param.get("xCodigo"):
        fitting = _fitting(company, text)
        if len(fitting) != 1:
            return {"ListaProduto": [_brief(product) for product in fitting]}
        product = fitting[0]
    else:
        product = _product(company, param)
    dates.read(param, "dDia")
    asked = {
        "cExibeTodos": "S",
        "lista_local_estoque": "TODOS",
        "lista_produtos": [{"nCodProd": product["codigo_produto"]}],
    } | ({"dDataPosicao": param["dDia"]} if "dDia" in param else {})
    rows = list_positions(company, asked)["produtos"]
    shown = {**_brief(product), "listaEstoque": [_shown(company, row) for row in rows]}
    if param.get("cExibirImagens") == "S":
        shown["listaImagens"] = [
            {"cUrlImagem": image.get("url_imagem", "")} for image in product.get("imagens", ())
        ]
    return shown


def _product(company: Company, param: Doc) -> Doc:
    if ean := param.get("cEAN"):
        product = company.find(PRODUCTS, "ean", ean)
        if product is None:
            raise faults.not_registered("Produto não cadastrado", ean, "cEAN")
        return product
    return named(
        company, {"codigo_produto": param.get("nIdProduto"), "codigo": param.get("cCodigo")}
    )


def _fitting(company: Company, text: str) -> list[Doc]:
    """The products a person could mean: by SKU or EAN, or by a part of the description."""
    exact = company.select(PRODUCTS, (("? IN (sku, ean, code)", text),))
    return exact or company.select(PRODUCTS, (("description LIKE ?", f"%{folded(text)}%"),))


def _brief(product: Doc) -> Doc:
    return {
        "nIdProduto": product["codigo_produto"],
        "cCodigo": product["codigo"],
        "cDescricao": product["descricao"],
        "cEAN": product.get("ean", ""),
        "cNCM": product.get("ncm", ""),
        "cUnidade": product.get("unidade", ""),
    }


def _shown(company: Company, row: Doc) -> Doc:
    location = company.get(LOCATIONS, row["codigo_local_estoque"]) or {"descricao": ""}
    return {
        "nIdlocal": row["codigo_local_estoque"],
        "cDescricaoLocal": location["descricao"],
        "nFisico": row["fisico"],
        "nReservado": row["reservado"],
        "nPrevisaoSaida": row["nPendente"],
        "nPrevisaoEntrada": 0,
        "nDisponivel": row["nSaldo"],
        "nCMC": row["nCMC"],
        "nPrecoUnitario": row["nPrecoUnitario"],
        "nPrecoUltComp": 0,
        "dDtUltComp": "",
        "nEstoqueMinimo": row["estoque_minimo"],
    }
