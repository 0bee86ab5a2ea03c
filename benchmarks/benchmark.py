"""What a benchmark is given, and what it gives: figures, each with its gate. Values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from benchmarks.cores import Cores

SMALL: Final = 10.0
"""Below this, places after the point matter."""


class DidNotRun(Exception):  # noqa: N818 - it names what happened
    """Something could not be measured; the text says why."""


@dataclass(frozen=True, slots=True)
class Gate:
    """What a figure must reach, or stay under."""

    bound: float
    at_least: bool

    def holds(self, value: float) -> bool:
        """Whether the figure passes."""
        return value >= self.bound if self.at_least else value <= self.bound

    def __str__(self) -> str:
        sign = ">=" if self.at_least else "<="
        return f"{sign} {written(self.bound)}"


def at_least(bound: float) -> Gate:
    """The figure must reach the bound."""
    return Gate(bound, at_least=True)


def at_most(bound: float) -> Gate:
    """The figure may reach the bound, and no more."""
    return Gate(bound, at_least=False)


def written(value: float) -> str:
    """A figure or a bound: ratios with two places, whatever is larger without any."""
    return f"{value:,.0f}" if value >= SMALL or value == 0 else f"{value:.2f}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of `bench.json`. `detail` says in a line how it came about."""

    name: str
    value: float
    gate: Gate
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a benchmark found; `conditions` go into `bench.json`, `remarks` are shown below."""

    figures: tuple[Figure, ...]
    conditions: Mapping[str, Any] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """How to measure: `rounds` of every pair, `quick` for a rough look, in `folder`.

    `say` tells the person at the screen what is going on.
    """

    folder: Path
    rounds: int
    quick: bool
    cores: Cores
    say: Callable[[str], None]

    def scaled(self, whole: int, quick: int) -> int:
        """How much of something to do."""
        return quick if self.quick else whole
