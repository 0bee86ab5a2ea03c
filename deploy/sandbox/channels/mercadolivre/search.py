"""/orders/search: whole orders of the last twelve months, without the cancelled ones."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from sandbox.channels.channel import Document, Store
from sandbox.channels.mercadolivre.answer import WRONG_CALLER, Answer, error
from sandbox.channels.mercadolivre.shapes import seconds, utc
from sandbox.channels.orders import EVER
from sandbox.channels.parts import Parts, PartSearch

_DEFAULT, _MOST = 50, 50
_DEEPEST = 10_000  # not published; integrators stop before it
_KEPT = timedelta(days=365)
_HIDDEN_FROM_SELLERS = ("cancelled",)
_SORTS = {"date_asc": "Date ascending", "date_desc": "Date descending"}


def searched(store: Store, given: Mapping[str, str], parts: Parts, now: datetime) -> Answer:
    """One page of the seller's orders, oldest `date_closed` first unless sorted otherwise."""
    if "seller" not in given:
        return error(400, "bad_request", "The search needs a seller or a buyer")
    if given["seller"] != store.shop_domain:
        return WRONG_CALLER
    offset, limit = given.get("offset", "0"), given.get("limit", str(_DEFAULT))
    if not (offset.isdecimal() and limit.isdecimal()) or int(offset) > _DEEPEST:
        return error(400, "bad_request", "Invalid offset or limit")
    try:
        search = _search(given, now)
    except ValueError:
        return error(400, "bad_request", "Invalid date")
    newest_first = given.get("sort") == "date_desc"
    page = min(int(limit), _MOST)
    total, found = parts.find(store.id, search, page, int(offset), newest_first=newest_first)
    return Answer(
        {
            "query": given.get("q", ""),
            "results": [_result(record, order_id) for order_id, record in found],
            **_sorted_by(newest_first=newest_first),
            "filters": [],
            "paging": {"total": total, "offset": int(offset), "limit": page},
            "display": "complete",
        }
    )


def _search(given: Mapping[str, str], now: datetime) -> PartSearch:
    statuses = _words(given.get("order.status"))
    since, until = _within(given, "date_created")
    return PartSearch(
        kind="orders",
        created=(max(since, (now - _KEPT).timestamp()), until),
        closed=_within(given, "date_closed"),
        updated=_within(given, "date_last_updated"),
        statuses=statuses or None,
        hidden=_HIDDEN_FROM_SELLERS,
        tags=_words(given.get("tags")),
        other_tags=_words(given.get("tags.not")),
        text=given.get("q") or given.get("item") or "",
    )


def _within(given: Mapping[str, str], name: str) -> tuple[float, float]:
    """Both bounds lose their minutes and seconds, so the last hour's begin is where it ends."""
    least, most = (given.get(f"order.{name}.{bound}") for bound in ("from", "to"))
    return _hour(least) if least else EVER[0], _hour(most) if most else EVER[1]


def _hour(text: str) -> float:
    moment = datetime.fromisoformat(text).replace(minute=0, second=0, microsecond=0)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _words(text: str | None) -> tuple[str, ...]:
    return tuple(word for word in (text or "").split(",") if word)


def _sorted_by(*, newest_first: bool) -> Document:
    used, other = ("date_desc", "date_asc") if newest_first else ("date_asc", "date_desc")
    return {
        "sort": {"id": used, "name": _SORTS[used]},
        "available_sorts": [{"id": other, "name": _SORTS[other]}],
    }


def _result(record: Document, order_id: str) -> Document:
    """The order with one more date than it has by itself."""
    [found] = [one for one in record["orders"] if str(one["id"]) == order_id]
    touched = datetime.fromtimestamp(seconds(found["last_updated"]), UTC)
    return {**found, "date_last_updated": utc(touched)}
