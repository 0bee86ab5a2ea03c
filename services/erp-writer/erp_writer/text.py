"""Text the ERP may refuse, cleaned by a rule, with what changed told.

The ERP's character set is unconfirmed (omie-api.md 3): what lies outside Latin-1 is replaced where
there is an equivalent and dropped where there is none. Texts longer than a field are cut.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from contracts.events import TextChange

EQUIVALENTS: Final = str.maketrans(
    {
        "‘": "'", "’": "'", "‚": "'", "“": '"', "”": '"', "„": '"', "–": "-", "—": "-", "―": "-",
        "−": "-", "…": "...", "•": "-", "€": "EUR", "™": "TM", "Ł": "L", "ł": "l", "Œ": "OE",
        "œ": "oe", "Đ": "D", "đ": "d", "ı": "i",
    }
)  # fmt: skip
DROPPED: Final = {"Cc", "Cf", "Cs", "Co", "Cn"}
"""Unicode categories of what nobody sees: control, format (U+2060), surrogate, private."""
SPACES: Final = "\t\n\v\f\r"
_AS_IT_IS: Final = re.compile("(?:[!-~¡-¬®-ÿ]+(?: [!-~¡-¬®-ÿ]+)*)?")
"""Words of Latin-1 with a space between them: nearly every text, and told so at a glance."""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A text as the ERP takes it, and whether characters or length had to change."""

    text: str
    replaced: bool = False
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Fitted:
    """A document whose texts the ERP takes; `changes` says which ones are not the channel's."""

    document: dict[str, Any]
    changes: tuple[TextChange, ...] = field(default=())


def clean(text: str, size: int | None = None) -> Cleaned:
    """The text without what the ERP may refuse, in at most `size` characters.

    Runs of white space become one space. That alone counts as no change.
    """
    if _fits(text, size):
        return Cleaned(text)
    composed = " ".join(unicodedata.normalize("NFC", text).split())
    kept = " ".join("".join(map(_kept, composed.translate(EQUIVALENTS))).split())
    fits = kept if size is None or len(kept) <= size else kept[:size].rstrip()
    return Cleaned(fits, replaced=kept != composed, cut=fits != kept)


def _fits(text: str, size: int | None) -> bool:
    return (size is None or len(text) <= size) and _AS_IT_IS.fullmatch(text) is not None


def _kept(character: str) -> str:
    if character < "\x7f" and character >= " ":
        return character
    if character in SPACES:
        return " "
    if unicodedata.category(character) in DROPPED:
        return ""
    if character <= "\xff":
        return character
    plain = unicodedata.normalize("NFKD", character)
    return "".join(c for c in plain if c <= "\xff" and not unicodedata.category(c).startswith("C"))


def fit(document: Mapping[str, Any], sizes: Mapping[str, int]) -> Fitted:
    """The document with every text cleaned; `sizes` holds the fields' sizes by tag."""
    changes: list[TextChange] = []
    fitted = {tag: _fitted(tag, value, sizes, changes) for tag, value in document.items()}
    return Fitted(fitted, tuple(dict.fromkeys(changes)))


def _fitted(tag: str, value: Any, sizes: Mapping[str, int], changes: list[TextChange]) -> Any:
    if isinstance(value, dict):
        return {inner: _fitted(inner, v, sizes, changes) for inner, v in value.items()}
    if isinstance(value, list):
        return [_fitted(tag, each, sizes, changes) for each in value]
    if not isinstance(value, str) or _fits(value, sizes.get(tag)):
        return value
    cleaned = clean(value, sizes.get(tag))
    if cleaned.replaced or cleaned.cut:
        cut_at = sizes[tag] if cleaned.cut else None
        changes.append(TextChange(field=tag, replaced=cleaned.replaced, cut_at=cut_at))
    return cleaned.text
