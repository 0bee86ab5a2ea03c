"""The left menu: where somebody can go from here. Pure."""

from collections.abc import Iterator

from contracts.stores import StoreConfigured
from panel.access import Access, Permission

Entry = tuple[str, str, bool]
"""What it is called, its address, whether it is where one is."""


def menu(access: Access, store: StoreConfigured | None, here: str) -> Iterator[Entry]:
    """The entries for whoever works in this store, or in none yet."""
    if store is not None:
        root = f"/lojas/{store.store_id}"
        yield "Início", root, here == root
        yield "Pedidos", f"{root}/pedidos", here.startswith(f"{root}/pedidos/")
        offers = f"{root}/anuncios"
        yield "Anúncios", offers, here == offers or here.startswith(f"{offers}/")
        yield "ERP", f"{root}/erp", here == f"{root}/erp"
    if access.may(Permission.MANAGE_SOME):
        own = here.startswith(("/gerenciar", "/conectar"))
        own = own or here.endswith(("/configurar", "/reconectar"))
        yield "Lojas", "/gerenciar", own
    else:
        yield "Lojas", "/lojas", here == "/lojas"
