"""The small shapes that Nuvemshop's documents are made of: times, ids, money."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from zlib import crc32

from sandbox.channels.channel import Document

_LOCAL = timezone(timedelta(hours=-3))
_ULID_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ULID_LENGTH = 26
_FIRST_PRODUCT, _FIRST_VARIANT = 90_000_000, 400_000_000
_LONGER_THAN_IDS = 10**10


def moment(at: datetime) -> str:
    """The moment as orders have it: whole seconds, an offset without colon."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")


def utc_moment(at: datetime) -> str:
    """The moment as a transaction's events have it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def naive_moment(at: datetime) -> str:
    """The moment as a transaction has it: local time that does not say so."""
    return at.astimezone(_LOCAL).strftime("%Y-%m-%d %H:%M:%S")


def completed(at: datetime) -> Document:
    """The moment as `completed_at` has it: an object."""
    text = at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.000000")
    return {"date": text, "timezone_type": 3, "timezone": "UTC"}


def short(number: int) -> int:
    """An id of as many digits as Nuvemshop's orders have."""
    return number % _LONGER_THAN_IDS


def ulid(number: int) -> str:
    """A ULID for a numbered thing; the same number gives the same one."""
    letters = ""
    while number:
        number, place = divmod(number, len(_ULID_LETTERS))
        letters = _ULID_LETTERS[place] + letters
    return "01" + letters.rjust(_ULID_LENGTH - 2, "0")


def product_id(title: str) -> int:
    """The product's id follows from its title."""
    return _FIRST_PRODUCT + crc32(title.encode())


def variant_id(sku: str | None, title: str) -> int:
    """The variant's id follows from its SKU, or from the title where it has none."""
    return _FIRST_VARIANT + crc32((sku or title).encode())


def money(amount: Decimal) -> str:
    """The amount as text with two places."""
    return f"{amount:.2f}"


def valued(amount: Decimal, currency: str) -> Document:
    """The amount as transactions and fulfilment orders have it."""
    return {"value": money(amount), "currency": currency}
