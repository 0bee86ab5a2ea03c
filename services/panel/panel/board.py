"""The rows in MongoDB as people read them: a tab page by page, one order, counts, the views.

Every method asks for the stores that the reader may see: nothing here reads across them.
"""

import asyncio
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from chassis.store import Collection_, Database, translated
from panel import figures
from panel.paging import Cursor, Page, page
from panel.search import Search
from panel.tab import Situation, Tab

ORDERS: Final = "orders"
HEAVY: Final = ("orders", "cells", "requests", "timeline")
"""What lists never load."""
_TABS_AND_NONE: Final = [*Tab, None]
_ALREADY_THERE: Final = 48
_RARE: Final = (
    Situation.AWAITING_ERP,
    Situation.CANCELLING,
    Situation.CANCELLED_AT_ERP,
    Situation.NEEDS_ACTION,
    Situation.CHECKING,
    Situation.KEPT,
)
"""Situations few orders of a tab are in: the others are found on the way through the tab."""
_PENDING: Final = {"tab": Tab.PENDING}
_LISTED: Final = (("store_id", 1), ("tab", 1))
_BY_CHANGE: Final = (("updated_at", -1), ("_id", -1))
_BY_DATE: Final = (("placed_at", -1), ("_id", -1))
_SITUATION: Final = (("situation", 1),)
_REASON: Final = (("reasons.code", 1),)
INDEXES: Final[Sequence[tuple[str, Sequence[tuple[str, int]], dict[str, Any] | None]]] = (
    ("lists_by_change", (*_LISTED, *_BY_CHANGE, *_SITUATION), None),
    ("lists_by_date", (*_LISTED, *_BY_DATE, *_SITUATION), None),
    ("reasons_by_change", (*_LISTED, *_REASON, *_BY_CHANGE), _PENDING),
    ("reasons_by_date", (*_LISTED, *_REASON, *_BY_DATE), _PENDING),
    ("rare_situations", (*_LISTED, *_SITUATION, *_BY_CHANGE), {"situation": {"$in": [*_RARE]}}),
    ("retried", (*_LISTED, *_BY_CHANGE, ("attempt", 1)), _PENDING | {"attempt": {"$gt": 1}}),
    ("valued", (*_LISTED, ("cents", 1), *_BY_DATE), None),
    ("searched", (("store_id", 1), ("search", 1), *_BY_DATE, ("tab", 1)), None),
)
"""Each list is read in its order from one of these, and counted without looking at a row.

What changes with every fact of an order is not beside its many search terms, nor beside its value:
a search is sorted by the order's own date, and so is what a value narrows down.
"""
SELDOM: Final = 15_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FOREVER: Final = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Query:
    """Which rows, newest change first; with a period, a value or a search, newest order first.

    `tab` None is all of them, those in no tab too. The period (`since`, `until`) is
    of the orders' own dates, without its end; the value (`least`, `most`) is in hundredths of the
    order's currency, with both ends; `attempts` are how often at least an order was judged. A page
    is the first one, or the one `after` a cursor, or the one `before` it. A `full` row has its
    bodies and its timeline.
    """

    stores: Collection[str]
    tab: Tab | None = None
    reason: str | None = None
    situation: str | None = None
    search: Search | None = None
    since: datetime | None = None
    until: datetime | None = None
    least: int | None = None
    most: int | None = None
    attempts: int | None = None
    after: Cursor | None = None
    before: Cursor | None = None
    limit: int = 50
    full: bool = False

    @property
    def by(self) -> str:
        """The moment of a row that the list is sorted by."""
        dated = self.since or self.until or self.search or self.valued
        return "placed_at" if dated else "updated_at"

    @property
    def valued(self) -> bool:
        """Whether a value narrows the list down."""
        return self.least is not None or self.most is not None


class Board(Protocol):
    """The read side of the rows."""

    async def page(self, query: Query) -> Page:
        """A page of rows. Raises Unavailable."""

    async def find(self, order_id: str, stores: Collection[str]) -> dict[str, Any] | None:
        """One row, whole, if it is of one of these stores. Raises Unavailable."""

    async def counts(self, stores: Collection[str], most: int | None = None) -> dict[Tab, int]:
        """How many rows each tab has, counted no further than `most`. Raises Unavailable."""

    async def count(self, query: Query, most: int) -> int:
        """How many rows a list has, counted no further than `most`. Raises Unavailable."""

    async def some(
        self, ids: Collection[str], stores: Collection[str], *, full: bool = False
    ) -> list[dict[str, Any]]:
        """These rows, light or `full`, as far as they are of these stores. Raises Unavailable."""


class MongoBoard:
    """The board in the panel's database."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._orders: Collection_[dict[str, Any]] = database[ORDERS]

    async def page(self, query: Query) -> Page:
        """See Board."""
        light = None if query.full else dict.fromkeys(HEAVY, 0)
        found = self._orders.find(_filter(query), light)
        way = 1 if query.before else -1
        found = found.sort([(query.by, way), ("_id", way)]).limit(query.limit + 1)
        with translated():
            if index := await self._of_few(query):
                found = found.hint(index)
            rows = await found.to_list(None)
        return page(rows, query.limit, query.by, after=query.after, before=query.before)

    async def _of_few(self, query: Query) -> str:
        """The index that finds so few orders that sorting its keys is quicker than the whole list.

        Empty where none does. The database would rather walk down the list: it counts the rows it
        looks at as if they were keys.
        """
        wanted: dict[str, Any] = {"store_id": {"$in": sorted(query.stores)}}
        if query.search:
            index, more = "searched", {"search": _found_by(query.search)}
        elif query.valued and not (query.reason or query.situation):
            index, more = "valued", {"tab": _tabs(query), "cents": _value(query)}
        else:
            return ""
        few = int(await self._orders.count_documents(wanted | more, limit=SELDOM)) < SELDOM
        return index if few else ""

    async def find(self, order_id: str, stores: Collection[str]) -> dict[str, Any] | None:
        """See Board."""
        with translated():
            found: dict[str, Any] | None = await self._orders.find_one(
                {"_id": order_id, "store_id": {"$in": sorted(stores)}}
            )
        return found

    async def counts(self, stores: Collection[str], most: int | None = None) -> dict[Tab, int]:
        """See Board."""
        limit: dict[str, Any] = {} if most is None else {"limit": most}
        within = {"$in": sorted(stores)}
        with translated():
            found = await asyncio.gather(
                *(
                    self._orders.count_documents({"store_id": within, "tab": tab}, **limit)
                    for tab in Tab
                )
            )
        return dict(zip(Tab, found, strict=True))

    async def count(self, query: Query, most: int) -> int:
        """See Board."""
        with translated():
            return int(await self._orders.count_documents(_filter(query), limit=most))

    async def some(
        self, ids: Collection[str], stores: Collection[str], *, full: bool = False
    ) -> list[dict[str, Any]]:
        """See Board."""
        light = None if full else dict.fromkeys(HEAVY, 0)
        wanted = {"_id": {"$in": sorted(ids)}, "store_id": {"$in": sorted(stores)}}
        with translated():
            found: list[dict[str, Any]] = await self._orders.find(wanted, light).to_list(None)
        return found


def _filter(query: Query) -> dict[str, Any]:
    """Equality first, then the sort keys: the order of the index."""
    wanted: dict[str, Any] = {"store_id": {"$in": sorted(query.stores)}, "tab": _tabs(query)}
    if query.reason:
        wanted["reasons.code"] = query.reason
    if query.situation:
        wanted["situation"] = query.situation
    if query.attempts:
        wanted["attempt"] = {"$gte": query.attempts}
    if query.search:
        wanted["search"] = _found_by(query.search)
    if query.valued:
        wanted["cents"] = _value(query)
    within: dict[str, Any] = {}
    if query.by == "placed_at":
        within = {"$gte": query.since or _EPOCH, "$lt": query.until or _FOREVER}
    if query.after:
        at, order_id = query.after.at, query.after.order_id
        within["$lte"] = at
        wanted["$or"] = [{query.by: {"$lt": at}}, {"_id": {"$lt": order_id}}]
    elif query.before:
        at, order_id = query.before.at, query.before.order_id
        within["$gte"] = at
        wanted["$or"] = [{query.by: {"$gt": at}}, {"_id": {"$gt": order_id}}]
    return wanted | ({query.by: within} if within else {})


def _tabs(query: Query) -> Any:
    return query.tab or {"$in": _TABS_AND_NONE}


def _value(query: Query) -> dict[str, int]:
    ends = {"$gte": query.least, "$lte": query.most}
    return {end: cents for end, cents in ends.items() if cents is not None}


def _found_by(search: Search) -> dict[str, Any]:
    if search.whole:
        return {"$in": [*search.whole]}
    return {"$regex": f"^{re.escape(search.start)}"}


async def prepare(database: Database[dict[str, Any]]) -> None:
    """Create the indexes and the three views; harmless when they exist. Raises Unavailable."""
    await index(database[ORDERS])
    with translated():
        there = set(await database.list_collection_names())
        for tab in Tab:
            await _view(database, f"{tab}_orders", _as_read(tab), there)


async def index(orders: Collection_[dict[str, Any]]) -> None:
    """Create the indexes of a collection of rows, the figures' too. Raises Unavailable."""
    with translated():
        for name, keys, partial in INDEXES:
            chosen: dict[str, Any] = {"partialFilterExpression": partial} if partial else {}
            await orders.create_index([*keys], name=name, **chosen)
    await figures.index(orders)


async def _view(
    database: Database[dict[str, Any]],
    name: str,
    pipeline: Sequence[dict[str, Any]],
    there: Collection[str],
) -> None:
    verb = "collMod" if name in there else "create"
    answer = await database.command(
        {verb: name, "viewOn": ORDERS, "pipeline": list(pipeline)},
        allowable_errors=[_ALREADY_THERE],
    )
    if answer.get("code") == _ALREADY_THERE:  # another process was quicker
        await database.command({"collMod": name, "viewOn": ORDERS, "pipeline": list(pipeline)})


def _as_read(tab: Tab) -> list[dict[str, Any]]:
    """A view for people with a database client: the order and what became of it, nothing else."""
    judged = {"$eq": ["$shown", "judged"]}
    return [
        {"$match": {"tab": tab}},
        {
            "$project": {
                "store_id": 1,
                "channel": 1,
                "number": 1,
                "situation": 1,
                "revision": 1,
                "attempt": 1,
                "order": {"$cond": [judged, "$orders.judged", "$orders.captured"]},
                "reasons": 1,
                "erp": 1,
                "cancellation": 1,
                "placed_at": 1,
                "updated_at": 1,
            }
        },
    ]
