"""How a channel marks an order, in its own words: what stores choose by. Pure."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Marks:
    """The order's tags, and where it was made (`pos`, `api`); empty where nothing is told."""

    tags: tuple[str, ...] = ()
    source: str = ""


UNMARKED: Final = Marks()
