"""All that the pages see of the ERP, and of channels, together."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from contracts.stores import StoreConfigured
from panel.channel_check import ChannelCheck
from panel.erp.accounts import Accounts
from panel.erp.check import Finding, check
from panel.erp.orders import OrderReader
from panel.erp.reader import Reader
from panel.erp.stages import StageReader


@dataclass(frozen=True, slots=True)
class Window:
    """Lists, stages, orders, whether keys work. Nothing here writes at the ERP or at a channel."""

    accounts: Accounts
    lists: Reader
    stages: StageReader
    orders: OrderReader
    channels: ChannelCheck
    close: Callable[[], Awaitable[None]]

    async def check_erp(self, store: StoreConfigured) -> Finding:
        """Whether the ERP takes the store's keys."""
        return await check(self.accounts.of(store))

    async def stop(self) -> None:
        """Give up what is being read, and close the connections."""
        await self.lists.stop()
        await self.stages.stop()
        await self.orders.stop()
        await self.channels.http.aclose()
        await self.close()
