"""How an order was paid, from its transactions. Pure.

Shopify names the gateway but has no fields for the method or the instalments: each Brazilian
gateway leaves them in its receipt or in the order's notes, under its own words. The keys below are
what we have seen; they are the place to add a gateway's. The words are in `channels/methods.py`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC
from decimal import Decimal
from typing import Any, Final

from capture.channels.methods import method_of
from capture.channels.shopify.amounts import exact
from capture.channels.shopify.details import Transaction
from capture.channels.shopify.payload import Order, note_key
from contracts.order import Payment

_METHOD_KEYS: Final = frozenset(
    note_key(name)
    for name in (
        "payment_method", "payment_method_id", "payment_method_type", "payment_type",
        "payment_type_id", "payment_form", "method", "type", "forma_pagamento",
        "forma_de_pagamento", "metodo_pagamento", "metodo_de_pagamento",
    )
)  # fmt: skip
_INSTALMENT_KEYS: Final = frozenset(
    note_key(name)
    for name in (
        "installments", "installment", "installment_count", "installments_count",
        "number_of_installments", "num_installments", "installments_number",
        "payment_installments", "instalments", "parcelas", "numero_parcelas",
        "numero_de_parcelas", "quantidade_parcelas", "qtd_parcelas",
    )
)  # fmt: skip
_MOST_INSTALMENTS: Final = 99
_DEEPEST: Final = 4


def payments_of(
    order: Order, transactions: Iterable[Transaction], total: Decimal
) -> tuple[Payment, ...]:
    """Every payment that succeeded; one for the whole total where Shopify lists none."""
    notes = order.notes
    found = tuple(_payment(t, notes) for t in transactions if t.brought_money)
    if found:
        return found
    gateway = next((name.strip() for name in order.payment_gateway_names if name.strip()), None)
    paid_at = order.processed_at or order.created_at
    return (
        Payment(
            method=method_of((gateway or "", _said_in(notes)), brand=None),
            gateway=gateway,
            installments=_first_number(_values(notes, _INSTALMENT_KEYS)),
            amount=total,
            paid_at=paid_at.astimezone(UTC),
        ),
    )


def _payment(paid: Transaction, notes: Mapping[str, str]) -> Payment:
    receipt = paid.receipt
    texts = (_said_in(receipt), paid.gateway, paid.formatted_gateway, _said_in(notes))
    counts = [*_values(receipt, _INSTALMENT_KEYS), *_values(notes, _INSTALMENT_KEYS)]
    return Payment(
        method=method_of(texts, paid.brand),
        gateway=paid.gateway or paid.formatted_gateway or None,
        brand=paid.brand,
        installments=_first_number(counts),
        amount=exact(paid.amount),
        paid_at=paid.processed_at.astimezone(UTC) if paid.processed_at else None,
    )


def _said_in(source: Any) -> str:
    return " ".join(_values(source, _METHOD_KEYS))


def _values(source: Any, keys: frozenset[str], depth: int = 0) -> Iterator[str]:
    """The texts and numbers under any of `keys`, outermost first."""
    if isinstance(source, list):
        source = dict(enumerate(source))
    if not isinstance(source, dict) or depth > _DEEPEST:
        return
    for name, value in source.items():
        if note_key(str(name)) in keys and isinstance(value, str | int):
            yield str(value)
    for value in source.values():
        yield from _values(value, keys, depth + 1)


def _first_number(texts: Iterable[str]) -> int | None:
    """The first text that begins with a sensible number of instalments, such as `3` or `3x`."""
    for text in texts:
        found = re.match(r"\s*(\d{1,2})(?!\d)", text)
        if found and 1 <= int(found[1]) <= _MOST_INSTALMENTS:
            return int(found[1])
    return None
