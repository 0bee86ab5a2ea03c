"""The routes about stores. Secrets go in and never come out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel

from contracts.accounts import AccountCondition, Condition
from contracts.stores import StoreConfigured, StoreSettings
from panel.api import problems
from panel.commands import Refused, Why
from panel.conditions import TEXTS
from panel.desk import Desk
from panel.disconnection import Disconnection
from panel.stores import StoreChange

StoreId = Annotated[
    str,
    Path(
        pattern=r"^[a-z0-9][a-z0-9-]{0,62}$",
        description="Small letters, digits and hyphens; it begins every order id of the store.",
        examples=["demo-shopify"],
    ),
]
_TAIL = 4


class ErpAccount(BaseModel):
    """The Omie application in use: the end of its key, and whether its secret is set."""

    app_key_end: str
    app_secret_set: bool


class CutOff(BaseModel):
    """The channel cut the store off, for example because the app was uninstalled there."""

    at: datetime
    cause: str


class ErpCondition(BaseModel):
    """What keeps the orders of the store's ERP account waiting, and what to do about it (pt-BR).

    `until` is when it ends by itself; None where it depends on somebody.
    """

    condition: Condition
    since: datetime
    until: datetime | None
    text: str


class Store(BaseModel):
    """A store as it is configured, without its secrets."""

    store_id: str
    name: str
    channel: str
    domain: str
    active: bool
    erp: ErpAccount
    channel_token_set: bool
    webhook_secrets: int
    settings: StoreSettings
    version: int
    changed_at: datetime
    disconnected: CutOff | None
    erp_condition: ErpCondition | None


class StoreList(BaseModel):
    """Every store, by name."""

    items: list[Store]


def routes(desk: Desk) -> APIRouter:
    """Stores: all, one, and its settings changed."""
    router = APIRouter(prefix="/stores", tags=["stores"])

    def shown(store: StoreConfigured, cut_off: Mapping[str, Disconnection]) -> Store:
        return _shown(store, cut_off.get(store.store_id), desk.erp_trouble(store))

    @router.get("", summary="Every store")
    async def stores() -> StoreList:
        """All stores, those switched off too."""
        known = desk.known_stores()
        cut_off = await desk.cut_off(known)
        return StoreList(items=[shown(s, cut_off) for s in known])

    @router.get("/{store_id}", summary="One store", responses=problems.NOT_FOUND)
    async def store(store_id: StoreId) -> Store:
        """The store's settings; of its secrets, whether they are set."""
        found = desk.stores.table.get(store_id)
        if found is None:
            raise Refused(Why.UNKNOWN_STORE)
        return shown(found, await desk.cut_off([found]))

    @router.put(
        "/{store_id}",
        summary="Create or change a store",
        responses={201: {"model": Store, "description": "The store is new"}, **problems.CONFLICT},
    )
    async def configure(store_id: StoreId, body: StoreChange, response: Response) -> Store:
        """What is left out is kept, secrets too; it answers once the change is in force here."""
        changed, is_new = await desk.stores.configure(store_id, body)
        response.status_code = 201 if is_new else 200
        return shown(changed, await desk.cut_off([changed]))

    return router


def _shown(
    store: StoreConfigured, cut_off: Disconnection | None, trouble: AccountCondition | None
) -> Store:
    return Store(
        store_id=store.store_id,
        name=store.name,
        channel=store.channel,
        domain=store.domain,
        active=store.active,
        erp=ErpAccount(
            app_key_end=store.erp_app_key[-_TAIL:], app_secret_set=bool(store.erp_app_secret)
        ),
        channel_token_set=bool(store.channel_token),
        webhook_secrets=len(store.webhook_secrets),
        settings=store.settings,
        version=store.version,
        changed_at=store.occurred_at,
        disconnected=CutOff(at=cut_off.at, cause=cut_off.cause) if cut_off else None,
        erp_condition=_condition(trouble) if trouble else None,
    )


def _condition(trouble: AccountCondition) -> ErpCondition:
    return ErpCondition(
        condition=trouble.condition,
        since=trouble.since,
        until=trouble.until,
        text=TEXTS[trouble.condition],
    )
