"""Whole replays to every service, in any order, among live orders: nothing new, nothing moved."""

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.subscription import restored
from contracts.commands import Corrections, ItemCorrection
from contracts.events import OrderErased
from contracts.replay import Origin, again
from contracts.topics import INBOX, replay, replayable
from panel.tab import Tab
from tests.panel.test_row import erased, reprocess
from tests.support.builders import STORE, an_item, an_order, cancelled, captured
from tests.support.capture import Capture
from tests.support.erp_bench import a_bench
from tests.support.hub import Hub
from tests.support.shopify import a_payload
from tests.support.virtual_time import run

KEPT, DROPPED, LIVE, FORGOTTEN = (an_order(n) for n in (1001, 1002, 1003, 1004))
WAITING, MENDED = (an_order(n, an_item("NOBODY-KNOWS")) for n in (1005, 1006))
NEWS = (
    *map(captured, (KEPT, DROPPED, FORGOTTEN, WAITING, MENDED)),
    captured(cancelled(DROPPED), revision=2),
)
"""Orders in every tab, one whose buyer is forgotten, and one that a person put right."""
THEN = (
    erased(FORGOTTEN),
    reprocess(
        MENDED, corrections=Corrections(items=(ItemCorrection(item_id="1", sku="CAN-350-AZ"),))
    ),
)
SERVICES = ("validation", "erp-writer", "cancellation", "panel")


async def replayed(hub: Hub, service: str) -> None:
    """All that a service ever read comes to it again, by way of its replay topic."""
    flow = hub.belt.flows[SERVICES.index(service)]
    topic = hub.bench.log.topics[replay(service)]
    start = len(topic)
    originals = [r for name in replayable(service) for r in hub.bench.log.topics[name]]
    await hub.bench.log.publish(
        [
            again(
                service=service,
                origin=Origin(r.topic, r.partition, r.offset),
                key=r.key,
                value=r.value,
                headers=r.headers,
                replay_id="r-1",
            )
            for r in originals
        ]
    )
    await flow.handle(restored(topic[start:], flow))


async def _replays(services: Sequence[str]) -> None:
    async with a_bench() as bench:
        hub = Hub(bench)
        await hub.belt.put(*NEWS)
        await hub.settle()
        await hub.belt.put(*THEN)
        await hub.belt.settle()
        await bench.settle()
        await hub.settle()
        assert hub.place(MENDED.order_id) == hub.place(KEPT.order_id)
        assert hub.place(WAITING.order_id)[0] is Tab.PENDING
        orders = await bench.orders()
        rows = {id_: kept.state for id_, kept in hub.rows.kept.items()}

        await hub.belt.put(captured(LIVE))
        for service in services:
            await replayed(hub, service)
            await hub.belt.settle()
        await bench.settle()
        await hub.settle()

        assert len(await bench.orders()) == len(orders) + 1, "only the live order is new"
        assert {id_: hub.rows.state(id_) for id_ in rows} == rows
        assert hub.place(LIVE.order_id) == hub.place(KEPT.order_id)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from(SERVICES), min_size=1, max_size=6))
def test_replays_among_live_orders_post_nothing_twice_and_move_no_order(
    services: list[str],
) -> None:
    run(_replays(services))


async def inbox_again(capture: Capture) -> None:
    """Capture's whole inbox, by way of its replay topic."""
    await capture.log.publish(
        [
            again(
                service="capture",
                origin=Origin(r.topic, r.partition, r.offset),
                key=r.key,
                value=r.value,
                headers=r.headers,
                replay_id="r-1",
            )
            for r in capture.log.topics[INBOX]
        ]
    )
    await capture.flow.handle(restored(capture.log.topics[replay("capture")], capture.flow))


async def test_a_replayed_webhook_is_captured_as_the_revision_it_was() -> None:
    capture = Capture()
    first = await capture.tell("orders/paid", a_payload())

    await inbox_again(capture)

    assert [(e.revision, e.event_id) for e in capture.captured[len(first) :]] == [
        (e.revision, e.event_id) for e in first
    ]


async def test_a_replayed_erasure_of_a_shop_spares_the_orders_it_had_since() -> None:
    capture = Capture()
    await capture.tell("orders/paid", a_payload(1))
    await capture.tell("shop/redact", {"shop_id": 1})
    await capture.tell("orders/paid", a_payload(2))

    await inbox_again(capture)

    erased = {event.order_id for event in capture.log.messages(OrderErased)}
    assert erased == {f"{STORE}:1"}
