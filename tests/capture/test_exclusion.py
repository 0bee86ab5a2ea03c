"""Tags and sources that a store excludes: their orders are counted, and not captured."""

from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.channels.marks import Marks
from capture.channels.mercadolivre import order_list as at_mercadolivre
from capture.channels.shopify import order_list as at_shopify
from capture.channels.shopify.payload import order_in
from capture.exclusion import has_excluded_source, has_excluded_tag
from capture.prospect import prospect
from capture.sighting import Ignored
from contracts.order import OrderStatus
from contracts.stores import StoreSettings
from contracts.sweeps import StoreSwept
from tests.support.at_sandbox import at_sandbox
from tests.support.builders import STORE
from tests.support.capture import Capture, a_shop
from tests.support.shopify import a_payload
from tests.support.sweeping import Sweeping

WORDS = st.text("abçÁ ", max_size=4)


@pytest.mark.parametrize(
    ("channel", "source"),
    [("shopify", " WEB"), ("nuvemshop", "store"), ("mercadolivre", "Marketplace")],
)
async def test_what_comes_from_an_excluded_source_waits_until_the_store_wants_it(
    tmp_path: Path, channel: str, source: str
):
    async with at_sandbox(tmp_path) as there:
        store = there.store(channel)
        excluding = store.settings.model_copy(update={"excluded_sources": ("pos", source)})
        there.capture.stores.put(store.model_copy(update={"settings": excluding, "version": 2}))
        order_id = await there.sells(channel)
        await Sweeping(there.capture).sweep()
        told = there.capture.log.messages(StoreSwept)
        [swept] = [m for m in told if isinstance(m, StoreSwept) and m.key == store.store_id]
        assert there.capture.captured == []
        assert swept.changes.ignored == {"excluded_source": 1}

        there.capture.stores.put(store.model_copy(update={"version": 3}))
        await Sweeping(there.capture).sweep()

        assert there.standings() == {order_id: "paid"}


async def test_an_order_with_an_excluded_tag_comes_once_the_tag_is_gone_and_then_stays_ours():
    capture = Capture(a_shop(settings=StoreSettings(excluded_tags=("Carga antiga",))))
    tagged = a_payload(tags="vip, CARGA ANTIGA")
    await capture.notify("orders/paid", tagged)
    await capture.drain()
    assert capture.captured == []
    assert capture.tally.counts["excluded_tag"] == 1

    await capture.notify(
        "orders/updated", tagged | {"tags": "vip", "updated_at": "2026-11-20T12:00:00-03:00"}
    )
    await capture.drain()
    assert len(capture.captured) == 1

    cancelled_at = "2026-11-20T13:00:00-03:00"
    await capture.notify(
        "orders/cancelled", tagged | {"updated_at": cancelled_at, "cancelled_at": cancelled_at}
    )
    await capture.drain()
    assert capture.captured[-1].order.status is OrderStatus.CANCELLED


def test_a_preview_says_what_would_be_ignored_for_its_tag_or_its_source():
    order = at_shopify.listed(
        order_in(orjson.dumps(a_payload(tags="b, A", source_name="pos"))), b""
    )

    by_tag = prospect(order, None, STORE, StoreSettings(excluded_tags=("a",)), {})
    by_source = prospect(order, None, STORE, StoreSettings(excluded_sources=("POS",)), {})

    assert (by_tag, by_source) == (Ignored.EXCLUDED_TAG, Ignored.EXCLUDED_SOURCE)


@pytest.mark.parametrize("strange", [None, "", ["a"], 7, {"a": 1}])
def test_strange_tags_and_sources_keep_no_order_from_being_read(strange: object):
    order = order_in(orjson.dumps(a_payload(tags=strange, source_name=strange)))
    assert at_shopify.listed(order, b"").marks == Marks()

    sold = {
        "id": 1, "status": "paid", "date_created": "2026-11-20T10:00:00.000-04:00",
        "currency_id": "BRL", "total_amount": 5, "context": strange,
        "order_items": [{"item": {"id": "MLB1"}, "quantity": 1, "unit_price": 5}],
    }  # fmt: skip
    page = at_mercadolivre.page_of(at_mercadolivre.Found(results=(sold,)), "")
    assert [each.marks for each in page.orders] == [Marks()]


@given(st.lists(WORDS), st.lists(WORDS), WORDS)
def test_words_count_without_regard_to_case_and_spaces_and_nothing_excludes_nothing(
    tags: list[str], excluded: list[str], source: str
):
    marks = Marks(tuple(tags), source)
    settings = StoreSettings(excluded_tags=tuple(excluded), excluded_sources=tuple(excluded))
    plain = {word.strip().casefold() for word in excluded} - {""}

    assert has_excluded_tag(marks, settings) is any(t.strip().casefold() in plain for t in tags)
    assert has_excluded_source(marks, settings) is (source.strip().casefold() in plain)
    assert not has_excluded_tag(marks, StoreSettings())
