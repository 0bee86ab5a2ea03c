"""The search terms of GraphQL's `orders(query:)` and of REST's `orders.json` parameters.

Terms beyond those of the reference are passed over, as an unknown field is by the platform.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from sandbox.channels.orders import Search

_TERM = re.compile(r"""(\w+):\s*(>=|<=|>|<)?\s*("[^"]*"|'[^']*'|[^\s()]+)""")
_STATES = ("open", "closed", "cancelled", "any")


class SearchRefusedError(ValueError):
    """A parameter or term that cannot be read."""


def of_query(query: str | None) -> Search:
    """GraphQL's search syntax: `updated_at:>='2026-10-01T00:00:00Z' AND financial_status:paid`."""
    found = Search()
    for field, operator, quoted in _TERM.findall(query or ""):
        value = quoted.strip("\"'")
        if field in {"created_at", "processed_at"}:
            found = replace(found, created=_bounded(found.created, operator, value))
        elif field == "updated_at":
            found = replace(found, updated=_bounded(found.updated, operator, value))
        elif field == "status" and value in _STATES:
            found = replace(found, state=value)
        elif field == "financial_status":
            found = replace(found, financial_status=value.lower())
        elif field == "name":
            found = replace(found, name=value if value.startswith("#") else f"#{value}")
        elif field == "id" and value.isdecimal() and not operator:
            found = replace(found, ids=(int(value),))
    return found


def of_parameters(given: Mapping[str, str]) -> Search:
    """REST's parameters; `status` is open where it is not given."""
    found = Search(state=given.get("status", "open"))
    if found.state not in _STATES:
        raise SearchRefusedError("status must be open, closed, cancelled or any")
    for operator, bound in ((">=", "min"), ("<=", "max")):
        if moment := given.get(f"updated_at_{bound}"):
            found = replace(found, updated=_bounded(found.updated, operator, moment))
        for field in ("created_at", "processed_at"):
            if moment := given.get(f"{field}_{bound}"):
                found = replace(found, created=_bounded(found.created, operator, moment))
    if (wanted := given.get("financial_status", "any")) != "any":
        found = replace(found, financial_status=wanted)
    if ids := given.get("ids"):
        found = replace(found, ids=tuple(int(i) for i in ids.split(",") if i.strip().isdecimal()))
    if since := given.get("since_id"):
        found = replace(found, since_id=int(since))
    return found


def _bounded(within: tuple[float, float], operator: str, value: str) -> tuple[float, float]:
    """The range with one more bound; moments count in whole seconds, as Shopify keeps them."""
    moment = _seconds(value)
    lowest, highest = {
        ">=": (moment, within[1]),
        ">": (moment + 1, within[1]),
        "<=": (within[0], moment),
        "<": (within[0], moment - 1),
        "": (moment, moment),
    }[operator]
    return max(within[0], lowest), min(within[1], highest)


def _seconds(value: str) -> float:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as unreadable:
        raise SearchRefusedError("a date cannot be read") from unreadable
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
