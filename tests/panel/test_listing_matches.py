"""What a variation matches in the ERP, the report before going live, links as they are typed."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.listings import ListingLinked, ListingState
from contracts.order import KitPart
from panel.erp.products import ErpProduct
from panel.listings import seen
from panel.listings.matching import Match, counts, fits, lines
from panel.listings.products import Products
from panel.pages import kit_form, listing_words
from panel.pages.kit_form import TypedPart
from tests.support.belt import NOON
from tests.support.listings import a_link, a_listing, a_variation
from validation.catalogue import Catalogue, Product, Registers

MUG = ErpProduct(1, "CAN-350-AZ", "Caneca 350 ml azul", "7891000100103")
SHIRT = ErpProduct(2, "CAM-M-PT", "Camiseta preta M")
RETIRED = ErpProduct(3, "CAN-200-VD", "Caneca 200 ml verde", active=False)
TWINS = ErpProduct(4, "VEL-LAV", "Vela lavanda"), ErpProduct(5, "VEL-LAV", "Vela lavanda (nova)")
PRODUCTS = Products((MUG, SHIRT, RETIRED, *TWINS), NOON)


def no_link(_: str) -> ListingLinked | None:
    return None


def match_of(sku: str | None, *more: Any, products: Products | None = PRODUCTS) -> Match:
    listing = a_listing(variations=(a_variation(sku=sku), *more))
    return lines([listing], products, no_link)[0].match


@pytest.mark.parametrize(
    ("sku", "match"),
    [
        ("CAN-350-AZ", Match.MATCHED),
        (" can-350-az", Match.MATCHED),
        (None, Match.NO_SKU),
        ("NUNCA-VISTO", Match.UNKNOWN),
        ("CAN-200-VD", Match.INACTIVE),
        ("VEL-LAV", Match.REPEATED),
    ],
)
def test_a_variation_stands_as_its_sku_does_in_the_erp(sku: str | None, match: Match):
    assert match_of(sku) is match


def test_a_sku_in_two_variations_is_repeated_though_it_leads_to_one_product():
    other = a_variation("v-2", sku="can-350-az ")
    found = lines([a_listing(variations=(a_variation(), other))], PRODUCTS, no_link)

    assert [(line.match, line.sharing, line.stops) for line in found] == [
        (Match.REPEATED, 2, False)
    ] * 2


def test_listings_that_are_no_longer_sold_repeat_no_sku():
    ended = a_listing("9002", state=ListingState.ENDED)
    found = lines([a_listing(), ended], PRODUCTS, no_link)

    assert [line.match for line in found] == [Match.MATCHED, Match.MATCHED]


def test_nothing_is_said_of_skus_while_the_erp_was_never_read():
    assert match_of("CAN-350-AZ", products=None) is Match.UNREAD
    assert match_of(None, products=None) is Match.NO_SKU


@pytest.mark.parametrize(
    ("products", "match"),
    [
        ([MUG.product_id], Match.LINKED),
        ([MUG.product_id, SHIRT.product_id], Match.LINKED),
        ([MUG.product_id, 99], Match.BROKEN),
        ([RETIRED.product_id], Match.INACTIVE),
        ([], Match.UNKNOWN),
    ],
)
def test_a_link_goes_before_the_sku_and_may_break(products: list[int], match: Match):
    link = a_link(*(KitPart(erp_product_id=p) for p in products))
    listing = a_listing(variations=(a_variation(sku="NUNCA-VISTO"),))

    [line] = lines([listing], PRODUCTS, {link.key: link}.get)

    assert line.match is match
    assert line.stops == (match is not Match.LINKED)


def test_the_report_counts_every_variation_once():
    listings = [
        a_listing("1", variations=(a_variation(), a_variation("v-2", sku=None))),
        a_listing("2", variations=(a_variation(sku="NUNCA-VISTO"),)),
    ]

    assert counts(lines(listings, PRODUCTS, no_link)) == {
        Match.NO_SKU: 1,
        Match.UNKNOWN: 1,
        Match.MATCHED: 1,
    }


@pytest.mark.parametrize("text", ["caneca", "CANECA azul", "can-350", "9001", "789123", ""])
def test_a_variation_is_found_by_any_words_of_it(text: str):
    listing = a_listing(variations=(a_variation(ean="7891234567895"),))
    [line] = lines([listing], PRODUCTS, no_link)

    assert fits(line, text)
    assert not fits(line, f"{text} camiseta")


CODES = st.text(st.sampled_from("Aa1 -"), min_size=1, max_size=4)


@given(st.lists(st.tuples(CODES, st.booleans()), max_size=12), CODES)
def test_a_sku_finds_here_what_validation_finds(shelf: Sequence[tuple[str, bool]], sku: str):
    ours = Products((ErpProduct(n, c, c, active=a) for n, (c, a) in enumerate(shelf)), NOON)
    theirs = Catalogue.of(
        "omie-1", NOON, (Product(n, c, active=a) for n, (c, a) in enumerate(shelf)), Registers()
    )

    found = {product.product_id for product in ours.find(sku)}
    assert found == {product.product_id for product in theirs.find(sku)}


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("can-350-az", MUG), ("7891000100103", MUG), ("cam", SHIRT), ("preta camis", SHIRT),
        ("AZUL", MUG),
    ],
)  # fmt: skip
def test_products_are_found_by_code_ean_and_words(text: str, first: ErpProduct):
    assert PRODUCTS.search(text, 5)[0] == first


def test_suggestions_come_by_ean_first_then_by_likeness_and_never_inactive():
    assert PRODUCTS.suggested("7891000100103", "Camiseta preta M")[:2] == [MUG, SHIRT]
    assert RETIRED not in PRODUCTS.suggested(None, "Caneca 200 ml verde")
    assert PRODUCTS.suggested(None, "Bicicleta") == []


def test_an_older_version_of_a_listing_changes_nothing():
    new, old = a_listing(revision=2, title="Nova"), a_listing(revision=1)

    assert seen.step(seen.step(None, new)[0], old) == (new, ())
    assert seen.step(old, new) == (new, ())
    assert seen.decode(seen.encode(new)) == new


def test_products_that_share_a_price_sum_to_all_of_it():
    draft: kit_form.Draft = ()
    for product_id in range(1, 8):
        draft = kit_form.added(draft, product_id)
        assert kit_form.errors(draft) == []
        assert sum(part.share for part in kit_form.parts(draft)) == 100

    assert kit_form.added(draft, 1) == draft
    assert [part.share for part in kit_form.without(draft[:3], 2)] == ["50", "50"]


def test_a_typed_kit_is_read_with_a_comma_and_told_as_it_was_typed():
    form = {
        "produto-1": "11", "quantidade-1": "1", "parte-1": "33,34",
        "produto-2": "12", "quantidade-2": "2", "parte-2": "66.66 %",
        "produto-3": "x", "quantidade-3": "1", "parte-3": "0",
    }  # fmt: skip
    draft = kit_form.typed(form)
    found = kit_form.parts(draft)

    assert kit_form.errors(draft) == []
    assert [(p.erp_product_id, p.quantity, p.share) for p in found] == [
        (11, 1, Decimal("33.34")),
        (12, 2, Decimal("66.66")),
    ]
    assert kit_form.typed({k: v for k, v in form.items() if k.endswith("1")})[0].share == "100"


@pytest.mark.parametrize(
    ("part", "error"),
    [
        (TypedPart(1, "0", "100"), kit_form.PIECES),
        (TypedPart(1, "1,5", "100"), kit_form.PIECES),
        (TypedPart(1, "1", "0"), kit_form.SHARE),
        (TypedPart(1, "1", "33,333"), kit_form.SHARE),
        (TypedPart(1, "1", "NaN"), kit_form.SHARE),
        (TypedPart(1, "1", "99,99"), kit_form.SUM.format(sum="99,99")),
    ],
)
def test_a_kit_that_does_not_close_is_told_why(part: TypedPart, error: str):
    assert kit_form.errors((part,)) == [error]
    assert kit_form.errors(()) == [kit_form.NO_PRODUCT]


def test_every_match_and_every_state_has_a_name():
    assert set(listing_words.MATCHES) == set(Match)
    assert set(listing_words.STATES) == set(ListingState)
