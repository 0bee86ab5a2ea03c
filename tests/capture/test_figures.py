"""What capture tells at `/metrics`: every store's numbers added up, and no store among them."""

from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from prometheus_client import Metric

from capture import figures
from capture.rates import Overheard, Rates, at_nuvemshop, at_shopify
from chassis.http import Answer
from chassis.metrics import Metrics
from tests.support.at_sandbox import at_sandbox
from tests.support.sweeping import Sweeping

COST = (
    b'{"data":{},"extensions":{"cost":{"requestedQueryCost":9,"throttleStatus":'
    b'{"maximumAvailable":2000.0,"currentlyAvailable":1991,"restoreRate":100.0}}}}'
)
Told = dict[str, dict[tuple[str, ...], float]]


def told_by(metrics: Metrics) -> Told:
    def samples(metric: Metric) -> dict[tuple[str, ...], float]:
        return {tuple(s.labels.values()): s.value for s in metric.samples}

    return {metric.name: samples(metric) for metric in metrics.collect()}


async def test_orders_are_told_by_channel_and_those_ignored_by_reason(tmp_path: Path):
    async with at_sandbox(tmp_path) as there:
        capture, metrics = there.capture, Metrics()
        sweeping = Sweeping(capture)
        shops = capture.intake.shops
        figures.tell(metrics, capture.door, capture.tally, shops, Rates())
        figures.tell_of_sweeps(metrics, sweeping.sweeper)
        await there.sells("shopify")
        await there.sells("nuvemshop")
        fault = {"store_id": "loja-nuvemshop", "status": 429, "times": 1}
        await there.sandbox.post("/_control/faults", json=fault)
        await sweeping.sweep()
        await capture.notify("orders/paid", {"id": 1, "test": True}, "nobody")
        capture.tally.ignored("not_paid", "loja-shopify")
        await there.passes(minutes=7)

        told = told_by(metrics)

    assert told["esteira_orders_captured"] == {("shopify",): 1, ("nuvemshop",): 1}
    assert told["esteira_orders_ignored"] == {("not_paid",): 1}
    assert told["esteira_webhooks"] == {("unknown_store",): 1}
    assert told["esteira_channel_throttled"] == {("nuvemshop",): 1}
    assert told["esteira_channel_wait_seconds"]["nuvemshop",] > 0
    ages = told["esteira_sweep_age_seconds"]
    assert ages.keys() == {("shopify",), ("nuvemshop",), ("mercadolivre",)}
    assert all(timedelta(minutes=7).total_seconds() <= age < 600 for age in ages.values())


class Channel:
    """A channel that answers what it is told to."""

    def __init__(self, *answers: Answer | httpx.HTTPError) -> None:
        self.answers = iter(answers)

    async def request(self, method: str, url: str, **_: object) -> Answer:
        answer = next(self.answers)
        if isinstance(answer, httpx.HTTPError):
            raise answer
        return answer


async def test_answers_are_counted_by_status_and_what_is_left_is_as_told_last():
    room = {"x-rate-limit-limit": "40", "x-rate-limit-remaining": "31"}
    channel = Channel(
        Answer(200, room, b"{}"),
        Answer(429, room | {"x-rate-limit-remaining": "0"}, b""),
        httpx.ReadTimeout(""),
    )
    rates = Rates()
    http = Overheard(channel, "nuvemshop", rates)
    assert (await http.request("GET", "https://x")).status_code == 200
    assert rates.left == {("nuvemshop", "40"): 31}
    await http.request("GET", "https://x")
    with pytest.raises(httpx.ReadTimeout):
        await http.request("GET", "https://x")

    assert rates.left == {("nuvemshop", "40"): 0}
    assert rates.answers == {
        ("nuvemshop", "200"): 1, ("nuvemshop", "429"): 1, ("nuvemshop", "none"): 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("headers", "content", "room"),
    [
        ({"x-shopify-shop-api-call-limit": "32/40"}, b"{}", ("40", 8)),
        (
            {},
            COST,
            ("2000", 1991),
        ),
        ({"x-shopify-shop-api-call-limit": "many"}, b'{"maximumAvailable":"x"', None),
        ({}, b"", None),
    ],
)
def test_shopify_tells_what_is_left_in_a_header_or_at_the_end_of_an_answer(
    headers: dict[str, str], content: bytes, room: object
):
    assert at_shopify(Answer(200, headers, content)) == room


def test_what_nuvemshop_tells_is_believed_where_it_is_a_number():
    assert at_nuvemshop(Answer(200, {"x-rate-limit-limit": "40"}, b"")) is None
