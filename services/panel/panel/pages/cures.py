"""Where each reason that an order waits for is put right. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from contracts.reasons import ReasonCode

_PRODUCT: Final = frozenset(
    {
        ReasonCode.PRODUCT_UNMAPPED,
        ReasonCode.PRODUCT_SKU_NOT_FOUND,
        ReasonCode.PRODUCT_SKU_AMBIGUOUS,
        ReasonCode.PRODUCT_DELETED_AT_CHANNEL,
        ReasonCode.PRODUCT_INACTIVE_AT_ERP,
        ReasonCode.KIT_UNRESOLVED,
    }
)
_STORE: Final = frozenset(
    {
        ReasonCode.STORE_CONFIG_INCOMPLETE,
        ReasonCode.ERP_CREDENTIALS_INVALID,
        ReasonCode.CHANNEL_TOKEN_EXPIRED,
        ReasonCode.PAYMENT_UNMAPPED,
        ReasonCode.INSTALLMENTS_UNMAPPED,
        ReasonCode.CARRIER_UNMAPPED,
    }
)
"""Once for the store, and every order that waits for it goes on by itself."""
_FORM: Final = ("buyer.", "shipping_address.", "billing_address.", "items.")
_OF_CHANNEL: Final = (".quantity", ".unit_price")
_ELSEWHERE: Final = {
    ReasonCode.ORDER_CHANGED_AT_CHANNEL: ("Decidir", "#falta"),
    ReasonCode.BUYER_DATA_WITHHELD: ("Preencher", "/editar#buyer.name"),
    ReasonCode.ERP_REJECTED: ("Ver o que o ERP disse", "/editar"),
}
_ITEM_PARTS: Final = 3


@dataclass(frozen=True, slots=True)
class Cure:
    """What to do, and the address where; none where it is done at the channel or in the ERP."""

    todo: str
    address: str = ""


def cure(reason: Mapping[str, Any], store_id: str, order: str, *, may_manage: bool) -> Cure:
    """The cure of one reason of an order. `order` is its id at the channel."""
    root = f"/lojas/{store_id}"
    here = f"{root}/pedidos/{quote(order, safe='')}"
    code, name = reason["code"], reason["field"] or ""
    if code in _PRODUCT:
        item = name.split(".")
        line = f"?item={quote(item[1], safe='')}" if len(item) >= _ITEM_PARTS else ""
        return Cure("Vincular produto", f"{here}/produto{line}")
    if code == ReasonCode.CHANNEL_TOKEN_EXPIRED and may_manage:
        return Cure("Reconectar a loja", f"{root}/reconectar")
    if code in _STORE:
        configure = Cure("Configurar a loja", f"{root}/configurar")
        return configure if may_manage else Cure("Peça a quem configura a loja")
    if name.startswith(_FORM) and not name.endswith(_OF_CHANNEL):
        return Cure("Corrigir", f"{here}/editar#{quote(name, safe='.')}")
    todo, page = _ELSEWHERE.get(code, ("Corrija no canal", ""))
    return Cure(todo, page and here + page)
