"""Setting up the demo through the panel's and the sandbox's own interfaces."""

import json

import httpx
import pytest

from embedded import demo
from embedded.errors import SetupError
from embedded.supervisor import demo_orders

STORE = {
    "id": "demo-shopify",
    "channel": "shopify",
    "shop_domain": "demo-shopify.myshopify.com",
    "access_token": "shpat_1",
    "webhook_secret": "hush",
    "webhook_url": "http://capture/webhooks/shopify/demo-shopify",
}
CARD = {
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


def test_the_store_is_connected_with_the_panels_token_and_the_erps_own_numbers():
    places = [
        {"codigo_local_estoque": 1, "padrao": "N"},
        {"codigo_local_estoque": 2, "padrao": "S"},
    ]
    client, seen = answering(
        httpx.Response(200, json={"nCodCC": 4711}),
        httpx.Response(200, json={"locaisEncontrados": places}),
        httpx.Response(201),
    )

    demo.connect_store(client, CARD, STORE)

    put = seen[-1]
    assert (put.method, put.url.path) == ("PUT", "/api/v1/stores/demo-shopify")
    assert put.headers["Authorization"] == "Bearer est_1"
    body = json.loads(put.read())
    assert body["erp"] == CARD["erp"]
    assert body["settings"]["bank_account_code"] == 4711
    assert body["settings"]["stock_location_code"] == 2


@pytest.mark.parametrize(("status", "known"), [(404, False), (200, True)])
def test_a_store_that_the_panel_knows_keeps_its_settings(status, known):
    client, _ = answering(*said(status))

    assert demo.is_connected(client, CARD, STORE) is known


def test_nothing_is_sold_before_capture_knows_the_store():
    client, seen = answering(*said(404, 404, 401))

    demo.wait_until_captured(client, STORE)

    assert len(seen) == 3


def test_the_sandbox_is_asked_for_so_many_orders():
    client, seen = answering(*said(202))

    demo.place_orders(client, CARD, 7)

    [request] = seen
    assert request.url.path == "/_control/demo"
    assert request.read() == b'{"orders":7}'


@pytest.mark.parametrize(("text", "orders"), [("", 12), ("0", 0), ("40", 40)])
def test_the_number_of_orders_comes_from_the_environment(text, orders):
    assert demo_orders({"ESTEIRA_DEMO_ORDERS": text}) == orders


def test_what_is_no_number_of_orders_is_refused():
    with pytest.raises(SetupError, match="ESTEIRA_DEMO_ORDERS"):
        demo_orders({"ESTEIRA_DEMO_ORDERS": "many"})
