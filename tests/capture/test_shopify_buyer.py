"""Who bought: the tax id from wherever Shopify keeps it, names, contacts, what is withheld."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from validate_docbr import CNPJ, CPF

from capture.channels.brazil import read_document
from capture.channels.shopify.buyer import addresses_of, buyer_of, withheld
from capture.channels.shopify.details import LocalizedField
from capture.channels.shopify.document import find_document, is_document
from capture.channels.shopify.payload import Order
from tests.support.shopify import a_payload, an_address

CPF_ = "529.982.247-25"
CNPJ_ = "12.ABC.345/01DE-35"


def order(**changes: Any) -> Order:
    return Order.model_validate(a_payload(**changes))


def localized(value: str, key: str = "TAX_CREDENTIAL_BR", **changes: Any) -> LocalizedField:
    purpose = "TAX" if key.startswith("TAX") else "SHIPPING"
    return LocalizedField.model_validate(
        {"countryCode": "BR", "key": key, "purpose": purpose, "value": value} | changes
    )


def noted(**notes: Any) -> dict[str, Any]:
    return {"note_attributes": [{"name": name, "value": value} for name, value in notes.items()]}


def document(*fields: LocalizedField, keys: tuple[str, ...] = (), **changes: Any):
    found = buyer_of(order(**changes), fields, keys)
    return found.document, found.document_kind


@pytest.mark.parametrize(
    ("text", "number", "kind"),
    [
        (CPF_, "52998224725", "cpf"),
        ("52998224725", "52998224725", "cpf"),
        ("11.222.333/0001-81", "11222333000181", "cnpj"),
        (CNPJ_.lower(), "12ABC34501DE35", "cnpj"),
        (" 529 982 247 25 ", "52998224725", "cpf"),
        ("FA 123456", "FA123456", "other"),
        ("123", "123", "other"),
        ("12ABC34501DEX5", "12ABC34501DEX5", "other"),
    ],
)
def test_a_document_loses_its_mask_and_keeps_its_letters(text: str, number: str, kind: str):
    assert read_document(text) == (number, kind)


def test_no_text_is_no_document():
    assert read_document(" .-/ ") is None


@given(st.booleans(), st.booleans())
def test_any_right_document_is_known_as_what_it_is(as_cnpj: bool, letters: bool):
    text = CNPJ().generate(mask=True, digits_only=not letters) if as_cnpj else CPF().generate(True)

    assert read_document(text).kind == ("cnpj" if as_cnpj else "cpf")
    assert is_document(text)
    assert is_document(text.lower())


def test_the_tax_credential_comes_first():
    fields = (localized("FA123456", "SHIPPING_CREDENTIAL_BR"), localized(CPF_))

    assert document(*fields, **noted(cpf="111.444.777-35")) == ("52998224725", "cpf")


def test_then_any_other_brazilian_field():
    assert document(localized(CPF_, "SHIPPING_CREDENTIAL_BR")) == ("52998224725", "cpf")
    assert document(localized("AB12", countryCode="IT")) == (None, None)


def test_a_passport_the_checkout_took_is_kept():
    assert document(localized("FA123456"), **noted(cpf=CPF_)) == ("FA123456", "other")


@pytest.mark.parametrize(
    "name",
    ["customer_document", "cpf", "CPF", "CNPJ", "CPFCNPJ", "CPF/CNPJ", "cpf_cnpj", "info_document"],
)
def test_then_the_notes_of_a_checkout_app(name: str):
    assert document(**noted(**{name: CPF_})) == ("52998224725", "cpf")


def test_a_store_names_its_own_notes():
    notes = noted(**{"Documento do cliente": CPF_})

    assert document(**notes) == (None, None)
    assert document(keys=("documento do CLIENTE",), **notes) == ("52998224725", "cpf")


def test_a_note_shaped_like_a_document_beats_one_that_is_not():
    assert document(**noted(customer_document="FA123456", cpf=CPF_)) == ("52998224725", "cpf")
    assert document(**noted(customer_document="FA123456")) == ("FA123456", "other")
    assert document(**noted(cpf="não informado")) == (None, None)


def test_at_last_a_document_typed_as_the_company_if_it_is_a_right_one():
    right, wrong = an_address(company=CNPJ_), an_address(company="11.222.333/0001-99")

    assert document(billing_address=right) == ("12ABC34501DE35", "cnpj")
    assert document(billing_address=wrong) == (None, None)
    assert buyer_of(order(billing_address=right), (), ()).company is None
    assert buyer_of(order(billing_address=wrong), (), ()).company == "11.222.333/0001-99"


def test_a_document_typed_as_the_company_counts_in_any_address():
    known = a_payload()["customer"] | {"default_address": an_address(company=CPF_)}

    assert document(shipping_address=an_address(company=CNPJ_)) == ("12ABC34501DE35", "cnpj")
    assert document(customer=known) == ("52998224725", "cpf")


@pytest.mark.parametrize("name", ["Informe seu CPF", "CNPJ para nota fiscal", "billing_cpf_cnpj"])
def test_a_note_that_speaks_of_cpf_or_cnpj_counts_if_its_digits_are_right(name: str):
    assert document(**noted(**{name: CPF_})) == ("52998224725", "cpf")
    assert document(**noted(**{name: "529.982.247-99"})) == (None, None)
    assert document(**noted(**{name: "sim, por favor"})) == (None, None)


def test_notes_may_be_an_object():
    assert document(note_attributes={"cpf": CPF_, "presente": True}) == ("52998224725", "cpf")
    assert document(note_attributes={}) == (None, None)


def test_a_sale_at_a_till_is_billed_to_what_the_shop_knows_of_the_customer():
    known = a_payload()["customer"] | {"default_address": an_address(city="Canoas")}
    till = {"shipping_address": None, "billing_address": None}

    to, billed = addresses_of(order(customer=known, **till))

    assert to is None
    assert billed is not None
    assert (billed.city, billed.street) == ("Canoas", "Rua dos Ipês")
    assert addresses_of(order(**till)) == (None, None)
    assert addresses_of(order(customer=None, **till)) == (None, None)
    assert not withheld(order(customer=known, **till))


def test_what_the_shop_knows_of_the_customer_does_not_replace_what_the_order_says():
    known = a_payload()["customer"] | {"default_address": an_address(city="Canoas")}

    to, billed = addresses_of(order(customer=known, billing_address=None))

    assert to is not None
    assert to.city == "Porto Alegre"
    assert billed is None


def test_an_address_the_shop_hides_is_none():
    hidden = a_payload()["customer"] | {"default_address": {"country": "Brazil"}}
    till = {"shipping_address": None, "billing_address": None}

    assert addresses_of(order(customer=hidden, **till)) == (None, None)


@given(st.lists(st.text(max_size=20)), st.dictionaries(st.text(), st.text()), st.text())
def test_whatever_is_written_a_document_has_no_mask(values: list[str], notes: Any, company: str):
    found = find_document([localized(v) for v in values], notes, list(notes), [company])

    if found is not None:
        assert found.number
        assert not set(found.number) & set(" ./-\u2060")
        assert (found.kind == "cpf") == (len(found.number) == 11 and found.number.isdecimal())


def test_the_buyer_is_who_is_billed_not_who_receives():
    gift = order(shipping_address=an_address(name="Quem Recebe"))

    assert buyer_of(gift, (), ()).name == "Irene Baptista Leal"


def test_names_are_put_together_where_no_whole_one_is():
    alone = order(billing_address=an_address(name=None, last_name=None))
    customer = order(billing_address=None)
    receiver = order(billing_address=None, customer=None)

    assert buyer_of(alone, (), ()).name == "Irene"
    assert buyer_of(customer, (), ()).name == "Irene Baptista Leal"
    assert buyer_of(receiver, (), ()).name == "Irene Baptista Leal"


def test_contacts_come_from_wherever_one_is():
    bare = order(email="", contact_email=None, phone=None)

    assert buyer_of(bare, (), ()).email == "irene.leal@exemplo.test"
    assert buyer_of(bare, (), ()).phone == "51981200044"
    assert buyer_of(order(phone="+55 11 3222-1000"), (), ()).phone == "1132221000"


def test_company_and_state_registration_of_an_importer_s_notes():
    found = buyer_of(
        order(**noted(info_company_name="Loja Ltda", info_state_inscription="096/1234567")), (), ()
    )

    assert (found.company, found.state_registration) == ("Loja Ltda", "096/1234567")


def test_the_notes_address_both_where_bill_and_goods_go_to_one_place():
    notes = noted(shipping_street_name="Rua Nova", shipping_street_number="7")
    shipping, billing = addresses_of(order(**notes))
    _, elsewhere = addresses_of(order(billing_address=an_address(zip="01000-000"), **notes))

    assert (shipping.street, billing.street, elsewhere.street) == (
        "Rua Nova", "Rua Nova", "Rua dos Ipês",
    )  # fmt: skip


def test_the_notes_alone_make_an_address():
    shipping, billing = addresses_of(
        order(shipping_address=None, billing_address=None, **noted(shipping_street_name="Rua A"))
    )

    assert (shipping.street, shipping.country, billing) == ("Rua A", "BR", None)
    assert addresses_of(order(shipping_address=None, billing_address=None)) == (None, None)


@pytest.mark.parametrize("hidden", [("email", "contact_email", "phone")])
def test_absent_contacts_are_withheld_and_null_ones_are_not(hidden: tuple[str, ...]):
    payload = a_payload()
    absent = {key: value for key, value in payload.items() if key not in hidden}

    assert withheld(Order.model_validate(absent))
    assert not withheld(Order.model_validate(payload | dict.fromkeys(hidden)))


def test_an_address_without_its_lines_is_withheld():
    state_only = {"country": "Brazil", "country_code": "BR", "province": "Bahia"}

    assert withheld(order(shipping_address=state_only))
    assert not withheld(order(shipping_address=an_address(name=None, address1=None)))
    assert not withheld(order(shipping_address=None, billing_address=None, customer=None))


def test_strange_notes_are_passed_over():
    notes = [
        {"name": None, "value": None}, {"name": "cpf", "value": ["x"]}, {"value": "x"},
        {"name": "cpf", "value": 52998224725},
    ]  # fmt: skip

    assert document(note_attributes=notes) == ("52998224725", "cpf")
    assert document(note_attributes=None) == (None, None)
