"""Contenders in turns, A B B A, and what their laps say about each other."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Final

STEADY: Final = 0.15
"""A bare contender that varies more than this between rounds measures the machine, not us."""


@dataclass(frozen=True, slots=True)
class Lap:
    """One turn: how many per second, and the contender's own CPU time for each (us)."""

    rate: float
    cpu_us: float


Laps = Mapping[str, Sequence[Lap]]


def in_turns(contenders: Mapping[str, Callable[[], Lap]], rounds: int) -> dict[str, list[Lap]]:
    """Let each contender run once a round, every other round backwards.

    A first round warms up the servers and does not count.
    """
    names = list(contenders)
    for name in names:
        contenders[name]()
    laps: dict[str, list[Lap]] = {name: [] for name in names}
    for number in range(rounds):
        for name in names if number % 2 == 0 else reversed(names):
            laps[name].append(contenders[name]())
    return laps


@dataclass(frozen=True, slots=True)
class Spread:
    """The middle of several measurements, and how far they lie apart."""

    median: float
    lowest: float
    highest: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """The spread of at least one value."""
        return cls(median(values), min(values), max(values))

    @property
    def variation(self) -> float:
        """From the lowest to the highest, as a share of the median."""
        return (self.highest - self.lowest) / self.median


@dataclass(frozen=True, slots=True)
class Comparison:
    """Ours beside another contender, round by round."""

    ratio: Spread
    cpu_ratio: float
    ours: Spread
    other: Spread
    ours_cpu_us: float
    other_cpu_us: float

    @property
    def steady(self) -> bool:
        """Whether the other contender ran alike in all rounds."""
        return self.other.variation <= STEADY

    def __str__(self) -> str:
        ours, other, ratio = self.ours, self.other, self.ratio
        return (
            f"rounds {ratio.lowest:.2f} to {ratio.highest:.2f}; "
            f"{ours.median:,.0f}/s beside {other.median:,.0f}/s; "
            f"CPU {self.ours_cpu_us:.0f} us beside {self.other_cpu_us:.0f} us"
        )

    def remarks(self, name: str) -> tuple[str, ...]:
        """What a reader of the figure must know."""
        if self.steady:
            return ()
        varied = f"the bare contender varied by {self.other.variation:.0%} between rounds"
        return (f"{name}: {varied}: the machine was not quiet, measure again",)

    def conditions(self) -> dict[str, Any]:
        """For `bench.json`."""
        return {
            "ratio_min": round(self.ratio.lowest, 3),
            "ratio_max": round(self.ratio.highest, 3),
            "ours_per_s": round(self.ours.median),
            "ours_variation": round(self.ours.variation, 3),
            "ours_cpu_us": round(self.ours_cpu_us, 1),
            "bare_per_s": round(self.other.median),
            "bare_variation": round(self.other.variation, 3),
            "bare_cpu_us": round(self.other_cpu_us, 1),
            "cpu_ratio": round(self.cpu_ratio, 3),
            "steady": self.steady,
        }


def compare(laps: Laps, ours: str, other: str) -> Comparison:
    """How much of the other's rate is ours: a ratio per round, and their spread."""
    ours_cpu = median(lap.cpu_us for lap in laps[ours])
    other_cpu = median(lap.cpu_us for lap in laps[other])
    pairs = zip(laps[ours], laps[other], strict=True)
    return Comparison(
        ratio=Spread.of([mine.rate / theirs.rate for mine, theirs in pairs]),
        cpu_ratio=other_cpu / ours_cpu,
        ours=Spread.of([lap.rate for lap in laps[ours]]),
        other=Spread.of([lap.rate for lap in laps[other]]),
        ours_cpu_us=ours_cpu,
        other_cpu_us=other_cpu,
    )
