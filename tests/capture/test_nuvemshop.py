"""Nuvemshop's adapter: whom it believes, what it asks, how it waits, what it makes of answers."""

import json
from copy import deepcopy
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.channels.channel import Copy, Shop, Signature, Unreadable
from capture.channels.nuvemshop.amounts import CENT, shares
from capture.channels.nuvemshop.buyer import stated
from capture.channels.nuvemshop.normalise import normalise
from capture.channels.nuvemshop.payload import order_in, transactions_in
from capture.channels.nuvemshop.webhook import verify
from contracts.events import StoreDisconnected
from contracts.order import Gap, PaymentMethod
from contracts.stores import StoreSettings
from tests.support.builders import STORE
from tests.support.capture import Capture, a_nuvemshop
from tests.support.nuvemshop import (
    TOKEN,
    a_line,
    a_parcel,
    a_transaction,
    a_webhook,
    an_address,
    an_order,
    cancelled,
    signed,
)

SHOP = Shop(STORE, "omie-1", "817495", TOKEN, StoreSettings())


def made(document: dict[str, Any], *transactions: dict[str, Any]) -> Copy:
    """The copy that documents of the API become."""
    paid = transactions_in(json.dumps(transactions).encode())
    return normalise(SHOP, order_in(json.dumps(document).encode()), paid, ())


async def told(capture: Capture, *events: str) -> Capture:
    for event in events:
        await capture.hear(a_webhook(event))
    return capture


def test_the_signature_is_lower_case_hex_of_the_raw_body():
    # echo -n '{"a": 1}' | openssl dgst -sha256 -hmac key
    body, good = b'{"a": 1}', b"85e7b68cdf027474f0f0b8e2e63c4afb88cacf8a3e503aa13160f290dfc506d4"

    assert verify({b"x-linkedstore-hmac-sha256": good}, body, [b"old", b"key"]) is Signature.GOOD
    for wrong in (good[:-1], good.upper(), b"\xff"):
        assert verify({b"x-linkedstore-hmac-sha256": wrong}, body, [b"key"]) is Signature.WRONG
    assert verify({b"x-linkedstore-hmac-sha256": good}, b'{"a":1}', [b"key"]) is Signature.WRONG
    assert verify({}, body, [b"key"]) is Signature.MISSING


async def test_an_unsigned_erasure_is_refused():
    capture = Capture(a_nuvemshop())

    assert await capture.post("/webhooks/nuvemshop", b'{"store_id": 817495}', {}) == 400


@pytest.mark.parametrize(
    "event", ["created", "updated", "paid", "pending", "voided", "edited", "cancelled", "fulfilled"]
)
async def test_every_event_that_changes_an_order_makes_us_ask_for_it(event: str):
    capture = await told(Capture(a_nuvemshop()), f"order/{event}")

    assert capture.nuvemshop.paths() == ["orders/1001"]


@pytest.mark.parametrize("event", ["order/packed", "customer/updated", "app/suspended", "x/y"])
async def test_other_events_are_passed_over(event: str):
    capture = await told(Capture(a_nuvemshop()), event)

    assert capture.nuvemshop.asked == []
    assert capture.tally.counts == {"topic_not_used": 1}


@pytest.mark.parametrize(
    "body",
    [
        b'{"store_id": 817495, "id": 1}',
        b'{"store_id": 817495, "event": "order/paid"}',
        b'{"store_id": 817495, "event": "order/paid", "id": "../../x"}',
        b'{"store_id": 1, "event": "order/paid", "id": 1}',
        b'{"event": "order/paid", "id": 1}',
        b"[]",
        b"17",
    ],
)
async def test_what_says_nothing_to_this_shop_goes_to_the_dead_letters(body: bytes):
    capture = Capture(a_nuvemshop())

    await capture.hear(body)

    assert capture.nuvemshop.asked == []
    assert len(capture.dead) == 1


async def test_an_uninstalled_app_disconnects_the_store():
    capture = await told(Capture(a_nuvemshop()), "app/uninstalled")

    [left] = capture.log.messages(StoreDisconnected)
    assert (left.store_id, left.cause) == (STORE, "app/uninstalled")


async def test_the_call_names_the_app_the_version_and_the_store():
    capture = Capture(a_nuvemshop())
    capture.nuvemshop.order(1001, an_order())

    await told(capture, "order/paid")

    [request] = capture.nuvemshop.asked
    assert str(request.url).startswith("https://api.nuvemshop.test/2025-03/817495/orders/1001?")
    assert request.headers["Authorization"] == f"Bearer {TOKEN}"
    assert request.headers["User-Agent"]


async def test_a_refused_token_is_tried_under_the_header_s_older_name():
    capture = Capture(a_nuvemshop())
    capture.nuvemshop.order(1001, httpx.Response(401), an_order())

    await told(capture, "order/paid")

    assert len(capture.captured) == 1
    assert capture.nuvemshop.asked[-1].headers["Authentication"] == f"bearer {TOKEN}"
    assert "Authorization" not in capture.nuvemshop.asked[-1].headers


@pytest.mark.parametrize("status", [401, 403])
async def test_an_order_behind_a_refused_token_comes_once_the_store_is_reconnected(status: int):
    capture = Capture(a_nuvemshop())
    capture.nuvemshop.order(1001, httpx.Response(status))
    await told(capture, "order/paid")
    assert capture.tally.counts == {"channel_token_refused": 1}

    capture.nuvemshop.order(1001, an_order())
    await capture.deferrals.release(STORE, capture.clock())
    await capture.bring_back()

    assert [event.order_id for event in capture.captured] == [f"{STORE}:1001"]


async def test_a_refused_token_while_asking_for_refunds_is_a_refused_token():
    capture = Capture(a_nuvemshop())
    capture.nuvemshop.order(1001, an_order(payment_status="refunded"))
    capture.nuvemshop.transactions(1001, httpx.Response(403))

    await told(capture, "order/updated")

    assert capture.captured == []
    assert capture.tally.counts == {"channel_token_refused": 1}


@pytest.mark.parametrize(
    ("headers", "waited"),
    [
        ({"x-rate-limit-limit": "40", "x-rate-limit-reset": "20000"}, 2.0),
        ({"x-rate-limit-limit": "40", "x-rate-limit-reset": "nonsense"}, 1.0),
        ({"x-rate-limit-limit": "0", "x-rate-limit-reset": "20000"}, 1.0),
        ({}, 1.0),
    ],
)
async def test_a_full_bucket_is_waited_for_until_a_few_calls_fit(
    headers: dict[str, str], waited: float
):
    capture = Capture(a_nuvemshop())
    capture.nuvemshop.order(1001, httpx.Response(429, headers=headers), an_order())
    before = capture.seconds()

    await told(capture, "order/paid")

    assert len(capture.captured) == 1
    assert capture.seconds() - before == pytest.approx(waited)


@pytest.mark.parametrize("trouble", [402, 500, 302, httpx.ConnectError("down")])
async def test_what_cannot_be_asked_now_is_asked_later(trouble: Any):
    capture = Capture(a_nuvemshop())
    answer = httpx.Response(trouble) if isinstance(trouble, int) else trouble
    capture.nuvemshop.order(1001, answer)
    await told(capture, "order/paid")
    assert len(capture.deferrals.kept) == 1

    capture.nuvemshop.order(1001, an_order())
    capture.clock.advance(hours=1)
    capture.seconds.now += 3600
    await capture.bring_back()

    assert len(capture.captured) == 1
    assert capture.dead == []


async def test_five_webhooks_of_one_sale_are_one_question_and_one_order():
    capture = Capture(a_nuvemshop())
    capture.nuvemshop.order(1001, an_order())
    body = a_webhook("order/updated")
    for _ in range(5):
        await capture.post(f"/webhooks/nuvemshop/{STORE}", body, signed(body))

    await capture.drain()

    assert len(capture.nuvemshop.asked) == 1
    assert {event.event_id for event in capture.captured} == {capture.captured[0].event_id}


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("authorized", "not_paid"),
        ("pending", "not_paid"),
        ("partially_paid", "not_paid"),
        ("abandoned", "not_paid"),
        ("voided", "not_paid"),
        ("something_new", "not_paid"),
    ],
)
async def test_an_order_is_captured_once_it_is_paid(status: str, reason: str):
    capture = Capture(a_nuvemshop())
    paid = an_order(updated_at="2026-11-20T14:00:05+0000")
    capture.nuvemshop.order(1001, an_order(payment_status=status), paid)

    await told(capture, "order/created")
    assert capture.tally.counts == {reason: 1}

    await told(capture, "order/paid")
    assert len(capture.captured) == 1


async def test_a_sale_brought_in_from_mercado_livre_does_not_enter_twice():
    capture = Capture(a_nuvemshop())
    capture.nuvemshop.order(1001, an_order(storefront="meli"))

    await told(capture, "order/paid")

    assert capture.captured == []
    assert capture.tally.counts == {"sold_elsewhere": 1}


@given(st.permutations(["pending", "paid", "cancelled", "paid", "cancelled"]))
async def test_the_cancelled_copy_wins_whatever_order_the_copies_are_read_in(order: list[str]):
    paid = an_order()
    pending = an_order(payment_status="pending", updated_at="2026-11-20T13:58:00+0000")
    copies = {"pending": pending, "paid": paid, "cancelled": cancelled(paid)}
    capture = Capture(a_nuvemshop())
    capture.nuvemshop.order(1001, *(copies[name] for name in order))

    await told(capture, *["order/updated"] * len(order))

    assert capture.captured[-1].order.status == "cancelled"
    assert capture.captured[-1].order.cancelled_by == "buyer"
    assert [e.order.status for e in capture.captured].count("cancelled") == 1


@pytest.mark.parametrize("at", [None, "2026-11-20T13:00:00+0000"])
async def test_a_cancelled_copy_without_a_later_time_is_news_too(at: str | None):
    capture = Capture(a_nuvemshop())
    capture.nuvemshop.order(1001, an_order(), cancelled(an_order(), at=at))

    await told(capture, "order/paid", "order/cancelled")

    assert [event.order.status for event in capture.captured] == ["paid", "cancelled"]


@pytest.mark.parametrize("status", ["refunded", "voided"])
async def test_a_payment_undone_whole_cancels_a_captured_order(status: str):
    capture = Capture(a_nuvemshop())
    undone = an_order(payment_status=status, updated_at="2026-11-20T16:00:00+0000")
    capture.nuvemshop.order(1001, an_order(), undone)
    capture.nuvemshop.transactions(1001, [a_transaction("138.50")])

    await told(capture, "order/paid", "order/updated")

    last = capture.captured[-1].order
    assert (last.status, last.cancel_reason) == ("cancelled", status)
    assert last.cancelled_at.isoformat() == "2026-11-20T16:00:00+00:00"


async def test_a_partial_refund_leaves_the_sale_standing_and_is_told():
    capture = Capture(a_nuvemshop())
    capture.nuvemshop.order(1001, an_order(payment_status="partially_refunded"))
    capture.nuvemshop.transactions(1001, [a_transaction("10.00")])

    await told(capture, "order/updated")

    [event] = capture.captured
    assert event.order.status == "paid"
    assert [str(refund.amount) for refund in event.order.refunds] == ["10.00"]
    assert str(event.order.totals.total) == "138.50"


def test_the_order_in_full():
    order = made(an_order()).order

    assert order.model_dump(mode="json", exclude_defaults=True) == {
        "order_id": f"{STORE}:1001",
        "store_id": STORE,
        "channel": "nuvemshop",
        "channel_order_id": "1001",
        "number": "#306",
        "status": "paid",
        "currency": "BRL",
        "buyer": {
            "name": "Irene Baptista Leal",
            "document": "52998224725",
            "document_kind": "cpf",
            "email": "irene.leal@exemplo.test",
            "phone": "51981200044",
        },
        "shipping_address": ADDRESS,
        "billing_address": ADDRESS,
        "items": [
            {
                "item_id": "11",
                "listing_id": "9001",
                "variation_id": "4004",
                "sku": "CAN-350-AZ",
                "title": "Caneca 350 ml (azul)",
                "quantity": 2,
                "unit_price": "64.90",
                "discount": "9.80",
            }
        ],
        "shipping": {"amount": "18.50", "method": "PAC", "carrier": "Correios"},
        "payments": [
            {
                "method": "pix",
                "gateway": "Pagar.me",
                "installments": 1,
                "amount": "138.50",
                "paid_at": "2026-11-20T13:59:30Z",
                "reference": "88123",
            }
        ],
        "totals": {"items": "129.80", "discount": "9.80", "shipping": "18.50", "total": "138.50"},
        "placed_at": "2026-11-20T13:58:00Z",
        "paid_at": "2026-11-20T13:59:30Z",
        "updated_at": "2026-11-20T14:00:00Z",
    }


ADDRESS = {
    "recipient": "Irene Baptista Leal",
    "street": "Rua dos Ipês",
    "number": "418",
    "complement": "ap 32",
    "bairro": "Petrópolis",
    "city": "Porto Alegre",
    "uf": "RS",
    "cep": "90460130",
    "phone": "51981200044",
}


@pytest.mark.parametrize(
    ("province", "uf"), [("São Paulo", "SP"), ("sao paulo", "SP"), ("Espirito Santo", "ES")]
)
def test_a_state_is_told_by_its_name(province: str, uf: str):
    assert (
        made(an_order(shipping_address=an_address(province=province))).order.shipping_address.uf
        == uf
    )


def test_a_state_with_a_strange_name_is_told_by_the_parcel_s_code():
    odd = an_address(province="RS - Rio Grande")

    assert made(an_order(shipping_address=odd)).order.shipping_address.uf == "RS"


def test_the_document_is_also_looked_for_where_the_customer_is_kept():
    for nothing in (None, "", "No informado"):
        order = made(an_order(contact_identification=nothing)).order
        assert order.buyer.document == "52998224725"


def test_a_cnpj_is_one_by_its_length():
    buyer = made(
        an_order(
            contact_identification="11.222.333/0001-81",
            billing_customer_type="company",
            billing_business_name="Azulejo Ltda",
        )
    ).order.buyer

    assert (buyer.document, buyer.document_kind) == ("11222333000181", "cnpj")
    assert buyer.company == "Azulejo Ltda"


@pytest.mark.parametrize(
    "text", ["Não informado", "No informado", "No informado No informado", "0000",
             "email@naoinformado.com"],
)  # fmt: skip
def test_the_platform_s_words_for_nothing_are_nothing(text: str):
    assert stated(text) == ""
    assert stated("Rua Informado 10") == "Rua Informado 10"


def test_freight_is_the_order_s_own_before_2025_03_and_what_is_left_where_nobody_says():
    old = an_order(
        fulfillment_orders=None,
        shipping_cost_customer="18.50",
        shipping="table",
        shipping_option="Motoboy",
    )
    silent = an_order(fulfillment_orders=[])

    assert made(old).order.shipping.model_dump(mode="json") == {
        "amount": "18.50", "method": "Motoboy", "carrier": "table",
    }  # fmt: skip
    assert str(made(silent).order.shipping.amount) == "18.50"


@pytest.mark.parametrize(
    ("method", "gateway", "expected"),
    [
        ("credit_card", "PayPal", PaymentMethod.CREDIT_CARD),
        ("debit_card", "", PaymentMethod.DEBIT_CARD),
        ("wire_transfer", "", PaymentMethod.BANK_TRANSFER),
        ("boleto", "Pagar.me", PaymentMethod.BOLETO),
        ("cash", "", PaymentMethod.CASH),
        ("custom", "Transferencia Bancaria", PaymentMethod.BANK_TRANSFER),
        (None, "PayPal", PaymentMethod.WALLET),
        ("other", "", PaymentMethod.OTHER),
    ],
)
def test_the_payment_method_is_read_off_the_channel_s_words(
    method: str | None, gateway: str, expected: PaymentMethod
):
    details = {"method": method, "credit_card_company": None, "installments": 3}
    order = made(an_order(payment_details=details, gateway_name=gateway, gateway="x")).order

    assert order.payments[0].method is expected
    assert order.payments[0].installments == 3


worths = st.decimals(0, 9999, places=2)


@given(st.lists(worths, min_size=1, max_size=8), st.decimals(0, 1, places=4))
def test_the_discount_is_shared_to_the_cent_and_no_line_gets_more_than_its_worth(
    gross: list[Any], part: Any
):
    discount = (sum(gross) * part).quantize(CENT)

    shared = shares(discount, gross)

    assert sum(shared) == discount
    assert all(0 <= share <= worth for share, worth in zip(shared, gross, strict=True))


def test_a_discount_that_exceeds_the_goods_is_left_for_a_person_to_see():
    totals = made(an_order(discount="500.00")).order.totals

    assert totals.items - totals.discount + totals.shipping != totals.total


def test_an_object_with_nothing_in_it_may_be_an_empty_list():
    """PHP knows one kind of array: a pickup has no shipping address, a guest no customer."""
    parcel = a_parcel() | {"destination": []}
    order = made(
        an_order(
            shipping_address=[], customer=[], payment_details=[], fulfillment_orders=[parcel],
            coupon=[], contact_identification=None,
        )
    ).order  # fmt: skip

    assert order.shipping_address is None
    assert order.billing_address is not None
    assert order.buyer.document is None
    assert str(order.totals.total) == "138.50"


def test_a_name_in_several_languages_is_told_in_one():
    names = [{"es": "Taza", "pt": "Caneca"}, {"es": "Taza", "pt": ""}, {"fr": "Tasse"}, {}]
    lines = [a_line(n, name=name) for n, name in enumerate(names, 1)]

    items = made(an_order(products=lines)).order.items

    assert [item.title for item in items] == ["Caneca", "Taza", "", ""]


def test_a_moment_that_is_an_empty_text_is_none():
    order = made(an_order(paid_at="", cancelled_at="")).order

    assert (order.paid_at, order.cancelled_at, order.status.value) == (None, None, "paid")


def test_what_nobody_sees_is_no_part_of_a_sku():
    """It comes along when people copy from pages and sheets, and no product would be found."""
    [item] = made(an_order(products=[a_line(sku="\u200bCAN-350-AZ\ufeff ")])).order.items

    assert item.sku == "CAN-350-AZ"


def test_an_argentine_order_keeps_its_currency_and_is_no_brazilian_address():
    """The merchant's books are in reais: what is in another currency waits for a person."""
    order = made(
        an_order(
            currency="ARS", contact_identification="32659430", language="es",
            shipping_address=an_address(province="Buenos Aires", country="AR", zipcode="B2933"),
            fulfillment_orders=[a_parcel() | {"destination": None}],
        )
    ).order  # fmt: skip

    assert (order.currency, order.buyer.document_kind) == ("ARS", "other")
    assert order.shipping_address is not None
    assert (order.shipping_address.country, order.shipping_address.cep) == ("AR", "")


ODD = st.sampled_from([None, "", "x", 0, -1, 7, "7", "7.5", 7.5, 1e30, "NaN", True, [], {}, [{}]])


@st.composite
def mutations(draw: st.DrawFn) -> dict[str, Any]:
    """An order of which any fields, deep ones too, are missing or hold something else."""
    document = an_order(
        products=[a_line(), a_line(12, price="1.99", quantity=3)], fulfillment_orders=[a_parcel()]
    )
    for _ in range(draw(st.integers(1, 4))):
        at: Any = document
        while True:
            keys = list(at) if isinstance(at, dict) else list(range(len(at)))
            if not keys:
                break
            key = draw(st.sampled_from(keys))
            if isinstance(at[key], dict | list) and at[key] and draw(st.booleans()):
                at = at[key]
                continue
            if draw(st.booleans()):
                at[key] = deepcopy(draw(ODD))
            else:
                del at[key]
            break
    return document


@given(mutations())
def test_a_strange_order_is_read_or_refused_and_nothing_else(document: dict[str, Any]):
    try:
        order = made(document).order
    except Unreadable:
        return
    gross = sum(item.unit_price * item.quantity for item in order.items)
    assert order.totals.items == gross
    assert order.totals.discount == sum(item.discount for item in order.items)
    assert order.totals.shipping == order.shipping.amount


@given(
    st.lists(st.tuples(st.decimals("0.01", 999, places=2), st.integers(1, 9)), min_size=1),
    st.decimals(0, 1, places=3),
    st.decimals(0, 99, places=2),
    st.booleans(),
)
def test_any_basket_closes_to_the_cent_whether_numbers_are_texts_or_not(
    basket: list[Any], part: Any, freight: Any, as_text: bool
):
    written = str if as_text else float
    gross = sum(price * count for price, count in basket)
    discount = (gross * part).quantize(CENT)
    lines = [
        a_line(n, price=written(price), quantity=str(count) if as_text else count)
        for n, (price, count) in enumerate(basket, 1)
    ]
    parcel = a_parcel(str(freight))
    total = gross - discount + freight

    totals = made(
        an_order(
            products=lines,
            discount=written(discount),
            total=written(total),
            fulfillment_orders=[parcel],
        )
    ).order.totals

    assert totals.items - totals.discount + totals.shipping + totals.other == totals.total == total


def test_gaps_are_told():
    order = order_in(json.dumps(an_order()).encode())

    assert normalise(SHOP, order, (), [Gap.BUYER_DATA_WITHHELD]).order.gaps == (
        Gap.BUYER_DATA_WITHHELD,
    )
