"""The choice of a store after login, and "Lojas > Gerenciar"."""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from contracts.accounts import Condition
from contracts.stores import StoreConfigured
from panel import health
from panel.access import Access, Permission
from panel.audit import Audit, Entry
from panel.conditions import TEXTS
from panel.desk import Desk
from panel.erp.check import GOES_ON, Finding
from panel.erp.window import Window
from panel.figures import Ledger, Pulse
from panel.health import Trouble
from panel.pages import store_keys, store_typed, words
from panel.pages.guard import access_of, visit_of
from panel.pages.store_form import Form, unread
from panel.pages.view import View
from panel.stores import Incomplete, StoreChange, StoreMovedOn

MOST_COUNTED = 1_000


@dataclass(frozen=True, slots=True)
class StorePages:
    """Pages about stores rather than orders."""

    desk: Desk
    window: Window
    ledger: Ledger
    audit: Audit
    view: View

    async def first(self, request: Request) -> Response:
        """The store one works in, or the choice of one."""
        store = self.view.chosen(request, self.desk.stores_of(access_of(request)))
        return RedirectResponse(f"/lojas/{store.store_id}" if store else "/lojas", 303)

    async def choose(self, request: Request) -> Response:
        """The choice of a store, with what waits in each."""
        stores = self.desk.stores_of(access_of(request))
        ids = [store.store_id for store in stores]
        counts = await asyncio.gather(
            *(self.desk.board.counts([store_id], MOST_COUNTED + 1) for store_id in ids)
        )
        _, found = await self._how(stores)
        return self.view.page(
            request, "stores.html", counts=dict(zip(ids, counts, strict=True)), troubles=found
        )

    async def manage(self, request: Request) -> Response:
        """The stores that one may set up, each with how it is doing."""
        stores = self._managed(access_of(request))
        pulses, found = await self._how(stores)
        return self.view.page(request, "manage.html", managed=stores, pulses=pulses, troubles=found)

    async def edit(self, request: Request) -> Response:
        """How one store is set up, as a form."""
        return await self._form(request, self._store(request))

    async def save(self, request: Request) -> Response:
        """Change how the store is set up; new orders go by it."""
        store, typed = self._store(request), visit_of(request).form
        form = Form(store, await self.window.lists.lists(store), typed)
        found = store_typed.errors(form.sections(), typed) | store_keys.errors(store, typed)
        if store_keys.touches_secrets(store, typed) and not visit_of(request).recent:
            found["app_secret"] = words.LOGIN_AGAIN
        if found:
            return await self._form(request, store, 422, typed=typed, errors=found)
        wanted = store_keys.change(store, typed, self.desk.stores.vault)
        wanted["settings"] = store_typed.options(typed, store.settings)
        try:
            change = StoreChange.model_validate(wanted)
            new, _ = await self.desk.stores.configure(store.store_id, change)
        except ValidationError as error:
            found = store_keys.said(error)
            return await self._form(request, store, 422, typed=typed, errors=found)
        except Incomplete:
            found = {"app_secret": words.KEY_ALONE}
            return await self._form(request, store, 422, typed=typed, errors=found)
        except StoreMovedOn:
            return await self._form(request, self._store(request), 409, typed=typed, moved_on=True)
        await self._note(request, store, new)
        return RedirectResponse(f"/lojas/{store.store_id}/configurar?aviso=loja", 303)

    async def read_lists(self, request: Request) -> Response:
        """Read the ERP's lists now."""
        store = self._store(request)
        await self.window.lists.read_again(store)
        return RedirectResponse(f"/lojas/{store.store_id}/configurar", 303)

    async def test_erp(self, request: Request) -> Response:
        """Whether the ERP takes the keys that are saved."""
        store = self._store(request)
        finding = await self.window.check_erp(store)
        if finding.works and await self._locked_out(store):
            with contextlib.suppress(StoreMovedOn):  # then it was told just now
                await self.desk.stores.tell_again(store.store_id)
            finding = replace(finding, text=f"{finding.text} {GOES_ON}")
        return await self._form(request, self._store(request), erp=finding)

    async def test_channel(self, request: Request) -> Response:
        """Whether the channel takes the token that is saved."""
        store = self._store(request)
        if not self.window.channels.can(store.channel):
            raise HTTPException(404)
        known = (await self.desk.connections_of([store])).get(store.store_id)
        finding = await self.window.channels.check(store, known, self.desk.clock())
        return await self._form(request, store, channel=finding)

    async def _form(
        self,
        request: Request,
        store: StoreConfigured,
        status: int = 200,
        *,
        typed: Mapping[str, str] | None = None,
        errors: Mapping[str, str] | None = None,
        moved_on: bool = False,
        erp: Finding | None = None,
        channel: Finding | None = None,
    ) -> Response:
        lists = await self.window.lists.lists(store)
        sections = Form(store, lists, typed, errors).sections()
        pulses, first = await self._how([store])
        found: dict[str, Any] = {
            "typed": typed or {},
            "errors": errors or {},
            "moved_on": moved_on,
            "findings": {"erp": erp, "channel": channel},
        }
        return self.view.page(
            request, "store.html", status,
            store=store, section="/configurar", sections=sections, lists=lists,
            unread=unread(lists), listed=health.listed,
            lists_are_old=not lists.fresh(self.desk.clock()),
            labels={field.name: field.label for part in sections for field in part.fields},
            pulse=pulses[store.store_id], trouble=first[store.store_id], now=self.desk.clock(),
            can_test_channel=self.window.channels.can(store.channel),
            connection=(await self.desk.connections_of([store])).get(store.store_id),
            **found,
        )  # fmt: skip

    async def _locked_out(self, store: StoreConfigured) -> bool:
        """Whether orders wait because the ERP refused the store's keys."""
        held = self.desk.erp_trouble(store)
        if held is not None and held.condition is Condition.KEYS_REFUSED:
            return True
        pulses = await self.ledger.pulses([store.store_id], 1)
        return pulses[store.store_id].locked_out > 0

    async def _how(
        self, stores: Sequence[StoreConfigured]
    ) -> tuple[dict[str, Pulse], dict[str, Trouble | None]]:
        """How each store is doing, and what to fix first there."""
        pulses = await self.ledger.pulses([s.store_id for s in stores], MOST_COUNTED + 1)
        return pulses, await troubles(self.desk, stores, pulses)

    async def _note(self, request: Request, old: StoreConfigured, new: StoreConfigured) -> None:
        if new is old:
            return
        details = dict.fromkeys(store_keys.changed(old, new), "alterado")
        by = access_of(request).user
        await self.audit.note(Entry(self.desk.clock(), by, "loja_alterada", old.store_id, details))

    def _managed(self, access: Access) -> list[StoreConfigured]:
        return [s for s in self.desk.known_stores() if access.may(Permission.MANAGE, s.store_id)]

    def _store(self, request: Request) -> StoreConfigured:
        store = self.desk.stores.table.get(request.path_params["store"])
        if store is None:
            raise HTTPException(404)
        return store


async def troubles(
    desk: Desk,
    stores: Sequence[StoreConfigured],
    pulses: Mapping[str, Pulse],
    *,
    refused: bool = False,
) -> dict[str, Trouble | None]:
    """The one thing to fix first in each store, with the orders that wait for it.

    `refused` says that the ERP has just refused their keys to the panel. Raises Unavailable.
    """
    refusal = health.REFUSED if refused else ""
    cut_off = await desk.cut_off(stores)
    connections = await desk.connections_of(stores)
    found: dict[str, Trouble | None] = {}
    for store in stores:
        held, cut = desk.erp_trouble(store), cut_off.get(store.store_id)
        found[store.store_id] = health.trouble(
            store,
            pulses[store.store_id],
            cut_off=cut.at if cut else None,
            erp_says=TEXTS[held.condition] if held else refusal,
            now=desk.clock(),
            found=connections.get(store.store_id),
        )
    return found
