"""What lists show and search of an order, derived from its cells. Pure."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from contracts.order import OrderStatus
from panel import search
from panel.cells import Cell
from panel.tab import Tab, place, version

_UNKNOWN: Final[dict[str, Any]] = {
    "channel": None,
    "buyer": {"name": "", "document": None},
    "items": 0,
    "skus": [],
    "total": None,
    "currency": None,
    "refunded": False,
    "placed_at": None,
    "paid_at": None,
}
"""What is shown while only later facts have arrived."""


def of(order_id: str, cells: Mapping[str, Cell]) -> dict[str, Any]:
    """The top-level fields of a row's document; its dates are real ones."""
    tab, situation = place(cells)
    revision, attempt = version(cells)
    shown = which_order(cells)
    listed = cells[shown]["order"] if shown else _UNKNOWN | {"number": order_id.partition(":")[2]}
    captured = cells.get("captured")
    erp = _erp(cells)
    shown_parts = {name: part for name, part in listed.items() if name != "found_by"}
    return shown_parts | {
        "cents": _cents(listed["total"]),
        "placed_at": _date(listed["placed_at"]),
        "paid_at": _date(listed.get("paid_at")),
        "captured_at": _date(captured["at"] if captured else None),
        "posted_at": _date(erp["posted_at"] if erp else None),
        "tab": tab,
        "situation": situation,
        "revision": revision,
        "attempt": attempt,
        "reasons": cells["pending"]["reasons"] if tab is Tab.PENDING else [],
        "erp": erp,
        "cancellation": _cancellation(cells),
        "shown": shown,
        "search": _search(listed, erp),
    }


def _erp(cells: Mapping[str, Cell]) -> dict[str, Any] | None:
    """The sales order in the ERP, and the NF-e that it became."""
    if "posted" not in cells:
        return None
    number = cells["invoiced"]["nfe_number"] if "invoiced" in cells else None
    return {**cells["posted"]["erp"], "nfe_number": number}


def _cents(total: str | None) -> int | None:
    """What a list is narrowed down by: the total as a number that the database compares."""
    return None if total is None else int(Decimal(total) * 100)


def _date(moment: str | None) -> datetime | None:
    return datetime.fromisoformat(moment) if moment else None


def which_order(cells: Mapping[str, Cell]) -> str | None:
    """The order to show: as it was judged last, unless the channel has a newer revision."""
    captured, judged = cells.get("captured"), cells.get("judged")
    if judged and (captured is None or judged["rank"][0] >= captured["rank"][0]):
        return "judged"
    return "captured" if captured else None


def _cancellation(cells: Mapping[str, Cell]) -> dict[str, Any] | None:
    """What OrderCancelled says, or, before it arrives, that the channel cancelled."""
    if "cancelled" in cells:
        found: dict[str, Any] = cells["cancelled"]["cancellation"]
        return found
    captured = cells.get("captured")
    if captured is None or captured["status"] != OrderStatus.CANCELLED:
        return None
    return {
        "undoing": None,
        "cancelled_at": captured["cancelled_at"],
        "reason": captured["cancel_reason"],
        "by": captured.get("cancelled_by"),
        "choices": [],
        "detail": "",
        "shipped": False,
        "decision": 0,
        "choice": None,
        "decided_by": None,
        "decided_at": None,
    }


def _search(listed: Mapping[str, Any], erp: Mapping[str, Any] | None) -> list[str]:
    divided = listed.get("replaces", "").partition(":")[2]
    words = [listed["number"], *listed["skus"], divided, *([erp["number"]] if erp else [])]
    if erp and erp["nfe_number"]:
        words += [erp["nfe_number"], search.nfe(erp["nfe_number"])]
    starts = {search.folded(word) for word in words} | {*search.starts(listed["buyer"]["name"])}
    return sorted(starts - {""} | {*listed.get("found_by", ())})
