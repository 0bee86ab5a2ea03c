"""Which payment method a channel's or a gateway's words mean. Pure.

The table is what we have seen or can read off a name; it is the place to add a gateway's words.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from contracts.order import PaymentMethod

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


def method_of(texts: Iterable[str], brand: str | None) -> PaymentMethod:
    """The method that the first telling text names; a card's brand alone means credit."""
    for text in texts:
        if method := _named_in(text):
            return method
    return PaymentMethod.CREDIT_CARD if brand else PaymentMethod.OTHER


@lru_cache(maxsize=1024)
def _named_in(text: str) -> PaymentMethod | None:
    """The method that a text names: gateways have few words, and say them with every order."""
    plain = _plain(text)
    return next((method for method, pattern in _PATTERNS if pattern.search(plain)), None)


def _plain(text: str) -> str:
    """Lower case without accents, with blanks for everything between words."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(c for c in decomposed if not unicodedata.combining(c))
    return re.sub(r"[\W_]+", " ", letters).strip()
