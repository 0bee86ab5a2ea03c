"""What is Brazilian in any channel's orders: documents, states, CEPs, phones. Pure."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

WORD_JOINER: Final = "\u2060"
"""Invisible; it must never reach the ERP."""


UF_OF: Final[Mapping[str, str]] = {
    "acre": "AC", "alagoas": "AL", "amapa": "AP", "amazonas": "AM", "bahia": "BA", "ceara": "CE",
    "distrito federal": "DF", "espirito santo": "ES", "goias": "GO", "maranhao": "MA",
    "mato grosso": "MT", "mato grosso do sul": "MS", "minas gerais": "MG", "para": "PA",
    "paraiba": "PB", "parana": "PR", "pernambuco": "PE", "piaui": "PI", "rio de janeiro": "RJ",
    "rio grande do norte": "RN", "rio grande do sul": "RS", "rondonia": "RO", "roraima": "RR",
    "santa catarina": "SC", "sao paulo": "SP", "sergipe": "SE", "tocantins": "TO",
}  # fmt: skip
_UFS: Final = frozenset(UF_OF.values())

_MASK: Final = re.compile(r"[\s./\-\u2060]+")
_NO_DIGIT: Final = re.compile(r"[^0-9]+")
_NOT_A_NUMBER: Final = re.compile(r"\D+")
_CPF: Final = re.compile(r"[0-9]{11}")
_CNPJ: Final = re.compile(r"[0-9A-Z]{12}[0-9]{2}")
_LONGEST_OTHER: Final = 40
Kind = Literal["cpf", "cnpj", "other"]


def clean(text: str) -> str:
    """Without U+2060 and control characters, blanks single."""
    if not text.isprintable():
        seen = (c for c in text.replace(WORD_JOINER, "") if c.isspace() or c.isprintable())
        text = "".join(seen)
    return " ".join(text.split())


def plain(name: str) -> str:
    """Lower case without accents."""
    folded = clean(name).casefold()
    if folded.isascii():
        return folded
    decomposed = unicodedata.normalize("NFKD", folded)
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def uf_of(code: str, name: str, country: str) -> str:
    """The two-letter state, from its code or, in Brazil, from its name."""
    stated = clean(code).upper().removeprefix("BR-")
    if country != "BR":
        return stated
    return stated if stated in _UFS else UF_OF.get(plain(name), "")


def cep_of(postcode: str, country: str) -> str:
    """The CEP's digits. A foreign postcode with letters is no CEP and is left out."""
    if country != "BR" and any(c.isalpha() for c in postcode):
        return ""
    return _NO_DIGIT.sub("", postcode)


def phone_of(text: str) -> str | None:
    """A Brazilian phone as area code and number; any other as it was written."""
    digits = _NOT_A_NUMBER.sub("", text)
    national = digits.removeprefix("55") if len(digits) in {12, 13} else digits
    written = clean(text)
    foreign = written.startswith("+") and not digits.startswith("55")
    return national if len(national) in {10, 11} and not foreign else written or None


class Document(NamedTuple):
    """A tax id without its mask. A passport, which the native checkout also takes, is `other`."""

    number: str
    kind: Kind


def read_document(text: str) -> Document | None:
    """The document in a text; a CNPJ keeps its letters, in upper case."""
    number = _MASK.sub("", text).upper()[:_LONGEST_OTHER]
    if not number:
        return None
    if _CPF.fullmatch(number):
        return Document(number, "cpf")
    if _CNPJ.fullmatch(number):
        return Document(number, "cnpj")
    return Document(number, "other")
