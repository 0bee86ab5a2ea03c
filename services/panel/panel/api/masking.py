"""An order as a caller may read it who only looks: the buyer masked as on the pages. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from panel import mask

HIDDEN: Final = "***"
_BUYER: Final = {
    "document": mask.document,
    "email": mask.email,
    "phone": mask.phone,
}
_ADDRESSES: Final = ("shipping_address", "billing_address")
_OF_ADDRESS: Final = ("number", "complement", "cep", "phone")


def masked(order: Mapping[str, Any]) -> dict[str, Any]:
    """The same order, or corrections of one, with what identifies the buyer masked."""
    found = dict(order)
    if buyer := order.get("buyer"):
        shown = {name: mask_of(buyer.get(name)) for name, mask_of in _BUYER.items()}
        hidden = _hidden(buyer, ("state_registration",))
        found["buyer"] = {**buyer, **shown, **hidden}
    for name in _ADDRESSES:
        if address := order.get(name):
            found[name] = {**address, **_hidden(address, _OF_ADDRESS)}
    return found | _hidden(order, ("note",))


def _hidden(of: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, str]:
    return {name: HIDDEN for name in names if of.get(name)}
