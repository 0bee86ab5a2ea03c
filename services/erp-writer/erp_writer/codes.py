"""Our own codes of what we write in the ERP: the same order, customer or name, the same code.

That is what makes a second try harmless: the ERP keeps each code once per company. Twenty
characters, as the size of the field is unconfirmed (omie-api.md 7.1), and not the prefix of
another hub's orders (7.8).
"""

import base64
import hashlib
from typing import Final

LENGTH: Final = 16


def of_order(order_id: str) -> str:
    """`codigo_pedido_integracao`."""
    return f"EST-{_short(order_id)}"


def of_customer(document: str) -> str:
    """`codigo_cliente_integracao`, from the CPF or CNPJ."""
    return f"EST-C-{_short(document)}"


def of_salesperson(name: str) -> str:
    """`codInt` of a salesperson we had to create."""
    return f"EST-V-{_short(name.casefold())}"


def _short(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return base64.b32encode(digest[: LENGTH * 5 // 8]).decode()  # a character holds five bits
