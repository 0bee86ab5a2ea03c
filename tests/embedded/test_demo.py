"""Setting up the demo through the panel's and the sandbox's own interfaces."""

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
    "channels_url": "http://channels",
    "erp": {"app_key": "1", "app_secret": "2"},
    "stores": [STORE],
}


def answering(*statuses: int) -> tuple[httpx.Client, list[httpx.Request]]:
    seen: list[httpx.Request] = []
    left = iter(statuses)

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(next(left))

    return httpx.Client(transport=httpx.MockTransport(answer)), seen


def test_the_store_is_connected_with_the_panels_token():
    client, seen = answering(202)

    demo.connect_store(client, CARD, STORE)

    [request] = seen
    assert (request.method, request.url.path) == ("PUT", "/api/v1/stores/demo-shopify")
    assert request.headers["Authorization"] == "Bearer est_1"


def test_nothing_is_sold_before_capture_knows_the_store():
    client, seen = answering(404, 404, 401)

    demo.wait_until_captured(client, STORE)

    assert len(seen) == 3


def test_the_sandbox_is_asked_for_so_many_orders():
    client, seen = answering(202)

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
