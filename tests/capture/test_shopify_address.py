"""Shopify's two address lines, taken apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.channels.brazil import WORD_JOINER, cep_of, clean, phone_of, uf_of
from capture.channels.shopify.address import (
    Parts,
    address_of,
    guess_complement_line,
    guess_street_line,
    parts_of,
    split,
)
from capture.channels.shopify.payload import Address as Payload
from tests.support.shopify import JOINER, an_address

words = st.text(
    st.characters(categories=("L", "N", "P", "Zs"), exclude_characters=WORD_JOINER), max_size=40
)
filled = words.map(clean).filter(lambda text: text and not text.endswith((",", " ")))
maybe = st.one_of(st.just(""), filled)
_PIECES = (
    "Rua X", "Avenida 7", ", ", ",", "123", "45-B", " - ", "–", "apto 4", "Bloco C", "Centro",
    "Vila Nova", "nº ", "s/n", " ", JOINER,
)  # fmt: skip
lines = st.lists(st.sampled_from(_PIECES), max_size=7).map("".join)
anything = st.one_of(st.text(max_size=80), lines)


def native(first: str, second: str) -> str:
    """One line as Shopify's own checkout stores it."""
    return f"{first}, {JOINER}{second}" if first else f"{JOINER}{second}"


@given(filled, filled, maybe, filled)
def test_what_the_native_checkout_stored_comes_out_as_it_went_in(
    street: str, number: str, complement: str, bairro: str
):
    parts = parts_of(native(street, number), native(complement, bairro))

    assert parts == Parts(street, number, complement, bairro)


@given(anything, anything)
def test_the_invisible_joiner_never_gets_through(address1: str, address2: str):
    for cut in range(min(3, len(address1) + 1)):
        line = address1[:cut] + JOINER + address1[cut:]
        assert JOINER not in "".join(parts_of(line, address2 + JOINER))


@given(anything, anything)
def test_no_letter_or_digit_is_lost_or_made_up(address1: str, address2: str):
    before = sorted(c for c in clean(address1) + clean(address2) if c.isalnum())
    after = sorted(c for c in "".join(parts_of(address1, address2)) if c.isalnum())

    marks = {"n", "N", "o", "O", "º"}  # "nº" before a number is no part of it
    assert [c for c in after if c not in marks] == [c for c in before if c not in marks]


def test_the_line_is_cut_at_the_first_joiner():
    assert split(f"Rua A, {JOINER}1{JOINER}0") == ("Rua A", "10")
    assert split(f"{JOINER}418") == ("", "418")
    assert split(f"Rua A, {JOINER}") == ("Rua A", "")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Rua X, 123 - Centro", Parts("Rua X", "123", "", "Centro")),
        ("Avenida Paulista, 1578, Bela Vista", Parts("Avenida Paulista", "1578", "", "Bela Vista")),
        ("Rua 7 de Setembro, 45", Parts("Rua 7 de Setembro", "45", "", "")),
        ("Rua X, nº 123", Parts("Rua X", "123", "", "")),
        ("Rua X, n. 123-B", Parts("Rua X", "123-B", "", "")),
        ("Rua X, 123 - B", Parts("Rua X", "123", "B", "")),
        ("Rua X, 123 B - Centro", Parts("Rua X", "123 B", "", "Centro")),
        ("Rua X, s/n", Parts("Rua X", "s/n", "", "")),
        ("Rua X, S/N - Zona Rural", Parts("Rua X", "S/N", "", "Zona Rural")),
        ("Rua X, 123 apto 45", Parts("Rua X", "123", "apto 45", "")),
        ("Rua X, 123 - Bloco C", Parts("Rua X", "123", "Bloco C", "")),
        ("Rua X, 123 - fundos", Parts("Rua X", "123", "fundos", "")),
    ],
)
def test_a_plain_line_is_taken_apart(line: str, expected: Parts):
    assert guess_street_line(line) == expected


@pytest.mark.parametrize(
    "line",
    [
        "Rua das Flores 123", "123 Fake Street", "Rua X", "", "Rua X, Centro",
        "Rua X, Quadra 5, 12", "Rua X, 123 Centro", "15, 30", "Rua X, 1234567",
        "Rua " + "a" * 5000 + ", 12",
    ],
)  # fmt: skip
def test_what_is_not_plain_stays_whole(line: str):
    assert guess_street_line(line) == Parts(line, "", "", "")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Apto 12 - Centro", ("Apto 12", "Centro")),
        ("casa 2 - Vila Nova", ("casa 2", "Vila Nova")),
        ("Apto 12 - Torre B", ("Apto 12 - Torre B", "")),
        ("Centro", ("Centro", "")),
        ("Apto 12 - 3o andar", ("Apto 12 - 3o andar", "")),
    ],
)
def test_a_second_line_gives_its_bairro_only_when_plain(line: str, expected: tuple[str, str]):
    assert guess_complement_line(line) == expected


def test_the_structured_notes_of_a_checkout_win():
    payload = Payload.model_validate(an_address(address1="R. dos Ipes 418", address2="Petropolis"))
    notes = {
        "shippingstreetname": "Rua dos Ipês",
        "shippingstreetnumber": "418",
        "shippingstreetcomplement": "ap 32",
        "shippingneighborhood": "Petrópolis",
        "shippingprovince": "rio grande do sul",
        "shippingzip": "90460130",
    }

    address = address_of(payload, notes)

    assert (address.street, address.number, address.complement, address.bairro) == (
        "Rua dos Ipês", "418", "ap 32", "Petrópolis",
    )  # fmt: skip
    assert (address.city, address.uf, address.cep) == ("Porto Alegre", "RS", "90460130")


@pytest.mark.parametrize(
    ("code", "name", "country", "uf"),
    [
        ("SP", "", "BR", "SP"),
        ("sp", "São Paulo", "BR", "SP"),
        ("BR-RS", "", "BR", "RS"),
        ("", "São Paulo", "BR", "SP"),
        ("", "PARANÁ", "BR", "PR"),
        ("XX", "Distrito Federal", "BR", "DF"),
        ("XX", "", "BR", ""),
        ("example string", "example string", "BR", ""),
        ("ON", "Ontario", "CA", "ON"),
    ],
)
def test_the_uf_comes_from_the_code_or_the_state_s_name(
    code: str, name: str, country: str, uf: str
):
    assert uf_of(code, name, country) == uf


@pytest.mark.parametrize(
    ("postcode", "country", "cep"),
    [
        ("90460-130", "BR", "90460130"),
        ("90.460-130 ", "BR", "90460130"),
        ("CEP 90460130", "BR", "90460130"),
        ("90460", "BR", "90460"),
        ("40202", "US", "40202"),
        ("K2P 1L4", "CA", ""),
        ("", "BR", ""),
    ],
)
def test_a_cep_is_digits_only(postcode: str, country: str, cep: str):
    assert cep_of(postcode, country) == cep


@pytest.mark.parametrize(
    ("written", "phone"),
    [
        ("+55 51 98120-0044", "51981200044"),
        ("+5511999990000", "11999990000"),
        ("(51) 3222-1000", "5132221000"),
        ("5133221000", "5133221000"),
        ("+1(502)-459-2181", "+1(502)-459-2181"),
        ("98120-0044", "98120-0044"),
        ("555-555-SHIP", "555-555-SHIP"),
        ("", None),
    ],
)
def test_a_brazilian_phone_is_area_code_and_number(written: str, phone: str | None):
    assert phone_of(written) == phone


def test_an_address_without_anything_is_empty_and_brazilian():
    assert address_of(Payload(), {}).model_dump(exclude_defaults=True) == {}
