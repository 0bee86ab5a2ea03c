"""Listings as programs see and link them."""

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from contracts.listings import ListingLinked, PublicationDateSet
from tests.support.builders import STORE, a_store
from tests.support.listings import PUBLISHED, a_date, a_link, a_listing, a_variation
from tests.support.panel import Office
from tests.support.panel_listings import a_row

HERE = f"/api/v1/stores/{STORE}/listings"
MUG, SPOON = 7711002233, 7711002244


@pytest.fixture
def office(office: Office) -> Office:
    secret = office.vault.seal("s3cret", f"{STORE}:erp_app_secret")
    office.topics.table.put(a_store(erp_app_key="4107733109921", erp_app_secret=secret))
    office.erp.answers["ListarProdutos"] = {
        "total_de_paginas": 1,
        "produto_servico_cadastro": [a_row(MUG, "CAN-350-AZ"), a_row(SPOON, "COL-1")],
    }
    kit = a_variation("k-1", sku=None)
    office.listings.put(a_listing(), a_listing("9002", title="Kit", variations=(kit,)))
    return office


async def link(http: httpx.AsyncClient, listing: str, **body: Any) -> httpx.Response:
    return await http.put(f"{HERE}/{listing}/link", json=body)


async def test_the_report_counts_what_matches_and_lists_the_variations(
    http: httpx.AsyncClient, office: Office
):
    report = (await http.get(HERE)).json()

    assert report["counts"] == {"sem-sku": 1, "pelo-sku": 1}
    [mug, kit] = report["items"]
    assert (mug["sku"], mug["price"], mug["stops"]) == ("CAN-350-AZ", "64.90", False)
    assert [p["erp_product_id"] for p in mug["products"]] == [MUG]
    assert datetime.fromisoformat(mug["publication"]["counts_from"]) == PUBLISHED
    assert (kit["match"], kit["stops"], kit["link"]) == ("sem-sku", True, None)


async def test_a_report_is_narrowed_and_paged(http: httpx.AsyncClient, office: Office):
    narrowed = (await http.get(HERE, params={"match": "sem-sku"})).json()
    second = (await http.get(HERE, params={"limit": 1, "page": 2})).json()

    assert [item["listing_id"] for item in narrowed["items"]] == ["9002"]
    assert ([item["listing_id"] for item in second["items"]], second["total"]) == (["9002"], 2)


async def test_a_kit_is_linked_and_read_back(http: httpx.AsyncClient, office: Office):
    parts = [
        {"erp_product_id": MUG, "share": "70.5"},
        {"erp_product_id": SPOON, "quantity": 2, "share": "29.5"},
    ]
    answer = await link(http, "9002", variation_id="k-1", parts=parts)

    assert answer.status_code == 200
    [told] = office.topics.messages(ListingLinked)
    assert isinstance(told, ListingLinked)
    assert [(p.erp_product_id, p.quantity) for p in told.parts] == [(MUG, 1), (SPOON, 2)]
    [item] = (await http.get(HERE, params={"q": "kit"})).json()["items"]
    assert (item["match"], item["link"]["version"]) == ("vinculado", 1)


@pytest.mark.parametrize(
    "parts",
    [
        [{"erp_product_id": MUG, "share": "99.99"}],
        [{"erp_product_id": MUG, "share": "50"}, {"erp_product_id": MUG, "share": "50"}],
        [{"erp_product_id": 0}],
        [{"erp_product_id": MUG, "quantity": 0}],
        [{"erp_product_id": MUG, "share": "33.333"}],
    ],
)
async def test_a_link_that_does_not_close_is_refused(
    http: httpx.AsyncClient, office: Office, parts: list[dict[str, Any]]
):
    answer = await link(http, "9002", variation_id="k-1", parts=parts)

    assert answer.status_code == 422
    assert office.topics.messages(ListingLinked) == []


async def test_whoever_read_an_older_link_or_date_is_told(http: httpx.AsyncClient, office: Office):
    office.topics.links.put(a_link(version=3))
    office.topics.dates.put(a_date(None, version=2))
    one = [{"erp_product_id": MUG}]
    dated = {"published_at": "2025-11-01T03:00:00Z"}

    stale = await link(http, "9001", variation_id="v-1", parts=one, version=2)
    right = await link(http, "9001", variation_id="v-1", parts=one, version=3)
    late = await http.put(f"{HERE}/9001/publication-date", json=dated | {"version": 1})

    assert (stale.status_code, right.status_code, late.status_code) == (409, 200, 409)
    assert right.json()["version"] == 4


async def test_a_publication_date_is_set_and_left_to_the_channel_again(
    http: httpx.AsyncClient, office: Office
):
    earlier = PUBLISHED - timedelta(days=60)
    body = {"published_at": earlier.isoformat()}
    moved = (await http.put(f"{HERE}/9001/publication-date", json=body)).json()
    back = await http.put(f"{HERE}/9001/publication-date", json={"published_at": None})

    assert datetime.fromisoformat(moved["counts_from"]) == earlier
    assert datetime.fromisoformat(back.json()["counts_from"]) == PUBLISHED
    assert len(office.topics.messages(PublicationDateSet)) == 2


async def test_what_does_not_exist_is_not_found(http: httpx.AsyncClient, office: Office):
    one = [{"erp_product_id": MUG}]
    answers = [
        await http.get("/api/v1/stores/nenhuma/listings"),
        await link(http, "404", parts=one),
        await link(http, "9001", variation_id="nope", parts=one),
        await http.put(f"{HERE}/404/publication-date", json={"published_at": None}),
    ]

    assert {answer.status_code for answer in answers} == {404}
