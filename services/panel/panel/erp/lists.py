"""The ERP's lists that the forms offer, each as of a moment. Values and their documents."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from omie.registers import LISTINGS, Code, Option

FRESH_FOR: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class ErpList:
    """One register as it was at `read_at`."""

    options: Mapping[Code, Option]
    read_at: datetime


@dataclass(frozen=True, slots=True)
class Lists:
    """An account's registers, by the names of `omie.registers.LISTINGS`; one may never be read."""

    account_id: str
    registers: Mapping[str, ErpList] = field(default_factory=dict)

    def get(self, name: str) -> ErpList | None:
        """The register of this name."""
        return self.registers.get(name)

    def name_of(self, register: str, code: Code | None) -> str:
        """What the ERP calls this code; the code itself where that is not known."""
        known = self.registers.get(register)
        option = known.options.get(code) if known and code is not None else None
        return option.name if option and option.name else str(code or "")

    @property
    def read_at(self) -> datetime | None:
        """Since when all of it is known; None while something was never read."""
        if len(self.registers) < len(LISTINGS):
            return None
        return min(register.read_at for register in self.registers.values())

    def fresh(self, now: datetime) -> bool:
        """Whether it need not be read again yet."""
        return self.read_at is not None and now - self.read_at < FRESH_FOR


def encode(lists: Lists) -> dict[str, Any]:
    """Lists as their document. Options are pairs in a list: codes may be numbers."""
    return {
        "account_id": lists.account_id,
        "registers": {
            name: {
                "read_at": register.read_at,
                "options": [
                    [o.code, o.name, o.active, o.totals, o.payments]
                    for o in register.options.values()
                ],
            }
            for name, register in lists.registers.items()
        },
    }


def decode(document: dict[str, Any]) -> Lists:
    """Lists from their document."""
    return Lists(
        account_id=document["account_id"],
        registers={
            name: ErpList(
                {row[0]: Option(*row) for row in register["options"]}, register["read_at"]
            )
            for name, register in document["registers"].items()
        },
    )
