"""Where somebody can go from anywhere: pages, stores and orders that a few letters mean. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from contracts.stores import StoreConfigured
from panel.access import Access, Permission
from panel.pages import words
from panel.pages.formats import when
from panel.search import folded
from panel.stores import CHANNELS


@dataclass(frozen=True, slots=True)
class Destination:
    """A page to go to; `about` tells it from others of its name."""

    name: str
    address: str
    about: str = ""


def pages(access: Access, store: StoreConfigured | None) -> Iterator[Destination]:
    """The pages that this person may open, those of the store they work in first."""
    if store is not None and access.may(Permission.SEE, store.store_id):
        root = f"/lojas/{store.store_id}"
        yield Destination("Início", root, store.name)
        for address, name in words.TABS.values():
            yield Destination(name, f"{root}/pedidos/{address}", store.name)
        yield Destination("Buscar Pedidos", f"{root}/pedidos/buscar", store.name)
        yield Destination("Anúncios", f"{root}/anuncios", store.name)
        yield Destination("Pedidos no ERP", f"{root}/erp", store.name)
    if store is not None and access.may(Permission.MANAGE, store.store_id):
        yield Destination("Configurar a loja", f"/lojas/{store.store_id}/configurar", store.name)
    yield Destination("Escolher loja", "/lojas")
    if access.may(Permission.MANAGE_SOME):
        yield Destination("Gerenciar lojas", "/gerenciar")
    if access.may(Permission.ADMINISTER):
        yield Destination("Conectar loja", "/conectar")
        yield Destination("Usuários", "/usuarios")
    yield Destination("Minha conta", "/conta")


def stores(seen: Iterable[StoreConfigured]) -> Iterator[Destination]:
    """The stores that this person sees."""
    for store in seen:
        channel = CHANNELS.get(store.channel, store.channel)
        yield Destination(store.name, f"/lojas/{store.store_id}", channel)


def orders(rows: Iterable[Mapping[str, Any]], names: Mapping[str, str]) -> Iterator[Destination]:
    """Orders that were found; `names` are those of the stores, by id."""
    for row in rows:
        store_id, _, order = row["_id"].partition(":")
        said = (words.SITUATIONS[row["situation"]][0], names[store_id], when(row["placed_at"]))
        at = f"/lojas/{store_id}/pedidos/{quote(order, safe='')}"
        yield Destination(f"Pedido {row['number']}", at, " · ".join(said))


def meant(places: Iterable[Destination], typed: str) -> Sequence[Destination]:
    """Those in whose name every typed word begins a word; all of them where nothing was typed."""
    wanted = folded(typed).split()
    return [
        place
        for place in places
        if all(any(word.startswith(w) for word in folded(place.name).split()) for w in wanted)
    ]
