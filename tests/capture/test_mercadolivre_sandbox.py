"""Capture and the sandbox's Mercado Livre: sales of every kind, and tokens that end in time."""

from pathlib import Path
from typing import Any

import httpx

from contracts.order import OrderStatus
from sandbox.channels.channel import Store
from tests.support.builders import STORE
from tests.support.capture import Capture, a_seller
from tests.support.mercadolivre import ACCESS, APP, APP_SECRET, REFRESH, SELLER, notification
from tests.support.shop import opened, placed

AT_SANDBOX = Store(
    id="loja",
    channel="mercadolivre",
    shop_domain=SELLER,
    access_token=ACCESS,
    refresh_token=REFRESH,
    webhook_secret=APP_SECRET,
    client_id=APP,
)
TWO = [{"quantity": 2}, {"quantity": 1}]


class Outside:
    """The sandbox in the place of the platform's API; `refreshed` counts the tokens asked for."""

    def __init__(self, sandbox: httpx.AsyncClient) -> None:
        self._sandbox = sandbox
        self.refreshed: list[int] = []

    async def answer(self, request: httpx.Request) -> httpx.Response:
        headers = {k: v for k, v in request.headers.items() if k != "host"}
        answer = await self._sandbox.request(
            request.method,
            f"/mercadolivre{request.url.path}",
            content=request.content,
            headers=headers,
        )
        if request.url.path == "/oauth/token":
            self.refreshed.append(answer.status_code)
        return httpx.Response(answer.status_code, content=answer.content, headers=answer.headers)


def a_capture(sandbox: httpx.AsyncClient) -> tuple[Capture, Outside]:
    capture, outside = Capture(a_seller()), Outside(sandbox)
    capture.mercadolivre = outside  # type: ignore[assignment]
    return capture, outside


async def purchase(sandbox: httpx.AsyncClient, **how: Any) -> dict[str, Any]:
    """A sale of the sandbox, with its orders."""
    sold = await placed(sandbox, **how)
    record = (await sandbox.get(f"/_control/stores/loja/orders/{sold['id']}")).json()
    return sold | {"orders": [order["id"] for order in record["orders"]]}


async def act(sandbox: httpx.AsyncClient, sold: dict[str, Any], verb: str, **how: Any) -> None:
    answer = await sandbox.post(f"/_control/stores/loja/orders/{sold['id']}/{verb}", json=how)
    assert answer.status_code == 200, answer.text


def news(sold: dict[str, Any]) -> list[bytes]:
    return [notification(f"/orders/{order}") for order in sold["orders"]]


async def test_tokens_are_renewed_as_they_end_every_six_hours(tmp_path: Path):
    async with opened(tmp_path, AT_SANDBOX) as sandbox:
        capture, outside = a_capture(sandbox)

        for day_part in range(4):
            sold = await purchase(sandbox, order_items=TWO)
            [event] = await capture.notified(*news(sold))
            assert event.order_id == f"{STORE}:{sold['id']}"
            assert outside.refreshed == [200] * day_part, "once each time, and never in vain"
            await sandbox.post("/_control/clock", json={"advance_s": 6 * 3600})
            capture.clock.advance(hours=6)

    assert capture.dead == []


async def test_a_seller_who_takes_the_app_away_is_noticed_once_and_not_pressed(tmp_path: Path):
    async with opened(tmp_path, AT_SANDBOX) as sandbox:
        capture, outside = a_capture(sandbox)
        sold = await purchase(sandbox)
        await sandbox.delete("/_control/stores/loja/grants")

        for _ in range(3):
            assert await capture.notified(*news(sold)) == []

        assert outside.refreshed == [400]
        assert capture.tally.counts["channel_token_refused"] == 3 * len(sold["orders"])


async def test_every_kind_of_sale_adds_up_to_what_the_platform_says(tmp_path: Path):
    async with opened(tmp_path, AT_SANDBOX) as sandbox:
        capture, _ = a_capture(sandbox)
        for seed in range(20):
            sold = await purchase(sandbox, seed=seed)

            [event] = await capture.notified(*news(sold))

            order, totals = event.order, event.order.totals
            assert str(totals.total) == sold["total"]
            assert totals.items - totals.discount + totals.shipping + totals.other == totals.total
            assert sum(payment.amount for payment in order.payments) == totals.total
            assert order.shipping_address is not None
            assert order.shipping_address.complete
            assert order.billing_address is not None
            assert order.buyer.document


async def test_a_split_pack_s_halves_make_up_the_whole(tmp_path: Path):
    async with opened(tmp_path, AT_SANDBOX) as sandbox:
        capture, _ = a_capture(sandbox)
        sold = await purchase(sandbox, order_items=TWO)
        [whole] = await capture.notified(*news(sold))
        await act(sandbox, sold, "split")
        record = (await sandbox.get(f"/_control/stores/loja/orders/{sold['id']}")).json()

        told = await capture.notified(
            *(notification(f"/orders/{order['id']}") for order in record["orders"])
        )

    ended, *halves = sorted(told, key=lambda event: event.order_id != whole.order_id)
    assert (ended.order.status, ended.order.cancel_reason) == (
        OrderStatus.CANCELLED, "pack_splitted",
    )  # fmt: skip
    assert [half.order.status for half in halves] == [OrderStatus.PAID] * 2
    assert [half.order.replaces for half in halves] == [whole.order_id] * 2
    assert ended.order.replaces is None
    assert sum(half.order.totals.total for half in halves) == whole.order.totals.total


async def test_what_happens_to_a_sale_ends_in_the_right_state(tmp_path: Path):
    cancelled, paid = OrderStatus.CANCELLED, OrderStatus.PAID
    fates: list[tuple[str, dict[str, Any], OrderStatus]] = [
        ("cancel", {}, cancelled),
        ("cancel", {"reason": "seller"}, cancelled),
        ("cancel", {"refund": False}, cancelled),
        ("cancel", {"refund": "account_money"}, cancelled),
        ("fraud", {}, cancelled),
        ("refund", {}, cancelled),
        ("refund", {"amount": "1.00"}, paid),
        ("ship", {}, paid),
    ]
    async with opened(tmp_path, AT_SANDBOX) as sandbox:
        for verb, how, status in fates:
            capture, _ = a_capture(sandbox)
            sold = await purchase(sandbox, order_items=TWO)
            await capture.notified(*news(sold))

            await act(sandbox, sold, verb, **how)
            await capture.notified(*news(sold))

            last = capture.captured[-1].order
            assert last.status is status, (verb, how)
            assert len(last.items) == 2
