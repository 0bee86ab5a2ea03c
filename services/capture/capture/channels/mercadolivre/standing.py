"""Whether a sale stands, by what the platform says of its orders. Pure.

Source: developers.mercadolivre.com.br, "Gerenciamento de vendas", "Gerenciamento de packs", as of
2026-08. An order is judged by its status, its tags and its payments together, because each of
them may be the only one to tell.
"""

from collections.abc import Sequence
from enum import Enum
from typing import Final, NamedTuple

from capture.channels.channel import Money
from capture.channels.marks import Marks
from capture.channels.mercadolivre.payload import Order, Payment
from contracts.order import Canceller

SPLIT: Final = "pack_splitted"
FRAUD: Final = "fraud_risk_detected"
TEST: Final = "test_order"
NOT_CONCLUDED: Final = "sale_not_concluded"
REFUNDED: Final = "refunded"
_PARTIES: Final = {"buyer": Canceller.BUYER, "seller": Canceller.MERCHANT}
_REFUNDED_OUTSIDE: Final = "refund_account_money"
_OFF: Final = frozenset({"cancelled", "pending_cancel", "invalid"})
_PAID: Final = frozenset({"paid", "partially_refunded"})
_HELD: Final = frozenset({"approved", "in_mediation"})
"""A payment's statuses while the money is the seller's, or is being quarrelled about."""
_GIVEN_BACK: Final = frozenset({"refunded", "charged_back"})
_UNDECIDED: Final = frozenset({"pending", "in_process", "authorized", "rejected"})


class Standing(Enum):
    """How one order stands. `WITHDRAWN` was paid before, or never will have been.

    `SPLIT` lives on under other ids.
    """

    AWAITED = "awaited"
    STANDS = "stands"
    WITHDRAWN = "withdrawn"
    GONE = "gone"
    SPLIT = "split"


class Verdict(NamedTuple):
    """What the orders of a purchase come to. `orders` are those that the sale is about."""

    orders: tuple[Order, ...]
    money: Money
    cancelled: bool
    test: bool


def judge(orders: Sequence[Order]) -> Verdict:
    """Whether the purchase that these orders are stands, and what of it.

    An order that was cancelled alone is left out. Where none stands, all that were sold are told.
    One that is still to be paid holds back the others: they are one purchase and one invoice.
    """
    standings = {order.id: standing_of(order) for order in orders}
    paid = [o for o in orders if standings[o.id] is Standing.STANDS]
    open_ = {Standing.AWAITED, *({Standing.WITHDRAWN} if paid else ())}
    awaited = [o for o in orders if standings[o.id] in open_]
    test = any(TEST in order.tags for order in orders)
    if paid or awaited:
        alive = tuple(o for o in orders if o in paid or o in awaited)
        money = Money.AWAITED if awaited else Money.RECEIVED
        return Verdict(alive, money, cancelled=False, test=test)
    left = tuple(o for o in orders if standings[o.id] is not Standing.SPLIT)
    moved = any(has_moved(p) for o in left for p in o.payments)
    money = Money.RETURNED if moved else Money.AWAITED
    return Verdict(left or tuple(orders), money, cancelled=True, test=test)


def marks_of(orders: Sequence[Order]) -> Marks:
    """The tags of all orders of a purchase, and whence it came: one cart, one way."""
    tags = dict.fromkeys(tag for order in orders for tag in order.tags)
    sources = (order.context.channel for order in orders if order.context)
    return Marks(tuple(tags), next(sources, ""))


def standing_of(order: Order) -> Standing:
    """How the order stands.

    `confirmed` is an order's state before it is paid; after that it means that the seller
    reported the sale as not concluded. An order that was never captured is not missed.
    """
    if is_split(order):
        return Standing.SPLIT
    if order.status in _OFF or FRAUD in order.tags or _returned(order):
        return Standing.GONE
    if order.status in _PAID:
        return Standing.STANDS
    return Standing.WITHDRAWN if order.status == "confirmed" else Standing.AWAITED


def is_split(order: Order) -> bool:
    """Whether the order ended because its pack was divided: the buyer cancelled nothing."""
    return order.cancel_detail is not None and order.cancel_detail.code == SPLIT


def why_gone(order: Order) -> str:
    """The reason for the end of an order that does not stand."""
    if order.cancel_detail is not None and order.cancel_detail.code:
        return order.cancel_detail.code
    if FRAUD in order.tags:
        return FRAUD
    if order.status == "confirmed":
        return NOT_CONCLUDED
    if order.status in _OFF:
        return order.status
    statuses = {payment.status for payment in order.payments}
    return "charged_back" if "charged_back" in statuses else REFUNDED


def who_cancelled(order: Order) -> Canceller | None:
    """Who asked for the end of the order, as far as the platform says.

    The platform is `Mercado Livre`, `Mercado Libre` or `meli`; other words are nobody we know.
    """
    by = order.cancel_detail.requested_by.casefold() if order.cancel_detail else ""
    if by in _PARTIES:
        return _PARTIES[by]
    return Canceller.CHANNEL if by.startswith(("mercado", "meli")) else None


def has_moved(payment: Payment) -> bool:
    """Whether this payment's money ever came."""
    if payment.status in _UNDECIDED:
        return False
    known = payment.status in _HELD or payment.status in _GIVEN_BACK
    return known or payment.date_approved is not None


def is_held(payment: Payment) -> bool:
    """Whether some of the payment's money is still there.

    Money given back from the seller's account leaves order and payment as they were, but for a tag.
    """
    given_back = payment.transaction_amount_refunded >= payment.transaction_amount > 0
    outside = _REFUNDED_OUTSIDE in payment.tags
    return payment.status in _HELD and not given_back and not outside


def _returned(order: Order) -> bool:
    """Whether money came and none of it is left."""
    moved = any(map(has_moved, order.payments))
    return moved and not any(map(is_held, order.payments))
