"""What a person can do here, whichever door they come through: the API or the pages."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from chassis.clock import Clock, utc_now
from chassis.flow import Publishes
from chassis.lookup import Records
from chassis.store import Documents
from chassis.table import Table
from contracts.accounts import AccountCondition
from contracts.cancellations import CancellationChoice
from contracts.commands import Corrections, KeepErpOrder, ReprocessOrder, ResolveCancellation
from contracts.stores import StoreConfigured
from panel import commands, conditions
from panel.access import Access, Permission
from panel.board import Board
from panel.connection import Connection
from panel.disconnection import Disconnection
from panel.lateness import Lateness
from panel.stores import Stores
from panel.telling import tell


@dataclass(frozen=True, slots=True)
class Desk:
    """The panel's collaborators, together. `new_id` makes the ids of commands."""

    board: Board
    stores: Stores
    disconnections: Documents[Disconnection]
    connections: Documents[Connection]
    publisher: Publishes
    clock: Clock
    new_id: Callable[[], str]
    records: Records
    conditions: Table[AccountCondition] = field(default_factory=lambda: Table(AccountCondition))
    lateness: Lateness = field(default_factory=lambda: Lateness(utc_now))

    def known_stores(self) -> list[StoreConfigured]:
        """Every store, by name."""
        return sorted(self.stores.table, key=lambda s: (s.name.casefold(), s.store_id))

    def stores_of(self, access: Access) -> list[StoreConfigured]:
        """The stores whose orders somebody may see, by name."""
        return [s for s in self.known_stores() if access.may(Permission.SEE, s.store_id)]

    def narrowed(self, access: Access, store_id: str | None) -> list[str]:
        """The ids of the stores somebody sees, or of the one asked for if it is among them."""
        return [
            s.store_id for s in self.stores_of(access) if store_id is None or s.store_id == store_id
        ]

    async def find(self, order_id: str, stores: Collection[str]) -> dict[str, Any]:
        """One row of these stores. Raises Refused, Unavailable."""
        row = await self.board.find(order_id, stores)
        if row is None:
            raise commands.Refused(commands.Why.UNKNOWN)
        return row

    async def reprocess(
        self,
        row: Mapping[str, Any],
        corrections: Corrections,
        *,
        by: str,
        command_id: str | None = None,
    ) -> ReprocessOrder:
        """Ask for the order to be judged again; returns when that is durably written.

        Raises Refused, Unavailable. The same command id again is the same request.
        """
        command = commands.reprocess(
            row,
            self.stores.table.get(row["store_id"]),
            corrections,
            command_id=command_id or self.new_id(),
            by=by,
            at=self.clock(),
        )
        await tell(self.publisher, command)
        return command

    async def resolve(
        self,
        row: Mapping[str, Any],
        choice: CancellationChoice,
        *,
        by: str,
        command_id: str | None = None,
    ) -> ResolveCancellation:
        """Say what becomes of a cancelled sale the ERP still holds. Raises as `reprocess`."""
        command = commands.resolve(
            row,
            self.stores.table.get(row["store_id"]),
            choice,
            command_id=command_id or self.new_id(),
            by=by,
            at=self.clock(),
        )
        await tell(self.publisher, command)
        return command

    async def keep(
        self, row: Mapping[str, Any], *, by: str, command_id: str | None = None
    ) -> KeepErpOrder:
        """Let the ERP's order stand though the channel changed it. Raises as `reprocess`."""
        command = commands.keep(
            row,
            self.stores.table.get(row["store_id"]),
            command_id=command_id or self.new_id(),
            by=by,
            at=self.clock(),
        )
        await tell(self.publisher, command)
        return command

    def erp_trouble(self, store: StoreConfigured) -> AccountCondition | None:
        """What keeps the orders of this store's ERP account waiting, if anything."""
        return conditions.trouble(self.conditions, store.account_id, self.clock())

    def behind(self, store: StoreConfigured) -> timedelta:
        """How far what is shown of the store is behind; nothing where that is not worth a word."""
        return self.lateness.of(store.account_id)

    async def connections_of(self, stores: Collection[StoreConfigured]) -> dict[str, Connection]:
        """How these stores' connections are, as far as capture has looked. Raises Unavailable."""
        kept = await self.connections.load([store.store_id for store in stores])
        return {store_id: found.state for store_id, found in kept.items()}

    async def cut_off(self, stores: Collection[StoreConfigured]) -> dict[str, Disconnection]:
        """Of these stores, those that are inactive because the channel cut them off."""
        inactive = [store.store_id for store in stores if not store.active]
        kept = await self.disconnections.load(inactive) if inactive else {}
        return {store_id: found.state for store_id, found in kept.items()}
