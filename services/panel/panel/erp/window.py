"""All that the pages see of the ERP, and of channels, together."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx

from chassis.clock import utc_now
from chassis.metrics import Metrics
from chassis.store import Database, MongoDocuments
from chassis.vault import Vault
from contracts.stores import StoreConfigured
from omie import figures as erp_figures
from omie.client import Omie
from omie.http import client
from omie.pacing import Pacing
from panel.channel_check import ChannelCheck
from panel.erp import lists
from panel.erp.accounts import Accounts
from panel.erp.check import Finding, check
from panel.erp.orders import OrderReader
from panel.erp.reader import Reader
from panel.erp.stages import Heard, StageReader
from panel.settings import Settings


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


def opened(
    settings: Settings,
    vault: Vault,
    database: Database[dict[str, Any]],
    metrics: Metrics,
    heard: Heard,
) -> Window:
    """The window on the real ERP and the real channels; `heard` is told of stages."""
    http = client(settings.erp_url)
    pacing = Pacing(
        per_method=settings.erp_calls_per_minute, per_ip=settings.erp_ip_calls_per_minute
    )
    erp_figures.tell(metrics, pacing)
    accounts = Accounts(vault, lambda account: Omie(http, account, pacing))
    kept = MongoDocuments(database["erp_lists"], lists.encode, lists.decode)
    channels = httpx.AsyncClient(timeout=8, follow_redirects=False, trust_env=False)
    return Window(
        accounts=accounts,
        lists=Reader(accounts, kept, utc_now),
        stages=StageReader(accounts, utc_now, heard=heard),
        orders=OrderReader(accounts, utc_now),
        channels=ChannelCheck(
            channels,
            vault,
            settings.shopify_url,
            settings.nuvemshop_url,
            settings.mercadolivre_url,
        ),
        close=http.aclose,
    )
