"""Conectar loja, and Reconectar: the browser's part of letting us in at a channel."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from contracts.stores import StoreConfigured
from panel.access import Access, Permission
from panel.audit import Audit, Entry
from panel.channel_check import ChannelCheck
from panel.connecting import connector
from panel.connecting.connector import Connector, NotConnected, Why
from panel.connecting.consent import Application, Granted
from panel.connecting.pending import Wish
from panel.desk import Desk
from panel.pages.guard import access_of, visit_of
from panel.pages.view import View
from panel.stores import CHANNELS, StoreMovedOn, fits

_OWN_APP: Final = frozenset({"shopify"})
"""Channels where a merchant may make an app of their own, and paste its token."""
_SHOPIFY_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_APP_KEY: Final = re.compile(r"[0-9A-Za-z]{4,64}")
_LONGEST_NAME: Final = 200
_LONGEST_SECRET: Final = 1_000

WHY: Final[Mapping[Why, str]] = {
    Why.STRANGE: "Este retorno não vale mais: ele já foi usado, demorou demais ou começou em outro"
    " navegador. Se a loja já aparece em Lojas, está conectada; se não, comece de novo.",
    Why.DENIED: "O acesso não foi autorizado no canal. Nada mudou; comece de novo quando quiser.",
    Why.UNTRUE: "O retorno não veio do canal como devia. Nada mudou; comece de novo.",
    Why.REFUSED: "O canal não entregou a chave de acesso: a autorização dura poucos minutos e vale"
    " uma vez. Comece de novo.",
    Why.AWAY: "O canal não respondeu a tempo. Nada mudou; comece de novo em instantes.",
    Why.OTHER_SHOP: "A autorização foi dada por outra loja do canal. Entre no canal com a conta"
    " desta loja e comece de novo.",
    Why.KEYS_GONE: "As chaves do Omie escolhidas não estão mais disponíveis. Comece de novo e"
    " digite-as.",
}
_ERRORS: Final = {
    "nome": "Escreva um nome de até 200 caracteres.",
    "dominio": "Use o endereço que termina em .myshopify.com, como em minha-loja.myshopify.com.",
    "app_key": "A App Key tem só letras e números, como 4107733109921.",
    "app_secret": "Cole a App Secret que acompanha esta App Key.",
    "token": "Cole só a chave de acesso, sem espaços.",
    "segredo": "Cole o segredo do aplicativo: ele confere a assinatura dos avisos.",
}


@dataclass(frozen=True, slots=True)
class ConnectingPages:
    """Pages that connect stores. A new store is the administrator's; one's own may be reconnected.

    `channels` tries a pasted token before it is kept.
    """

    connector: Connector
    channels: ChannelCheck
    desk: Desk
    audit: Audit
    view: View

    async def choose(self, request: Request) -> Response:
        """The choice of a channel."""
        offered = {name: title for name, title in CHANNELS.items() if self._offers(name)}
        return self.view.page(request, "connect.html", offered=offered)

    async def fill(self, request: Request) -> Response:
        """What must be known of a new store before its merchant is asked."""
        return self._form(request, self._channel(request))

    async def begin(self, request: Request) -> Response:
        """Send the merchant off to the channel, or take the token that was pasted."""
        channel, typed = self._channel(request), visit_of(request).form
        keys_of = self._keys_of(typed.get("conta", ""))
        wish = Wish(
            channel=channel,
            name=typed.get("nome", "").strip(),
            domain=_domain(channel, typed.get("dominio", "")),
            app_key="" if keys_of else typed.get("app_key", "").strip(),
            app_secret="" if keys_of else typed.get("app_secret", "").strip(),
            keys_of=keys_of,
        )
        return await self._begun(request, wish, None)

    async def ask_again(self, request: Request) -> Response:
        """Why one would connect a store anew, and the way to do it."""
        store = self._store(request)
        return self._form(request, store.channel, store=store)

    async def again(self, request: Request) -> Response:
        """Send the merchant of a known store off again."""
        store = self._store(request)
        wish = Wish(store.channel, store.store_id, store.name, store.domain)
        return await self._begun(request, wish, store)

    async def back(self, request: Request) -> Response:
        """The browser comes back from the channel."""
        channel, told = request.path_params["channel"], dict(request.query_params)
        access, visit = access_of(request), visit_of(request)
        try:
            store, is_new = await self.connector.connect(
                channel, told, visit.secret, partial(_may, access)
            )
        except NotConnected as error:
            return self._refused(request, channel, error.why, error.store_id)
        except StoreMovedOn:
            return self._refused(request, channel, Why.STRANGE)
        return await self._connected(request, store, is_new=is_new)

    async def _begun(self, request: Request, wish: Wish, store: StoreConfigured | None) -> Response:
        typed = visit_of(request).form
        pasted = _pasted(wish.channel, typed)
        found = dict(_wrong(wish, typed, new=store is None, pasted=pasted))
        if found:
            return self._form(request, wish.channel, 422, store=store, errors=found)
        if pasted:
            return await self._paste(request, wish, store)
        if not self.connector.can_ask(wish.channel):
            raise HTTPException(404)
        address = await self.connector.send_off(wish, visit_of(request).secret)
        return self.view.page(
            request, "connect_go.html", channel=wish.channel, address=address, store=store
        )

    async def _paste(self, request: Request, wish: Wish, store: StoreConfigured | None) -> Response:
        """A token of the merchant's own app: tried at once, then kept like any other."""
        typed = visit_of(request).form
        token = typed["token"].strip()
        finding = await self.channels.try_token(wish.domain, token)
        if not finding.works:
            found = {"token": finding.text}
            return self._form(request, wish.channel, 422, store=store, errors=found)
        app = Application("", typed["segredo"].strip())
        access = connector.Access(wish.domain, Granted(access_token=token), app)
        try:
            kept, is_new = await self.connector.keep(
                wish, access, partial(_may, access_of(request))
            )
        except NotConnected as error:
            return self._refused(request, wish.channel, error.why, wish.store_id)
        except StoreMovedOn:
            return self._refused(request, wish.channel, Why.STRANGE)
        return await self._connected(request, kept, is_new=is_new)

    async def _connected(
        self, request: Request, store: StoreConfigured, *, is_new: bool
    ) -> Response:
        what = "loja_conectada" if is_new else "loja_reconectada"
        by = access_of(request).user
        await self.audit.note(Entry(self.desk.clock(), by, what, store.store_id))
        notice = "conectada" if is_new else "reconectada"
        return RedirectResponse(f"/lojas/{store.store_id}/configurar?aviso={notice}", 303)

    def _form(
        self,
        request: Request,
        channel: str,
        status: int = 200,
        *,
        store: StoreConfigured | None = None,
        errors: Mapping[str, str] | None = None,
    ) -> Response:
        return self.view.page(
            request, "connect_form.html", status,
            channel=channel, store=store, typed=visit_of(request).form, errors=errors or {},
            can_ask=self.connector.can_ask(channel), own_app=channel in _OWN_APP,
            accounts=self._accounts() if store is None else {},
        )  # fmt: skip

    def _refused(self, request: Request, channel: str, why: Why, store_id: str = "") -> Response:
        return self.view.page(
            request, "connect_refused.html", 409,
            channel=channel, sentence=WHY[why], store_id=store_id,
        )  # fmt: skip

    def _accounts(self) -> dict[str, str]:
        """The ERP accounts in use: the end of each key, by a store whose keys would be used."""
        found: dict[str, StoreConfigured] = {}
        for store in self.desk.known_stores():
            if store.erp_app_key and store.erp_app_secret:
                found.setdefault(store.erp_app_key, store)
        return {
            store.store_id: f"Final {key[-4:]}, a de {store.name}" for key, store in found.items()
        }

    def _keys_of(self, asked: str) -> str:
        return asked if asked in self._accounts() else ""

    def _offers(self, channel: str) -> bool:
        return self.connector.can_ask(channel) or channel in _OWN_APP

    def _channel(self, request: Request) -> str:
        channel = str(request.path_params["channel"])
        if channel not in CHANNELS or not self._offers(channel):
            raise HTTPException(404)
        return channel

    def _store(self, request: Request) -> StoreConfigured:
        store = self.desk.stores.table.get(request.path_params["store"])
        if store is None:
            raise HTTPException(404)
        return store


def _may(access: Access, store_id: str | None) -> bool:
    if store_id is None:
        return access.may(Permission.ADMINISTER)
    return access.may(Permission.MANAGE, store_id)


def _domain(channel: str, typed: str) -> str:
    """The shop's address as it was typed or copied: a name, an address, a whole URL."""
    if channel != "shopify":
        return ""
    address = typed.strip().lower().removeprefix("https://").removeprefix("http://")
    address = address.partition("/")[0]
    return f"{address}.myshopify.com" if _SHOPIFY_NAME.fullmatch(address) else address


def _pasted(channel: str, typed: Mapping[str, str]) -> bool:
    own = channel in _OWN_APP
    return own and bool(typed.get("token", "").strip() or typed.get("segredo", "").strip())


def _wrong(
    wish: Wish, typed: Mapping[str, str], *, new: bool, pasted: bool
) -> Iterator[tuple[str, str]]:
    """What cannot be, by the field's name."""
    if new and not (0 < len(wish.name) <= _LONGEST_NAME and wish.name.isprintable()):
        yield "nome", _ERRORS["nome"]
    if new and wish.channel == "shopify" and not fits(wish.channel, wish.domain):
        yield "dominio", _ERRORS["dominio"]
    if new and not wish.keys_of:
        if not _APP_KEY.fullmatch(wish.app_key):
            yield "app_key", _ERRORS["app_key"]
        if not 0 < len(wish.app_secret) <= _LONGEST_SECRET:
            yield "app_secret", _ERRORS["app_secret"]
    for name in ("token", "segredo") if pasted else ():
        secret = typed.get(name, "").strip()
        printable = secret.isascii() and secret.isprintable() and " " not in secret
        if not (0 < len(secret) <= _LONGEST_SECRET and printable):
            yield name, _ERRORS[name]
