"""The small shapes that Shopify's documents are made of: times, ids, money."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal

from sandbox.channels.channel import Document

SHOP_OFFSET = timezone(timedelta(hours=-3))


def local_time(at: datetime) -> str:
    """The moment as REST and webhooks write it: whole seconds with the shop's offset."""
    return at.astimezone(SHOP_OFFSET).isoformat(timespec="seconds")


def gid(kind: str, number: int) -> str:
    """The global id that GraphQL gives to a numbered thing."""
    return f"gid://shopify/{kind}/{number}"


def bag(amount: Decimal, currency: str) -> Document:
    """The amount as a `*_set`: the same in shop money and presentment money."""
    money = {"amount": f"{amount:.2f}", "currency_code": currency}
    return {"shop_money": money, "presentment_money": dict(money)}


def priced(name: str, amount: Decimal, currency: str) -> Document:
    """The amount under its two names: `<name>` as text and `<name>_set`."""
    return {name: f"{amount:.2f}", f"{name}_set": bag(amount, currency)}
