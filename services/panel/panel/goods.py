"""Options about the merchant's goods rather than single orders: margin, and what moves stock. Pure.

They are the merchant's own words to whoever reads `stores.v1`: no order is sent otherwise for them.
"""

from collections.abc import Mapping
from typing import Final

MARGIN_BASES: Final[Mapping[str, str]] = {
    "none": "Nenhuma",
    "cost": "Sobre o preço de custo",
    "sale": "Sobre o preço de venda",
}
"""How a margin is applied when a listing is published."""


def stock_movements() -> Mapping[str, str]:
    """Which document moves stock, by the code that the merchant's hub uses.

    One value is known, seen in a live account; it is what the ERP does with every order it
    invoices. What the others mean is unconfirmed, so none is offered.
    """
    return {"2": "2 - Envia a nota fiscal de venda para Omie e movimenta estoque"}
