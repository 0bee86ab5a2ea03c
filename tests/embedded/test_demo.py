"""Setting up the demo through the panel's and the sandbox's own interfaces."""

import json

import httpx
import pytest

from embedded import demo
from embedded.errors import SetupError
from embedded.supervisor import demo_orders

STORE = {
    "id": "demo-shopify",
    "name": "Loja demonstração",
    "channel": "shopify",
    "shop_domain": "demo-shopify.myshopify.com",
    "access_token": "shpat_1",
    "webhook_secret": "hush",
    "webhook_url": "http://capture/webhooks/shopify/demo-shopify",
}
MERCADO_LIVRE = {
    "id": "demo-mercadolivre",
    "name": "Loja demonstração",
    "channel": "mercadolivre",
    "shop_domain": "428991637",
    "access_token": "APP_USR-1",
    "refresh_token": "TG-1",
    "client_id": "731",
    "webhook_secret": "hush",
    "webhook_url": "http://capture/webhooks/mercadolivre",
}
CARD = {
    "capture_url": "http://capture",
    "panel_url": "http://panel",
    "panel": {"token": "est_1"},
    "erp_url": "http://erp",
    "channels_url": "http://channels",
    "erp": {"app_key": "1", "app_secret": "2"},
    "stores": [STORE],
}


def answering(*answers: httpx.Response) -> tuple[httpx.Client, list[httpx.Request]]:
    """A client that gets these answers in turn, and what it asked."""
    seen: list[httpx.Request] = []
    left = iter(answers)

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return next(left)

    return httpx.Client(transport=httpx.MockTransport(answer)), seen


def said(*statuses: int) -> list[httpx.Response]:
    return [httpx.Response(status) for status in statuses]


def test_stores_are_connected_with_the_panels_token_and_the_erps_own_numbers_asked_once():
    places = [
        {"codigo_local_estoque": 1, "padrao": "N"},
        {"codigo_local_estoque": 2, "padrao": "S"},
    ]
    client, seen = answering(
        httpx.Response(200, json={"nCodCC": 4711}),
        httpx.Response(200, json={"locaisEncontrados": places}),
        *said(201, 201),
    )

    demo.connect_stores(client, CARD, [STORE, MERCADO_LIVRE])

    put, other = seen[2:]
    assert other.url.path == "/api/v1/stores/demo-mercadolivre"
    assert (put.method, put.url.path) == ("PUT", "/api/v1/stores/demo-shopify")
    assert put.headers["Authorization"] == "Bearer est_1"
    body = json.loads(put.read())
    assert body["erp"] == CARD["erp"]
    assert body["settings"]["bank_account_code"] == 4711
    assert body["settings"]["stock_location_code"] == 2


def test_a_store_whose_tokens_end_is_connected_with_what_renews_them():
    told = demo.settings(CARD, MERCADO_LIVRE, bank_account=1, stock_location=2)

    assert (told["channel"], told["domain"]) == ("mercadolivre", "428991637")
    assert told["channel_refresh_token"] == "TG-1"
    assert (told["channel_client_id"], told["channel_client_secret"]) == ("731", "hush")
    assert "channel_refresh_token" not in demo.settings(CARD, STORE, 1, 2)


def test_the_erp_is_not_asked_when_every_store_is_connected():
    client, seen = answering()

    demo.connect_stores(client, CARD, [])

    assert seen == []


@pytest.mark.parametrize(("status", "known"), [(404, False), (200, True)])
def test_a_store_that_the_panel_knows_keeps_its_settings(status, known):
    client, _ = answering(*said(status))

    assert demo.is_connected(client, CARD, STORE) is known


def test_nothing_is_sold_before_capture_knows_the_store():
    client, seen = answering(*said(404, 404, 401))

    demo.wait_until_captured(client, CARD, MERCADO_LIVRE)

    assert [r.url.path for r in seen] == ["/webhooks/mercadolivre/demo-mercadolivre"] * 3


def test_the_sandbox_is_asked_for_so_many_orders():
    client, seen = answering(*said(202))

    demo.place_orders(client, CARD, STORE, 7)

    [request] = seen
    assert request.url.path == "/_control/demo"
    assert json.loads(request.read()) == {"orders": 7, "store_id": "demo-shopify"}


@pytest.mark.parametrize(("text", "orders"), [("", 12), ("0", 0), ("40", 40)])
def test_the_number_of_orders_comes_from_the_environment(text, orders):
    assert demo_orders({"ESTEIRA_DEMO_ORDERS": text}) == orders


def test_what_is_no_number_of_orders_is_refused():
    with pytest.raises(SetupError, match="ESTEIRA_DEMO_ORDERS"):
        demo_orders({"ESTEIRA_DEMO_ORDERS": "many"})
