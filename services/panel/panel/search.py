"""What people type to find an order, and what of an order it is compared with. Pure.

A row holds two kinds of terms: beginnings (its numbers, its SKUs, the words of the buyer's name)
and, marked, what is only ever found whole (a CPF or CNPJ, an e-mail address).
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

MARK: Final = "="
LONGEST: Final = 100
_DIGITS: Final = 20
_MOST_WORDS: Final = 6
_MOST_NUMBERS: Final = 50
_MASK: Final = str.maketrans("", "", " ./-")
_CPF: Final = re.compile(r"[0-9]{11}")
_NFE: Final = re.compile(r"nf(?:-?e)?\s*(?:n[.\sºo°]*)?([0-9][0-9.]*)")
_PRINTED: Final = re.compile(r"[0-9]{3}\.[0-9]{3}\.[0-9]{3}|0[0-9]{7,8}")
"""The number of an NF-e as its DANFE or the ERP prints it."""
_KEY: Final = re.compile(r"[0-9]{44}")
_NUMBER_IN_KEY: Final = slice(25, 34)
"""Where the access key of an NF-e holds its number (Manual de Orientação do Contribuinte)."""
_CNPJ: Final = re.compile(r"[0-9A-Z]{12}[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Search:
    """What was typed, understood: rows with one of `whole`, or with a term that begins `start`.

    `told` says it back without showing a document or an address.
    """

    told: str
    whole: tuple[str, ...] = ()
    start: str = ""


def folded(text: str) -> str:
    """How terms are compared: without case, accents, the `#` of a number, or double spaces."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(bare.split()).removeprefix("#")


def exact(text: str) -> str:
    """The term of what is found only whole: a digest, so that lists never hold it readable."""
    same = folded(text if "@" in text else text.translate(_MASK))
    return MARK + hashlib.sha256(same.encode()).hexdigest()[:_DIGITS]


def nfe(number: str) -> str:
    """The term of an NF-e's number, which tells it from an order's."""
    return f"nf-e {number.replace('.', '').lstrip('0')}"


def starts(name: str) -> Iterator[str]:
    """A name from each of its words on, so that any of them begins a search."""
    words = folded(name[:LONGEST]).split()
    for place in range(min(len(words), _MOST_WORDS)):
        yield " ".join(words[place:])


def understood(text: str) -> Search | None:
    """What somebody looks for; None where nothing was typed."""
    typed = " ".join(text.replace("\x00", "").replace(MARK, " ").split())[: LONGEST * 10]
    if not typed:
        return None
    if "," in typed:
        numbers = tuple(folded(part) for part in typed.split(",") if part.strip())
        return Search(f"{len(numbers)} números", whole=numbers[:_MOST_NUMBERS])
    if "@" in typed:
        return Search("e-mail", whole=(exact(typed),))
    bare = typed.translate(_MASK).upper()
    if _CPF.fullmatch(bare) or _CNPJ.fullmatch(bare):
        kind = "CPF" if _CPF.fullmatch(bare) else "CNPJ"
        told = f"{kind} ou número terminado em {bare[-2:]}"
        return Search(told, whole=(exact(bare), folded(typed)))
    if found := _nfe(typed, bare):
        return found
    return Search(f"“{typed}”", start=folded(typed[:LONGEST]))


def _nfe(typed: str, bare: str) -> Search | None:
    """The NF-e whose number or access key was typed, as far as that is plain."""
    if _KEY.fullmatch(bare):
        term = nfe(bare[_NUMBER_IN_KEY])
        return Search(term.replace("nf", "NF"), whole=(term,))
    if named := _NFE.fullmatch(typed.casefold()):
        term = nfe(named[1])
        return Search(term.replace("nf", "NF"), whole=(term,))
    if _PRINTED.fullmatch(typed):
        return Search(f"“{typed}”", whole=(folded(typed), nfe(typed)))
    return None
