from datetime import timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from contracts.commands import ReprocessOrder
from contracts.envelope import Event
from contracts.events import OrderPosted, StoreDisconnected
from contracts.stores import StoreConfigured
from tests.support.builders import a_store, an_order, captured
from tests.support.strategies import MESSAGES, instances

events = st.sampled_from([m for m in MESSAGES if issubclass(m, Event)]).flatmap(instances)


def identity(event: Event) -> tuple[object, ...]:
    return (event.type, event.order_id, event.revision, event.attempt, event.stage)


@given(events, st.integers(1, 10**6), st.text(max_size=5))
def test_the_same_fact_told_later_by_another_account_keeps_its_id(
    event: Event, seconds: int, account: str
):
    later = event.model_copy(
        update={
            "occurred_at": event.occurred_at + timedelta(seconds=seconds),
            "account_id": account,
        }
    )

    assert later.event_id == event.event_id


@given(events, events)
def test_ids_are_equal_exactly_when_type_order_revision_attempt_and_stage_are(
    one: Event, other: Event
):
    assert (one.event_id == other.event_id) == (identity(one) == identity(other))


@given(events, st.integers(0, 3), st.integers(0, 3))
def test_every_revision_and_attempt_has_an_id_of_its_own(event: Event, revision: int, attempt: int):
    other = event.model_copy(update={"revision": revision, "attempt": attempt})

    assert (other.event_id == event.event_id) == (identity(other) == identity(event))


@given(instances(OrderPosted))
def test_a_posted_order_and_its_cancelling_are_two_facts(posted: OrderPosted):
    standings = type(posted.standing)

    ids = {posted.model_copy(update={"standing": each}).event_id for each in standings}

    assert len(ids) == len(standings)


@given(events)
def test_an_events_id_is_a_name_based_uuid(event: Event):
    assert UUID(event.event_id).version == 5


def test_ids_never_change_between_releases():
    captured_id = captured(an_order(1001), revision=2).event_id

    assert captured_id == "73a45aa2-b417-5020-b183-5fb69ca401a0"
    assert a_store(version=3).event_id == "76228c9f-46de-5549-9f81-d3c2ec8cda55"


@given(instances(StoreConfigured))
def test_each_version_of_a_store_has_an_id_of_its_own(store: StoreConfigured):
    later = store.model_copy(update={"version": store.version + 1})

    assert later.event_id != store.event_id


@given(instances(StoreDisconnected))
def test_a_store_disconnected_twice_is_two_facts(once: StoreDisconnected):
    again = once.model_copy(update={"occurred_at": once.occurred_at + timedelta(days=1)})

    assert again.event_id != once.event_id


@given(instances(ReprocessOrder))
def test_a_command_keeps_the_id_it_was_given(command: ReprocessOrder):
    assert command.event_id == command.command_id
