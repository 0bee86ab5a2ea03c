"""The left menu: where somebody can go from here. Pure."""

from collections.abc import Iterator

from contracts.stores import StoreConfigured
from panel.access import Access

Entry = tuple[str, str, bool]
"""What it is called, its address, whether it is where one is."""


def menu(access: Access, store: StoreConfigured | None, here: str) -> Iterator[Entry]:
    """The entries for whoever works in this store, or in none yet."""
    if store is not None:
        root = f"/lojas/{store.store_id}"
        orders = f"{root}/pedidos"
        yield "Pedidos", f"{orders}/pendentes", here.startswith(orders)
    yield "Lojas", "/lojas", here == "/lojas"
    if access.admin:
        yield "Usuários", "/usuarios", here.startswith("/usuarios")
