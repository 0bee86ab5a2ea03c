"""What can be said against a typed correction before validation sees it. Pure."""

from collections.abc import Callable
from typing import Final

from chassis.documents import valid
from panel.pages.words import PAYMENTS

LONGEST: Final = 200
"""Characters of a field."""
_CEP: Final = 8
_UF: Final = 2
_LARGEST: Final = 2**53
_MOST_INSTALLMENTS: Final = 99


def complaint(field: str, value: str) -> str:
    """A sentence that says what to type instead; empty when nothing speaks against it."""
    if len(value) > LONGEST:
        return f"Use até {LONGEST} caracteres."
    fits, sentence = _CHECKS.get(field, (None, ""))
    return "" if fits is None or fits(value) else sentence


def _whole(value: str, most: int) -> bool:
    return value.isascii() and value.isdecimal() and 0 < int(value) <= most


_CHECKS: Final[dict[str, tuple[Callable[[str], bool], str]]] = {
    "cep": (
        lambda v: not v or (len(v) == _CEP and v.isascii() and v.isdecimal()),
        "Digite os 8 dígitos do CEP, por exemplo 01310-100.",
    ),
    "document": (
        lambda v: not v or valid(v),
        "Este não é um CPF (11 dígitos) nem um CNPJ (14 caracteres). Confira com o comprador.",
    ),
    "uf": (
        lambda v: not v or (len(v) == _UF and v.isascii() and v.isalpha()),
        "Digite a sigla do estado, por exemplo SP.",
    ),
    "email": (
        lambda v: not v or "@" in v,
        "Digite o e-mail completo, por exemplo nome@exemplo.com.br.",
    ),
    "erp_product_id": (
        lambda v: _whole(v, _LARGEST),
        "Digite só os números do código do produto no Omie.",
    ),
    "installments": (
        lambda v: _whole(v, _MOST_INSTALLMENTS),
        "Digite o número de parcelas, de 1 a 99.",
    ),
    "method": (lambda v: v in PAYMENTS, "Escolha um dos meios de pagamento da lista."),
}
