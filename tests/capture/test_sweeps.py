"""Nothing is missed: what no webhook told is found by itself, once, and only what is wanted."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from chassis.leases import Lease
from chassis.store import Kept
from contracts.order import OrderStatus
from contracts.sweeps import StoreSwept
from tests.support import nuvemshop
from tests.support.at_sandbox import CHANNELS, at_sandbox
from tests.support.memory import MemoryDocuments
from tests.support.sweeping import Sweeping
from tests.support.waiting import eventually


async def test_after_26_hours_down_every_order_is_there_with_the_first_sweep(tmp_path: Path):
    async with at_sandbox(tmp_path) as there:
        sweeping = Sweeping(there.capture)
        before = [await there.sells(channel) for channel in CHANNELS]
        await sweeping.sweep()
        assert set(there.standings()) == set(before)

        during = []
        for _ in range(13):
            await there.passes(hours=2)
            during += [await there.sells(channel) for channel in CHANNELS for _ in range(3)]
        await there.acts(before[0], "cancel", reason="customer")
        await there.acts(before[1], "cancel", reason="customer")
        await there.acts(before[2], "cancel", reason="buyer")
        slept = sum(sweeping.slept)
        await sweeping.sweep()

        standings = there.standings()
        assert standings == dict.fromkeys(before, "cancelled") | dict.fromkeys(during, "paid")
        assert sum(sweeping.slept) - slept < 60
        assert there.capture.dead == []


@pytest.mark.parametrize("channel", CHANNELS)
async def test_what_is_known_is_not_asked_about_again(tmp_path: Path, channel: str):
    async with at_sandbox(tmp_path) as there:
        sweeping = Sweeping(there.capture)
        for _ in range(5):
            await there.sells(channel)
        await sweeping.sweep()
        told, asked = len(there.capture.captured), len(there.capture.log.topics["inbox.v1"])
        await there.passes(minutes=5)
        await sweeping.sweep()

        assert told == 5
        assert len(there.capture.captured) == told
        assert len(there.capture.log.topics["inbox.v1"]) == asked


@pytest.mark.parametrize("channel", CHANNELS)
async def test_unpaid_and_test_orders_are_left_alone_until_they_are_paid(
    tmp_path: Path, channel: str
):
    async with at_sandbox(tmp_path) as there:
        sweeping = Sweeping(there.capture)
        order_id = await there.sells(channel, pay=False)
        await sweeping.sweep()
        assert there.capture.captured == []

        await there.passes(minutes=30)
        await there.acts(order_id, "pay")
        await sweeping.sweep()

        assert there.standings() == {order_id: "paid"}


@pytest.mark.parametrize("channel", CHANNELS)
async def test_more_orders_than_a_page_holds_all_come(tmp_path: Path, channel: str):
    async with at_sandbox(tmp_path) as there:
        sweeping = Sweeping(there.capture)
        sold = {await there.sells(channel) for _ in range(60)}
        await sweeping.sweep()

        assert set(there.standings()) == sold


async def test_the_daily_count_finds_a_cancellation_that_no_list_shows(tmp_path: Path):
    async with at_sandbox(tmp_path) as there:
        sweeping = Sweeping(there.capture)
        sold = [await there.sells(channel) for channel in ("nuvemshop", "mercadolivre")]
        await there.passes(hours=1)
        await sweeping.sweep()
        for order_id in sold:
            await there.acts(order_id, "cancel")
        await there.passes(days=3)

        await sweeping.sweep()

        assert there.standings() == dict.fromkeys(sold, "cancelled")


async def test_missed_feeds_are_taken_in_once(tmp_path: Path):
    async with at_sandbox(tmp_path) as there:
        sweeping = Sweeping(there.capture)
        order_id = await there.sells("mercadolivre")
        feed = {
            "_id": "5da8a1b24be30a49eb66c52a",
            "resource": f"/orders/{order_id.partition(':')[2]}",
            "user_id": int(there.store("mercadolivre").domain),
            "topic": "orders_v2",
            "application_id": int(there.store("mercadolivre").channel_client_id),
            "sent": "2026-11-20T15:00:01.906Z",
        }
        await there.sandbox.put(
            "/_control/stores/loja-mercadolivre/documents?path=/missed_feeds",
            json={"messages": [feed, feed | {"_id": "other", "user_id": 1}]},
        )

        for _ in range(2):
            await sweeping.sweep()

        inbox = there.capture.log.topics["inbox.v1"]
        assert [b"/orders/" in (record.value or b"") for record in inbox].count(True) == 1
        assert there.capture.dead == []


async def test_one_process_sweeps_a_store_at_a_time(tmp_path: Path):
    async with at_sandbox(tmp_path) as there:
        one = Sweeping(there.capture, "one")
        other = Sweeping(there.capture, "other", one.leases)
        await there.sells("shopify")
        async with one.sweeper.leases.held("sweep:loja-shopify"):
            await other.sweep()
            assert there.capture.captured == []

        await other.sweep()
        assert len(there.capture.captured) == 1


async def test_a_dead_process_s_lease_runs_out(tmp_path: Path):
    async with at_sandbox(tmp_path) as there:
        until = there.capture.clock.now + timedelta(seconds=60)
        held = {"sweep:loja-shopify": Kept(Lease(holder="killed", until=until), 1)}
        other = Sweeping(there.capture, "other", MemoryDocuments(held))
        await there.sells("shopify")
        await other.sweep()
        assert there.capture.captured == []

        await there.passes(seconds=61)
        await other.sweep()

        assert len(there.capture.captured) == 1


async def test_a_throttled_channel_is_waited_for_and_counted(tmp_path: Path):
    async with at_sandbox(tmp_path) as there:
        sweeping = Sweeping(there.capture)
        order_id = await there.sells("nuvemshop")
        limits = {"x-rate-limit-limit": "40", "x-rate-limit-reset": "20000"}
        fault = {"store_id": "loja-nuvemshop", "status": 429, "times": 2, "headers": limits}
        await there.sandbox.post("/_control/faults", json=fault)

        await sweeping.sweep()

        assert there.standings() == {order_id: "paid"}
        assert there.capture.tally.throttlings == {"loja-nuvemshop": 2}
        await sweeping.sweep()
        told = [s for s in there.capture.log.messages(StoreSwept) if s.key == "loja-nuvemshop"]
        assert [(s.throttled, s.changes.new, s.changes.known) for s in told] == [  # type: ignore[attr-defined]
            (2, 1, 0), (0, 0, 1),
        ]  # fmt: skip
        assert 2.0 in sweeping.slept


async def test_a_channel_that_keeps_its_missed_webhooks_from_us_is_swept_all_the_same(
    tmp_path: Path,
):
    async with at_sandbox(tmp_path) as there:
        sweeping = Sweeping(there.capture)
        order_id = await there.sells("mercadolivre")
        fault = {"path": "/missed_feeds", "status": 403, "times": 50}
        await there.sandbox.post("/_control/faults", json=fault)
        await there.passes(minutes=1)

        await sweeping.sweep()

        assert there.standings() == {order_id: "paid"}
        swept = sweeping.kept.state("loja-mercadolivre")
        assert swept is not None
        assert swept.swept_until > swept.began
        grant = there.capture.grants.state("loja-mercadolivre")
        assert grant is None or grant.granted_at is None, "the token is good, and not renewed"


async def test_a_sweep_that_is_refused_gives_reason_to_look_at_the_store_s_access(tmp_path: Path):
    """Of a seller of Mercado Livre who removed our app no webhook tells, and none comes after."""
    async with at_sandbox(tmp_path) as there:
        sweeping = Sweeping(there.capture)
        await sweeping.sweep()
        assert sweeping.doubted == []
        for channel in CHANNELS:
            await there.sandbox.delete(f"/_control/stores/loja-{channel}/grants")

        await sweeping.sweep()

        assert sorted(sweeping.doubted) == sorted(f"loja-{channel}" for channel in CHANNELS)


async def test_missed_webhooks_that_are_refused_say_nothing_of_the_access(tmp_path: Path):
    async with at_sandbox(tmp_path) as there:
        sweeping = Sweeping(there.capture)
        fault = {"path": "/missed_feeds", "status": 403, "times": 50}
        await there.sandbox.post("/_control/faults", json=fault)

        await sweeping.sweep()

        assert sweeping.doubted == []


async def test_a_channel_that_is_down_leaves_the_sweep_where_it_was(tmp_path: Path):
    async with at_sandbox(tmp_path) as there:
        sweeping = Sweeping(there.capture)
        await sweeping.sweep()
        await there.passes(hours=5)
        order_id = await there.sells("shopify")
        await there.passes(hours=5)
        fault = {"store_id": "loja-shopify", "status": 503, "times": 50}
        await there.sandbox.post("/_control/faults", json=fault)
        await sweeping.sweep()
        assert there.capture.captured == []

        await there.sandbox.delete("/_control/faults")
        await sweeping.sweep()

        assert there.standings() == {order_id: "paid"}


async def test_what_was_placed_before_the_store_s_date_waits_for_the_date_to_move(tmp_path: Path):
    async with at_sandbox(tmp_path) as there:
        await there.passes(days=1)
        later = there.capture.clock.now + timedelta(hours=1)
        store = there.store("shopify")
        cut = store.settings.model_copy(update={"orders_from": later})
        there.capture.stores.put(store.model_copy(update={"settings": cut, "version": 2}))
        order_id = await there.sells("shopify")
        body = await _document(there.sandbox, order_id)
        assert await there.capture.notify("orders/paid", body, "loja-shopify") == 200
        await there.capture.drain()
        assert there.capture.captured == []
        assert there.capture.tally.counts["before_store_start"] == 1

        there.capture.stores.put(store.model_copy(update={"version": 3}))
        await Sweeping(there.capture).sweep()

        assert there.standings() == {order_id: "paid"}


@pytest.mark.parametrize("channel", CHANNELS)
async def test_what_was_placed_before_its_listings_were_published_is_ignored(
    tmp_path: Path, channel: str
):
    async with at_sandbox(tmp_path) as there:
        sweeping = Sweeping(there.capture)
        order_id = await there.sells(channel)
        await sweeping.sweep()
        [event] = there.capture.captured
        keys = [f"loja-{channel}:{item.listing_id}" for item in event.order.items]
        late = there.capture.clock.now + timedelta(days=1)

        async with at_sandbox(tmp_path) as again:
            again.capture.publications.dates |= dict.fromkeys(keys, late)
            await Sweeping(again.capture).sweep()
            assert again.capture.captured == []

            again.capture.publications.dates[keys[0]] = event.order.placed_at - timedelta(hours=1)
            await Sweeping(again.capture).sweep()
            assert again.standings() == {order_id: "paid"}


async def test_a_sale_of_mercado_livre_that_nuvemshop_imported_is_one_order(tmp_path: Path):
    async with at_sandbox(tmp_path) as there:
        sold = await there.sells("mercadolivre")
        copy = await there.sells("nuvemshop", storefront="meli")
        body = nuvemshop.a_webhook("order/paid", int(copy.partition(":")[2]))
        path = "/webhooks/nuvemshop/loja-nuvemshop"
        assert await there.capture.post(path, body, nuvemshop.signed(body)) == 200

        await Sweeping(there.capture).sweep()

        assert there.standings() == {sold: "paid"}
        assert there.capture.tally.counts["sold_elsewhere"] == 1


async def test_a_store_whose_sweep_takes_long_holds_no_other_up(tmp_path: Path):
    async with at_sandbox(tmp_path) as there:
        sweeping = Sweeping(there.capture)
        sold = await there.sells("shopify")
        held = asyncio.Event()
        slow = there.capture.nuvemshop.answer

        async def stuck(request: httpx.Request) -> httpx.Response:
            await held.wait()
            return await slow(request)  # type: ignore[misc]

        there.capture.nuvemshop.answer = stuck  # type: ignore[assignment]
        sweeping_on = asyncio.create_task(sweeping.sweeper.keep_sweeping(1))
        await eventually(lambda: sold in there.standings())
        later = await there.sells("mercadolivre")
        await eventually(lambda: later in there.standings())

        sweeping_on.cancel()
        await asyncio.gather(sweeping_on, return_exceptions=True)


async def test_what_was_sold_while_the_channel_kept_us_out_comes_as_soon_as_it_lets_us_in(
    tmp_path: Path,
):
    async with at_sandbox(tmp_path) as there:
        sweeping = Sweeping(there.capture)
        pauses, woken = [], asyncio.Event()

        async def until_woken(seconds: float) -> None:
            pauses.append(seconds)
            await woken.wait()

        sweeper = replace(sweeping.sweeper, sleep=until_woken)
        sweeping_on = asyncio.create_task(sweeper.keep_sweeping(300))
        await eventually(lambda: len(sweeping.kept.kept) == len(CHANNELS))
        sold = [await there.sells(channel) for channel in CHANNELS]

        sweeper.wanted.add("loja-nuvemshop")
        sweeper.wanted.add("loja-nowhere")
        await eventually(lambda: there.standings() == {sold[1]: "paid"})

        assert pauses == [300]
        sweeping_on.cancel()
        await asyncio.gather(sweeping_on, return_exceptions=True)


async def test_a_captured_order_is_followed_although_its_listing_s_date_moves_on(tmp_path: Path):
    async with at_sandbox(tmp_path) as there:
        sweeping = Sweeping(there.capture)
        order_id = await there.sells("shopify")
        await sweeping.sweep()
        [event] = there.capture.captured
        late = there.capture.clock.now + timedelta(days=9)
        keys = [f"loja-shopify:{item.listing_id}" for item in event.order.items]
        there.capture.publications.dates |= dict.fromkeys(keys, late)
        await there.passes(minutes=1)
        await there.acts(order_id, "cancel")

        await sweeping.sweep()

        assert there.capture.captured[-1].order.status is OrderStatus.CANCELLED


async def _document(sandbox: httpx.AsyncClient, order_id: str) -> object:
    store_id, _, number = order_id.partition(":")
    record = (await sandbox.get(f"/_control/stores/{store_id}/orders/{number}")).json()
    return record["order"]
