"""No store waits for another's questions: what goes on, what stays, what may be committed."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import httpx
from hypothesis import given
from hypothesis import strategies as st

from capture.asking import PATIENCE_S, REST_S
from capture.lanes import LINGER_S, MOST_WAITING, Lanes
from capture.offsets import Offsets
from chassis.flow import Record
from contracts.events import OrderErased
from contracts.topics import INBOX
from tests.support.builders import STORE
from tests.support.capture import Capture, Seconds, a_shop
from tests.support.shopify import DOMAIN, SECRET, a_payload, cancelled, details
from tests.support.virtual_time import run

OTHER = "other"
OTHER_DOMAIN = "other.myshopify.com"
REFUSED = httpx.ConnectError("refused")


class LoopSeconds(Seconds):
    """The event loop's own clock."""

    def __call__(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@dataclass
class Site:
    """Capture with two stores, its batches moved in lanes; `committed` is past what is done."""

    capture: Capture
    committed: int = 0

    def __post_init__(self) -> None:
        self.lanes = Lanes(self.capture.flow, self._commit, prepare=self.capture.intake.prepare)
        self.read = 0

    @property
    def told(self) -> list[str]:
        """The orders captured so far."""
        return [event.order_id for event in self.capture.captured]

    async def _commit(self, records: Sequence[Record]) -> None:
        self.committed = max(self.committed, *(record.offset + 1 for record in records))

    async def paid(self, *orders: int, store: str = STORE) -> None:
        """Webhooks of paid orders come in."""
        for order_id in orders:
            await self.notify("orders/paid", a_payload(order_id), store)

    async def notify(self, topic: str, payload: object, store: str = STORE) -> None:
        domain = OTHER_DOMAIN if store == OTHER else DOMAIN
        headers = {"X-Shopify-Shop-Domain": domain}
        assert await self.capture.notify(topic, payload, store=store, **headers) == 200

    async def take(self) -> None:
        """The lanes take all that is in the inbox as one batch."""
        batch = self.capture.log.topics[INBOX][self.read :]
        self.read += len(batch)
        await self.lanes.take(batch)

    async def pass_(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def a_site(**silent: float) -> Site:
    other = a_shop(SECRET, store_id=OTHER, domain=OTHER_DOMAIN, account_id="omie-2")
    capture = Capture(a_shop(), other, seconds=LoopSeconds())
    capture.shopify.graphql(details())
    domains = {"demo": DOMAIN, "other": OTHER_DOMAIN}
    capture.silent = {domains[name]: seconds for name, seconds in silent.items()}
    return Site(capture)


def test_a_store_whose_channel_hangs_costs_another_no_more_than_a_moment() -> None:
    async def main() -> None:
        site = a_site(demo=3600)
        await site.paid(*range(1, 50))
        await site.paid(7, store=OTHER)
        await site.take()
        await site.pass_(LINGER_S + 0.001)
        assert site.told == [f"{OTHER}:7"]

        await site.paid(8, store=OTHER)
        await site.take()
        await site.pass_(0.001)
        assert site.told == [f"{OTHER}:7", f"{OTHER}:8"], "who comes alone waits for nobody"
        await site.lanes.stop()

    run(main())


def test_what_waits_for_a_hanging_channel_is_put_aside_when_patience_ends() -> None:
    async def main() -> None:
        site = a_site(demo=3600)
        await site.paid(*range(1, 50))
        await site.paid(7, store=OTHER)
        await site.take()

        await site.pass_(PATIENCE_S - 0.1)
        assert (site.committed, site.capture.deferrals.kept) == (0, {})

        await site.pass_(0.2)
        assert site.committed == 50
        assert len(site.capture.deferrals.kept) == 49
        assert len(site.capture.shopify.asked) == 1, "those of the store hang, the other's came"
        await site.lanes.stop()

    run(main())


def test_a_store_out_of_reach_is_probed_once_and_without_patience() -> None:
    async def main() -> None:
        site = a_site()
        site.capture.shopify.graphql(REFUSED)
        await site.paid(1)
        await site.take()
        await site.pass_(PATIENCE_S + REST_S + 1)
        before = len(site.capture.shopify.asked)

        await site.paid(2)
        await site.take()
        await site.pass_(0.01)
        assert len(site.capture.shopify.asked) == before + 1
        assert len(site.capture.deferrals.kept) == 2

        site.capture.shopify.graphql(REFUSED, details())
        await site.pass_(REST_S)
        await site.paid(3)
        await site.take()
        await site.pass_(0.01)
        assert len(site.capture.deferrals.kept) == 3

        await site.pass_(REST_S)
        await site.paid(4)
        await site.take()
        await site.pass_(0.01)
        assert site.told == [f"{STORE}:4"]
        await site.lanes.stop()

    run(main())


def test_the_records_of_a_slow_store_go_on_in_their_order_once_it_answers() -> None:
    async def main() -> None:
        site = a_site(demo=2)
        await site.paid(1)
        await site.take()
        await site.pass_(0.001)
        site.capture.silent.clear()
        await site.notify("orders/cancelled", cancelled(a_payload(1)))
        await site.paid(2)
        await site.take()
        await site.pass_(1.9)
        assert site.capture.captured == []

        await site.pass_(0.2)
        told = [(e.order_id, e.revision) for e in site.capture.captured]
        assert told == [(f"{STORE}:1", 1), (f"{STORE}:1", 2), (f"{STORE}:2", 1)]
        assert site.committed == 3
        await site.lanes.stop()

    run(main())


def test_of_one_store_never_more_questions_are_open_than_agreed() -> None:
    async def main() -> None:
        site = a_site(demo=1)
        await site.paid(*range(1, 7))
        await site.take()
        await site.paid(*range(7, 13))
        await site.take()

        await site.pass_(1.1)
        assert len(site.capture.shopify.asked) == 4
        await site.pass_(2)
        assert len(site.capture.captured) == 12
        await site.lanes.stop()

    run(main())


def test_a_shop_is_erased_with_the_orders_that_wait_for_its_channel() -> None:
    async def main() -> None:
        site = a_site(demo=2)
        await site.paid(1)
        await site.take()
        await site.paid(2)
        await site.notify("shop/redact", {"shop_id": 1})
        await site.take()
        await site.pass_(5)

        erased = [event.subject for event in site.capture.log.messages(OrderErased)]
        assert sorted(erased) == [f"{STORE}:1", f"{STORE}:2"]
        await site.lanes.stop()

    run(main())


def test_nothing_is_committed_before_what_came_ahead_of_it_is_done_and_a_stop_loses_nothing() -> (
    None
):
    async def main() -> None:
        site = a_site(demo=5)
        await site.paid(1)
        await site.paid(7, store=OTHER)
        await site.take()
        await site.pass_(1)
        assert site.told == [f"{OTHER}:7"]
        await site.lanes.stop()
        assert site.committed == 0

        again = Site(site.capture)
        await again.take()
        await again.pass_(6)
        assert again.committed == 2
        told = {(event.order_id, event.revision) for event in site.capture.captured}
        assert told == {(f"{STORE}:1", 1), (f"{OTHER}:7", 1)}
        await again.lanes.stop()

    run(main())


def test_what_waits_for_channels_is_bounded() -> None:
    async def main() -> None:
        site = a_site(demo=3600)
        for _ in range(MOST_WAITING // 100):
            await site.paid(*range(1, 101))
            taking = asyncio.create_task(site.take())
            await site.pass_(0.001)
        assert not taking.done()
        await site.pass_(PATIENCE_S)
        assert taking.done()
        assert len(site.capture.deferrals.kept) == MOST_WAITING
        await site.lanes.stop()

    run(main())


@given(st.data())
def test_whatever_is_done_first_a_commit_covers_only_what_is_done(data: st.DataObject) -> None:
    counts = data.draw(st.lists(st.integers(1, 12), min_size=1, max_size=3))
    records = [
        Record(INBOX, partition, offset, b"k", b"v")
        for partition, count in enumerate(counts)
        for offset in range(count)
    ]
    offsets, done, committed = Offsets(), set[tuple[int, int]](), defaultdict[int, int](int)
    offsets.opened(records)
    left = data.draw(st.permutations(records))
    while left:
        some = data.draw(st.integers(1, len(left)))
        now, left = left[:some], left[some:]
        done |= {(r.partition, r.offset) for r in now}
        for last in offsets.done(now):
            assert last.offset + 1 > committed[last.partition]
            committed[last.partition] = last.offset + 1
            assert all((last.partition, before) in done for before in range(last.offset + 1))
    assert committed == dict(enumerate(counts))


def test_records_read_again_after_a_rebalance_are_committed_again() -> None:
    offsets = Offsets()
    first, second = (Record(INBOX, 0, offset, b"k", b"v") for offset in (5, 6))
    offsets.opened([first, second])
    offsets.opened([first, second])

    assert offsets.done([second]) == []
    assert [last.offset for last in offsets.done([first])] == [6]
    assert [last.offset for last in offsets.done([first, second])] == [6]
