"""What people correct on an order, and the order with it merged in. Pure.

The captured order is never changed: corrections are kept beside it and laid over each of its
revisions. A field that a later revision no longer has (an item that is gone) is passed over.
"""

import re
from typing import Any, Final, TypeVar

from chassis.documents import bare, is_bare, kind_of
from contracts.commands import (
    AddressCorrection,
    BuyerCorrection,
    Corrections,
    ItemCorrection,
    PaymentCorrection,
    PaymentOfSeveral,
)
from contracts.order import Address, Buyer, Gap, Item, Order, Payment
from contracts.value import Value
from validation.mappings import main_payment

V = TypeVar("V", bound=Value)

NO_CORRECTIONS: Final = Corrections()
MAIN: Final = 0
"""The number of the largest payment, whichever that is."""


def merge(earlier: Corrections, later: Corrections) -> Corrections:
    """Both; where they speak of the same field the later one wins."""
    return Corrections(
        buyer=_over(earlier.buyer, later.buyer),
        shipping_address=_over(earlier.shipping_address, later.shipping_address),
        billing_address=_over(earlier.billing_address, later.billing_address),
        items=_merged_items(earlier.items, later.items),
        **_merged_payments(earlier, later),
        shipping=_over(earlier.shipping, later.shipping),
        note=earlier.note if later.note is None else later.note,
    )


def apply(order: Order, corrections: Corrections) -> Order:
    """The order as the corrections have it; the same object when they change nothing."""
    if corrections is NO_CORRECTIONS and is_bare(order.buyer.document):
        return order
    changes: dict[str, Any] = {
        "buyer": _buyer(order.buyer, corrections.buyer),
        "shipping_address": _address(order.shipping_address, corrections.shipping_address),
        "billing_address": _address(order.billing_address, corrections.billing_address),
        "items": _items(order.items, corrections.items),
        "payments": _payments(order, corrections),
        "gaps": _gaps(order.gaps, corrections.buyer),
    }
    if corrections.shipping is not None:
        changes["shipping"] = _with(order.shipping, _said(corrections.shipping))
    return _with(order, changes)


def _said(correction: Value) -> dict[str, Any]:
    """The fields that were typed, without blanks at their ends."""
    typed = ((name, getattr(correction, name)) for name in type(correction).model_fields)
    return {
        name: value.strip() if type(value) is str else value
        for name, value in typed
        if value is not None
    }


def _with(value: V, changes: dict[str, Any]) -> V:
    real = {
        name: new
        for name, new in changes.items()
        if (old := getattr(value, name)) is not new and old != new
    }
    return value.model_copy(update=real) if real else value


def _over(earlier: V | None, later: V | None) -> V | None:
    if earlier is None or later is None:
        return earlier if later is None else later
    typed = {
        name: value
        for name in type(later).model_fields
        if (value := getattr(later, name)) is not None
    }
    return _with(earlier, typed)


def _merged_items(
    earlier: tuple[ItemCorrection, ...], later: tuple[ItemCorrection, ...]
) -> tuple[ItemCorrection, ...]:
    merged: dict[str, ItemCorrection] = {}
    for item in (*earlier, *later):
        known = merged.get(item.item_id)
        merged[item.item_id] = item if known is None else _merged_item(known, item)
    return tuple(merged.values())


def _merged_item(earlier: ItemCorrection, later: ItemCorrection) -> ItemCorrection:
    """A SKU typed after a product was chosen takes that choice back."""
    chosen = earlier.erp_product_id if later.sku is None else None
    return ItemCorrection(
        item_id=later.item_id,
        sku=earlier.sku if later.sku is None else later.sku,
        erp_product_id=chosen if later.erp_product_id is None else later.erp_product_id,
    )


def _merged_payments(earlier: Corrections, later: Corrections) -> dict[str, Any]:
    """What was said of payments stays in turn, for which one is the largest only an order tells."""
    said = _without_repeats((*_of_payments(earlier), *_of_payments(later)))
    if not said or said[0].number != MAIN:
        return {"payments": said}
    main, *others = said
    payment = PaymentCorrection(method=main.method, installments=main.installments)
    return {"payment": payment, "payments": tuple(others)}


def _of_payments(corrections: Corrections) -> tuple[PaymentOfSeveral, ...]:
    """All that is said of payments, in turn."""
    main = corrections.payment
    if main is None:
        return corrections.payments
    of_main = PaymentOfSeveral(number=MAIN, method=main.method, installments=main.installments)
    return (of_main, *corrections.payments)


def _without_repeats(said: tuple[PaymentOfSeveral, ...]) -> tuple[PaymentOfSeveral, ...]:
    """Without what a later word on the same payment makes void."""
    kept: list[PaymentOfSeveral] = []
    for at, each in enumerate(said, 1):
        if each.number != MAIN and any(_covers(later, each) for later in said[at:]):
            continue
        again = each.number == MAIN and kept and kept[-1].number == MAIN
        kept.append((_over(kept.pop(), each) or each) if again else each)
    return tuple(kept)


def _covers(later: PaymentOfSeveral, earlier: PaymentOfSeveral) -> bool:
    same = later.number == earlier.number
    return same and _said(later).keys() >= _said(earlier).keys()


def _buyer(buyer: Buyer, correction: BuyerCorrection | None) -> Buyer:
    changes = {} if correction is None else _said(correction)
    document = bare(changes.get("document", buyer.document) or "") or None
    changes["document"] = document
    if document != buyer.document:
        changes["document_kind"] = kind_of(document)
    return _with(buyer, changes)


def _address(address: Address | None, correction: AddressCorrection | None) -> Address | None:
    if correction is None:
        return address
    changes = _said(correction)
    if "cep" in changes:
        changes["cep"] = re.sub(r"\D", "", changes["cep"])
    if "uf" in changes:
        changes["uf"] = changes["uf"].upper()
    return _with(address or Address(), changes) if changes else address


def _items(items: tuple[Item, ...], corrections: tuple[ItemCorrection, ...]) -> tuple[Item, ...]:
    if not corrections:
        return items
    by_id = {correction.item_id: correction for correction in _merged_items((), corrections)}
    return tuple(_item(item, by_id.get(item.item_id)) for item in items)


def _item(item: Item, correction: ItemCorrection | None) -> Item:
    if correction is None:
        return item
    changes = _said(correction)
    if "sku" in changes:
        changes.setdefault("erp_product_id", None)
    if "erp_product_id" in changes:
        changes["parts"] = ()
    return _with(item, changes)


def _payments(order: Order, corrections: Corrections) -> tuple[Payment, ...]:
    """The payments as people say they were: the largest, or single ones by their number."""
    paid = order.payments
    for each in _of_payments(corrections):
        changes = _said(each)
        number = changes.pop("number") or _number_of_main(order)
        if changes and not paid and each.number == MAIN:
            paid = (Payment(amount=order.totals.total),)
        if "method" in changes:
            changes["gateway"] = None  # it no longer speaks for the method
        paid = tuple(_with(p, changes) if at == number else p for at, p in enumerate(paid, 1))
    return paid


def _number_of_main(order: Order) -> int:
    main = main_payment(order)
    return 1 if main is None else order.payments.index(main) + 1


def _gaps(gaps: tuple[Gap, ...], correction: BuyerCorrection | None) -> tuple[Gap, ...]:
    """A typed document closes the gap that a refused token left: it was to fetch the document."""
    if not gaps or correction is None or not correction.document:
        return gaps
    return tuple(gap for gap in gaps if gap is not Gap.CHANNEL_TOKEN_REFUSED)
