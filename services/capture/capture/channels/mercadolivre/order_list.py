"""Mercado Livre's search of orders and its missed feeds: what to ask for, what they say. Pure.

Source: developers.mercadolivre.com.br, "Gerenciamento de vendas" and "Receba notificações", as of
2026-08. The search looks at the hours of dates only, keeps 12 months, and hides cancelled orders.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

import orjson
from pydantic import AliasChoices, BeforeValidator, Field

from capture.channels.channel import Money
from capture.channels.listed import By, Listed, Missed, Page, Period
from capture.channels.mercadolivre.payload import Order, no_items
from capture.channels.mercadolivre.standing import judge, marks_of
from capture.channels.part import Part, Text
from contracts.value import Whole

PAGE: Final = 50
MOST_FEEDS: Final = 200
"""Pages of missed feeds that are read at a time."""
_HOUR: Final = timedelta(hours=1)
_FIELDS: Final = {By.CHANGED: "date_last_updated", By.PLACED: "date_closed"}


class _Paging(Part):
    total: Whole = 0


class Found(Part):
    """An answer of the search; each order is read by itself, so that one does not hide others."""

    results: Annotated[tuple[dict[str, object], ...], BeforeValidator(no_items)] = ()
    paging: _Paging = _Paging()


class Feed(Part):
    """One notification that was not delivered."""

    id: Annotated[Text, Field(validation_alias=AliasChoices("_id", "id"))] = ""
    resource: Text = ""
    user_id: Text = ""
    topic: Text = ""
    application_id: Text = ""
    sent: Text = ""


class Feeds(Part):
    """A page of missed feeds."""

    messages: Annotated[tuple[Feed, ...], BeforeValidator(no_items)] = ()


def parameters(period: Period, after: str) -> dict[str, str]:
    """The question for a page: whole hours that hold the period; `after` is where it begins."""
    field = f"order.{_FIELDS[period.by]}"
    asked = {
        "sort": "date_asc",
        "limit": str(PAGE),
        "offset": after or "0",
        f"{field}.from": _written(period.since),
    }
    return asked | ({f"{field}.to": _written(period.until + _HOUR)} if period.until else {})


def page_of(found: Found, after: str) -> Page:
    """The orders of an answer, each under the purchase it is of."""
    orders, unreadable = [], 0
    for each in found.results:
        try:
            orders.append(listed(Order.model_validate(each)))
        except ValueError:
            unreadable += 1
    reached = int(after or 0) + PAGE
    return Page(
        orders=tuple(orders),
        after=str(reached) if found.results and reached < found.paging.total else "",
        total=found.paging.total,
        unreadable=unreadable,
    )


def listed(order: Order) -> Listed:
    """One order as the search has it."""
    verdict = judge((order,))
    return Listed(
        order_id=order.purchase_id,
        number=order.purchase_id,
        placed_at=(order.date_closed or order.date_created).astimezone(UTC),
        touched_at=order.touched_at.astimezone(UTC),
        paid=verdict.money is not Money.AWAITED,
        cancelled=verdict.cancelled,
        test=verdict.test,
        listing_ids=tuple(line.item.id for line in order.order_items if line.item.id),
        marks=marks_of((order,)),
    )


def feeds(application_id: str, number: int) -> dict[str, str]:
    """The question for a page of missed feeds; the first is number 0."""
    return {"app_id": application_id, "limit": str(PAGE), "offset": str(number * PAGE)}


def missed_of(messages: Iterable[Feed], seller_id: str) -> list[Missed]:
    """Those of this seller, as the notifications they were."""
    return [
        Missed(
            id=feed.id or f"{feed.topic}{feed.resource}{feed.sent}",
            body=orjson.dumps(
                {
                    "resource": feed.resource,
                    "user_id": feed.user_id,
                    "topic": feed.topic,
                    "application_id": feed.application_id,
                }
            ),
        )
        for feed in messages
        if feed.user_id == seller_id
    ]


def _written(moment: datetime) -> str:
    hour = moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return hour.strftime("%Y-%m-%dT%H:%M:%S.000-00:00")
