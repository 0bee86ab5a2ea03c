"""What channels say of their limits, overheard from their answers: how they came out, what is left.

Sources: shopify.dev, "API rate limits" (`X-Shopify-Shop-Api-Call-Limit`, and the cost at the end of
a GraphQL answer); Nuvemshop's page on rate limits. Mercado Livre tells nothing but its 429.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final

from chassis.http import Answered, Http

NO_ANSWER: Final = "none"
LOOKED_AT: Final = 8
"""Of so many answers alike one is looked into: every order brings some."""
_TAIL: Final = 400
_AT: Final = b'"maximumAvailable":'
"""Found by plain search first: each order's answer passes here."""
_POINTS: Final = re.compile(
    rb'"maximumAvailable":\s*(?P<limit>[0-9]+)(?:\.[0-9]+)?,\s*'
    rb'"currentlyAvailable":\s*(?P<left>[0-9]+)'
)
_CALLS: Final = re.compile(r"(?P<used>[0-9]{1,6})/(?P<limit>[0-9]{1,6})")

Room = tuple[str, float]
"""Of which limit, and how much of it is left. The limit tells which plan a store is on."""


def at_shopify(answered: Answered) -> Room | None:
    """Calls of the REST API, or points of GraphQL."""
    if told := answered.headers.get("x-shopify-shop-api-call-limit"):
        calls = _CALLS.fullmatch(told)
        return (calls["limit"], float(calls["limit"]) - float(calls["used"])) if calls else None
    content = answered.content
    begin = content.rfind(_AT, max(0, len(content) - _TAIL))
    if begin >= 0 and (points := _POINTS.match(content, begin)):
        return points["limit"].decode(), float(points["left"])
    return None


def at_nuvemshop(answered: Answered) -> Room | None:
    """Calls of the store's bucket."""
    limit = answered.headers.get("x-rate-limit-limit", "")
    left = answered.headers.get("x-rate-limit-remaining", "")
    return (limit, float(left)) if limit.isdecimal() and left.isdecimal() else None


ROOMS: Final[Mapping[str, Callable[[Answered], Room | None]]] = {
    "shopify": at_shopify,
    "nuvemshop": at_nuvemshop,
}
"""How each channel tells what is left, where it does."""


class Rates:
    """Since the process started, `answers` by channel and HTTP status; `left` as told last."""

    def __init__(self) -> None:
        self.answers: Counter[tuple[str, ...]] = Counter()
        self.left: dict[tuple[str, ...], float] = {}


class Overheard:
    """See Http: every answer of this channel is noted on its way."""

    def __init__(self, http: Http, channel: str, rates: Rates) -> None:
        self._http = http
        self._channel = channel
        self._rates = rates
        self._room = ROOMS.get(channel, _untold)

    async def request(
        self,
        method: str,
        url: str,
        *,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answered:
        """See Http."""
        outcome = NO_ANSWER
        try:
            answered = await self._http.request(method, url, content=content, headers=headers)
            outcome = str(answered.status_code)
        finally:
            self._rates.answers[self._channel, outcome] += 1
        if self._rates.answers[self._channel, outcome] % LOOKED_AT == 1 and (
            room := self._room(answered)
        ):
            self._rates.left[self._channel, room[0]] = room[1]
        return answered


def _untold(_: Answered) -> Room | None:
    return None
