"""The one address an app has for all its shops: whose webhook it is, the request says itself."""

import json

import pytest

from capture.appender import NotStored
from contracts.topics import INBOX
from contracts.wire import Outgoing
from tests.support import nuvemshop
from tests.support.builders import STORE
from tests.support.capture import Capture, a_nuvemshop, a_shop
from tests.support.shopify import a_payload, signed

BODY = json.dumps({"shop_domain": "demo-shopify.myshopify.com"}).encode()


def stored(capture: Capture) -> list[str]:
    return [record.headers["store_id"].decode() for record in capture.log.topics[INBOX]]


async def test_shopify_names_the_shop_in_a_header():
    capture = Capture(a_shop(), a_shop(store_id="other", domain="other.myshopify.com"))
    headers = signed(BODY, "shop/redact", X_Shopify_Shop_Domain="ignored")
    headers["X-Shopify-Shop-Domain"] = "Other.MyShopify.com"

    assert await capture.post("/webhooks/shopify", BODY, headers) == 200
    assert stored(capture) == ["other"]


async def test_nuvemshop_names_the_shop_in_the_body():
    capture = Capture(a_shop(), a_nuvemshop(store_id="nuvem"))
    body = json.dumps({"store_id": int(nuvemshop.STORE_NUMBER)}).encode()

    assert await capture.post("/webhooks/nuvemshop", body, nuvemshop.signed(body)) == 200
    assert stored(capture) == ["nuvem"]


async def test_what_comes_there_is_worked_off_like_any_other():
    capture = Capture()
    body = json.dumps(a_payload()).encode()

    assert await capture.post("/webhooks/shopify", body, signed(body, "orders/paid")) == 200
    await capture.drain()

    assert [event.order_id for event in capture.captured] == [f"{STORE}:1001"]


async def test_a_shop_that_nobody_connected_is_not_found_and_the_answer_says_what_to_do():
    capture = Capture()
    headers = signed(BODY, "shop/redact") | {"X-Shopify-Shop-Domain": "gone.myshopify.com"}

    async with capture.http() as http:
        answer = await http.post("/webhooks/shopify", content=BODY, headers=headers)

    assert answer.status_code == 404
    assert answer.json()["error"] == "unknown_shop"
    assert "Connect the shop" in answer.json()["do"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"store_id": null}', b'{"store_id": "x"}'])
async def test_a_request_that_names_no_shop_is_told_so(body: bytes):
    capture = Capture(a_nuvemshop(), a_nuvemshop(store_id="nameless", domain=""))

    async with capture.http() as http:
        headers = nuvemshop.signed(body)
        answer = await http.post("/webhooks/nuvemshop", content=body, headers=headers)

    assert (answer.status_code, answer.json()["error"]) == (400, "no_shop_named")
    assert not capture.log.topics


async def test_the_signature_must_be_by_a_secret_of_the_shop_that_is_named():
    capture = Capture(a_shop("its own"), a_shop("another", store_id="b", domain="b.myshopify.com"))

    for secret, status in (("another", 401), ("its own", 200)):
        headers = signed(BODY, "shop/redact", secret)
        assert await capture.post("/webhooks/shopify", BODY, headers) == status
    assert stored(capture) == [STORE]


async def test_a_shop_that_is_connected_twice_is_told_twice():
    capture = Capture(a_shop(), a_shop(store_id="again"))

    assert await capture.post("/webhooks/shopify", BODY, signed(BODY, "shop/redact")) == 200
    assert stored(capture) == [STORE, "again"]


async def test_a_store_that_left_hears_of_what_is_still_due_and_of_nothing_else():
    capture = Capture(a_nuvemshop(active=False))
    for body, status in (
        (b'{"store_id": 817495}', 200),
        (nuvemshop.a_webhook("app/uninstalled"), 200),
        (nuvemshop.a_webhook("order/paid"), 410),
    ):
        assert await capture.post("/webhooks/nuvemshop", body, nuvemshop.signed(body)) == status


async def test_a_store_that_moved_is_found_at_its_new_address_only():
    capture = Capture(a_nuvemshop())
    capture.stores.put(a_nuvemshop(domain="99"))

    for store, status in ((nuvemshop.STORE_NUMBER, 404), ("99", 200)):
        body = nuvemshop.a_webhook("order/paid", store=store)
        assert await capture.post("/webhooks/nuvemshop", body, nuvemshop.signed(body)) == status


async def test_when_the_broker_is_silent_for_one_of_the_stores_all_is_sent_again():
    capture = Capture(a_shop(), a_shop(store_id="again"))
    append, appended = capture.door.append, []

    async def only_the_first(record: Outgoing) -> None:
        if appended:
            raise NotStored
        appended.append(record)
        await append(record)

    capture.door.append = only_the_first

    assert await capture.post("/webhooks/shopify", BODY, signed(BODY, "shop/redact")) == 503


@pytest.mark.parametrize("path", ["/webhooks/", "/webhooks/nosuch", "/webhooks/shopify/", "/x"])
async def test_other_addresses_are_not_found(path: str):
    assert await Capture().post(path, BODY, signed(BODY, "shop/redact")) == 404
