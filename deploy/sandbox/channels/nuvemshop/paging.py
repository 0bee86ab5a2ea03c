"""Pages by number: `page` from 1, `per_page` 30 unless told, 200 at most."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any
from urllib.parse import urlencode

from sandbox.channels.nuvemshop.answer import Answer, InvalidFieldsError, refusal

_DEFAULT, _MOST = 30, 200
_RESULTS_PER_QUERY = 10_000


@dataclass(frozen=True, slots=True)
class Page:
    """Which page is asked for."""

    number: int
    size: int

    @property
    def offset(self) -> int:
        """How many results come before it."""
        return (self.number - 1) * self.size


def page_of(given: Mapping[str, str]) -> Page:
    """The page that these parameters ask for; InvalidFieldsError."""
    number, size = given.get("page", "1"), given.get("per_page", str(_DEFAULT))
    if not number.isdecimal() or int(number) < 1:
        raise InvalidFieldsError(page="must be a positive number")
    if not size.isdecimal() or int(size) < 1:
        raise InvalidFieldsError(per_page="must be a positive number")
    page = Page(int(number), min(int(size), _MOST))
    if page.offset + page.size > _RESULTS_PER_QUERY:
        raise InvalidFieldsError(page=f"only the first {_RESULTS_PER_QUERY} results can be listed")
    return page


def since_of(given: Mapping[str, str]) -> int:
    """The id after which to begin; InvalidFieldsError."""
    since = given.get("since_id") or "0"
    if not since.isdecimal():
        raise InvalidFieldsError(since_id="must be a number")
    return int(since)


def paged(
    results: Sequence[Any], total: int, page: Page, url: str, given: Mapping[str, str]
) -> Answer:
    """One page with its total and its neighbours' addresses.

    Beyond the last page the answer is 404. A query without results has no page at all, so its
    first page is beyond the last one: not documented, but what integrators meet.
    """
    last = ceil(total / page.size)
    if page.number > last:
        return refusal(404, f"Last page is {last}")
    numbers = {"next": page.number + 1, "last": last, "first": 1, "prev": page.number - 1}
    links = [
        f'<{url}?{urlencode({**given, "page": number})}>; rel="{name}"'
        for name, number in numbers.items()
        if 1 <= number <= last and not (name in {"first", "last"} and number == page.number)
    ]
    headers = {"X-Total-Count": str(total), **({"Link": ", ".join(links)} if links else {})}
    return Answer(list(results), headers=headers)
