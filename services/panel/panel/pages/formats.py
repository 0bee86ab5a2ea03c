"""Amounts, dates and numbers as Brazilians read and write them. Pure."""

import re
from datetime import datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from markupsafe import Markup

ZONE: Final = ZoneInfo("America/Sao_Paulo")
_NBSP: Final = "\N{NO-BREAK SPACE}"
_SWAPPED: Final = str.maketrans(",.", ".,")
_TYPED: Final = re.compile(r"(?:R\$)?\s*([0-9]{1,3}(?:\.[0-9]{3})+|[0-9]{1,12})(?:,([0-9]{1,2}))?")
"""`1234,5`, `1.234,50`, `R$ 90`; not `1,234.50`, which means another amount to each reader."""
_SINCE: Final = Markup(
    '<time class="ago" datetime="{}" tabindex="0">{} <span class="tip">{}</span></time>'
)
_TIME: Final = Markup('<time datetime="{}">{}</time>')
_MOST_COUNTED: Final = 1_000
_LONGEST: Final = 15
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


def money(amount: str | None, currency: str | None = "BRL") -> str:
    """`R$ 1.234,50`; another currency by its code; a dash where nothing is known."""
    if amount is None:
        return "–"
    value = Decimal(amount)
    symbol = "R$" if currency in (None, "BRL") else currency
    sign = "-" if value < 0 else ""
    return f"{sign}{symbol}{_NBSP}{abs(value):,.2f}".translate(_SWAPPED)


def cents(typed: str) -> int | None:
    """What somebody typed as an amount in reais; None where it is none, or could be two."""
    found = _TYPED.fullmatch(typed.replace(_NBSP, " ").strip())
    if found is None or len(found[1]) > _LONGEST:
        return None
    return int(found[1].replace(".", "")) * 100 + int((found[2] or "").ljust(2, "0"))


def reais(cents: int) -> str:
    """`1234,50`, as a field has it."""
    return f"{cents // 100},{cents % 100:02}"


def when(moment: datetime | str | None) -> str:
    """`22/11/2026 10:05`, in São Paulo; a dash where nothing is known."""
    if moment is None:
        return "–"
    at = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return at.astimezone(ZONE).strftime("%d/%m/%Y %H:%M")


def timed(moment: datetime | str | None) -> Markup:
    """The same, in the element that says it to machines and keeps it on one line."""
    return Markup("–") if moment is None else _TIME.format(iso(moment), when(moment))


def exactly(moment: datetime | str) -> str:
    """`22/11/2026 10:05:09`, where things follow each other within seconds."""
    at = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return at.astimezone(ZONE).strftime("%d/%m/%Y %H:%M:%S")


def iso(moment: datetime | str) -> str:
    """For the `datetime` attribute of `<time>`."""
    return moment if isinstance(moment, str) else moment.isoformat()


def count(number: int, most: int = _MOST_COUNTED) -> str:
    """`1.284`; beyond what is counted, `1.000+`."""
    return f"{most:,}+".translate(_SWAPPED) if number > most else f"{number:,}".translate(_SWAPPED)


def duration(seconds: float | None) -> str:
    """`8 s`, `12 min`, `3 h 20 min`, `2 dias`; a dash where nothing is known."""
    if seconds is None:
        return "–"
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min"
    if whole < _DAY:
        minutes = whole % _HOUR // _MINUTE
        return f"{whole // _HOUR} h" + (f" {minutes} min" if minutes else "")
    days = whole // _DAY
    return f"{days} {'dia' if days == 1 else 'dias'}"


def since(moment: datetime | str, now: datetime) -> Markup:
    """How long ago something was; its exact time shows to who points at it, tabs to it, or taps it.

    Whoever hears the page hears both.
    """
    at = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return _SINCE.format(iso(moment), ago(at, now), exactly(at))


def ago(moment: datetime | None, now: datetime) -> str:
    """`há 3 min`; a dash where nothing is known."""
    if moment is None:
        return "–"
    seconds = (now - moment).total_seconds()
    return "agora" if seconds < 1 else f"há {duration(seconds)}"
