"""Figures as shapes: what an inline SVG draws, in its own units. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from panel.tab import Tab

WIDTH: Final = 700
HEIGHT: Final = 150
_GAP: Final = 0.28
STACKED: Final = (Tab.PROCESSED, Tab.PENDING, Tab.CANCELLED)


@dataclass(frozen=True, slots=True)
class Bar:
    """One piece of a day's column."""

    tab: Tab
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Day:
    """One day: its numbers by tab, and its column."""

    day: date
    orders: Mapping[Tab, int]
    bars: Sequence[Bar]
    middle: float

    @property
    def total(self) -> int:
        """All of its orders."""
        return sum(self.orders.values())


def days(figures: Mapping[date, Mapping[Tab, int]], wanted: Sequence[date]) -> list[Day]:
    """These days, those without an order too, as columns of one scale."""
    highest = max((sum(figures.get(day, {}).values()) for day in wanted), default=0) or 1
    step = WIDTH / len(wanted)
    found = []
    for place, day in enumerate(wanted):
        orders = {tab: figures.get(day, {}).get(tab, 0) for tab in STACKED}
        x, y, bars = place * step + step * _GAP / 2, float(HEIGHT), []
        for tab in STACKED:
            height = HEIGHT * orders[tab] / highest
            y -= height
            if height:
                bars.append(
                    Bar(
                        tab, round(x, 1), round(y, 1), round(step * (1 - _GAP), 1), round(height, 1)
                    )
                )
        found.append(Day(day, orders, bars, round(place * step + step / 2, 1)))
    return found


def share(part: int, whole: int) -> float:
    """A part in hundredths of the whole."""
    return round(100 * part / whole, 1) if whole else 0.0


def at(sorted_values: Sequence[float], portion: float) -> float | None:
    """The value that this portion of them does not exceed; None of none."""
    if not sorted_values:
        return None
    return sorted_values[min(int(portion * len(sorted_values)), len(sorted_values) - 1)]
