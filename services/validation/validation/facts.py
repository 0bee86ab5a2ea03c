"""What the rules need to know beside the order: the store's settings and the ERP's catalogue."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final, TypeVar

from contracts.listings import ListingLinked
from contracts.reasons import Reason
from contracts.stores import StoreConfigured, StoreSettings
from omie.registers import Option
from validation.catalogue import Catalogue, Registers
from validation.parts import Links
from validation.setup import problems

V = TypeVar("V")

CHANNEL_NAMES: Final[dict[str, str]] = {
    "shopify": "Shopify",
    "nuvemshop": "Nuvemshop",
    "mercadolivre": "Mercado Livre",
}
"""How a channel is called on screens; another one is called by its code, capitalised."""

NO_REGISTERS: Final = Registers()


def no_link(_: str) -> ListingLinked | None:
    """Nobody linked any listing."""
    return None


@dataclass(frozen=True)
class Facts:
    """One store's settings and its ERP account's catalogue, at one moment.

    `catalogue` is None while the ERP refuses the account's credentials (`refused`) or there are
    none (`keyless`): then nothing is said about products and registers. What the ERP lacks may
    be said until `trusted_until`; after that somebody may have added it. `links` are those of the
    store's listings, as they are at every moment.
    """

    store: StoreConfigured
    catalogue: Catalogue | None
    trusted_until: datetime
    refused: bool = False
    keyless: bool = False
    links: Links = no_link

    @property
    def settings(self) -> StoreSettings:
        """The store's options of "Integração com ERP"."""
        return self.store.settings

    @property
    def channel_name(self) -> str:
        """The channel's name on screens."""
        channel = self.store.channel
        return CHANNEL_NAMES.get(channel) or channel.replace("_", " ").title()

    @property
    def registers(self) -> Registers:
        """The account's registers; all of them unknown while there is no catalogue."""
        return NO_REGISTERS if self.catalogue is None else self.catalogue.registers

    @cached_property
    def setup_problems(self) -> tuple[Reason, ...]:
        """What is wrong with the store's own settings."""
        return tuple(problems(self.settings, self.registers, keyless=self.keyless))

    @cached_property
    def payment_codes(self) -> Mapping[str, str]:
        """The ERP's means of payment by gateway or method, whatever its case."""
        return _folded(self.settings.payment_methods)

    @cached_property
    def carrier_codes(self) -> Mapping[str, int]:
        """The ERP's carriers by shipping method or carrier, whatever its case."""
        return _folded(self.settings.carriers)

    @cached_property
    def channel_salesperson(self) -> int | None:
        """The ERP's active salesperson named like the channel, else like the store."""
        people = self.registers.salespeople or {}
        by_name = {_name(p): p.code for p in people.values() if p.active}
        for name in (self.channel_name, self.store.name):
            code = by_name.get(name.strip().casefold())
            if isinstance(code, int):
                return code
        return None


def _folded(mapping: Mapping[str, V]) -> dict[str, V]:
    return {key.strip().casefold(): value for key, value in mapping.items()}


def _name(option: Option) -> str:
    return option.name.strip().casefold()
