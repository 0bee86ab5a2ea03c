"""CPF and CNPJ: their bare form and whether their check digits hold. Pure."""

import re
from typing import Final, Literal

from validate_docbr import CNPJ, CPF

Kind = Literal["cpf", "cnpj", "other"]

CPF_DIGITS: Final = 11
CNPJ_CHARACTERS: Final = 14
_CPF: Final = CPF()
_CNPJ: Final = CNPJ()
_MASK: Final = re.compile(r"[\s./-]+")


def bare(document: str) -> str:
    """The document without mask and blanks, its letters upper case."""
    return document if document.isdecimal() else _MASK.sub("", document).upper()


def is_bare(document: str | None) -> bool:
    """Whether `bare` would leave it as it is."""
    if document is None or document.isdecimal():
        return True
    return document != "" and bare(document) == document


def kind_of(document: str | None) -> Kind | None:
    """What a bare document looks like; None for none."""
    if not document:
        return None
    if len(document) == CPF_DIGITS and document.isdecimal():
        return "cpf"
    return "cnpj" if len(document) == CNPJ_CHARACTERS and document.isalnum() else "other"


def valid(document: str) -> bool:
    """Whether a bare document is a CPF or a CNPJ (with letters or not).

    Check digits must hold, and one digit repeated is refused although its check digits do.
    """
    if not document.isascii():
        return False
    kind = kind_of(document)
    if kind == "cpf":
        return bool(_CPF.validate(document))
    return kind == "cnpj" and bool(_CNPJ.validate(document))
