"""What an operator may ask of an order, and when not. Pure."""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any

from contracts.cancellations import CancellationChoice
from contracts.commands import Corrections, KeepErpOrder, ReprocessOrder, ResolveCancellation
from contracts.events import ErpStanding
from contracts.reasons import ReasonCode
from contracts.stores import StoreConfigured
from panel.tab import Situation, Tab


class Why(Enum):
    """Why a request about an order is refused."""

    UNKNOWN = "unknown"
    UNKNOWN_STORE = "unknown_store"
    UNKNOWN_LISTING = "unknown_listing"
    CANCELLED = "cancelled"
    INTEGRATED = "integrated"
    UNKNOWN_ITEM = "unknown_item"
    NOTHING_TO_CHOOSE = "nothing_to_choose"
    NOT_A_CHOICE = "not_a_choice"
    UNCHANGED = "unchanged"


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
    if (why := locked(row)) is not None:
        raise Refused(why)
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


def locked(row: Mapping[str, Any]) -> Why | None:
    """Why the order is not corrected here any more; None while it is."""
    if row["tab"] == Tab.CANCELLED:
        return Why.CANCELLED
    if row["tab"] == Tab.PROCESSED and row["situation"] != Situation.AWAITING_ERP:
        return Why.INTEGRATED
    return None


def resolve(
    row: Mapping[str, Any] | None,
    store: StoreConfigured | None,
    choice: CancellationChoice,
    *,
    command_id: str,
    by: str,
    at: datetime,
) -> ResolveCancellation:
    """The command that says what becomes of a cancelled sale the ERP still holds. Raises Refused.

    It is numbered after the choices that the row shows, so that of two made at once one counts.
    """
    if row is None or store is None:
        raise Refused(Why.UNKNOWN)
    if row["situation"] != Situation.NEEDS_ACTION:
        raise Refused(Why.NOTHING_TO_CHOOSE)
    if choice not in row["cancellation"]["choices"]:
        raise Refused(Why.NOT_A_CHOICE)
    return ResolveCancellation(
        command_id=command_id,
        order_id=row["_id"],
        store_id=row["store_id"],
        account_id=store.account_id,
        choice=choice,
        decision=row["cancellation"].get("decision", 0) + 1,
        requested_by=by,
        occurred_at=at,
    )


def keep(
    row: Mapping[str, Any] | None,
    store: StoreConfigured | None,
    *,
    command_id: str,
    by: str,
    at: datetime,
) -> KeepErpOrder:
    """The command to let the ERP's order stand though the channel changed it. Raises Refused."""
    if row is None or store is None:
        raise Refused(Why.UNKNOWN)
    if not is_held(row):
        raise Refused(Why.UNCHANGED)
    return KeepErpOrder(
        command_id=command_id,
        order_id=row["_id"],
        store_id=row["store_id"],
        account_id=store.account_id,
        revision=row["cells"]["pending"]["rank"][0],
        requested_by=by,
        occurred_at=at,
    )


def is_changed(row: Mapping[str, Any]) -> bool:
    """Whether the row waits because the channel changed an order that the ERP holds."""
    codes = [reason["code"] for reason in row["reasons"]]
    return row["tab"] == Tab.PENDING and ReasonCode.ORDER_CHANGED_AT_CHANNEL in codes


def is_held(row: Mapping[str, Any]) -> bool:
    """Whether the row waits although the ERP holds the order, open, as an older version had it."""
    held = row["erp"] is not None and row["erp"]["standing"] == ErpStanding.OPEN
    return is_changed(row) or (row["tab"] == Tab.PENDING and held)


def shown_order(row: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The body of the order that the row shows; None for a light row."""
    shown: Mapping[str, Any] | None = row.get("orders", {}).get(row["shown"])
    return shown
