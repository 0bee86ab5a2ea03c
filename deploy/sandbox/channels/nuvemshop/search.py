"""The parameters of GET /orders; those beyond the reference are passed over."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from sandbox.channels.nuvemshop.answer import InvalidFieldsError
from sandbox.channels.nuvemshop.paging import since_of
from sandbox.channels.orders import EVER, Search, Sorting

_STATUSES = ("any", "open", "closed", "cancelled")
_SHIPPING_STATUSES = {"unfulfilled": "unshipped", "fulfilled": "shipped"}
_SEARCHED = ("number", "contact_name", "contact_email", "contact_identification")
_FACETS = {
    "channels": "storefront",
    "app_id": "app_id",
    "customer_ids": "customer.id",
    "payment_methods": "payment_details.method",
    "payment_provider": "gateway",
}


def of_parameters(given: Mapping[str, str]) -> Search:
    """What these parameters look for; InvalidFieldsError where one cannot be read."""
    status = given.get("status", "any")
    if status not in _STATUSES:
        raise InvalidFieldsError(status=f"must be one of {', '.join(_STATUSES)}")
    found = Search(
        state=status,
        created=_within(given, "created_at"),
        updated=_within(given, "updated_at"),
        total=_total(given),
        facets=_facets(given),
        words=(given.get("q", ""), tuple(f"$.order.{name}" for name in _SEARCHED)),
        since_id=since_of(given),
    )
    if (payment_status := given.get("payment_status", "any")) != "any":
        found = replace(found, financial_status=payment_status)
    return found


def sorting_of(given: Mapping[str, str]) -> Sorting:
    """Newest first; from a `since_id` upwards. The order of the lists is not published."""
    return Sorting("id", descending="since_id" not in given)


def _facets(given: Mapping[str, str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    found = [
        (f"$.order.{place}", tuple(given[name].split(",")))
        for name, place in _FACETS.items()
        if given.get(name)
    ]
    if (shipping := given.get("shipping_status", "any")) != "any":
        known = _SHIPPING_STATUSES.get(shipping, shipping)
        found.append(("$.order.shipping_status", (known,)))
    return tuple(found)


def _within(given: Mapping[str, str], name: str) -> tuple[float, float]:
    least, most = (given.get(f"{name}_{bound}") for bound in ("min", "max"))
    return (
        _seconds(least, f"{name}_min") if least else EVER[0],
        _seconds(most, f"{name}_max") if most else EVER[1],
    )


def _seconds(text: str, name: str) -> float:
    """A date without an offset is UTC. One whose `+` was not encoded cannot be read."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as unreadable:
        raise InvalidFieldsError(**{name: "is not a date in ISO 8601"}) from unreadable
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _total(given: Mapping[str, str]) -> tuple[float, float]:
    least, most = Search().total
    try:
        return float(given.get("total_min") or least), float(given.get("total_max") or most)
    except ValueError as unreadable:
        raise InvalidFieldsError(total="must be a number") from unreadable
