import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from chassis.flow import TOO_MANY_IN_A_ROW, Failed, Record, TooManyFailures
from chassis.patience import Unavailable
from contracts.envelope import Message
from contracts.events import OrderCaptured, OrderErased
from contracts.topics import dead
from contracts.wire import Outgoing, encode
from tests.support import tally
from tests.support.builders import an_order, captured
from tests.support.memory import MemoryDocuments, MemoryLog
from tests.support.waiting import eventually

DEAD = dead(tally.SERVICE)


@dataclass
class Away:
    """A publisher that is away the first few times, or gone for good."""

    log: MemoryLog
    times: int = 0
    gone: bool = False

    async def publish(self, records: Sequence[Outgoing]) -> None:
        if self.gone:
            raise RuntimeError("the process dies here")
        if self.times:
            self.times -= 1
            raise Unavailable("kafka: away")
        await self.log.publish(records)


@dataclass
class Held:
    """A publisher that keeps everything waiting until it is let go."""

    log: MemoryLog
    open: asyncio.Event = field(default_factory=asyncio.Event)

    async def publish(self, records: Sequence[Outgoing]) -> None:
        await self.open.wait()
        await self.log.publish(records)


@dataclass
class Contended(MemoryDocuments[tally.Revisions]):
    """Documents that another process changes, once, between our load and our save."""

    other: Callable[[], None] | None = None

    async def save(self, changes):
        if self.other:
            self.other()
            self.other = None
        return await super().save(changes)


@dataclass
class Rarely(MemoryDocuments[tally.Revisions]):
    """Documents whose database is away the first few times."""

    times: int = 2
    loads: int = field(default=0)

    async def load(self, ids):
        self.loads += 1
        if self.loads <= self.times:
            raise Unavailable("mongodb: away")
        return await super().load(ids)


def records(*messages: Message, **headers: bytes) -> list[Record]:
    """Messages as they are read from one partition."""
    out = [encode(m, "test") for m in messages]
    return [
        Record(o.topic, 0, offset, o.key, o.value, dict(o.headers) | headers)
        for offset, o in enumerate(out)
    ]


def revisions(of: int, *numbers: int) -> list[OrderCaptured]:
    return [captured(an_order(of), revision) for revision in numbers]


def order_id(number: int) -> str:
    return an_order(number).order_id


async def test_each_order_is_stepped_through_in_its_order_and_told():
    documents, log = MemoryDocuments[tally.Revisions](), MemoryLog()
    batch = records(*revisions(1, 1), *revisions(2, 1), *revisions(1, 2, 3))

    await tally.flow(documents, log).handle(batch)

    assert documents.state(order_id(1)) == (1, 2, 3)
    assert documents.state(order_id(2)) == (1,)
    told = [(m.subject, m.revision) for m in log.messages(OrderErased)]
    one, other = order_id(1), order_id(2)
    assert told == [(one, 1), (other, 1), (one, 2), (one, 3)]


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 4)), max_size=12), st.data())
async def test_batches_of_any_size_and_any_repeat_come_to_the_same(captures, data):
    messages = [captured(an_order(number), revision) for number, revision in captures]
    one_by_one, batched = MemoryDocuments[tally.Revisions](), MemoryDocuments[tally.Revisions]()
    log, batched_log = MemoryLog(), MemoryLog()
    flow, batched_flow = tally.flow(one_by_one, log), tally.flow(batched, batched_log)

    for record in records(*messages):
        await flow.handle([record])
    left = records(*messages)
    while left:
        size = data.draw(st.integers(1, len(left)))
        await batched_flow.handle(left[:size])
        if data.draw(st.booleans(), "crashed before the commit"):
            await batched_flow.handle(left[:size])
        left = left[size:]

    states = {id_: kept.state for id_, kept in one_by_one.kept.items()}
    assert {id_: kept.state for id_, kept in batched.kept.items()} == states
    told = {m.event_id: m for m in log.messages(OrderErased)}
    assert {m.event_id: m for m in batched_log.messages(OrderErased)} == told


async def test_a_record_nobody_can_read_goes_dead_as_it_came_and_the_rest_go_on():
    documents, log = MemoryDocuments[tally.Revisions](), MemoryLog()
    good = records(*revisions(1, 1, 2))
    bad = Record(OrderCaptured.topic, 7, 41, b"omie-1", b'{"buyer": "Irene', {"ce_id": b"x"})

    await tally.flow(documents, log).handle([good[0], bad, good[1]])

    assert documents.state(order_id(1)) == (1, 2)
    [letter] = log.topics[DEAD]
    assert (letter.key, letter.value) == (bad.key, bad.value)
    assert letter.headers == {
        "ce_id": b"x",
        "dead_service": b"validation",
        "dead_topic": b"orders.captured.v1",
        "dead_partition": b"7",
        "dead_offset": b"41",
        "dead_error": b"body: json_invalid",
        "dead_at": b"2026-11-20T15:00:00+00:00",
    }


async def test_a_record_that_breaks_the_step_goes_dead_in_words_that_quote_nothing_of_it():
    documents, log = MemoryDocuments[tally.Revisions](), MemoryLog()

    with capture_logs() as lines:
        await tally.flow(documents, log).handle(records(*revisions(13, 1), *revisions(1, 1)))

    [letter] = log.topics[DEAD]
    assert letter.headers["dead_error"].startswith(b"ZeroDivisionError at tally.py:")
    assert "Irene" not in f"{letter.headers} {lines}"
    assert documents.state(order_id(1)) == (1,)


async def test_of_a_record_that_breaks_half_way_nothing_is_kept_or_told():
    async def two_in_one(batch):
        return [(captured(an_order(1)), captured(an_order(13))) for _ in batch]

    documents, log = MemoryDocuments[tally.Revisions](), MemoryLog()

    await tally.flow(documents, log, read=two_in_one).handle(records(captured(an_order(1))))

    assert documents.kept == {}
    assert log.messages(OrderErased) == []
    assert len(log.topics[DEAD]) == 1


async def test_what_is_too_large_to_tell_goes_dead():
    def grow(state, message):
        order = message.order.model_copy(update={"cancel_reason": "x" * 4 * 2**20})
        return state, [message.model_copy(update={"order": order})]

    log = MemoryLog()

    await tally.flow(MemoryDocuments(), log, step=grow).handle(records(*revisions(1, 1)))

    [letter] = log.topics[DEAD]
    assert letter.headers["dead_error"].startswith(b"TooLarge at wire.py:")


async def test_a_message_of_a_later_release_is_passed_over():
    documents, log = MemoryDocuments[tally.Revisions](), MemoryLog()
    unknown = records(captured(an_order(1)), ce_type=b"br.esteira.order.captured.v9")

    await tally.flow(documents, log).handle(unknown)

    assert documents.kept == {}
    assert dict(log.topics) == {}


async def test_an_order_another_process_changed_meanwhile_is_loaded_and_stepped_again():
    documents, log = Contended(), MemoryLog()
    theirs = tally.flow(documents, MemoryLog())
    await theirs.handle(records(*revisions(1, 1), *revisions(2, 1)))

    def meanwhile():
        for number in (1, 2):
            kept = documents.kept[order_id(number)]
            documents.kept[order_id(number)] = type(kept)((*kept.state, 2), kept.version + 1)

    documents.other = meanwhile
    await tally.flow(documents, log).handle(records(*revisions(1, 3), *revisions(3, 1)))

    assert documents.state(order_id(1)) == (1, 2, 3)
    assert documents.state(order_id(3)) == (1,)
    assert [m.revision for m in log.messages(OrderErased)] == [3, 1]


async def test_a_crash_between_storing_and_telling_tells_the_same_when_the_batch_comes_again():
    documents, log = MemoryDocuments[tally.Revisions](), MemoryLog()
    batch = records(*revisions(1, 1, 2))

    with pytest.raises(RuntimeError):
        await tally.flow(documents, Away(log, gone=True)).handle(batch)
    stored = dict(documents.kept)
    await tally.flow(documents, log).handle(batch)

    assert documents.kept == stored
    untroubled = MemoryLog()
    await tally.flow(MemoryDocuments(), untroubled).handle(batch)
    assert log.topics == untroubled.topics


async def test_a_batch_is_stored_while_the_one_before_is_told_and_is_told_after_it():
    documents, log = MemoryDocuments[tally.Revisions](), MemoryLog()
    publisher = Held(log)
    flow = tally.flow(documents, publisher)

    batches = [asyncio.create_task(flow.handle(records(*revisions(1, n)))) for n in (1, 2)]
    await eventually(
        lambda: order_id(1) in documents.kept and documents.state(order_id(1)) == (1, 2)
    )
    assert not log.topics
    publisher.open.set()
    await asyncio.gather(*batches)

    assert [m.revision for m in log.messages(OrderErased)] == [1, 2]


async def test_a_crash_with_two_batches_on_their_way_tells_the_same_when_they_come_again():
    documents, log = MemoryDocuments[tally.Revisions](), MemoryLog()
    batches = [records(*revisions(1, n), *revisions(2, n)) for n in (1, 2)]
    dying = tally.flow(documents, Away(log, gone=True))

    died = await asyncio.gather(*map(dying.handle, batches), return_exceptions=True)
    restarted = tally.flow(documents, log)
    for batch in batches:
        await restarted.handle(batch)

    assert [type(each) for each in died] == [RuntimeError, RuntimeError]
    assert [m.revision for m in log.messages(OrderErased)] == [1, 1, 2, 2]
    assert documents.state(order_id(1)) == (1, 2)


async def test_a_broker_that_is_away_is_waited_for_and_everything_is_told():
    log = MemoryLog()

    await tally.flow(MemoryDocuments(), Away(log, times=2)).handle(records(*revisions(1, 1, 2)))

    assert [m.revision for m in log.messages(OrderErased)] == [1, 2]


async def test_a_database_that_is_away_is_waited_for():
    documents, log = Rarely(), MemoryLog()

    await tally.flow(documents, log).handle(records(*revisions(1, 1)))

    assert documents.state(order_id(1)) == (1,)
    assert [m.revision for m in log.messages(OrderErased)] == [1]


async def test_a_reader_whose_other_side_is_away_is_waited_for():
    troubles = [Unavailable("channel: away")]

    async def read(batch):
        if troubles:
            raise troubles.pop()
        return [Failed("nothing in it") for _ in batch]

    log = MemoryLog()
    await tally.flow(MemoryDocuments(), log, read=read).handle(records(*revisions(1, 1)))

    assert log.topics[DEAD][0].headers["dead_error"] == b"nothing in it"


async def test_too_many_failures_in_a_row_stop_the_service_before_more_is_buried():
    log = MemoryLog()
    flow = tally.flow(MemoryDocuments(), log)
    broken = records(*revisions(13, 1))
    for _ in range(TOO_MANY_IN_A_ROW):
        await flow.handle(broken)

    with pytest.raises(TooManyFailures):
        await flow.handle(broken)

    assert len(log.topics[DEAD]) == TOO_MANY_IN_A_ROW


async def test_a_message_under_another_s_key_is_nobody_s():
    documents, log = MemoryDocuments[tally.Revisions](), MemoryLog()
    good, moved = records(*revisions(1, 1, 2))

    await tally.flow(documents, log).handle([good, replace(moved, key=b"omie-of-another")])

    assert documents.state(order_id(1)) == (1,)
    [letter] = log.topics[DEAD]
    assert letter.headers["dead_error"] == b"the record's key is another than its message's"


async def test_any_number_of_unreadable_records_never_stops_the_service():
    log = MemoryLog()
    flow = tally.flow(MemoryDocuments(), log)
    garbage = Record(OrderCaptured.topic, 0, 0, b"key", b"not json")

    await flow.handle([garbage] * (3 * TOO_MANY_IN_A_ROW))

    assert len(log.topics[DEAD]) == 3 * TOO_MANY_IN_A_ROW


async def test_failures_with_something_good_between_them_never_stop_the_service():
    log = MemoryLog()
    flow = tally.flow(MemoryDocuments(), log)

    for _ in range(2 * TOO_MANY_IN_A_ROW):
        await flow.handle(records(*revisions(13, 1)))
        await flow.handle(records(*revisions(1, 1)))

    assert len(log.topics[DEAD]) == 2 * TOO_MANY_IN_A_ROW


async def test_an_injected_message_is_stepped_through_like_one_that_was_read():
    documents, log = MemoryDocuments[tally.Revisions](), MemoryLog()

    await tally.flow(documents, log).inject([captured(an_order(1)), captured(an_order(2))])

    assert documents.state(order_id(2)) == (1,)
    assert len(log.messages(OrderErased)) == 2


async def test_an_injected_message_that_breaks_the_step_is_logged_and_the_rest_go_on():
    documents, log = MemoryDocuments[tally.Revisions](), MemoryLog()

    with capture_logs() as lines:
        await tally.flow(documents, log).inject([captured(an_order(13)), captured(an_order(1))])

    assert documents.state(order_id(1)) == (1,)
    assert [line["why"] for line in lines if line["event"] == "record_dead"]
    assert DEAD not in log.topics


async def test_the_trace_of_a_record_goes_on_in_what_is_told_of_it():
    trace = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    log = MemoryLog()

    await tally.flow(MemoryDocuments(), log).handle(
        [*records(captured(an_order(1)), traceparent=trace), *records(captured(an_order(2)))]
    )

    traced, untraced = log.topics[OrderErased.topic]
    assert traced.headers["traceparent"] == trace
    assert "traceparent" not in untraced.headers


async def test_what_comes_after_a_batch_finds_it_stored():
    documents, stored = MemoryDocuments[tally.Revisions](), list[tally.Revisions | None]()

    await tally.flow(
        documents, MemoryLog(), after=lambda: stored.append(documents.state(order_id(1)))
    ).handle(records(*revisions(1, 1)))

    assert stored == [(1,)]


async def test_a_batch_is_one_line_of_the_orders_it_moved_and_one_of_numbers():
    with capture_logs() as lines:
        await tally.flow(Contended(), MemoryLog()).handle(records(*revisions(1, 1, 2)))

    [moved] = [line for line in lines if line["event"] == "orders_moved"]
    assert moved["orders"] == [f"{order_id(1)} {OrderErased.type} {n}.0" for n in (1, 2)]
    [batch] = [line for line in lines if line["event"] == "batch_done"]
    assert (batch["records"], batch["told"], batch["dead"]) == (2, 2, 0)
    assert "Irene" not in str(lines)
