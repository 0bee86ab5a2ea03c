"""How GraphQL writes what REST writes otherwise: moments, enums, money."""

from datetime import UTC, datetime

from sandbox.channels.channel import Document


def utc(moment: str | None) -> str | None:
    """A REST moment as GraphQL writes it: in UTC, with a Z."""
    if moment is None:
        return None
    return datetime.fromisoformat(moment).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def same(source: Document, *names: str) -> Document:
    """Fields that keep their name; None where an app without access does not get them."""
    return {name: source.get(name) for name in names}


def upper(value: str | None) -> str | None:
    """A status or a kind as an enum."""
    return value and value.upper()


def money_bag(amounts: Document) -> Document:
    """A `*_set` in both currencies."""
    return {
        "shopMoney": _money(amounts["shop_money"]),
        "presentmentMoney": _money(amounts["presentment_money"]),
    }


def _money(money: Document) -> Document:
    """GraphQL drops trailing zeros but one: "199.00" is "199.0"."""
    whole, _, cents = money["amount"].partition(".")
    amount = f"{whole}.{cents.rstrip('0') or '0'}"
    return {"amount": amount, "currencyCode": money["currency_code"]}
