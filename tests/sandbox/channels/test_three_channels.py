"""What holds for every channel of the sandbox, whatever its documents look like."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox.channels.app import CHANNELS
from sandbox.channels.channel import Store
from sandbox.channels.generator import Fault, Method
from tests.support.shop import opened

DOMAINS = {"shopify": "loja.myshopify.com", "nuvemshop": 4512887, "mercadolivre": 779432305}


def stores() -> list[Store]:
    """One store of each channel, as a seed gives them; the numbers come as numbers."""
    return [
        Store.model_validate(
            {
                "id": f"loja-{channel}",
                "channel": channel,
                "shop_domain": domain,
                "access_token": f"token-of-{channel}",
                "refresh_token": "",
                "webhook_secret": "secret",
                "webhook_url": "",
            }
        )
        for channel, domain in DOMAINS.items()
    ]


@pytest.fixture
async def channels(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with opened(tmp_path, *stores()) as client:
        yield client


async def post(channels: httpx.AsyncClient, store: str, path: str, **body: Any) -> httpx.Response:
    return await channels.post(f"/_control/stores/loja-{store}/{path}", json=body)


def test_the_table_of_domains_is_complete():
    assert DOMAINS.keys() == CHANNELS.keys()


@pytest.mark.parametrize("channel", DOMAINS)
async def test_every_sale_can_be_bought_paid_cancelled_and_seen(channels, channel):
    for method in Method:
        order = (await post(channels, channel, "orders", method=method, pay=False)).json()
        paid = await post(channels, channel, f"orders/{order['id']}/pay")
        off = await post(channels, channel, f"orders/{order['id']}/cancel", reason="customer")
        again = await post(channels, channel, f"orders/{order['id']}/cancel")

        assert paid.json()["financial_status"] == "paid"
        assert off.json()["cancelled_at"]
        assert again.status_code == 409
    listed = await channels.get(f"/_control/stores/loja-{channel}/orders")
    assert [one["state"] for one in listed.json()["orders"]] == ["cancelled"] * len(Method)
    unknown = await post(channels, channel, "orders/1/pay")
    assert unknown.status_code == 404


@pytest.mark.parametrize("channel", DOMAINS)
async def test_the_same_seed_is_the_same_buyer_everywhere(channels, channel):
    wanted = {"seed": "7", "pay": False}
    bodies = [(await post(channels, channel, "orders", **wanted)).json() for _ in range(2)]
    reference = (await post(channels, "shopify", "orders", **wanted)).json()

    assert bodies[0]["total"] == bodies[1]["total"]
    assert abs(float(bodies[0]["total"]) - float(reference["total"])) < 0.1


@pytest.mark.parametrize("channel", DOMAINS)
async def test_a_fault_is_made_or_refused_with_a_reason(channels, channel):
    for fault in Fault:
        answer = await post(channels, channel, "orders", fault=fault)
        if fault in CHANNELS[channel].lacking:
            assert answer.status_code == 409
            assert fault in answer.json()["error"]
        else:
            assert answer.json()["fault"] == fault


@pytest.mark.parametrize("channel", DOMAINS)
async def test_the_first_dozen_is_placed_at_any_channel(channels, channel):
    wanted = {"orders": 12, "store_id": f"loja-{channel}", "cancel_after": 3600}
    placed = (await channels.post("/_control/demo", json=wanted)).json()["orders"]

    assert len(placed) == 12
    assert sum(order["fault"] is not None for order in placed) == 3


async def test_the_demo_goes_to_the_store_that_came_first(channels):
    answer = await channels.post("/_control/demo", json={"orders": 1})

    assert answer.json()["store_id"] == "loja-shopify"


async def test_no_secret_is_shown(channels):
    shown = await channels.get("/_control/stores")

    assert "token-of" not in shown.text
    assert '"secret"' not in shown.text
