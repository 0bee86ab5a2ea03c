"""Who may do what, and where. Pure.

A role is held in a store, or in all of them. The administrator of the installation manages people
and stores, and reads no order without a role (reliability-security.md A7).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from types import MappingProxyType
from typing import Final


class Role(StrEnum):
    """What somebody is in a store; each may do what those before it may."""

    READER = "leitor"
    OPERATOR = "operador"
    MANAGER = "gestor"


class Permission(Enum):
    """What a page needs of whoever opens it."""

    OPEN = "open"
    """Nothing: it is for those who are not logged in."""
    ENTER = "enter"
    """A login."""
    SEE = "see"
    """To see the orders of the store."""
    OPERATE = "operate"
    """To correct the store's orders and send them on."""
    INSPECT = "inspect"
    """To see what was told of the store's orders, event by event, to the letter."""
    MANAGE = "manage"
    """To change how the store is set up."""
    MANAGE_SOME = "manage_some"
    """To change how any store at all is set up."""
    ADMINISTER = "administer"
    """To decide who may do what."""


_OF_ROLE: Final[Mapping[Role, frozenset[Permission]]] = MappingProxyType(
    {
        Role.READER: frozenset({Permission.SEE}),
        Role.OPERATOR: frozenset({Permission.SEE, Permission.OPERATE}),
        Role.MANAGER: frozenset(
            {Permission.SEE, Permission.OPERATE, Permission.INSPECT, Permission.MANAGE}
        ),
    }
)
_OF_ADMIN: Final = frozenset({Permission.MANAGE, Permission.ADMINISTER})
_RANKS: Final = {role: rank for rank, role in enumerate(Role)}


@dataclass(frozen=True, slots=True)
class Access:
    """What somebody may: as administrator, in all stores (`everywhere`), in single ones."""

    user: str
    admin: bool = False
    everywhere: Role | None = None
    stores: Mapping[str, Role] = field(default_factory=dict)

    def role(self, store_id: str) -> Role | None:
        """The higher of the roles held in this store."""
        held = [r for r in (self.everywhere, self.stores.get(store_id)) if r is not None]
        return max(held, key=_RANKS.__getitem__, default=None)

    def may(self, permission: Permission, store_id: str | None = None) -> bool:
        """Whether this is allowed; what is about a store, in that store."""
        if permission in {Permission.OPEN, Permission.ENTER}:
            return True
        if permission is Permission.MANAGE_SOME:
            return self.admin or Role.MANAGER in {self.everywhere, *self.stores.values()}
        if self.admin and permission in _OF_ADMIN:
            return True
        role = self.role(store_id) if store_id is not None else None
        return role is not None and permission in _OF_ROLE[role]

    def knows(self, store_id: str) -> bool:
        """Whether they may learn that the store exists."""
        return self.admin or self.role(store_id) is not None
