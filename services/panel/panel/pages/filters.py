"""What narrows a tab down, as an address says it and as people read it. Pure.

What somebody looks for may name a buyer, so an address holds it sealed.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from urllib.parse import urlencode

from contracts.reasons import TEXTS
from panel.board import Query
from panel.pages import words
from panel.pages.formats import ZONE, cents, money, reais
from panel.paging import Cursor
from panel.search import Search, understood
from panel.tab import Situation, Tab

SITUATIONS: Final[Mapping[Tab, tuple[Situation, ...]]] = {
    Tab.PROCESSED: (
        Situation.AWAITING_ERP,
        Situation.INTEGRATED,
        Situation.CANCELLED_AT_ERP,
    ),
    Tab.PENDING: (),
    Tab.CANCELLED: (
        Situation.NEEDS_ACTION,
        Situation.CHECKING,
        Situation.CANCELLING,
        Situation.CANCELLED,
        Situation.CANCELLED_AT_ERP,
        Situation.KEPT,
    ),
}
"""The situations that an order of each tab can be in."""

ATTEMPTS: Final = (2, 3, 5)
"""How many times at least an order was judged, to choose from."""
BETWEEN: Final = "intervalo"
NAMES: Final = (
    "busca", "periodo", "de", "ate", "valor_de", "valor_ate", "motivo", "tentativas", "situacao",
)  # fmt: skip
"""The names of the filters in an address."""


@dataclass(frozen=True, slots=True)
class Filters:
    """The filters of a list. `sealed` is the search as the address holds it.

    `least` and `most` are in cents. `misread` is what was typed as a value, and is none.
    """

    tab: Tab
    period: str = ""
    first: date | None = None
    last: date | None = None
    least: int | None = None
    most: int | None = None
    reason: str = ""
    attempts: int | None = None
    situation: str = ""
    sealed: str = ""
    search: Search | None = None
    misread: tuple[str, ...] = field(default=(), compare=False)

    def query(self, store_id: str, now: datetime, after: Cursor | None, limit: int) -> Query:
        """What to ask the board for."""
        first, last = self._days(now.astimezone(ZONE).date())
        return Query(
            stores=[store_id],
            tab=self.tab,
            reason=self.reason or None,
            attempts=self.attempts,
            situation=self.situation or None,
            search=self.search,
            since=_midnight(first) if first else None,
            until=_midnight(last + timedelta(days=1)) if last else None,
            least=self.least,
            most=self.most,
            after=after,
            limit=limit,
        )

    def parameters(self) -> dict[str, str]:
        """The filters as an address says them."""
        days = {"de": self.first, "ate": self.last} if self.period == BETWEEN else {}
        value = {"valor_de": self.least, "valor_ate": self.most}
        said = {
            "busca": self.sealed,
            "periodo": self.period,
            **{name: day.isoformat() if day else "" for name, day in days.items()},
            **{name: "" if end is None else reais(end) for name, end in value.items()},
            "motivo": self.reason,
            "tentativas": str(self.attempts or ""),
            "situacao": self.situation,
        }
        return {name: value for name, value in said.items() if value}

    def address(self, **more: str) -> str:
        """The query of an address with these filters, `?` and all."""
        said = urlencode(self.parameters() | more)
        return f"?{said}" if said else ""

    def chips(self) -> Iterator[tuple[str, str]]:
        """Each filter that is on, in words, and the address without it."""
        if self.search:
            without = replace(self, sealed="", search=None)
            yield f"Busca: {self.search.told}", without.address()
        if self.period:
            without = replace(self, period="", first=None, last=None)
            yield f"Data do pedido: {self._period()}", without.address()
        if self.least is not None or self.most is not None:
            yield f"Valor: {self._value()}", replace(self, least=None, most=None).address()
        if self.reason:
            yield TEXTS[_REASONS[self.reason]], replace(self, reason="").address()
        if self.attempts:
            yield f"Tentativas: {self.attempts} ou mais", replace(self, attempts=None).address()
        if self.situation:
            word = words.SITUATIONS[self.situation][0]
            yield f"Situação: {word}", replace(self, situation="").address()

    @property
    def on(self) -> bool:
        """Whether anything is left out of the list."""
        return bool(self.parameters())

    @property
    def by_date(self) -> bool:
        """Whether the newest order comes first, and not the latest change."""
        return bool(self.period or self.search) or (self.least, self.most) != (None, None)

    def _value(self) -> str:
        told = [
            f"{word} {money(reais(end).replace(',', '.'))}"
            for word, end in (("de", self.least), ("até", self.most))
            if end is not None
        ]
        return " ".join(told)

    def _period(self) -> str:
        if self.period != BETWEEN:
            return words.PERIODS[self.period].lower()
        told = [
            f"{word} {day:%d/%m/%Y}"
            for word, day in (("de", self.first), ("até", self.last))
            if day
        ]
        return " ".join(told)

    def _days(self, today: date) -> tuple[date | None, date | None]:
        match self.period:
            case "hoje":
                return today, None
            case "ontem":
                return today - timedelta(days=1), today - timedelta(days=1)
            case "7" | "30":
                return today - timedelta(days=int(self.period) - 1), None
            case _:
                return self.first, self.last


_REASONS: Final = {code.value: code for code in TEXTS}


def read(params: Mapping[str, str], tab: Tab, opened: Callable[[str], str]) -> Filters:
    """The filters that an address says; what it says wrongly is left out.

    Days without a period are one, and ends may be the wrong way round.
    `opened` unseals what is looked for, to nothing where it cannot.
    """
    sealed = params.get("busca", "")
    search = understood(opened(sealed)) if sealed else None
    reason = params.get("motivo", "")
    attempts = {str(number): number for number in ATTEMPTS}.get(params.get("tentativas", ""))
    situation = params.get("situacao", "")
    period = params.get("periodo", "")
    first, last = (_day(params.get(name, "")) for name in ("de", "ate"))
    if period in ("", BETWEEN):
        period = BETWEEN if first or last else ""
    if first and last and first > last:
        first, last = last, first
    known = period in words.PERIODS
    typed = [params.get(name, "").strip() for name in ("valor_de", "valor_ate")]
    least, most = (cents(text) for text in typed)
    if least is not None and most is not None and least > most:
        least, most = most, least
    return Filters(
        tab=tab,
        period=period if known else "",
        first=first if period == BETWEEN else None,
        last=last if period == BETWEEN else None,
        least=least,
        most=most,
        misread=tuple(text for text in typed if text and cents(text) is None),
        reason=reason if reason in _REASONS and tab is Tab.PENDING else "",
        attempts=attempts if tab is Tab.PENDING else None,
        situation=situation if situation in SITUATIONS[tab] else "",
        sealed=sealed if search else "",
        search=search,
    )


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year >= _OLDEST else None


_OLDEST: Final = 2000


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE).astimezone(UTC)
