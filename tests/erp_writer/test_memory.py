"""How entries are kept: in documents, and in memory as long as they are open and there is room."""

from datetime import timedelta

from erp_writer import ledger
from erp_writer.entry import AT_ONCE, Entry, State
from erp_writer.memory import Memory
from erp_writer.mongo import decode, encode
from tests.support.belt import NOON
from tests.support.builders import ACCOUNT, an_order, validated


def an_entry(number: int, **changes: object) -> Entry:
    message = validated(an_order(number))
    entry, _ = ledger.step(None, message)
    assert entry is not None
    since = NOON + timedelta(seconds=number)
    return entry.model_copy(update={"since": since, **changes})


def due(memory: Memory, most: int = 10) -> list[str]:
    return [kept.state.order_id[-4:] for kept in memory.due(ACCOUNT, NOON, most)]


def test_only_the_version_that_is_stored_is_remembered() -> None:
    memory = Memory()
    entry = an_entry(1001)
    memory.learn(entry, 1)

    assert memory.recall(entry.order_id, 1) is entry
    assert memory.recall(entry.order_id, 2) is None


def test_what_is_due_comes_as_the_ledger_would_give_it() -> None:
    memory = Memory()
    for entry in (
        an_entry(1003),
        an_entry(1001),
        an_entry(1005, state=State.UNKNOWN),
        an_entry(1002, due_at=NOON + timedelta(seconds=1)),
        an_entry(1004, account_id="omie-5"),
    ):
        memory.learn(entry, 1)

    assert due(memory) == ["1005", "1001", "1003"]
    assert due(memory, most=2) == ["1005", "1001"]


def test_an_entry_that_is_done_or_turned_out_old_is_forgotten() -> None:
    memory = Memory()
    first, second = an_entry(1001), an_entry(1002)
    memory.learn(first, 1)
    memory.learn(second, 1)

    memory.learn(first.model_copy(update={"state": State.STOPPED, "validated": None}), 2)
    assert due(memory) == ["1002"]
    memory.forget(second.order_id)
    memory.forget(second.order_id)
    assert due(memory) == []


def test_an_entry_that_went_to_another_account_is_due_there_alone() -> None:
    memory = Memory()
    entry = an_entry(1001)
    memory.learn(entry, 1)
    memory.learn(entry.model_copy(update={"account_id": "omie-5"}), 2)

    assert due(memory) == []
    assert [kept.version for kept in memory.due("omie-5", NOON, 10)] == [2]


def test_the_one_written_longest_ago_makes_room() -> None:
    memory = Memory(most=2)
    for number in (1001, 1002, 1001, 1003):
        memory.learn(an_entry(number, due_at=AT_ONCE), 1)

    assert due(memory) == ["1001", "1003"]


def test_an_entry_is_read_however_it_was_written() -> None:
    entry = an_entry(1001)

    assert decode(encode(entry)) == entry
    assert decode({"entry": entry.model_dump(mode="json", exclude_defaults=True)}) == entry
