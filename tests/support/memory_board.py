"""The panel's board in memory: the same questions, answered from encoded rows.

`tests/live/test_board.py` holds it against the real one.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from contracts.envelope import Message
from panel.board import Query
from panel.paging import Page, page
from panel.row import Row, encode, step
from panel.summary import searchable
from panel.tab import Tab


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

    def _documents(self, stores: Collection[str]) -> list[dict[str, Any]]:
        documents = [encode(row) | {"_id": id_} for id_, row in self.rows.items()]
        documents = [d for d in documents if d["store_id"] in stores]
        return sorted(documents, key=lambda d: (d["updated_at"], d["_id"]), reverse=True)

    async def page(self, query: Query) -> Page:
        found = [d for d in self._documents(query.stores) if _matches(d, query)]
        return page(found[: query.limit + 1], query.limit)

    async def find(self, order_id: str, stores: Collection[str]) -> dict[str, Any] | None:
        return next((d for d in self._documents(stores) if d["_id"] == order_id), None)

    async def counts(self, stores: Collection[str], most: int | None = None) -> dict[Tab, int]:
        found = [d["tab"] for d in self._documents(stores)]
        return {tab: min(found.count(tab), most or len(found)) for tab in Tab}


def _matches(document: dict[str, Any], query: Query) -> bool:
    if query.tab and document["tab"] != query.tab:
        return False
    if query.reason and query.reason not in {r["code"] for r in document["reasons"]}:
        return False
    if query.text:
        start = searchable(query.text)
        if not any(word.startswith(start) for word in document["search"]):
            return False
    place = (document["updated_at"], document["_id"])
    return not query.after or place < (query.after.updated_at, query.after.order_id)
