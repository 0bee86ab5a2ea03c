"""Dates as the ERP writes them, and as its books are searched by."""

from datetime import datetime
from functools import lru_cache

from sandbox.erp import faults
from sandbox.erp.store import Doc

FIRST_YEAR = 1900


def iso(text: str, hour: str = "") -> str:
    """`31/12/2026` and perhaps `23:59:58` as text that sorts: `2026-12-31T23:59:58`."""
    day, month, year = text.split("/")
    return f"{year}-{month}-{day}" + (f"T{hour}" if hour else "")


@lru_cache(maxsize=4096)
def parsed(text: str) -> datetime:
    """Midnight of a date as the ERP writes it; ValueError for what is none."""
    return datetime.strptime(text, "%d/%m/%Y")  # noqa: DTZ007  a date has no zone


def read(param: Doc, tag: str) -> str | None:
    """The date of a tag as `yyyy-mm-dd`; a fault for one that is no date after 1900."""
    text = param.get(tag)
    if text is None:
        return None
    try:
        moment = parsed(text)
    except ValueError:
        raise faults.year_below_1900(tag) from None
    if moment.year <= FIRST_YEAR:
        raise faults.year_below_1900(tag)
    return f"{moment:%Y-%m-%d}"


def between(param: Doc, stem: str, column: str) -> list[tuple[str, str]]:
    """The conditions of a pair of filters such as `data_previsao_de` and `data_previsao_ate`."""
    conditions = []
    if first := read(param, f"{stem}_de"):
        conditions.append((f"{column} >= ?", first))
    if last := read(param, f"{stem}_ate"):
        conditions.append((f"{column} < ?", f"{last}~"))
    return conditions
