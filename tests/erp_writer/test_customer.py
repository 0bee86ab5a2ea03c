"""The buyer as a customer of the ERP."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.order import Buyer, Order
from erp_writer.customer import SIZES, compose_alteration, compose_customer, is_taxpayer
from erp_writer.text import fit
from tests.support.builders import a_buyer, an_address, an_order


def test_a_person_is_a_customer_with_name_document_address_and_phone() -> None:
    customer = compose_customer(an_order())

    assert customer.pop("codigo_cliente_integracao")
    assert customer == {
        "razao_social": "Irene Baptista Leal",
        "nome_fantasia": "Irene Baptista Leal",
        "cnpj_cpf": "52998224725",
        "email": "irene.leal@exemplo.test",
        "contribuinte": "N",
        "optante_simples_nacional": "N",
        "tags": [{"tag": "cliente"}],
        "telefone1_ddd": "51",
        "telefone1_numero": "998120044",
        "endereco": "Rua dos Ipês",
        "endereco_numero": "418",
        "complemento": "ap 32",
        "bairro": "Petrópolis",
        "cidade": "PORTO ALEGRE (RS)",
        "estado": "RS",
        "cep": "90460130",
        "codigo_pais": "1058",
    }


def test_texts_longer_than_the_erps_fields_are_cut_to_them() -> None:
    """Sizes: omie-api.md 5.1."""
    long = "Ipê " * 500
    company = a_buyer(
        name=long, document_kind="cnpj", email=long, phone="1" * 99, state_registration=f"1{long}"
    )
    place = an_address(
        street=long, number=long, complement=long, bairro=long, city=long, uf=long, cep=long
    )

    order = an_order(buyer=company, billing_address=None, shipping_address=place)

    sent = fit(compose_customer(order), SIZES)

    assert {change.field: change.cut_at for change in sent.changes} == {
        "razao_social": 60,
        "nome_fantasia": 100,
        "email": 500,
        "telefone1_numero": 15,
        "endereco": 60,
        "endereco_numero": 60,
        "complemento": 60,
        "bairro": 60,
        "cidade": 40,
        "estado": 2,
        "cep": 10,
        "inscricao_estadual": 20,
    }


def test_what_the_channel_does_not_tell_of_a_buyer_is_empty_in_the_erp() -> None:
    customer = compose_customer(an_order(buyer=a_buyer(document=None, email=None)))

    assert (customer["cnpj_cpf"], customer["email"]) == ("", "")


def code_of(order: Order) -> str:
    code = compose_customer(order)["codigo_cliente_integracao"]
    assert isinstance(code, str)
    return code


def test_a_document_has_one_code_whatever_else_changes_about_its_buyer() -> None:
    moved = a_buyer(name="Irene B. Leal", email="outra@exemplo.test", phone="")
    same = {code_of(order) for order in (an_order(1001), an_order(1002), an_order(buyer=moved))}

    assert len(same) == 1
    assert code_of(an_order(buyer=a_buyer(document="11144477735"))) not in same


def test_a_buyer_without_document_is_a_customer_of_that_order_alone() -> None:
    nobody = a_buyer(document=None, document_kind=None)

    assert code_of(an_order(1001, buyer=nobody)) == code_of(an_order(1001, buyer=nobody))
    assert code_of(an_order(1001, buyer=nobody)) != code_of(an_order(1002, buyer=nobody))


@given(document=st.from_regex(r"[0-9]{11}|[0-9A-Z]{12}[0-9]{2}", fullmatch=True))
def test_a_customers_code_fits_the_erps_field_and_does_not_quote_the_document(
    document: str,
) -> None:
    code = code_of(an_order(buyer=a_buyer(document=document)))

    assert code.startswith("EST-C-")
    assert len(code) <= 60
    assert document not in code


def test_a_company_goes_by_its_legal_name_and_registration() -> None:
    company = a_buyer(
        document="12ABC34501DE35",
        document_kind="cnpj",
        company="Ipê Comércio Ltda",
        state_registration="096/1234567",
    )

    customer = compose_customer(an_order(buyer=company))

    assert customer["razao_social"] == "Ipê Comércio Ltda"
    assert customer["nome_fantasia"] == "Irene Baptista Leal"
    assert customer["cnpj_cpf"] == "12ABC34501DE35"
    assert (customer["contribuinte"], customer["inscricao_estadual"]) == ("S", "096/1234567")


@pytest.mark.parametrize(
    ("buyer", "taxpayer"),
    [
        (a_buyer(), False),
        (a_buyer(document_kind="cnpj"), False),
        (a_buyer(document_kind="cnpj", state_registration="ISENTO"), False),
        (a_buyer(document_kind="cnpj", state_registration="0961234567"), True),
        (a_buyer(document_kind="cpf", state_registration="0961234567"), False),
    ],
)
def test_only_a_company_with_a_state_registration_is_a_taxpayer(
    buyer: Buyer, taxpayer: bool
) -> None:
    assert is_taxpayer(buyer) is taxpayer


@pytest.mark.parametrize(
    ("phone", "told"),
    [
        ("51998120044", ("51", "998120044")),
        ("+55 (51) 99812-0044", ("51", "998120044")),
        ("051 3322-1100", ("51", "33221100")),
        ("+351 912 345 678", (None, "351912345678")),
        ("55998120044", ("55", "998120044")),
        ("", (None, None)),
    ],
)
def test_a_brazilian_phone_is_told_with_its_area_apart(
    phone: str, told: tuple[str | None, str | None]
) -> None:
    customer = compose_customer(an_order(buyer=a_buyer(phone=phone)))

    assert (customer.get("telefone1_ddd"), customer.get("telefone1_numero")) == told


def test_what_the_channel_did_not_tell_is_left_out() -> None:
    bare = an_order(
        buyer=Buyer(name="Irene", document="52998224725", document_kind="cpf"),
        shipping_address=None,
        billing_address=None,
    )

    assert set(compose_customer(bare)) == {
        "codigo_cliente_integracao", "razao_social", "nome_fantasia", "cnpj_cpf", "email",
        "contribuinte", "optante_simples_nacional", "tags",
    }  # fmt: skip


def test_the_address_is_the_one_the_invoice_goes_to() -> None:
    order = an_order(
        billing_address=an_address(street="Rua da Nota"),
        shipping_address=an_address(street="Rua da Entrega"),
    )

    assert compose_customer(order)["endereco"] == "Rua da Nota"


def test_an_alteration_names_the_customer_by_the_erps_id_and_leaves_code_and_tags() -> None:
    alteration = compose_alteration(an_order(), 77)

    assert alteration["codigo_cliente_omie"] == 77
    assert alteration["endereco"] == "Rua dos Ipês"
    assert not {"codigo_cliente_integracao", "tags"} & set(alteration)
