"""The routes about stores. Secrets go in and never come out."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from contracts.accounts import AccountCondition, Condition
from contracts.connections import ChannelAccess
from contracts.stores import StoreConfigured, StoreSettings
from panel.access import Permission
from panel.api import problems
from panel.api.rights import INSTALLATION, Caller, needs
from panel.commands import Refused, Why
from panel.conditions import TEXTS
from panel.connection import Connection
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


class ChannelConnection(BaseModel):
    """What capture found when it last looked at the store's access to its channel.

    `ends_at` is when an access ends that nothing renews. `missing_webhooks` are topics that the
    channel would not register; `cause` is why, in its words. It is about the store as it was in
    `store_version`.
    """

    looked_at: datetime
    store_version: int
    access: ChannelAccess
    ends_at: datetime | None
    missing_webhooks: list[str]
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
    connection: ChannelConnection | None
    erp_condition: ErpCondition | None


class StoreList(BaseModel):
    """Every store, by name."""

    items: list[Store]


def routes(desk: Desk) -> APIRouter:
    """Stores: all, one, and its settings changed."""
    router = APIRouter(prefix="/stores", tags=["stores"])

    async def shown(stores: Sequence[StoreConfigured]) -> list[Store]:
        cut_off, looked = await desk.cut_off(stores), await desk.connections_of(stores)
        return [
            _shown(s, cut_off.get(s.store_id), looked.get(s.store_id), desk.erp_trouble(s))
            for s in stores
        ]

    @router.get("", summary="Every store", dependencies=[needs(Permission.ENTER)])
    async def stores(caller: Caller) -> StoreList:
        """All stores that the caller has to do with, those switched off too."""
        known = [s for s in desk.known_stores() if caller.knows(s.store_id)]
        return StoreList(items=await shown(known))

    @router.get(
        "/{store_id}",
        summary="One store",
        responses=problems.NOT_FOUND,
        dependencies=[needs(Permission.SEE, Permission.MANAGE)],
    )
    async def store(store_id: StoreId) -> Store:
        """The store's settings; of its secrets, whether they are set."""
        found = desk.stores.table.get(store_id)
        if found is None:
            raise Refused(Why.UNKNOWN_STORE)
        return (await shown([found]))[0]

    @router.put(
        "/{store_id}",
        summary="Create or change a store",
        responses={
            201: {"model": Store, "description": "The store is new"},
            **problems.NOT_FOUND,
            **problems.CONFLICT,
        },
        dependencies=[needs(Permission.MANAGE)],
    )
    async def configure(
        store_id: StoreId, body: StoreChange, response: Response, caller: Caller
    ) -> Store:
        """What is left out is kept, secrets too; it answers once the change is in force here.

        Administrators create stores. Keys are changed in the panel, where a person proves who they
        are, or with the installation's token; a user's token changes everything else.
        """
        is_new = desk.stores.table.get(store_id) is None
        if is_new and not caller.may(Permission.ADMINISTER):
            raise HTTPException(403)
        if not is_new and caller != INSTALLATION and body.touches_keys():
            raise HTTPException(403)
        changed, is_new = await desk.stores.configure(store_id, body)
        response.status_code = 201 if is_new else 200
        return (await shown([changed]))[0]

    return router


def _shown(
    store: StoreConfigured,
    cut_off: Disconnection | None,
    looked: Connection | None,
    trouble: AccountCondition | None,
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
        connection=_connection(looked) if looked else None,
        erp_condition=_condition(trouble) if trouble else None,
    )


def _connection(looked: Connection) -> ChannelConnection:
    return ChannelConnection(
        looked_at=looked.at,
        store_version=looked.store_version,
        access=looked.access,
        ends_at=looked.ends_at,
        missing_webhooks=list(looked.missing),
        cause=looked.cause,
    )


def _condition(trouble: AccountCondition) -> ErpCondition:
    return ErpCondition(
        condition=trouble.condition,
        since=trouble.since,
        until=trouble.until,
        text=TEXTS[trouble.condition],
    )
