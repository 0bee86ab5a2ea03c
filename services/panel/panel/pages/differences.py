"""What the channel changed between two versions of an order, in words. Pure.

Personal values are told only where they are revealed: otherwise that they changed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from panel.pages import formats
from panel.pages.personal import label

_PERSONAL: Final = ("buyer", "shipping_address", "billing_address")
_UNTOLD: Final = frozenset({"document_kind", "country"})
_NONE: Final = "–"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that changed; `before` and `now` are None where they are not shown."""

    what: str
    before: str | None = None
    now: str | None = None


def differences(
    before: Mapping[str, Any], now: Mapping[str, Any], *, revealed: bool
) -> Sequence[Difference]:
    """What the newer version says otherwise: goods, sums, money given back, buyer, delivery."""
    return [
        *_items(before, now),
        *_sums(before, now),
        *_refunds(before, now),
        *(each for part in _PERSONAL for each in _personal(part, before, now, revealed=revealed)),
        *_delivery(before, now),
    ]


def _items(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Difference]:
    old = {item["item_id"]: item for item in before["items"]}
    new = {item["item_id"]: item for item in now["items"]}
    for item_id, item in old.items():
        name = item["title"] or f"Item {item_id}"
        later = new.get(item_id)
        if later is None:
            yield Difference(name, _pieces(item["quantity"]), "retirado")
        elif later["quantity"] != item["quantity"]:
            yield Difference(name, _pieces(item["quantity"]), _pieces(later["quantity"]))
        elif any(later[sum_] != item[sum_] for sum_ in ("unit_price", "discount")):
            yield Difference(f"Preço de {name}", _price(item, before), _price(later, now))
    for item_id, item in new.items():
        if item_id not in old:
            yield Difference(item["title"] or f"Item {item_id}", _NONE, _pieces(item["quantity"]))


def _pieces(quantity: int) -> str:
    return f"{quantity} {'unidade' if quantity == 1 else 'unidades'}"


def _price(item: Mapping[str, Any], order: Mapping[str, Any]) -> str:
    price = formats.money(item["unit_price"], order["currency"])
    if item["discount"] in {"0", "0.00"}:
        return price
    return f"{price}, desconto de {formats.money(item['discount'], order['currency'])}"


def _sums(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Difference]:
    for name, field in (("Frete", "shipping"), ("Total", "total")):
        old, new = before["totals"][field], now["totals"][field]
        if old != new:
            yield Difference(
                name, formats.money(old, before["currency"]), formats.money(new, now["currency"])
            )


def _refunds(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Difference]:
    known = {refund["refund_id"] for refund in before["refunds"]}
    for refund in now["refunds"]:
        if refund["refund_id"] not in known:
            yield Difference("Reembolso", _NONE, formats.money(refund["amount"], now["currency"]))


def _personal(
    part: str, before: Mapping[str, Any], now: Mapping[str, Any], *, revealed: bool
) -> Iterator[Difference]:
    old, new = before.get(part) or {}, now.get(part) or {}
    for name in dict.fromkeys((*old, *new)):
        was, becomes = old.get(name) or "", new.get(name) or ""
        if was == becomes or name in _UNTOLD:
            continue
        what = _sentence(label(f"{part}.{name}"))
        yield Difference(what, was or _NONE, becomes or _NONE) if revealed else Difference(what)


def _delivery(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Difference]:
    old, new = before["shipping"]["method"], now["shipping"]["method"]
    if old != new:
        yield Difference("Forma de envio", old or _NONE, new or _NONE)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
