"""A process tells what it has counted, to whoever asks on its own port and to nobody beyond."""

from collections import Counter

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette

from chassis import subscription
from chassis.metrics import Metrics


class Consumer:
    """A consumer that was told where each of its partitions ends."""

    def __init__(self, **ends: int | None) -> None:
        self.ends = {
            subscription.TopicPartition(name[:-1], int(name[-1])): end
            for name, end in ends.items()
        }  # fmt: skip

    def assignment(self) -> frozenset[subscription.TopicPartition]:
        return frozenset(self.ends)

    def highwater(self, place: subscription.TopicPartition) -> int | None:
        return self.ends[place]


async def ask(metrics: Metrics, **headers: str) -> httpx.Response:
    transport = httpx.ASGITransport(Starlette(routes=[metrics.route()]))
    async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
        return await client.get("/metrics", headers=headers)


async def test_figures_are_told_as_they_are_when_somebody_asks():
    metrics, sold = Metrics(), Counter[tuple[str, ...]]()
    metrics.counted("esteira_sold_total", "Sold.", ("channel",), lambda: sold)
    metrics.measured("esteira_waiting", "Waiting.", (), lambda: {(): 2.5})
    sold['um "canal"\n',] += 3

    answer = await ask(metrics)

    told = {
        sample.name: (sample.labels, sample.value)
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }
    assert answer.headers["content-type"].startswith("text/plain")
    assert told["esteira_sold_total"] == ({"channel": 'um "canal"\n'}, 3)
    assert told["esteira_waiting"] == ({}, 2.5)
    assert "process_cpu_seconds_total" in told


@pytest.mark.parametrize("header", ["Forwarded", "X-Forwarded-For"])
async def test_who_comes_through_a_proxy_is_told_nothing(header: str):
    answer = await ask(Metrics(), **{header: "198.51.100.7"})

    assert (answer.status_code, answer.content) == (404, b"")


def test_what_is_behind_is_counted_from_where_records_are_done_and_only_of_our_partitions():
    reached = {("a", 0): 90, ("b", 0): 7}
    consumer = Consumer(a0=100, a1=50, c0=None)

    assert subscription.behind(consumer, reached) == {"a": 10}
    assert reached == {("a", 0): 90}, "the partition that went away is forgotten"
    assert subscription.behind(None, reached) == {}
