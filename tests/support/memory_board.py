"""The panel's board in memory: the same questions, answered from encoded rows.

`tests/live/test_board.py` holds it against the real one.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from contracts.envelope import Message
from contracts.reasons import ReasonCode
from panel.board import HEAVY, Query
from panel.figures import MOST_POSTED, Figures, Pulse, midnight, waits
from panel.pages.formats import ZONE
from panel.paging import Page, page
from panel.row import Row, encode, step
from panel.search import Search
from panel.tab import Situation, Tab


@dataclass
class MemoryBoard:
    """Rows folded from messages, by order id."""

    rows: dict[str, Row] = field(default_factory=dict)

    def tell(self, *messages: Message) -> None:
        """Fold messages into their rows."""
        for message in messages:
            row, _ = step(self.rows.get(message.subject), message)
            assert row is not None
            self.rows[message.subject] = row

    def documents(self, stores: Collection[str]) -> list[dict[str, Any]]:
        found = [encode(row) | {"_id": id_} for id_, row in self.rows.items()]
        found = [d for d in found if d["store_id"] in stores]
        return sorted(found, key=lambda d: (d["updated_at"], d["_id"]), reverse=True)

    async def page(self, query: Query) -> Page:
        found = [d for d in self.documents(query.stores) if _matches(d, query)]
        found.sort(key=lambda d: _place(d, query), reverse=not query.before)
        shown = (found if query.full else [_light(d) for d in found])[: query.limit + 1]
        return page(shown, query.limit, query.by, after=query.after, before=query.before)

    async def count(self, query: Query, most: int) -> int:
        return min(sum(_matches(d, query) for d in self.documents(query.stores)), most)

    async def some(
        self, ids: Collection[str], stores: Collection[str], *, full: bool = False
    ) -> list[dict[str, Any]]:
        found = [d for d in self.documents(stores) if d["_id"] in ids]
        return found if full else [_light(d) for d in found]

    async def find(self, order_id: str, stores: Collection[str]) -> dict[str, Any] | None:
        return next((d for d in self.documents(stores) if d["_id"] == order_id), None)

    async def counts(self, stores: Collection[str], most: int | None = None) -> dict[Tab, int]:
        found = [d["tab"] for d in self.documents(stores)]
        return {tab: min(found.count(tab), most or len(found)) for tab in Tab}


def _held(rows: Sequence[dict[str, Any]], why: ReasonCode) -> int:
    pending = [row for row in rows if row["tab"] == Tab.PENDING]
    return sum(why in {reason["code"] for reason in row["reasons"]} for row in pending)


def _light(document: dict[str, Any]) -> dict[str, Any]:
    return {name: part for name, part in document.items() if name not in HEAVY}


def _matches(document: dict[str, Any], query: Query) -> bool:
    wrong = (
        query.tab and document["tab"] != query.tab,
        query.reason and query.reason not in {r["code"] for r in document["reasons"]},
        query.attempts and document["attempt"] < query.attempts,
        query.situation and query.situation != document["situation"],
        query.by == "placed_at" and not _within(document["placed_at"], query),
        query.valued and not _worth(document["cents"], query),
    )
    if any(wrong):
        return False
    if query.search and not any(_begins(word, query.search) for word in document["search"]):
        return False
    if query.before:
        return _place(document, query) > (query.before.at, query.before.order_id)
    if not query.after:
        return True
    return _place(document, query) < (query.after.at, query.after.order_id)


def _within(placed: datetime | None, query: Query) -> bool:
    if placed is None or (query.since and placed < query.since):
        return False
    return query.until is None or placed < query.until


def _worth(cents: int | None, query: Query) -> bool:
    if cents is None or (query.least is not None and cents < query.least):
        return False
    return query.most is None or cents <= query.most


def _begins(word: str, search: Search) -> bool:
    return word in search.whole if search.whole else word.startswith(search.start)


def _place(document: dict[str, Any], query: Query) -> tuple[Any, str]:
    return document[query.by], document["_id"]


@dataclass
class MemoryLedger:
    """The figures of a board in memory, counted by hand."""

    board: MemoryBoard

    async def pulses(self, stores: Collection[str], most: int) -> dict[str, Pulse]:
        return {store_id: self._pulse(store_id, most) for store_id in stores}

    def _pulse(self, store_id: str, most: int) -> Pulse:
        rows = self.board.documents([store_id])
        waiting = [r for r in rows if r["situation"] == Situation.AWAITING_ERP]
        action = [r for r in rows if r["situation"] == Situation.NEEDS_ACTION]
        placed = max((r for r in rows if r["placed_at"]), key=_placed_at, default=None)
        return Pulse(
            captured_at=placed["captured_at"] if placed else None,
            posted_at=max((r["posted_at"] for r in rows if r["posted_at"]), default=None),
            awaiting=min(len(waiting), most),
            awaiting_since=min((r["updated_at"] for r in waiting), default=None),
            needs_action=min(len(action), most),
            locked_out=min(_held(rows, ReasonCode.ERP_CREDENTIALS_INVALID), most),
            unconfigured=min(_held(rows, ReasonCode.STORE_CONFIG_INCOMPLETE), most),
            untold=min(_held(rows, ReasonCode.CHANNEL_TOKEN_EXPIRED), most),
        )

    async def figures(self, store_id: str, days: Sequence[date]) -> Figures:
        since, until = midnight(days[0]), midnight(days[-1] + timedelta(days=1))
        rows = self.board.documents([store_id])
        placed = [r for r in rows if r["placed_at"] and since <= r["placed_at"] < until]
        found = Counter((r["placed_at"].astimezone(ZONE).date(), r["tab"]) for r in placed)
        texts = {reason["code"]: reason["text"] for r in rows for reason in r["reasons"]}
        reasons = Counter(code for r in rows for code in {x["code"] for x in r["reasons"]})
        return Figures(
            days={day: {t: found[day, t] for t in Tab if found[day, t]} for day in days},
            reasons=[
                (code, texts[code], number)
                for code, number in sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0]))
            ],
            waits=waits([r for r in rows if r["posted_at"] and r["posted_at"] >= since]),
        )

    async def posted(self, store_id: str) -> list[dict[str, Any]]:
        rows = [r for r in self.board.documents([store_id]) if r["posted_at"]]
        return sorted(rows, key=lambda r: r["posted_at"], reverse=True)[:MOST_POSTED]


def _placed_at(row: Mapping[str, Any]) -> datetime:
    placed: datetime = row["placed_at"]
    return placed
