"""A company with everything an order needs: catalogue, vendors, accounts, terms, stages, ..."""

from collections.abc import Sequence
from decimal import Decimal

from sandbox.erp import catalogue, demo_registers, registers, stock
from sandbox.erp.companies import Companies, Company
from sandbox.erp.products import BLANK, FISCAL, PRODUCTS, dotted
from sandbox.erp.sales.amounts import CENT
from sandbox.erp.store import Doc

OPERATOR = "P000481"
"""The ERP's user who typed all that no API made."""


def seed_company(
    companies: Companies, app_key: str, app_secret: str, products: Sequence[Doc] | None = None
) -> Company:
    """The company of this key, made and filled where there is none yet.

    `products` replaces the demo catalogue: records of `geral/produtos`, of which only `codigo`
    must be there.
    """
    known = companies.get(app_key)
    if known is not None:
        return known
    company = companies.add(app_key, app_secret)
    with company.transaction():
        _fill_registers(company)
        ids = {
            record["codigo"]: type_product(company, record)
            for record in (catalogue.as_records() if products is None else products)
        }
        if products is None:
            _compose_kits(company, ids)
            _fill_shelves(company, ids)
    return company


def type_product(company: Company, given: Doc) -> int:
    """Enter a product as the ERP's user would, with no rule in the way; returns its id."""
    sku = given["codigo"]
    product = {
        **BLANK,
        "descricao": sku,
        "unidade": "UN",
        "ncm": "6912.00.00",
        "valor_unitario": 10,
        "importado_api": "N",
        "info": company.included(OPERATOR),
        **given,
        "recomendacoes_fiscais": FISCAL | given.get("recomendacoes_fiscais", {}),
    }
    product["ncm"] = dotted(product["ncm"])
    product.setdefault("codigo_produto", company.next_id())
    company.put(PRODUCTS, product)
    number: int = product["codigo_produto"]
    return number


def _fill_registers(company: Company) -> None:
    info = company.included(OPERATOR)
    company.put(
        registers.BUSINESS, {"codigo_empresa": company.next_id(), **demo_registers.BUSINESS}
    )
    for means, text in demo_registers.MEANS.items():
        company.put(registers.MEANS, {"codigo": means, "descricao": text})
    for origin, text in demo_registers.ORIGINS.items():
        company.put(registers.ORIGINS, {"codigo": origin, "descricao": text})
    for table, records in (
        (registers.TERMS, demo_registers.terms()),
        (registers.STAGES, demo_registers.operations()),
        (registers.CATEGORIES, demo_registers.categories()),
        (registers.ACCOUNTS, demo_registers.accounts(company.next_id)),
        (registers.VENDORS, demo_registers.vendors(company.next_id)),
        (registers.SCENARIOS, demo_registers.scenarios(company.next_id, info)),
        (registers.LOCATIONS, demo_registers.locations(company.next_id, info)),
        (registers.PROJECTS, demo_registers.projects(company.next_id, info)),
        (registers.DEPARTMENTS, demo_registers.departments()),
        (registers.DELIVERY_TYPES, demo_registers.delivery_types()),
        (
            registers.SCENARIOS,
            demo_registers.scenarios(company.next_id, info, demo_registers.NORMAL_SCENARIOS),
        ),
    ):
        for record in records:
            company.put(table, record)


def _fill_shelves(company: Company, ids: dict[str, int]) -> None:
    """First stock: most goods at the default location, some at the shop, one sold beyond zero."""
    depot, shop, *_ = (
        location["codigo_local_estoque"] for location in company.select(registers.LOCATIONS)
    )
    for place, listed in enumerate(catalogue.CATALOGUE):
        if not listed.active or not listed.ncm or listed.sku in catalogue.KITS:
            continue
        first = Decimal(20 + place * 7 % 60)
        if listed.sku == catalogue.OVERSOLD:
            first = Decimal(-3)
        shelf = (ids[listed.sku], depot)
        row = stock.count(company, shelf, first, OPERATOR)
        row |= {"nCMC": (listed.price * Decimal("0.42")).quantize(CENT), "estoque_minimo": 5}
        company.put(stock.STOCK, row)
        if "till" in listed.flags:
            stock.count(company, (ids[listed.sku], shop), Decimal(place % 9), OPERATOR)


def _compose_kits(company: Company, ids: dict[str, int]) -> None:
    for kit, parts in catalogue.KITS.items():
        product = company.find(PRODUCTS, "sku", kit) or {}
        product["tipoItem"] = "KT"
        product["componentes_kit"] = [
            {
                "codigo_componente": company.next_id(),
                "codigo_produto_componente": ids[sku],
                "quantidade_componente": quantity,
                "valor_unitario_componente": 0,
                "local_estoque_componente": 0,
            }
            for sku, quantity in parts
        ]
        company.put(PRODUCTS, product)
