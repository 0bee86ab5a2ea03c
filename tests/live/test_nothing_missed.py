"""Capture away for more than a day, on the real stack: nobody has to do anything about it."""

import time
from collections.abc import Sequence
from contextlib import ExitStack

from embedded.belt import Belt
from tests.support.merchant import Merchant, eventually

HOURS, EVERY = 26, 2
WITHIN_S = 120


def test_after_26_hours_down_every_order_is_there_within_two_minutes(own_belt: Belt):
    with ExitStack() as open_:
        card = own_belt.site.card()
        merchants = [
            open_.enter_context(Merchant({**card, "stores": [store]})) for store in card["stores"]
        ]
        before = [sale(merchant) for merchant in merchants]
        eventually(lambda: missing(merchants[0], before) == [], what="sales before to come in")

        own_belt.kill("capture")
        for merchant, order_id in zip(merchants, before, strict=True):
            merchant.cancels(order_id.partition(":")[2])
        during = []
        for _ in range(HOURS // EVERY):
            passes(merchants[0], EVERY * 3600)
            during += [sale(merchant) for merchant in merchants]
        assert missing(merchants[0], during) == during

        back_at = time.monotonic()
        own_belt.restart("capture")

        def caught_up() -> bool:
            cancelled = [merchants[0].order(order_id) for order_id in before]
            gone = all(row is not None and row["tab"] == "cancelled" for row in cancelled)
            return gone and missing(merchants[0], during) == []

        eventually(
            caught_up, patience=WITHIN_S, what=lambda: f"{missing(merchants[0], during)} to come"
        )
        assert time.monotonic() - back_at < WITHIN_S


def sale(merchant: Merchant) -> str:
    return f"{merchant.store['id']}:{merchant.sells()['id']}"


def passes(merchant: Merchant, seconds: int) -> None:
    """Time passes at the channels, and with it every retry of their webhooks."""
    url = f"{merchant.card['channels_url']}/_control"
    merchant.http.post(f"{url}/clock", json={"advance_s": seconds}).raise_for_status()
    merchant.http.post(f"{url}/retry").raise_for_status()


def missing(merchant: Merchant, order_ids: Sequence[str]) -> list[str]:
    """Those that are in no tab."""
    rows = {order_id: merchant.order(order_id) for order_id in order_ids}
    return [order_id for order_id, row in rows.items() if row is None or row["tab"] is None]
