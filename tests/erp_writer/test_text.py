"""What becomes of texts the ERP may refuse."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.events import TextChange
from erp_writer.text import clean, fit

SIZES = {"razao_social": 10}


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("Irene Baptista Leal", "Irene Baptista Leal"),
        ("João D'Ávila & Cia. Ltda", "João D'Ávila & Cia. Ltda"),
        ("Rua\u2060 dos\u2060 Ipês", "Rua dos Ipês"),
        ("Ana 💐 Paula", "Ana Paula"),
        ("👩‍👩‍👧", ""),
        ("Bloco “B” – fundos…", 'Bloco "B" - fundos...'),
        ("linha\nquebrada\te\x00nula", "linha quebrada enula"),
        ("Ｆｕｌｌｗｉｄｔｈ", "Fullwidth"),
        ("Dvořák Łukasz", "Dvorák Lukasz"),
        ("São Paulo", "São Paulo"),
        ("100 €", "100 EUR"),
        ("北京", ""),
    ],
)
def test_what_the_erp_may_refuse_is_replaced_or_dropped(written: str, sent: str) -> None:
    assert clean(written).text == sent


@given(st.text(max_size=80), st.none() | st.integers(1, 40))
def test_a_cleaned_text_fits_is_latin_and_stays_as_it_is(text: str, size: int | None) -> None:
    cleaned = clean(text, size)

    cleaned.text.encode("latin-1")
    assert not any(unicodedata.category(c).startswith("C") for c in cleaned.text)
    assert size is None or len(cleaned.text) <= size
    assert clean(cleaned.text, size).text == cleaned.text


@given(st.text(st.characters(max_codepoint=0xFF, exclude_categories=["C", "Z"]), min_size=1))
def test_a_plain_text_is_left_alone(text: str) -> None:
    text = unicodedata.normalize("NFC", text)

    cleaned = clean(text)
    assert (cleaned.text, cleaned.replaced, cleaned.cut) == (text, False, False)


WORDS = st.text(st.characters(max_codepoint=0xFF, exclude_categories=["C", "Z"]), min_size=1)


@given(st.lists(WORDS, max_size=4), st.sampled_from(["\xa0", "  ", "\xad", "\x7f", "\u2060", "\n"]))
def test_what_nobody_sees_is_dropped_from_among_words_that_are_left_alone(
    words: list[str], unseen: str
) -> None:
    plain = " ".join(words)

    assert clean(plain).text == plain
    assert clean(f"{plain} {unseen}").text == plain
    assert clean(f"{unseen} {plain}").text == plain
    assert clean(f" {unseen}".join(words)).text == plain


def test_white_space_alone_counts_as_no_change() -> None:
    cleaned = clean("  Irene   Leal ")

    assert (cleaned.text, cleaned.replaced) == ("Irene Leal", False)


def test_what_changed_is_told_by_field_and_quotes_nobody() -> None:
    document = {
        "razao_social": "Irene Baptista Leal 💐",
        "codigo": 7,
        "tags": [{"tag": "cliente"}],
        "endereco": "Rua dos Ipês",
    }

    fitted = fit(document, SIZES)

    assert fitted.document == document | {"razao_social": "Irene Bapt"}
    assert fitted.changes == (TextChange(field="razao_social", replaced=True, cut_at=10),)
    assert fit(fitted.document, SIZES).changes == ()
