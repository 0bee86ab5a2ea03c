"""The channels' pages: a buyer buys, pays, gives back; a merchant cancels; webhooks are resent."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from sandbox.channels.channel import Store
from tests.support.shop import Hub, opened
from tests.support.waiting import eventually

SHOPS = {"shopify": "loja.myshopify.com", "nuvemshop": "1234", "mercadolivre": "998877"}


@pytest.fixture
async def hub() -> AsyncIterator[Hub]:
    hub = Hub()
    app = web.Application()
    app.router.add_post("/hub", hub.take)
    server = TestServer(app)
    await server.start_server()
    hub.url = str(server.make_url("/hub"))
    yield hub
    await server.close()


@pytest.fixture
async def shops(tmp_path: Path, hub: Hub) -> AsyncIterator[httpx.AsyncClient]:
    stores = [
        Store(
            id=channel,
            channel=channel,
            shop_domain=domain,
            access_token=f"token-{channel}",
            webhook_secret="s",
            webhook_url=hub.url,
        )
        for channel, domain in SHOPS.items()
    ]
    async with opened(tmp_path, *stores) as client:
        yield client


async def page(shops, path="/"):
    answer = await shops.get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


async def bought(shops, channel, **form):
    """The path of the newest order after a purchase from the page."""
    await shops.post(f"/lojas/{channel}/compras", data=form)
    sold = (await shops.get(f"/_control/stores/{channel}/orders")).json()["orders"]
    return f"/lojas/{channel}/pedidos/{sold[-1]['id']}"


async def record(shops, path):
    channel, _, number = path.removeprefix("/lojas/").split("/")
    return (await shops.get(f"/_control/stores/{channel}/orders/{number}")).json()


async def act(shops, path, name, **form):
    sent = await shops.post(f"{path}/atos", data={"act": name, **form})
    assert sent.status_code == 303, sent.text
    return await page(shops, sent.headers["location"])


def lines_of(record):
    order = record.get("order", {})
    return order.get("line_items") or order.get("products") or record["orders"]


async def several_lines(shops, channel, **form):
    """An order with more than one line."""
    for _ in range(40):
        path = await bought(shops, channel, **form)
        if len(lines_of(await record(shops, path))) > 1:
            return path
    raise AssertionError("nobody bought two things")


@pytest.mark.parametrize("channel", SHOPS)
async def test_a_purchase_is_placed_and_paid_later(shops, channel):
    path = await bought(shops, channel, method="pix")
    assert "aguardando pagamento" in await page(shops, path)

    assert "Pagamento confirmado" in await act(shops, path, "pay")
    assert 'title="paid"' in await page(shops, path)
    assert "O canal recusou" in await act(shops, path, "pay")


@pytest.mark.parametrize("channel", SHOPS)
async def test_a_whole_order_is_cancelled(shops, channel):
    path = await bought(shops, channel, pay="1")

    assert "Pedido cancelado" in await act(shops, path, "cancel", reason="customer", refund="1")
    sold = (await shops.get(f"/_control/stores/{channel}/orders")).json()["orders"][-1]
    assert sold["cancelled_at"] or sold["financial_status"] == "cancelled"


@pytest.mark.parametrize("channel", SHOPS)
async def test_one_item_is_cancelled_and_the_others_stay(shops, channel):
    path = await several_lines(shops, channel, pay="1")
    before = (await page(shops, path)).count("Cancelar item")
    first = lines_of(await record(shops, path))[0]["id"]

    assert "Item cancelado" in await act(shops, path, "line", line=first)
    assert (await page(shops, path)).count("Cancelar item") == before - 1
    assert "O canal recusou" in await act(shops, path, "line", line=first)


@pytest.mark.parametrize("channel", SHOPS)
async def test_a_part_of_the_money_goes_back(shops, channel):
    path = await bought(shops, channel, pay="1")

    assert "partially_refunded" not in str(await record(shops, path))
    assert "Reembolso feito" in await act(shops, path, "refund", amount="1,50")
    assert "partially_refunded" in str(await record(shops, path))
    assert "O canal recusou" in await act(shops, path, "refund", amount="999999")
    assert "confira" in await act(shops, path, "refund", amount="muito")


@pytest.mark.parametrize(
    ("channel", "words"),
    [("shopify", "fulfilled"), ("nuvemshop", "shipped"), ("mercadolivre", "shipped")],
)
async def test_the_goods_of_an_order_leave(shops, channel, words):
    path = await bought(shops, channel, pay="1")
    assert f"'{words}'" not in str(await record(shops, path))

    assert "Pedido despachado" in await act(shops, path, "send")
    assert f"'{words}'" in str(await record(shops, path))


@pytest.mark.parametrize(
    ("channel", "topic"),
    [("shopify", "orders/paid"), ("nuvemshop", "order/paid"), ("mercadolivre", "orders_v2")],
)
async def test_a_webhook_is_sent_again(shops, hub, channel, topic):
    path = await bought(shops, channel)
    await act(shops, path, "notify", topic=topic)
    told = (await shops.get("/_control/deliveries", params={"store_id": channel})).json()

    assert told["deliveries"][0]["topic"] == topic
    await hub.got(1)


async def test_a_faulty_order_and_several_at_once(shops):
    sent = await shops.post("/lojas/shopify/compras", data={"pay": "1", "count": "3"})
    assert "Comprado: #1001, #1002, #1003" in await page(shops, sent.headers["location"])

    await shops.post("/lojas/shopify/compras", data={"fault": "unknown_sku", "pay": "1"})
    assert "SKU que o ERP não conhece" in await page(shops, "/lojas/shopify")
    refused = await shops.post("/lojas/nuvemshop/compras", data={"fault": "test_order"})
    assert "O canal recusou" in await page(shops, refused.headers["location"])
    wrong = await shops.post("/lojas/shopify/compras", data={"instalments": "999"})
    assert "confira o que foi informado" in await page(shops, wrong.headers["location"])


async def test_the_stores_are_listed_and_waiting_retries_are_hurried(shops, hub):
    hub.status = 500
    await bought(shops, "shopify", pay="1")

    async def all_failed_once():
        told = (await shops.get("/_control/deliveries")).json()["deliveries"]
        return {len(one["attempts"]) for one in told} == {1}

    await eventually(all_failed_once)
    home = await page(shops)
    assert all(f'href="/lojas/{channel}"' in home for channel in SHOPS)

    hub.status = 200
    sent = await shops.post("/reenvios")
    assert "Reenviando agora" in await page(shops, sent.headers["location"])

    async def all_arrived():
        counts = (await shops.get("/_control/deliveries")).json()["counts"]
        return counts["delivered"] > 0 and counts["pending"] == 0

    await eventually(all_arrived)


@pytest.mark.parametrize("path", ["/lojas/nenhuma", "/lojas/shopify/pedidos/5"])
async def test_what_is_not_there_says_so_in_a_page(shops, path):
    answer = await shops.get(path)

    assert answer.status_code == 404
    assert "não existe mais" in answer.text


async def test_no_other_site_may_send_the_forms(shops):
    foreign = {"sec-fetch-site": "cross-site"}
    for form in ("/reenvios", "/lojas/shopify/compras", "/lojas/shopify/pedidos/5/atos"):
        assert (await shops.post(form, headers=foreign)).status_code == 403
