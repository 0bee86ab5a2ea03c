"""How rows are remembered, paged through, and shown."""

import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.store import Kept
from panel import mask
from panel.pages import formats
from panel.paging import BadCursor, Cursor, cursor
from panel.row import Row, step
from panel.rows import Rows
from tests.support.builders import an_order, captured, posted
from tests.support.memory import MemoryDocuments

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
moments = st.integers(0, 10**13).map(lambda ms: EPOCH + timedelta(milliseconds=ms))


@given(at=moments, order_id=st.text())
def test_a_cursor_survives_its_way_through_a_url(at: datetime, order_id: str) -> None:
    text = str(Cursor(at, order_id))

    assert cursor(text) == Cursor(at, order_id)
    assert text.isascii()
    assert not set(text) & set("/+=&#? ")


@given(text=st.text() | st.binary().map(lambda raw: raw.hex()))
def test_any_other_text_is_a_bad_cursor_or_a_harmless_one(text: str) -> None:
    with contextlib.suppress(BadCursor):
        assert cursor(text).at.tzinfo is UTC


@pytest.mark.parametrize(
    ("document", "shown"),
    [
        ("52998224725", "***.982.247-**"),
        ("12ABC34501DE35", "**.ABC.345/****-**"),
        ("AB123456", "********"),
        ("9" * 40, "*" * 14),
        ("", None),
        (None, None),
    ],
)
def test_a_document_is_masked_whatever_it_is(document: str | None, shown: str | None) -> None:
    assert mask.document(document) == shown


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        ("1234.5", "BRL", "R$\N{NO-BREAK SPACE}1.234,50"),
        ("-0.10", None, "-R$\N{NO-BREAK SPACE}0,10"),
        ("1234567.89", "USD", "USD\N{NO-BREAK SPACE}1.234.567,89"),
        (None, None, "–"),
    ],
)
def test_money_is_written_as_in_brazil(
    amount: str | None, currency: str | None, shown: str
) -> None:
    assert formats.money(amount, currency) == shown


def test_dates_are_those_of_sao_paulo() -> None:
    assert formats.when("2026-11-20T02:30:00.000+00:00") == "19/11/2026 23:30"
    assert formats.when(datetime(2026, 11, 20, 15, 0, tzinfo=UTC)) == "20/11/2026 12:00"
    assert formats.when(None) == "–"


def test_counts_are_exact_up_to_a_thousand() -> None:
    assert [formats.count(n) for n in (7, 1_000, 1_001)] == ["7", "1.000", "1.000+"]


class Watched(MemoryDocuments[Row]):
    """Documents that note what was asked of them."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[set[str]] = []

    async def load(self, ids: object) -> dict[str, Kept[Row]]:
        self.asked.append(set(ids))  # type: ignore[call-overload]
        return await super().load(ids)  # type: ignore[arg-type]


def row_of(number: int) -> Row:
    row, _ = step(None, captured(an_order(number)))
    assert row is not None
    return row


async def test_a_row_that_was_just_stored_is_not_read_again() -> None:
    stored = Watched()
    rows = Rows(stored)
    row = row_of(1)
    await rows.save({row.order_id: Kept(row)})

    [kept] = (await rows.load([row.order_id])).values()

    assert stored.asked == []
    assert kept.version == 1
    assert kept.state.cells == row.cells
    assert kept.state.orders == {}


async def test_a_row_that_another_process_changed_is_read_anew_and_nothing_is_lost() -> None:
    stored = Watched()
    ours, theirs = Rows(stored), Rows(stored)
    row = row_of(1)
    await ours.save({row.order_id: Kept(row)})
    [known] = (await theirs.load([row.order_id])).values()
    await theirs.save({row.order_id: Kept(step(known.state, posted(an_order(1)))[0] or row, 1)})

    [stale] = (await ours.load([row.order_id])).values()
    assert not await ours.save({row.order_id: stale})
    [fresh] = (await ours.load([row.order_id])).values()

    assert fresh.version == 2
    assert "posted" in fresh.state.cells


async def test_only_the_latest_rows_are_remembered() -> None:
    stored = Watched()
    rows = Rows(stored, most=2)
    found = [row_of(number) for number in (1, 2, 3)]
    for row in found:
        await rows.save({row.order_id: Kept(row)})

    await rows.load([row.order_id for row in found])

    assert stored.asked == [{found[0].order_id}]
