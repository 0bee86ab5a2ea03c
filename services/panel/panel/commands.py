"""What an operator may ask of an order, and when not. Pure."""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any

from contracts.commands import Corrections, ReprocessOrder
from contracts.stores import StoreConfigured
from panel.tab import Situation, Tab


class Why(Enum):
    """Why a request about an order is refused."""

    UNKNOWN = "unknown"
    UNKNOWN_STORE = "unknown_store"
    CANCELLED = "cancelled"
    INTEGRATED = "integrated"
    UNKNOWN_ITEM = "unknown_item"


class Refused(Exception):  # noqa: N818 - it names what became of the request
    """The request cannot be carried out; `what` is the item it names in vain."""

    def __init__(self, why: Why, what: str = "") -> None:
        super().__init__(why.value)
        self.why = why
        self.what = what


def reprocess(
    row: Mapping[str, Any] | None,
    store: StoreConfigured | None,
    corrections: Corrections,
    *,
    command_id: str,
    by: str,
    at: datetime,
) -> ReprocessOrder:
    """The command to judge an order again. Raises Refused.

    An order on its way to the ERP may be judged again: the integration code stays the same, so
    it never becomes two sales orders.
    """
    if row is None or store is None:
        raise Refused(Why.UNKNOWN)
    if row["tab"] == Tab.CANCELLED:
        raise Refused(Why.CANCELLED)
    if row["tab"] == Tab.PROCESSED and row["situation"] != Situation.AWAITING_ERP:
        raise Refused(Why.INTEGRATED)
    known = {item["item_id"] for item in (shown_order(row) or {"items": ()})["items"]}
    for item in corrections.items:
        if item.item_id not in known:
            raise Refused(Why.UNKNOWN_ITEM, item.item_id)
    return ReprocessOrder(
        command_id=command_id,
        order_id=row["_id"],
        store_id=row["store_id"],
        account_id=store.account_id,
        corrections=corrections,
        requested_by=by,
        occurred_at=at,
    )


def shown_order(row: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The body of the order that the row shows."""
    shown: Mapping[str, Any] | None = row["orders"].get(row["shown"])
    return shown
