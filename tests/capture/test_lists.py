"""Reading a channel's lists: every moment of a period is looked at, and no faster than allowed."""

import contextlib
import itertools
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.channels.channel import Unreadable
from capture.channels.listed import Allowance, By, Listed, Page, Period
from capture.channels.mercadolivre import order_list as at_mercadolivre
from capture.channels.nuvemshop import order_list as at_nuvemshop
from capture.channels.shopify import order_list as at_shopify
from capture.cut_off import before_publication, before_start
from capture.lister import LONGEST, Lister, cut
from capture.pace import Pace
from capture.prospect import Prospect, prospect
from capture.sighting import Ignored, Sighting
from contracts.order import OrderStatus
from contracts.stores import StoreSettings
from tests.support.belt import NOON
from tests.support.builders import ACCOUNT, STORE
from tests.support.capture import Capture, Seconds, a_shop
from tests.support.sweeping import Sweeping

MOMENTS = st.integers(0, 40 * 86_400).map(lambda s: NOON - timedelta(seconds=s))


@given(MOMENTS, MOMENTS, st.booleans())
def test_the_pieces_of_a_period_make_up_the_whole(one: datetime, other: datetime, ends: bool):
    since, until = sorted((one, other))
    pieces = cut(Period(since, until if ends else None, By.PLACED), NOON)

    assert pieces[0].since == since
    assert pieces[-1].until == (until if ends else None)
    for piece, following in itertools.pairwise(pieces):
        assert piece.until == following.since
        assert piece.until - piece.since == LONGEST
    assert all(piece.by is By.PLACED for piece in pieces)


class Deep:
    """A channel that lists at most ten orders, one of each hour, and counts all of them."""

    name = "shopify"
    allowance = Allowance(burst=1e9, per_s=1e9, per_order=0, deepest=10)

    def __init__(self, hours: int) -> None:
        self.placed = [NOON - timedelta(hours=hour) for hour in range(hours)]

    async def orders(self, _: object, period: Period, after: str) -> Page:
        until = period.until or NOON
        found = [at for at in self.placed if period.since <= at <= until]
        begin = int(after or 0)
        shown = [at for at in found[begin : begin + 4] if found.index(at) < 10]
        more = begin + 4 < min(len(found), 10)
        orders = tuple(Listed(at.isoformat(), "#1", at, at, paid=True) for at in shown)
        return Page(orders, str(begin + 4) if more else "", total=len(found))


async def test_a_list_too_deep_to_be_shown_whole_is_cut_until_it_is():
    capture, channel = Capture(), Deep(hours=90)
    capture.clock.now = NOON
    lister: Lister = Sweeping(capture).lister
    shop = capture.intake.shops.shop(a_shop())
    period = Period(NOON - timedelta(hours=100), NOON, By.PLACED)

    seen = {o.placed_at async for page in lister.pages(channel, shop, period) for o in page.orders}  # type: ignore[arg-type]

    assert seen == set(channel.placed)


@given(st.lists(st.tuples(st.floats(0, 30), st.integers(1, 10)), min_size=1, max_size=30))
async def test_the_background_never_calls_faster_than_its_allowance(
    turns: list[tuple[float, int]],
):
    seconds, allowance = Seconds(), Allowance(burst=20, per_s=2, per_order=1, deepest=1)
    pace, begin, calls = Pace(seconds, seconds.sleep), seconds.now, 0
    for idle, wanted in turns:
        await seconds.sleep(idle)
        await pace.turn("s", allowance, wanted)
        calls += wanted
        assert calls <= 20 + 2 * (seconds.now - begin) + 1e-6


async def test_stores_do_not_wait_for_each_other_s_allowance():
    seconds, allowance = Seconds(), Allowance(burst=1, per_s=1, per_order=1, deepest=1)
    pace, begin = Pace(seconds, seconds.sleep), seconds.now
    await pace.turn("one", allowance, 1)
    await pace.turn("other", allowance, 1)

    assert seconds.now == begin


@pytest.mark.parametrize("read", [at_shopify.page_in, lambda d, h: at_nuvemshop.page_in(d, {}, "")])
@pytest.mark.parametrize("document", [b"", b"{", b"{}", b"null", b"7", b'{"orders": 7}'])
def test_what_is_no_list_is_refused_or_empty(read, document: bytes):
    with contextlib.suppress(Unreadable):
        assert read(document, "").orders == ()


def test_one_unreadable_order_hides_no_other_of_its_page():
    found = at_mercadolivre.Found(results=({"id": "x"}, {"id": 1}), paging={"total": 2})

    assert at_mercadolivre.page_of(found, "").unreadable == 2
    assert at_shopify.page_in(b'{"orders": [{"id": 1}, 7]}', "").unreadable == 2
    assert at_nuvemshop.page_in(b'[{"id": 1}, "x"]', {}, "").unreadable == 2


def test_the_next_page_is_that_of_the_link_s_next_and_of_no_other():
    link = (
        '<https://s/admin/orders.json?page_info=before>; rel="previous", '
        '<https://s/admin/orders.json?limit=50&page_info=after>; rel="next"'
    )

    assert at_shopify.page_in(b'{"orders": []}', link).after == "after"
    assert at_shopify.page_in(b'{"orders": []}', link.partition(",")[0]).after == ""


def test_dates_go_out_so_that_every_channel_can_read_them():
    period = Period(NOON.astimezone(), NOON + timedelta(minutes=59), By.CHANGED)

    assert at_shopify.parameters(period, "")["updated_at_min"] == "2026-11-20T15:00:00Z"
    assert at_nuvemshop.parameters(period, "")["updated_at_min"] == "2026-11-20T15:00:00+0000"
    whole_hours = at_mercadolivre.parameters(period, "")
    assert whole_hours["order.date_last_updated.from"] == "2026-11-20T15:00:00.000-00:00"
    assert whole_hours["order.date_last_updated.to"] == "2026-11-20T16:00:00.000-00:00"


def listed(**changes: object) -> Listed:
    given_ = {
        "order_id": "1", "number": "#1", "placed_at": NOON, "touched_at": NOON, "paid": True,
        "listing_ids": ("9",),
    }  # fmt: skip
    return Listed(**given_ | changes)  # type: ignore[arg-type]


def known(**changes: object) -> Sighting:
    return Sighting(order_id=f"{STORE}:1", store_id=STORE, account_id=ACCOUNT, **changes)


PAID = {"revision": 1, "status": OrderStatus.PAID, "updated_at": NOON}
LATER = NOON + timedelta(minutes=1)
KEY = f"{STORE}:9"


@pytest.mark.parametrize(
    ("order", "sighting", "orders_from", "published", "expected"),
    [
        (listed(), None, None, {}, Prospect.NEW),
        (listed(), known(), None, {}, Prospect.NEW),
        (listed(paid=False), None, None, {}, Ignored.NOT_PAID),
        (listed(test=True), None, None, {}, Ignored.TEST_ORDER),
        (listed(sold_elsewhere=True), None, None, {}, Ignored.SOLD_ELSEWHERE),
        (listed(), None, LATER, {}, Ignored.BEFORE_STORE_START),
        (listed(), None, NOON, {}, Prospect.NEW),
        (listed(), None, None, {KEY: LATER}, Ignored.BEFORE_PUBLICATION),
        (listed(), None, None, {KEY: NOON}, Prospect.NEW),
        (listed(listing_ids=("9", "8")), None, None, {KEY: LATER}, Prospect.NEW),
        (listed(listing_ids=()), None, None, {KEY: LATER}, Prospect.NEW),
        (listed(), known(**PAID), None, {}, Prospect.KNOWN),
        (listed(), known(**PAID), LATER, {KEY: LATER}, Prospect.KNOWN),
        (listed(touched_at=LATER), known(**PAID), None, {}, Prospect.CHANGED),
        (listed(cancelled=True), known(**PAID), None, {}, Prospect.CHANGED),
        (
            listed(cancelled=True, touched_at=LATER),
            known(**PAID | {"status": OrderStatus.CANCELLED}),
            None, {}, Prospect.KNOWN,
        ),
        (listed(), known(erased_at=NOON), None, {}, Ignored.ERASED),
    ],
)  # fmt: skip
def test_what_there_is_to_expect_of_a_listed_order(
    order, sighting, orders_from, published, expected
):
    settings = StoreSettings(orders_from=orders_from)
    assert prospect(order, sighting, STORE, settings, published) is expected


@given(st.lists(st.sampled_from([NOON, LATER, None]), max_size=5))
def test_an_order_comes_as_soon_as_one_of_its_listings_was_published(dates: list):
    published = {str(n): date for n, date in enumerate(dates) if date}
    keys = [str(n) for n in range(len(dates))]

    too_early = before_publication(NOON, keys, published)

    assert too_early is (bool(dates) and set(dates) == {LATER})
    assert before_start(NOON, None) is False
