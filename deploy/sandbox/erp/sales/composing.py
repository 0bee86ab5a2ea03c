"""From what a caller sent to an order as the books keep it: every check, every amount."""

from sandbox.erp import dates, faults
from sandbox.erp.companies import Company
from sandbox.erp.customers import CUSTOMERS
from sandbox.erp.products import sold
from sandbox.erp.registers import (
    LOCATIONS,
    MEANS,
    SCENARIOS,
    TERMS,
    business_of,
    expect,
    expect_account,
    expect_category,
    expect_location,
    expect_origin,
    expect_project,
    expect_vendor,
    standard,
)
from sandbox.erp.sales import amounts, instalments, kits, taxes
from sandbox.erp.sales.orders import STAGES_IN
from sandbox.erp.store import Doc

HEAD_REQUIRED = ("codigo_pedido_integracao", "data_previsao", "etapa", "codigo_parcela")
MORE_REQUIRED = ("codigo_categoria", "codigo_conta_corrente", "consumidor_final")
INHERITED: tuple[str, ...] = ("meio_pagamento", "nsu", "tipo_documento")
"""What instalments that Omie builds take over from the order."""
FREIGHT_KINDS = ("0", "1", "2", "3", "4", "9")


def check_head(head: Doc) -> None:
    """Refuse an order whose header lacks something."""
    for tag in HEAD_REQUIRED:
        if tag not in head:
            raise faults.required(tag)
    check_stage(head["etapa"])


def check_forecast(head: Doc) -> None:
    """A date is all that is asked. What Omie does with one in the past is unconfirmed."""
    year, month, day = (dates.read(head, "data_previsao") or "").split("-")
    head["data_previsao"] = f"{day}/{month}/{year}"


def check_stage(stage: str) -> None:
    """Refuse a stage that the API cannot put an order in."""
    if stage not in STAGES_IN:
        raise faults.outside_enumeration("etapa", STAGES_IN)


def settle(company: Company, order: Doc) -> Doc:
    """Check an order against the registers and fill in all that the ERP computes.

    `order` is in the shape of `IncluirPedido`; on an alteration it is the former order with what
    was sent laid over it. Raises the fault of the first thing wrong.
    """
    head = dict(order["cabecalho"])
    check_forecast(head)
    customer = _customer(company, head)
    head["codigo_cliente"] = customer["codigo_cliente_omie"]
    head.setdefault("origem_pedido", "API")
    expect_origin(company, head["origem_pedido"])
    _scenario(company, head)
    ordered = kits.without_components(order.get("det", ()))
    if not ordered:
        raise faults.required("det")
    route = taxes.Route(business_of(company)["estado"], customer["estado"])
    items = [_item(company, head, item, route) for item in ordered]
    amounts.spread(head, [item["produto"] for item in items])
    for item in items:
        amounts.tax(item)
    if company.habits.explode_kits:
        items = list(kits.exploded(company, items))
    freight = _freight(order.get("frete", {}))
    more = _more(company, order.get("informacoes_adicionais", {}))
    totals = amounts.totals(items, freight)
    parts = _instalments(company, order, more, totals)
    head["quantidade_itens"] = len(items)
    head["qtde_parcelas"] = len(parts)
    return order | {
        "cabecalho": head,
        "det": items,
        "frete": freight,
        "informacoes_adicionais": more,
        "lista_parcelas": {"parcela": parts},
        "total_pedido": totals,
    }


def _customer(company: Company, head: Doc) -> Doc:
    """The order's customer, who must have a UF; the sentence of that refusal is assumed."""
    for tag, column in (("codigo_cliente", "key"), ("codigo_cliente_integracao", "code")):
        if code := head.get(tag):
            customer = company.find(CUSTOMERS, column, code)
            if customer is None:
                raise faults.not_registered("Cliente não cadastrado", code, tag)
            break
    else:
        raise faults.one_required("codigo_cliente", "codigo_cliente_integracao")
    if not customer.get("estado"):
        raise faults.Fault(
            "ERROR: O preenchimento da UF do cliente é obrigatório! - tag: [codigo_cliente]"
        )
    return customer


def _scenario(company: Company, head: Doc) -> None:
    tag = "codigo_cenario_impostos"
    if head.get(tag):
        expect(company, SCENARIOS, "Cenário de impostos não cadastrado", head[tag], tag)
    else:
        head[tag] = standard(company, SCENARIOS, "nCodigo")


def _item(company: Company, head: Doc, item: Doc, route: taxes.Route) -> Doc:
    """One line: its product out of the catalogue, its amounts, its stock location, its taxes."""
    identity = dict(item.get("ide", {}))
    line = dict(item.get("produto", {}))
    if "codigo_item_integracao" not in identity:
        raise faults.required("codigo_item_integracao")
    product = sold(company, line)
    if not line.get("quantidade"):
        raise faults.required("quantidade")
    if "valor_unitario" not in line:
        raise faults.required("valor_unitario")
    for tag in ("quantidade", "valor_unitario", "valor_desconto", "percentual_desconto"):
        if line.get(tag, 0) < 0:
            raise faults.wrong_type(tag)
    if line.get("percentual_desconto", 0) > amounts.HUNDRED:
        raise faults.wrong_type("percentual_desconto")
    for tag in ("codigo_produto", "codigo_produto_integracao", "codigo"):
        line[tag] = product[tag]
    for tag in ("descricao", "unidade", "ncm", "ean"):
        line.setdefault(tag, product[tag])
    more = _item_more(company, head, item.get("inf_adic", {}))
    scenario = _scenario_of(company, more)
    line.setdefault("cfop", taxes.cfop(scenario, route))
    line.setdefault("reservado", "N")
    if product.get("componentes_kit"):
        line["kit"] = "S"
    amounts.price(line)
    identity.setdefault("codigo_item", company.next_id())
    return item | {
        "ide": identity,
        "produto": line,
        "inf_adic": more,
        "imposto": item.get("imposto") or taxes.block(scenario, route),
    }


def _scenario_of(company: Company, more: Doc) -> Doc:
    tag = "codigo_cenario_impostos_item"
    return expect(company, SCENARIOS, "Cenário de impostos não cadastrado", more[tag], tag)


def _item_more(company: Company, head: Doc, sent: Doc) -> Doc:
    more = dict(sent)
    if location := more.get("codigo_local_estoque"):
        expect_location(company, location)
    else:
        more["codigo_local_estoque"] = standard(company, LOCATIONS, "codigo_local_estoque")
    if category := more.get("codigo_categoria_item"):
        expect_category(company, category, "codigo_categoria_item")
    more.setdefault("codigo_cenario_impostos_item", head["codigo_cenario_impostos"])
    return more


def _freight(sent: Doc) -> Doc:
    """The freight block; one that is sent says its kind, none at all is no freight."""
    if sent and "modalidade" not in sent:
        raise faults.required("modalidade")
    kind = sent.get("modalidade", "9")
    if kind not in FREIGHT_KINDS:
        raise faults.outside_enumeration("modalidade", FREIGHT_KINDS)
    for tag in amounts.CHARGES:
        if sent.get(tag, 0) < 0:
            raise faults.wrong_type(tag)
    return sent | {"modalidade": kind}


def _more(company: Company, sent: Doc) -> Doc:
    """`informacoes_adicionais`, each code checked against its register."""
    for tag in MORE_REQUIRED:
        if not sent.get(tag):
            raise faults.required(tag)
    expect_category(company, sent["codigo_categoria"])
    expect_account(company, sent["codigo_conta_corrente"])
    if vendor := sent.get("codVend"):
        expect_vendor(company, vendor)
    if project := sent.get("codProj"):
        expect_project(company, project)
    if sent["consumidor_final"] not in ("S", "N"):
        raise faults.outside_enumeration("consumidor_final", ("S", "N"))
    _means(company, sent)
    details = sent.get("outros_detalhes", {})
    if details.get("cIndicadorIntOd") == "1":
        for tag in ("cCnpjIntOd", "cIdentificadorIntOd"):
            if tag not in details:
                raise faults.required(tag)
    return {"enviar_email": "N", "enviar_pix": "N"} | sent


def _means(company: Company, sent: Doc) -> None:
    tag = "meio_pagamento"
    if code := sent.get(tag):
        expect(company, MEANS, "Meio de pagamento não cadastrado", code, tag)
        if code == "99" and "descr_meio_pagamento" not in sent:
            raise faults.required("descr_meio_pagamento")


def _instalments(company: Company, order: Doc, more: Doc, totals: Doc) -> list[Doc]:
    head = order["cabecalho"]
    total = totals["valor_total_pedido"]
    if head["codigo_parcela"] == instalments.CUSTOM:
        sent = order.get("lista_parcelas", {}).get("parcela", [])
        parts = instalments.custom(sent, head.get("qtde_parcelas"), total)
        for part in parts:
            _means(company, part)
        return parts
    term = expect(
        company, TERMS, "Parcela não cadastrada", head["codigo_parcela"], "codigo_parcela"
    )
    defaults: Doc = {tag: more[tag] for tag in INHERITED if tag in more}
    return instalments.built(term["dias"], head["data_previsao"], total, defaults)
