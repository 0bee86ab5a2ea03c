"""A product that a channel tells of is looked at, whichever way the channel tells of it."""

from typing import Any

import pytest

from capture.listing_hints import MOST, ListingHints
from tests.support import mercadolivre, nuvemshop
from tests.support.builders import STORE
from tests.support.capture import Capture, a_nuvemshop, a_seller, a_shop

NUMBER = {"shopify": "8100000000001", "nuvemshop": "90000001", "mercadolivre": "MLB3000000001"}


async def hears(channel: str, what: str, **changes: Any) -> Capture:
    """Capture after the channel told of its product."""
    number = NUMBER[channel]
    match channel:
        case "shopify":
            capture = Capture(a_shop())
            assert await capture.notify(f"products/{what}", {"id": int(number)} | changes) == 200
        case "nuvemshop":
            capture = Capture(a_nuvemshop())
            body = nuvemshop.a_webhook(f"product/{what}d", int(number))
            path = f"/webhooks/nuvemshop/{STORE}"
            assert await capture.post(path, body, nuvemshop.signed(body)) == 200
        case _:
            capture = Capture(a_seller())
            told = mercadolivre.notification(f"/items/{number}", topic="items", **changes)
            assert await capture.post("/webhooks/mercadolivre", told, {}) == 200
    await capture.drain()
    return capture


@pytest.mark.parametrize("what", ["create", "update", "delete"])
@pytest.mark.parametrize("channel", NUMBER)
async def test_a_product_that_its_channel_tells_of_is_to_be_looked_at(channel: str, what: str):
    capture = await hears(channel, what)

    assert capture.hints.take(STORE) == {NUMBER[channel]}
    assert capture.hints.stores() == []
    assert (capture.captured, capture.dead, dict(capture.tally.counts)) == ([], [], {})


async def test_an_item_that_is_none_is_a_dead_letter_and_no_hint():
    capture = Capture(a_seller())
    told = mercadolivre.notification("/items/../users/me", topic="items")
    assert await capture.post("/webhooks/mercadolivre", told, {}) == 200
    await capture.drain()

    assert len(capture.dead) == 1
    assert capture.hints.stores() == []


def test_hints_are_kept_once_and_no_more_of_a_store_than_stand_for_all():
    hints = ListingHints()
    for number in range(10 * MOST):
        hints.add("s", str(number))
        hints.add("other", "1")

    assert hints.news.is_set()
    assert len(hints.take("s")) == MOST + 1
    assert hints.news.is_set()
    assert hints.take("other") == {"1"}
    assert not hints.news.is_set()
    assert hints.take("s") == set()
