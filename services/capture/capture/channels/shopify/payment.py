"""How an order was paid, from its transactions. Pure.

Shopify names the gateway but has no fields for the method or the instalments: each Brazilian
gateway leaves them in its receipt or in the order's notes, under its own words. The two tables
below are what we have seen or can read off a name; they are the place to add a gateway's words.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC
from decimal import Decimal
from typing import Any, Final

from capture.channels.shopify.amounts import exact
from capture.channels.shopify.details import Transaction
from capture.channels.shopify.payload import Order, note_key
from contracts.order import Payment, PaymentMethod

_WORDS: Final[tuple[tuple[PaymentMethod, str], ...]] = (
    (PaymentMethod.PIX, r"pix"),
    (PaymentMethod.BOLETO, r"boleto|bank ?slip"),
    (PaymentMethod.GIFT_CARD, r"gift ?card|(?:vale|cartao) presente"),
    (PaymentMethod.STORE_CREDIT, r"(?:store|shop) credit|credito (?:da|na|em) loja"),
    (PaymentMethod.DEBIT_CARD, r"debit(?: ?card)?|debito"),
    (PaymentMethod.CREDIT_CARD, r"credit(?: ?card)?|credito|card|cartao"),
    (PaymentMethod.BANK_TRANSFER, r"(?:bank|wire) transfer|transferencia|(?:bank )?deposito?|ted"),
    (PaymentMethod.CASH, r"cash|cash on delivery|cod|dinheiro"),
    (PaymentMethod.WALLET, r"paypal|picpay|apple pay|google pay|shop pay|wallet|carteira"),
)  # fmt: skip
"""The words of each method, without accents; the first that matches decides."""
_PATTERNS: Final = tuple((method, re.compile(rf"\b(?:{words})\b")) for method, words in _WORDS)

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


def method_of(texts: Iterable[str], brand: str | None) -> PaymentMethod:
    """The method that the first telling text names; a card's brand alone means credit."""
    for text in map(_plain, texts):
        for method, pattern in _PATTERNS:
            if pattern.search(text):
                return method
    return PaymentMethod.CREDIT_CARD if brand else PaymentMethod.OTHER


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
    if not isinstance(source, Mapping) or depth > _DEEPEST:
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


def _plain(text: str) -> str:
    """Lower case without accents, with blanks for everything between words."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(c for c in decomposed if not unicodedata.combining(c))
    return re.sub(r"[\W_]+", " ", letters).strip()
