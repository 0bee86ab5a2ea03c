"""The order as a sales order of the ERP."""

import json
from collections.abc import Callable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from contracts.events import Intermediary, PaymentTerms
from contracts.order import Item, Order, Payment, PaymentMethod, Shipping, Totals
from erp_writer.document import SIZES, compose_order, material, total_held, total_of
from erp_writer.text import fit
from omie import envelope
from tests.support.builders import a_buyer, an_address, an_item, an_order, terms_for
from tests.support.sales import sales

TODAY = date(2026, 11, 20)
CENT = Decimal("0.01")


def composed(order: Order, **terms: Any) -> dict[str, Any]:
    return compose_order(order, terms_for(order, **terms), 7788120456, "EST-ABC", TODAY)


def test_a_plain_order_says_everything_the_merchant_expects_in_the_erp() -> None:
    document = composed(an_order(), salesperson_code=7700000900, tax_scenario_code=7700000011)

    assert document == {
        "cabecalho": {
            "codigo_pedido_integracao": "EST-ABC",
            "codigo_cliente": 7788120456,
            "data_previsao": "20/11/2026",
            "etapa": "20",
            "codigo_parcela": "000",
            "origem_pedido": "API",
            "codigo_cenario_impostos": 7700000011,
        },
        "det": [
            {
                "ide": {"codigo_item_integracao": "1"},
                "produto": {
                    "codigo_produto": 7711002233,
                    "quantidade": 2,
                    "valor_unitario": Decimal("64.90"),
                    "tipo_desconto": "V",
                    "valor_desconto": Decimal("9.80"),
                },
                "inf_adic": {"codigo_local_estoque": 7700000012},
            }
        ],
        "frete": {"modalidade": "0", "valor_frete": Decimal("18.50")},
        "informacoes_adicionais": {
            "codigo_categoria": "1.01.03",
            "codigo_conta_corrente": 7700000345,
            "consumidor_final": "S",
            "enviar_email": "N",
            "numero_pedido_cliente": "#1001",
            "outros_detalhes": {"cIndicadorOd": "2", "cIndicadorIntOd": "0"},
            "meio_pagamento": "17",
            "utilizar_emails": "irene.leal@exemplo.test",
            "codVend": 7700000900,
        },
        "observacoes": {"obs_venda": "Pedido #1001 (Shopify) | Envio: PAC"},
    }


def test_amounts_reach_the_erp_with_exactly_their_digits() -> None:
    account = envelope.Account("1", SecretStr("s"))

    body = envelope.encode(account, "IncluirPedido", composed(an_order()))

    assert b'"valor_unitario":64.90' in body
    assert b'"valor_frete":18.50' in body
    read = json.loads(body, parse_float=Decimal)["param"][0]
    assert total_of(read) == Decimal("138.50")


def test_what_has_no_choice_is_left_to_the_erp() -> None:
    order = an_order(shipping=Shipping(), buyer=a_buyer(email=None), shipping_address=None)
    order = order.model_copy(
        update={"totals": order.totals.model_copy(update={"shipping": Decimal(0)})}
    )

    document = composed(
        order,
        payment_method_code=None,
        items=tuple(
            i.model_copy(update={"stock_location_code": None}) for i in terms_for(order).items
        ),
    )

    assert document["frete"] == {"modalidade": "9"}
    assert "inf_adic" not in document["det"][0]
    assert not {"meio_pagamento", "codVend", "utilizar_emails"} & set(
        document["informacoes_adicionais"]
    )


def test_lines_of_which_nothing_stands_any_more_are_not_sold() -> None:
    order = an_order(1001, an_item(), an_item(item_id="2", quantity=0, discount=Decimal(0)))

    assert len(composed(order)["det"]) == 1


def test_who_carries_the_order_and_what_is_added_on_top_travel_with_the_freight() -> None:
    order = an_order()
    totals = order.totals.model_copy(
        update={"other": Decimal("3.20"), "total": order.totals.total + Decimal("3.20")}
    )

    freight = composed(order.model_copy(update={"totals": totals}), carrier_code=55)["frete"]

    assert freight == {
        "modalidade": "0",
        "valor_frete": Decimal("18.50"),
        "outras_despesas": Decimal("3.20"),
        "codigo_transportadora": 55,
    }


def test_a_taxpaying_company_is_no_final_consumer() -> None:
    company = a_buyer(document_kind="cnpj", state_registration="0961234567")

    assert composed(an_order())["informacoes_adicionais"]["consumidor_final"] == "S"
    assert composed(an_order(buyer=company))["informacoes_adicionais"]["consumidor_final"] == "N"


def test_a_delivery_elsewhere_is_told_and_one_at_home_is_not() -> None:
    order = an_order(
        shipping_address=an_address(recipient="Portaria", street="Av. Atlântica", number="1")
    )

    details = composed(order)["informacoes_adicionais"]["outros_detalhes"]

    assert details == {
        "cIndicadorOd": "2",
        "cIndicadorIntOd": "0",
        "cCnpjCpfOd": "52998224725",
        "cNomeOd": "Portaria",
        "cEnderecoOd": "Av. Atlântica",
        "cNumeroOd": "1",
        "cComplementoOd": "ap 32",
        "cBairroOd": "Petrópolis",
        "cCidadeOd": "PORTO ALEGRE (RS)",
        "cEstadoOd": "RS",
        "cCEPOd": "90460130",
    }


def test_texts_longer_than_the_erps_fields_are_cut_to_them() -> None:
    """Sizes: omie-api.md 7.3 to 7.6; a delivery place's are those of a customer's, 5.1."""
    long = "Ipê " * 500
    place = an_address(
        recipient=long, street=long, number=long, complement=long, bairro=long, city=long
    )
    voucher = Payment(method=PaymentMethod.OTHER, gateway=long, amount=Decimal("138.50"))
    order = an_order(
        buyer=a_buyer(email=long), number=long, shipping_address=place, payments=(voucher,)
    )
    seller = Intermediary(cnpj="03007331000141", seller=long)

    sent = fit(composed(order, payment_method_code="99", intermediary=seller), SIZES)

    assert {change.field: change.cut_at for change in sent.changes} == {
        "numero_pedido_cliente": 30,
        "descr_meio_pagamento": 60,
        "utilizar_emails": 500,
        "obs_venda": 1000,
        "cIdentificadorIntOd": 60,
        "cNomeOd": 60,
        "cEnderecoOd": 60,
        "cNumeroOd": 60,
        "cComplementoOd": 60,
        "cBairroOd": 60,
        "cCidadeOd": 40,
    }


@pytest.mark.parametrize(
    ("gateway", "described"), [("Vale Cultura", "Vale Cultura"), (None, "Outros")]
)
def test_other_means_of_payment_are_described(gateway: str | None, described: str) -> None:
    payment = Payment(method=PaymentMethod.OTHER, gateway=gateway, amount=Decimal("138.50"))

    more = composed(an_order(payments=(payment,)), payment_method_code="99")

    assert more["informacoes_adicionais"]["descr_meio_pagamento"] == described


def test_instalments_of_ones_own_are_spelt_out_a_month_apart() -> None:
    document = composed(an_order(), installment_code="999", installments=3)

    assert document["cabecalho"]["qtde_parcelas"] == 3 == len(document["lista_parcelas"]["parcela"])
    assert document["lista_parcelas"]["parcela"] == [
        {
            "numero_parcela": number,
            "valor": Decimal(value),
            "percentual": Decimal(share),
            "data_vencimento": day,
            "quantidade_dias": days,
            "meio_pagamento": "17",
        }
        for number, value, share, day, days in (
            (1, "46.16", "33.32", "20/12/2026", 30),
            (2, "46.16", "33.32", "19/01/2027", 60),
            (3, "46.18", "33.36", "18/02/2027", 90),
        )
    ]


def test_one_payment_of_ones_own_terms_is_due_today() -> None:
    [part] = composed(an_order(), installment_code="999")["lista_parcelas"]["parcela"]

    assert (part["data_vencimento"], part["valor"]) == ("20/11/2026", Decimal("138.50"))
    assert part["percentual"] == 100


def test_each_of_several_payments_is_told_with_its_own_means_by_due_date() -> None:
    card = PaymentTerms(method_code="03", amount=Decimal("100.00"), installments=2)
    voucher = PaymentTerms(method_code="99", name="Vale Cultura", amount=Decimal("38.50"))

    document = composed(
        an_order(), installment_code="999", installments=3, payments=(card, voucher)
    )

    told = document["lista_parcelas"]["parcela"]
    assert [(p["valor"], p["quantidade_dias"], p["meio_pagamento"]) for p in told] == [
        (Decimal("38.50"), 0, "99"),
        (Decimal("50.00"), 30, "03"),
        (Decimal("50.00"), 60, "03"),
    ]
    assert [p.get("descr_meio_pagamento") for p in told] == ["Vale Cultura", None, None]
    assert sum(p["percentual"] for p in told) == 100


def test_no_instalment_is_less_than_a_cent() -> None:
    order = an_order(1001, an_item(quantity=1, unit_price=Decimal("0.02"), discount=Decimal(0)))
    totals = Totals(items=Decimal("0.02"), total=Decimal("0.02"))
    order = order.model_copy(update={"totals": totals})

    document = composed(order, installment_code="999", installments=12)

    assert document["cabecalho"]["qtde_parcelas"] == 2
    assert {p["valor"] for p in document["lista_parcelas"]["parcela"]} == {Decimal("0.01")}


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ({}, {"cIndicadorIntOd": "0"}),
        ({"marketplace": True}, {}),
        (
            {
                "marketplace": True,
                "intermediary": Intermediary(cnpj="11222333000181", seller="LOJA-DEMO"),
            },
            {
                "cIndicadorIntOd": "1",
                "cCnpjIntOd": "11222333000181",
                "cIdentificadorIntOd": "LOJA-DEMO",
            },
        ),
    ],
    ids=["own site", "a marketplace nobody named", "a marketplace"],
)
def test_a_sale_says_on_whose_site_it_was_made(terms: dict[str, Any], said: dict[str, str]) -> None:
    details = composed(an_order(), **terms)["informacoes_adicionais"]["outros_detalhes"]

    assert details == {"cIndicadorOd": "2", **said}


def a_line(total: str, **marks: str) -> dict[str, Any]:
    return {"produto": {"quantidade": 1, "valor_unitario": Decimal(total), **marks}}


@pytest.mark.parametrize(
    ("lines", "stated", "held"),
    [
        ([a_line("199.90", kit="S")], "218.40", "218.40"),
        (
            [
                a_line("199.90", kit="S"),
                a_line("120.00", componente_kit="S"),
                a_line("90.00", componente_kit="S"),
            ],
            "428.40",
            "218.40",
        ),
        (
            [a_line("119.90", componente_kit="S"), a_line("80.00", componente_kit="S")],
            "218.40",
            "218.40",
        ),
    ],
    ids=["a kit as it was sent", "a kit and its parts", "parts in the kit's place"],
)
def test_a_kit_is_recognised_whichever_way_the_account_keeps_it(
    lines: list[dict[str, Any]], stated: str, held: str
) -> None:
    order = {
        "det": lines,
        "frete": {"valor_frete": Decimal("18.50")},
        "total_pedido": {"valor_total_pedido": Decimal(stated)},
    }

    assert total_held(order) == Decimal(held)


def as_the_erp_adds_up(document: dict[str, Any]) -> Decimal:
    """The sandbox's own sum, from what it reads off the wire."""
    body = envelope.encode(envelope.Account("1", SecretStr("s")), "IncluirPedido", document)
    read = json.loads(body, parse_float=Decimal)["param"][0]
    total = Decimal(0)
    for line in read["det"]:
        product = line["produto"]
        gross = Decimal(product["quantidade"]) * product["valor_unitario"]
        total += gross.quantize(CENT, ROUND_HALF_UP) - product.get("valor_desconto", 0)
    freight = read["frete"]
    charges = (freight.get(tag, 0) for tag in ("valor_frete", "outras_despesas"))
    return total + sum(Decimal(charge) for charge in charges)


@given(sales(), st.integers(1, 48))
def test_the_erp_charges_what_the_buyer_paid_to_the_cent(order: Order, many: int) -> None:
    document = composed(order, installment_code="999", installments=many)

    assert as_the_erp_adds_up(document) == order.totals.total == total_of(document)
    instalments = document["lista_parcelas"]["parcela"]
    assert sum(each["valor"] for each in instalments) == order.totals.total
    assert sum(each["percentual"] for each in instalments) == 100
    assert all(each["valor"] > 0 for each in instalments)
    assert all(each["valor"] == each["valor"].quantize(CENT) for each in instalments)


CHANGES: list[Callable[[Order], Order]] = [
    lambda o: o.model_copy(update={"buyer": a_buyer(document="11144477735")}),
    lambda o: o.model_copy(update={"shipping_address": an_address(street="Outra rua")}),
    lambda o: o.model_copy(update={"items": (an_item(quantity=1),)}),
    lambda o: o.model_copy(update={"items": (an_item(unit_price=Decimal(1)),)}),
    lambda o: o.model_copy(update={"items": (*o.items, an_item(item_id="2"))}),
    lambda o: o.model_copy(update={"totals": o.totals.model_copy(update={"shipping": Decimal(1)})}),
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_that_matters_in_the_erp_is_seen(change: Callable[[Order], Order]) -> None:
    order = an_order()

    assert material(change(order), terms_for(change(order))) != material(order, terms_for(order))


def test_what_does_not_matter_in_the_erp_is_no_change() -> None:
    order = an_order()
    later = order.model_copy(
        update={
            "updated_at": order.updated_at.replace(hour=23),
            "buyer": a_buyer(phone="51999999999"),
            "items": tuple(_with_other_title(i) for i in order.items),
        }
    )

    assert material(later, terms_for(later, stage_code="50")) == material(order, terms_for(order))


def _with_other_title(item: Item) -> Item:
    return item.model_copy(update={"title": "Caneca", "unit_price": Decimal("64.9000")})
