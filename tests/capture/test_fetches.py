"""Orders fetched on demand: a look that fetches nothing, a run that can be held, a result each."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture import inbox
from capture.fetch import Fetch, step
from contracts.envelope import Message
from contracts.fetches import (
    DirectFetch,
    FetchDirective,
    FetchOrders,
    FetchProgress,
    FetchState,
)
from contracts.stores import StoreConfigured
from contracts.topics import INBOX
from tests.support.at_sandbox import CHANNELS, AtSandbox, at_sandbox
from tests.support.belt import NOON
from tests.support.builders import ACCOUNT, STORE
from tests.support.sweeping import Sweeping

DATED_WHEN_PLACED = ("shopify", "nuvemshop")
"""Mercado Livre dates a sale from when it was paid: before that, no period holds it."""
START, PAUSE, RESUME, CANCEL = FetchDirective


class Killed(BaseException):
    """The process ends here, whatever it was doing."""


def asked(store: StoreConfigured | None = None, fetch_id: str = "f", **of: object) -> FetchOrders:
    return FetchOrders(
        command_id=str(uuid4()),
        fetch_id=fetch_id,
        store_id=store.store_id if store else STORE,
        account_id=store.account_id if store else ACCOUNT,
        requested_by="maria",
        occurred_at=NOON,
        **of,
    )


def directed(directive: FetchDirective, command: FetchOrders) -> DirectFetch:
    return DirectFetch(
        directive=directive,
        **command.model_dump(include={"fetch_id", "store_id", "account_id", "requested_by"}),
        command_id=str(uuid4()),
        occurred_at=NOON,
    )


@pytest.fixture
async def there(tmp_path: Path) -> AsyncIterator[AtSandbox]:
    async with at_sandbox(tmp_path) as sandbox:
        yield sandbox


def days(there: AtSandbox, back: int) -> dict[str, datetime]:
    now = there.capture.clock.now
    return {"since": now - timedelta(days=back), "until": now}


@pytest.mark.parametrize("channel", CHANNELS)
async def test_a_look_counts_what_would_come_and_fetches_nothing(there: AtSandbox, channel: str):
    sweeping = Sweeping(there.capture)
    known = await there.sells(channel)
    await sweeping.sweep()
    await there.passes(hours=1)
    for _ in range(3):
        await there.sells(channel)
    await there.sells(channel, pay=False)
    captured = len(there.capture.captured)

    await sweeping.say(asked(there.store(channel), **days(there, 2)))
    await sweeping.fetch()

    told = sweeping.progress()
    assert told.state is FetchState.LOOKED
    assert (told.expected.new, told.expected.known) == (3, 1)
    assert told.expected.ignored == ({"not_paid": 1} if channel in DATED_WHEN_PLACED else {})
    assert len(there.capture.captured) == captured
    assert known in there.standings()


@pytest.mark.parametrize("channel", CHANNELS)
async def test_a_run_brings_what_was_looked_for_and_says_what_became_of_each(
    there: AtSandbox, channel: str
):
    sweeping = Sweeping(there.capture)
    known = await there.sells(channel)
    await sweeping.sweep()
    await there.passes(hours=30)
    new = [await there.sells(channel) for _ in range(25)]
    unpaid = await there.sells(channel, pay=False)
    command = asked(there.store(channel), **days(there, 3))
    await sweeping.say(command)
    await sweeping.fetch()

    await sweeping.say(directed(START, command))
    await sweeping.fetch()

    assert sweeping.progress().state is FetchState.DONE
    passed_over = {unpaid: ("ignored", "not_paid")} if channel in DATED_WHEN_PLACED else {}
    expected = dict.fromkeys(new, ("new", "")) | {known: ("known", "")} | passed_over
    assert sweeping.results() == expected
    counts = sweeping.progress().counts
    assert (counts.new, counts.known, counts.total) == (25, 1, len(expected))
    assert set(there.standings()) == {known, *new}


async def test_a_run_that_is_paused_stops_and_goes_on_where_it_was(there: AtSandbox):
    sweeping = Sweeping(there.capture)
    sold = set()
    for _ in range(3):
        sold |= {await there.sells("shopify") for _ in range(15)}
        await there.passes(hours=20)
    command = asked(there.store("shopify"), **days(there, 4))
    await sweeping.say(command)
    await sweeping.fetch()
    await sweeping.say(directed(START, command))

    async def pause() -> None:
        sweeping.interrupt = None
        await sweeping.say(directed(PAUSE, command))

    sweeping.interrupt = pause
    await sweeping.fetch()
    paused, part = sweeping.progress(), set(there.standings())
    await sweeping.fetch()
    assert paused.state is FetchState.PAUSED
    assert 0 < len(part) < len(sold)
    assert set(there.standings()) == part

    await sweeping.say(directed(RESUME, command))
    await sweeping.fetch()

    assert sweeping.progress().state is FetchState.DONE
    assert sweeping.progress().counts.new == len(sold)
    assert set(there.standings()) == sold
    assert {outcome for outcome, _ in sweeping.results().values()} == {"new"}


async def test_a_run_that_is_cancelled_fetches_no_more(there: AtSandbox):
    sweeping = Sweeping(there.capture)
    for _ in range(45):
        await there.sells("shopify")
    command = asked(there.store("shopify"), **days(there, 1))
    await sweeping.say(command)
    await sweeping.fetch()
    await sweeping.say(directed(START, command))

    async def cancel() -> None:
        sweeping.interrupt = None
        await sweeping.say(directed(CANCEL, command))

    sweeping.interrupt = cancel
    await sweeping.fetch()
    await sweeping.say(directed(RESUME, command))
    await sweeping.fetch()

    assert sweeping.progress().state is FetchState.CANCELLED
    assert len(there.standings()) < 45


async def test_a_run_goes_on_after_a_restart_and_counts_nothing_twice(there: AtSandbox):
    sweeping = Sweeping(there.capture)
    sold = {await there.sells("nuvemshop") for _ in range(45)}
    command = asked(there.store("nuvemshop"), **days(there, 1))
    await sweeping.say(command)
    await sweeping.fetch()
    await sweeping.say(directed(START, command))

    async def die() -> None:
        if len(there.capture.captured) > 20:
            raise Killed

    sweeping.interrupt = die
    with pytest.raises(Killed):
        await sweeping.fetch()
    assert sweeping.progress().state is FetchState.RUNNING

    again = Sweeping(there.capture, "after the restart")
    again.fetches.kept |= sweeping.fetches.kept
    await again.fetch()

    assert again.progress().state is FetchState.DONE
    assert again.progress().counts.new == len(sold)
    assert set(there.standings()) == sold
    assert len(there.capture.captured) == len(sold)


async def test_orders_that_a_sweep_has_read_at_the_same_moment_did_not_fail(there: AtSandbox):
    sweeping = Sweeping(there.capture)
    sold = {await there.sells("nuvemshop") for _ in range(7)}
    command = asked(there.store("nuvemshop"), **days(there, 1))
    await sweeping.say(command)
    await sweeping.fetch()
    await sweeping.say(directed(START, command))

    async def a_sweep_asks_for_them_too() -> None:
        log = there.capture.log
        asked_now = [r for r in log.topics[INBOX] if r.headers.get(inbox.ASKED_BY) == b"f"][-5:]
        await log.publish([inbox.again(record, asked_by="sweep") for record in asked_now])

    sweeping.interrupt = a_sweep_asks_for_them_too
    await sweeping.fetch()

    assert sweeping.progress().state is FetchState.DONE
    assert sweeping.results() == dict.fromkeys(sold, ("new", ""))
    assert sum(sweeping.slept) < 30, "nobody waits for an answer that was there"


@pytest.mark.parametrize("channel", CHANNELS)
async def test_one_order_is_fetched_by_its_number(there: AtSandbox, channel: str):
    sweeping = Sweeping(there.capture)
    await there.sells(channel)
    answer = await there.sandbox.post(f"/_control/stores/loja-{channel}/orders", json={})
    wanted, number = f"loja-{channel}:{answer.json()['id']}", answer.json()["name"]
    await there.sells(channel)
    command = asked(there.store(channel), number=number)
    await sweeping.say(command)
    await sweeping.fetch()
    assert sweeping.progress().expected.new == 1

    await sweeping.say(directed(START, command))
    await sweeping.fetch()

    assert sweeping.results() == {wanted: ("new", "")}
    assert set(there.standings()) == {wanted}


async def test_a_number_that_no_order_has_finds_nothing(there: AtSandbox):
    sweeping = Sweeping(there.capture)
    for channel in CHANNELS:
        await sweeping.say(asked(there.store(channel), fetch_id=channel, number="#999999"))
        await sweeping.fetch()

        assert sweeping.progress().expected.total == 0


async def test_an_order_before_its_listing_s_date_comes_once_the_date_is_moved_back(
    there: AtSandbox,
):
    sweeping = Sweeping(there.capture)
    order_id = await there.sells("shopify")
    body = (await there.sandbox.get(f"/_control/stores/{order_id.replace(':', '/orders/')}")).json()
    listings = {f"loja-shopify:{line['product_id']}" for line in body["order"]["line_items"]}
    await there.passes(days=2)
    there.capture.publications.dates |= dict.fromkeys(listings, there.capture.clock.now)
    first = asked(there.store("shopify"), **days(there, 3))
    await sweeping.say(first)
    await sweeping.fetch()
    await sweeping.say(directed(START, first))
    await sweeping.fetch()
    assert sweeping.results() == {order_id: ("ignored", "before_publication")}
    assert there.standings() == {}

    back = there.capture.clock.now - timedelta(days=3)
    there.capture.publications.dates |= dict.fromkeys(listings, back)
    second = asked(there.store("shopify"), fetch_id="g", **days(there, 3))
    await sweeping.say(second)
    await sweeping.fetch()
    await sweeping.say(directed(START, second))
    await sweeping.fetch()

    assert sweeping.results() == {order_id: ("new", "")}
    assert there.standings() == {order_id: "paid"}


async def test_a_refused_token_fails_the_fetch_until_the_store_is_connected_again(
    there: AtSandbox,
):
    sweeping = Sweeping(there.capture)
    order_id = await there.sells("shopify")
    command = asked(there.store("shopify"), **days(there, 1))
    fault = {"store_id": "loja-shopify", "status": 401, "times": 1}
    await there.sandbox.post("/_control/faults", json=fault)
    await sweeping.say(command)
    await sweeping.fetch()
    assert (sweeping.progress().state, sweeping.progress().cause) == ("failed", "token_refused")

    await sweeping.say(directed(RESUME, command))
    await sweeping.fetch()
    assert sweeping.progress().state is FetchState.LOOKED
    await sweeping.say(directed(START, command))
    await sweeping.fetch()

    assert there.standings() == {order_id: "paid"}


async def test_a_channel_that_is_away_is_waited_for_and_then_the_run_goes_on(there: AtSandbox):
    sweeping = Sweeping(there.capture)
    sold = {await there.sells("shopify") for _ in range(3)}
    command = asked(there.store("shopify"), **days(there, 1))
    await sweeping.say(command)
    await sweeping.fetch()
    await sweeping.say(directed(START, command))
    fault = {"store_id": "loja-shopify", "status": 503, "times": 100}
    await there.sandbox.post("/_control/faults", json=fault)
    await sweeping.fetch()
    assert (sweeping.progress().state, sweeping.progress().cause) == ("running", "unreachable")

    await there.sandbox.delete("/_control/faults")
    await sweeping.fetch()

    assert (sweeping.progress().state, sweeping.progress().cause) == ("done", "")
    assert set(there.standings()) == sold


async def test_a_fetch_of_a_store_that_is_gone_says_so(there: AtSandbox):
    sweeping = Sweeping(there.capture)
    store = there.store("shopify")
    there.capture.stores.put(store.model_copy(update={"active": False, "version": 2}))
    await sweeping.say(asked(store, **days(there, 1)))
    await sweeping.fetch()

    assert (sweeping.progress().state, sweeping.progress().cause) == ("failed", "store_inactive")


COMMANDS = st.lists(st.sampled_from(FetchDirective), max_size=8)


@given(COMMANDS)
def test_a_command_again_changes_nothing_and_tells_the_same(directives: list[FetchDirective]):
    command = asked(number="1")
    known: Fetch | None = None
    for message in (command, *(directed(each, command) for each in directives)):
        known, told = step(known, message)
        again, told_again = step(known, message)
        assert (again, told_again) == (known, told)


@given(COMMANDS)
def test_a_cancelled_fetch_stays_cancelled(directives: list[FetchDirective]):
    command = asked(number="1")
    known, _ = step(None, command)
    messages: list[Message] = [directed(CANCEL, command)]
    messages += [directed(each, command) for each in directives]
    for message in messages:
        known, told = step(known, message)

    assert known is not None
    assert known.state is FetchState.CANCELLED
    assert all(isinstance(m, FetchProgress) and m.step == known.step for m in told)
