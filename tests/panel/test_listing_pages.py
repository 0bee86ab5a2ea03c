"""Anúncios: the report, the search, links and publication dates, as people and forms have them."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from contracts.listings import ListingLinked, ListingState, ListingsWanted, PublicationDateSet
from panel.access import Role
from panel.people import Grant
from tests.support.builders import STORE, a_store
from tests.support.listings import a_date, a_link, a_listing, a_variation
from tests.support.panel import Office, fields_of
from tests.support.panel_listings import a_row

HERE = f"/lojas/{STORE}/anuncios"
MUG, SHIRT, SPOON = 7711002233, 7711002240, 7711002244
ROWS = [
    a_row(MUG, "CAN-350-AZ", "Caneca 350 ml azul", ean="7891000100103"),
    a_row(SHIRT, "CAM-M-PT", "Camiseta preta M"),
    a_row(SPOON, "COL-1", "Colher"),
    a_row(7711002241, "VELHA", "Caneca antiga", inativo="S"),
]


@pytest.fixture
def office(office: Office) -> Office:
    """A store with three listings, on an ERP with four products."""
    secret = office.vault.seal("s3cret", f"{STORE}:erp_app_secret")
    office.topics.table.put(a_store(erp_app_key="4107733109921", erp_app_secret=secret))
    office.erp.answers["ListarProdutos"] = {
        "pagina": 1, "total_de_paginas": 1, "produto_servico_cadastro": ROWS,
    }  # fmt: skip
    office.listings.put(
        a_listing("9001", title="Caneca azul"),
        a_listing("9002", title="Kit presente", variations=(a_variation("k-1", sku=None),)),
        a_listing("9003", title="Livro", state=ListingState.REMOVED),
    )
    return office


def said(answer: httpx.Response) -> str:
    """The page's words, as somebody reads them."""
    text = re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", answer.text, flags=re.DOTALL)
    return " ".join(text.split())


async def press(
    browser: httpx.AsyncClient, address: str, page: httpx.Response, **typed: Any
) -> httpx.Response:
    """Send the page's form with these fields changed."""
    return await browser.post(address, data=fields_of(page) | typed)


async def test_the_report_says_before_going_live_what_would_stop(
    browser: httpx.AsyncClient, office: Office
):
    page = await browser.get(HERE)

    assert "1 de 2 variações" in said(page)
    assert "Casado pelo SKU" in said(page)
    assert "Sem SKU" in said(page)
    assert "Livro" not in page.text


async def test_a_filter_shows_the_variations_that_stand_so(
    browser: httpx.AsyncClient, office: Office
):
    page = await browser.get(HERE, params={"situacao": "sem-sku"})

    assert "Kit presente" in page.text
    assert "Caneca azul" not in said(page)


@pytest.mark.parametrize("text", ["can-350", "caneca", "9001"])
async def test_listings_are_found_by_title_sku_and_number(
    browser: httpx.AsyncClient, office: Office, text: str
):
    page = await browser.get(HERE, params={"q": text})

    assert "Caneca azul" in page.text
    assert "Kit presente" not in said(page)


async def test_what_the_channel_removed_is_shown_on_request(
    browser: httpx.AsyncClient, office: Office
):
    page = await browser.get(HERE, params={"encerrados": "sim"})

    assert "Excluído no canal" in said(page)


async def test_many_listings_come_in_pages(browser: httpx.AsyncClient, office: Office):
    office.listings.put(*(a_listing(str(n), title=f"Item {n:03}") for n in range(100, 170)))

    second = await browser.get(HERE, params={"pagina": "2", "q": "item"})

    assert "Página 2 de 2" in said(second)
    assert "Item 150" in second.text
    assert "Item 149" not in second.text
    assert (await browser.get(HERE, params={"pagina": "-9"})).status_code == 200


async def test_an_erp_that_was_never_read_makes_no_listing_look_wrong(
    browser: httpx.AsyncClient, office: Office
):
    office.erp.away = True

    page = await browser.get(HERE)

    assert "ainda não puderam ser lidos" in said(page)
    assert "SKU desconhecido" not in said(page)


async def test_a_product_is_searched_chosen_and_linked(browser: httpx.AsyncClient, office: Office):
    at = f"{HERE}/9002/vinculo"
    page = await browser.get(at, params={"variacao": "k-1"})
    found = await press(browser, at, page, q="camiseta", fazer="buscar")
    assert "Camiseta preta M" in found.text
    chosen = await press(browser, at, found, fazer=f"acrescentar:{SHIRT}")
    assert office.topics.messages(ListingLinked) == []

    saved = await press(browser, at, chosen, fazer="salvar")

    assert saved.status_code == 303
    [link] = office.topics.messages(ListingLinked)
    assert isinstance(link, ListingLinked)
    assert [(p.erp_product_id, p.quantity, p.share) for p in link.parts] == [(SHIRT, 1, 100)]
    assert (link.listing_id, link.variation_id, link.chosen_by) == ("9002", "k-1", "ana")
    after = await browser.get(saved.headers["location"])
    assert "Vínculo salvo" in said(after)
    assert "Camiseta preta M" in said(after)
    assert office.audit.entries[-1].what == "anuncio_vinculado"


async def test_a_suggestion_links_nothing_by_itself(browser: httpx.AsyncClient, office: Office):
    same = a_variation("v-9", sku=None, ean="7891000100103")
    office.listings.put(a_listing("9009", title="Xícara", variations=(same,)))

    page = await browser.get(f"{HERE}/9009/vinculo", params={"variacao": "v-9"})

    assert "Caneca 350 ml azul" in page.text
    assert "Nada é vinculado sem você escolher" in said(page)
    assert office.topics.messages(ListingLinked) == []
    assert "Sem SKU" in said(await browser.get(f"{HERE}/9009"))


async def test_a_kit_is_composed_part_by_part_and_must_close(
    browser: httpx.AsyncClient, office: Office
):
    at = f"{HERE}/9002/vinculo"
    page = await browser.get(at, params={"variacao": "k-1"})
    page = await press(browser, at, page, fazer=f"acrescentar:{MUG}")
    page = await press(browser, at, page, fazer=f"acrescentar:{SPOON}")
    wrong = await press(browser, at, page, fazer="salvar", **{"parte-1": "70"})
    assert wrong.status_code == 422
    assert "somam 120%" in said(wrong)

    right = {"parte-1": "70", "parte-2": "30", "quantidade-2": "4"}
    saved = await press(browser, at, wrong, fazer="salvar", **right)

    assert saved.status_code == 303
    link = office.topics.links.get(f"link:{STORE}:9002:k-1")
    assert link is not None
    assert [(p.erp_product_id, p.quantity, p.share) for p in link.parts] == [
        (MUG, 1, 70),
        (SPOON, 4, 30),
    ]


async def test_a_link_is_taken_back_and_the_sku_speaks_again(
    browser: httpx.AsyncClient, office: Office
):
    office.topics.links.put(a_link())
    at = f"{HERE}/9001/vinculo"
    page = await browser.get(at, params={"variacao": "v-1"})
    page = await press(browser, at, page, fazer=f"acrescentar:{SHIRT}")
    await press(browser, at, page, fazer="salvar")
    page = await browser.get(at, params={"variacao": "v-1"})

    await press(browser, at, page, fazer="desfazer")

    link = office.topics.links.get(f"link:{STORE}:9001:v-1")
    assert link is not None
    assert (link.parts, link.version) == ((), 3)
    assert "Casado pelo SKU" in said(await browser.get(f"{HERE}/9001"))


async def test_of_two_people_who_link_the_same_the_second_is_told(
    browser: httpx.AsyncClient, office: Office
):
    at = f"{HERE}/9002/vinculo"
    page = await browser.get(at, params={"variacao": "k-1"})
    page = await press(browser, at, page, fazer=f"acrescentar:{MUG}")
    office.topics.links.put(a_link(listing_id="9002", variation_id="k-1"))

    answer = await press(browser, at, page, fazer="salvar")

    assert answer.status_code == 409
    assert "Outra pessoa mudou" in said(answer)
    again = await press(browser, at, answer, fazer="salvar")
    assert again.status_code == 303


async def test_a_publication_date_to_come_says_what_it_keeps_out(
    browser: httpx.AsyncClient,
):
    told = {}
    for day in ("2026-11-20", "2026-11-21"):
        page = await browser.get(f"{HERE}/9001")
        await press(browser, f"{HERE}/9001/data", page, data=day, fazer="salvar")
        told[day] = "nenhum pedido novo" in said(await browser.get(f"{HERE}/9001"))

    assert told == {"2026-11-20": False, "2026-11-21": True}


async def test_a_publication_date_is_set_in_sao_paulo_and_given_back_to_the_channel(
    browser: httpx.AsyncClient, office: Office
):
    page = await browser.get(f"{HERE}/9001")
    assert "05/01/2026" in said(page)

    saved = await press(browser, f"{HERE}/9001/data", page, data="2025-11-01", fazer="salvar")

    [date] = office.topics.messages(PublicationDateSet)
    assert isinstance(date, PublicationDateSet)
    assert date.published_at == datetime(2025, 11, 1, 3, tzinfo=UTC)
    page = await browser.get(saved.headers["location"])
    assert "antes de 01/11/2025" in said(page)
    assert "no canal é 05/01/2026" in said(page)

    await press(browser, f"{HERE}/9001/data", page, fazer="canal")
    assert office.topics.dates.get(f"date:{STORE}:9001").published_at is None
    assert "antes de 05/01/2026" in said(await browser.get(f"{HERE}/9001"))


@pytest.mark.parametrize("typed", ["", "ontem", "0001-01-01", "2026-13-01"])
async def test_what_is_no_date_is_told(browser: httpx.AsyncClient, office: Office, typed: str):
    page = await browser.get(f"{HERE}/9001")

    answer = await press(browser, f"{HERE}/9001/data", page, data=typed, fazer="salvar")

    assert answer.status_code == 422
    assert "Informe uma data" in said(answer)
    assert office.topics.messages(PublicationDateSet) == []


async def test_of_two_dates_the_second_is_told(browser: httpx.AsyncClient, office: Office):
    page = await browser.get(f"{HERE}/9001")
    office.topics.dates.put(a_date(datetime(2026, 2, 1, tzinfo=UTC)))

    answer = await press(browser, f"{HERE}/9001/data", page, data="2025-11-01", fazer="salvar")

    assert answer.status_code == 409
    assert "Outra pessoa mudou" in said(answer)


async def test_a_broker_that_is_away_saves_nothing_and_says_so(
    browser: httpx.AsyncClient, office: Office
):
    page = await browser.get(f"{HERE}/9001")
    office.topics.away = True

    answer = await press(browser, f"{HERE}/9001/data", page, data="2025-11-01", fazer="salvar")

    assert answer.status_code == 503


async def test_a_reader_sees_listings_and_is_offered_nothing_to_change(
    visitor: httpx.AsyncClient, office: Office
):
    office.hire("leo", Grant(stores={STORE: Role.READER}))
    await visitor.post("/entrar", data={"usuario": "leo", "senha": "certa"})

    for address in (HERE, f"{HERE}/9001"):
        page = await visitor.get(address)
        assert "Caneca azul" in page.text
        assert "/vinculo" not in page.text
        assert "Salvar data" not in page.text


async def test_the_channel_is_read_when_a_person_wants_it(
    browser: httpx.AsyncClient, office: Office
):
    answer = await press(browser, f"{HERE}/ler-canal", await browser.get(HERE))

    [wish] = office.topics.messages(ListingsWanted)
    assert isinstance(wish, ListingsWanted)
    assert (wish.store_id, wish.wanted_by) == (STORE, "ana")
    assert "está sendo lido" in said(await browser.get(answer.headers["location"]))


async def test_an_unknown_listing_or_variation_is_not_found(
    browser: httpx.AsyncClient, office: Office
):
    for address in (f"{HERE}/404", f"{HERE}/9001/vinculo?variacao=nope"):
        assert (await browser.get(address)).status_code == 404


async def test_the_erps_products_are_read_again_only_after_its_minute(
    browser: httpx.AsyncClient, office: Office
):
    page = await browser.get(HERE)
    asked = office.erp.asked.count("ListarProdutos")
    await press(browser, f"{HERE}/ler-erp", page)
    assert office.erp.asked.count("ListarProdutos") == asked

    office.clock.now += timedelta(minutes=2)
    office.erp.answers["ListarProdutos"]["produto_servico_cadastro"] = [a_row(1, "NOVO")]
    await press(browser, f"{HERE}/ler-erp", page)

    assert "SKU desconhecido" in said(await browser.get(HERE))
