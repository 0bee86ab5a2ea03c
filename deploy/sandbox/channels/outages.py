"""Bad days of a channel's API, ordered in advance: slow answers and errors."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Outage(BaseModel):
    """What goes wrong with the next `times` calls that match.

    `delay` is in real seconds. Without a `status` the call is answered as usual, after the delay.
    """

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    store_id: str | None = None
    path: str = ""
    times: int = Field(default=1, ge=1)
    delay: float = Field(default=0.0, ge=0)
    status: int | None = Field(default=None, ge=200, le=599)
    headers: Mapping[str, str] = {}
    body: Any = {"errors": "Internal Server Error"}


class Outages:
    """The outages that are still to happen; a restart forgets them."""

    def __init__(self) -> None:
        self._waiting: list[Outage] = []

    def order(self, outage: Outage) -> None:
        """From now on, until it is used up."""
        self._waiting.append(outage)

    def clear(self) -> None:
        """Back to good days."""
        self._waiting.clear()

    def waiting(self) -> list[Outage]:
        """What is still to go wrong."""
        return list(self._waiting)

    def strike(self, store_id: str, path: str) -> Outage | None:
        """The outage that hits this call, used once; `path` counts by what it contains."""
        for outage in self._waiting:
            if outage.store_id in {None, store_id} and outage.path in path:
                if outage.times == 1:
                    self._waiting.remove(outage)
                outage.times -= 1
                return outage
        return None
