"""What a channel offers to whoever looks after a store's connection to it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from capture.channels.channel import Shop


@dataclass(frozen=True, slots=True)
class Registration:
    """A webhook that the channel sends, and where it goes; `id` is the channel's name for it."""

    topic: str
    url: str
    id: str = field(default="", compare=False)


class Registrar(Protocol):
    """Registers webhooks through a channel's API. Calls raise TokenRefused and Unreachable."""

    topics: Sequence[str]
    """Those that a store needs; none where they are chosen with the app, for all its stores."""

    async def registered(self, shop: Shop) -> Sequence[Registration]:
        """What the channel sends for this shop; it always asks the channel, with the token."""

    async def register(self, shop: Shop, wanted: Registration) -> str:
        """Have it sent; the channel's words where it will not, empty where it will."""

    async def remove(self, shop: Shop, known: Registration) -> None:
        """Have it sent no more; one that is gone already is no trouble."""
