"""Which list of which store an address, or a form, is about; what is looked for in it is sealed."""

from collections.abc import Mapping
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request

from chassis.vault import Sealed
from contracts.stores import StoreConfigured
from panel.desk import Desk
from panel.pages import filters, words
from panel.pages.filters import Filters

_CHOSEN: Final = "pedido."
"""Before an order's id: the name of its box."""


def asked_for(
    request: Request, desk: Desk, params: Mapping[str, str] | None = None
) -> tuple[StoreConfigured, Filters]:
    """The store and the list; `params` are a form's fields."""
    store = desk.stores.table.get(request.path_params["store"])
    tab = words.BY_ADDRESS.get(request.path_params["tab"])
    if store is None or tab is None:
        raise HTTPException(404)

    def opened(sealed: str) -> str:
        try:
            return desk.stores.vault.open(sealed, _owner(store))
        except Sealed:
            return ""

    return store, filters.read(request.query_params if params is None else params, tab, opened)


def chosen_in(form: Mapping[str, str], store: StoreConfigured) -> list[str]:
    """The ids of the orders that were chosen in a list, in its order."""
    names = (name.removeprefix(_CHOSEN) for name in form if name.startswith(_CHOSEN))
    return [f"{store.store_id}:{order}" for order in names]


def sealed(desk: Desk, store: StoreConfigured, typed: str) -> str:
    """What somebody looks for, as addresses of this store hold it; nothing for nothing."""
    return desk.stores.vault.seal(typed, _owner(store)) if typed else ""


def _owner(store: StoreConfigured) -> str:
    return f"{store.store_id}:busca"
