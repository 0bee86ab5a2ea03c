"""The small shapes that Mercado Livre's documents are made of: times, ids, amounts."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from zlib import crc32

_MANAUS = timezone(timedelta(hours=-4))
_FIRST_ORDER = 2_000_000_000_000_000
_FIRST_SHIPMENT, _FIRST_PAYMENT = 40_000_000_000, 90_000_000_000
_FIRST_BILLING_INFO = 677_000_000_000_000_000
_FIRST_ITEM = 3_000_000_000
_FIRST_VARIATION = 180_000_000_000
_LONGER_THAN_USERS = 10**10


def local(at: datetime) -> str:
    """The moment as orders, payments and shipments have it."""
    return at.astimezone(_MANAUS).isoformat(timespec="milliseconds")


def packed(at: datetime) -> str:
    """The moment as packs have it: an offset without colon."""
    return at.astimezone(_MANAUS).strftime("%Y-%m-%dT%H:%M:%S.000%z")


def utc(at: datetime) -> str:
    """The moment as notifications and search results have it."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def seconds(moment: str | None) -> float:
    """A document's moment in seconds since the epoch; none is the epoch."""
    return datetime.fromisoformat(moment).timestamp() if moment else 0.0


def number(amount: Decimal) -> float:
    """The amount as the platform writes it, a JSON number."""
    return float(amount)


def amount(written: float | None) -> Decimal:
    """The exact amount that a document's number stands for; none is zero."""
    return Decimal(str(written or 0))


def order_id(fresh: int) -> int:
    """Ids of orders and packs have sixteen digits."""
    return _FIRST_ORDER + fresh


def shipment_id(fresh: int) -> int:
    """Ids of shipments have eleven digits."""
    return _FIRST_SHIPMENT + fresh % _LONGER_THAN_USERS


def payment_id(fresh: int) -> int:
    """Ids of payments have eleven digits or more."""
    return _FIRST_PAYMENT + fresh % _LONGER_THAN_USERS


def user_id(fresh: int) -> int:
    """Ids of users have ten digits."""
    return fresh % _LONGER_THAN_USERS


def billing_info_id(fresh: int) -> str:
    """Ids of billing infos are texts of eighteen digits."""
    return str(_FIRST_BILLING_INFO + fresh)


def item_id(sku: str | None, title: str) -> str:
    """The listing's id follows from what it sells; that of variations from their one title."""
    return f"MLB{_FIRST_ITEM + crc32(f'{sku}/{title}'.encode())}"


def variation_id(sku: str | None) -> int:
    """The id of a listing's variation follows from its SKU."""
    return _FIRST_VARIATION + crc32((sku or "").encode())
