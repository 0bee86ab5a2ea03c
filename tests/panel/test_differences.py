"""What the channel changed after an order was posted, told to whoever has to decide about it."""

from decimal import Decimal
from typing import Any

import httpx

from contracts.commands import KeepErpOrder
from contracts.events import PendingStage
from contracts.order import Order, Refund
from contracts.reasons import ReasonCode
from panel.pages.differences import Difference, differences
from tests.panel.test_order_page import PAGE, press, read
from tests.support.builders import (
    an_address,
    an_item,
    an_order,
    cancelled,
    captured,
    pending,
    posted,
)
from tests.support.panel import Office

ORDER = an_order(1001, an_item(), an_item("MAN-01", "2", title="Manta"))


def told(before: Order, now: Order, *, revealed: bool = False) -> list[Difference]:
    def body(order: Order) -> dict[str, Any]:
        return order.model_dump(mode="json")

    found = differences(body(before), body(now), revealed=revealed)
    return [
        Difference(each.what, *(text and text.replace("\N{NO-BREAK SPACE}", " ") for text in sides))
        for each in found
        for sides in [(each.before, each.now)]
    ]


def test_goods_that_came_went_or_are_more_now_are_named() -> None:
    cup = an_item(quantity=3)
    now = an_order(1001, cup, an_item("VEL-01", "3", title="Vela", quantity=1))

    assert told(ORDER, now)[:3] == [
        Difference(cup.title, "2 unidades", "3 unidades"),
        Difference("Manta", "2 unidades", "retirado"),
        Difference("Vela", "–", "1 unidade"),
    ]


def test_money_given_back_and_sums_are_told_in_reais() -> None:
    refund = Refund(refund_id="7", amount=Decimal("10.00"))
    totals = ORDER.totals.model_copy(update={"total": Decimal("1100.00")})
    now = ORDER.model_copy(update={"refunds": (refund,), "totals": totals})

    total, back = told(ORDER, now)
    assert (total.what, total.now) == ("Total", "R$ 1.100,00")
    assert back == Difference("Reembolso", "–", "R$ 10,00")


def test_where_it_goes_is_told_only_to_whoever_asked_for_the_buyers_data() -> None:
    now = ORDER.model_copy(update={"shipping_address": an_address(complement="Apto 77")})

    [hidden] = [d for d in told(ORDER, now) if "omplemento" in d.what]
    [shown] = [d for d in told(ORDER, now, revealed=True) if "omplemento" in d.what]

    assert hidden == Difference("Complemento (entrega)")
    assert shown.now == "Apto 77"


def test_the_same_order_differs_in_nothing() -> None:
    assert told(ORDER, ORDER) == []


async def test_the_page_of_a_changed_order_says_what_changed_since_the_erp_got_it(
    office: Office, browser: httpx.AsyncClient
) -> None:
    now = an_order(1001, an_item(quantity=3), an_item("MAN-01", "2", title="Manta"))
    waits = pending(
        now, ReasonCode.ORDER_CHANGED_AT_CHANNEL, revision=2, parked_by=PendingStage.ERP
    )
    await office.hear(captured(ORDER), posted(ORDER), captured(now, revision=2), waits)

    page = await read(browser)

    assert "O que mudou no canal" in page
    assert "2 unidades 3 unidades" in page


async def test_a_posted_order_whose_new_version_waits_for_something_else_may_stand_too(
    office: Office, browser: httpx.AsyncClient
) -> None:
    waits = pending(ORDER, ReasonCode.TOTALS_MISMATCH, revision=2)
    await office.hear(captured(ORDER), posted(ORDER), captured(ORDER, revision=2), waits)

    page = await read(browser)
    answer = await press(browser, f"{PAGE}/manter")

    assert "O ERP tem este pedido como ele era antes" in page
    assert answer.status_code == 303
    [command] = office.topics.messages(KeepErpOrder)
    assert isinstance(command, KeepErpOrder)
    assert command.revision == 2


async def test_an_order_that_the_channel_divided_and_its_parts_lead_to_each_other(
    office: Office, browser: httpx.AsyncClient
) -> None:
    parts = [
        an_order(n).model_copy(update={"replaces": ORDER.order_id, "number": str(n)})
        for n in (1002, 1003)
    ]
    gone = cancelled(ORDER).model_copy(update={"cancel_reason": "pack_splitted"})
    office.board.tell(captured(gone, revision=2), *map(captured, parts))

    whole = await read(browser)
    part = await read(browser, PAGE.replace("1001", "1002"))

    assert "Este pedido foi dividido pelo canal, e continua em" in whole
    assert "1002" in whole
    assert "1003" in whole
    assert "e este é uma das partes. A outra é 1003" in part
