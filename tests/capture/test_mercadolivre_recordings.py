"""Every recording of Mercado Livre: the order it becomes, what it leads to, or why to none.

The expected orders (`*.order.json`) were worked out by hand from the payloads; see the notes in
the table below for what is worth a thought in each.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from contracts.events import OrderCaptured
from contracts.order import Canceller, Order, OrderStatus
from tests.support.builders import STORE
from tests.support.capture import Capture, a_seller
from tests.support.mercadolivre import (
    BILLING,
    ORDER,
    SHIPMENT,
    a_line,
    a_pack,
    a_shipment,
    an_order,
    another,
    notification,
)

NEWS = notification(f"/orders/{ORDER}")
FOLDER = Path(__file__).parent / "recordings" / "mercadolivre"


@dataclass(frozen=True)
class Becomes:
    """Answered for an order of this seller, the recording becomes the one in `*.order.json`."""

    seller: str


@dataclass(frozen=True)
class Ignored:
    """Answered for an order, it is understood, and passed over for this reason."""

    reason: str
    status: int = 200


@dataclass(frozen=True)
class Leads:
    """A notification that makes capture ask for this."""

    path: str


@dataclass(frozen=True)
class NotUsed:
    """A notification about something else than orders."""


@dataclass(frozen=True)
class SeeBelow:
    """A document of another kind, used by the test of this name."""

    test: str


EXPECTED: dict[str, Becomes | Ignored | Leads | NotUsed | SeeBelow] = {
    # One of a pack: 9.41 less per unit, told by the full price alone.
    "order_paid_in_pack": Becomes("779432305"),
    # Neither pack nor moments of change; a payment without its dates; ids as texts.
    "order_paid_minimal_doc": Becomes("123456789"),
    # The document and the address are in the order, as they were years ago.
    "order_paid_legacy_with_cpf": Becomes("123456789"),
    # A test order first of all; see below for what it would be otherwise.
    "order_cancelled_by_buyer": Ignored("test_order"),
    "order_not_found_error": Ignored("order_not_found", status=404),
    "notification_orders_v2": Leads("/orders/2195160686"),
    "notification_shipments": Leads("/shipments/40546549876"),
    "notification_payments": Leads("/collections/3043111111"),
    "notification_post_purchase_claim": Leads("/post-purchase/v1/claims/5108684499"),
    "notification_items": SeeBelow("test_a_notification_about_an_item_has_it_looked_at"),
    "notification_invoices": NotUsed(),
    "missed_feeds_page": SeeBelow("test_missed_notifications_read_as_those_that_came"),
    "orders_search_page": SeeBelow("test_an_order_of_a_search_is_the_same_document"),
    "pack_two_orders": SeeBelow("test_a_pack_is_one_order_of_ours"),
    "billing_info_mlb_cpf": SeeBelow("test_a_person_s_tax_data"),
    "billing_info_mlb_cnpj": SeeBelow("test_a_company_s_tax_data"),
    "shipment_br_ready_to_ship": SeeBelow("test_a_shipment_in_the_old_format_is_understood"),
    "shipment_new_format_skeleton": SeeBelow("test_the_new_format_s_shape_is_the_one_we_read"),
    "shipment_costs": SeeBelow("test_the_buyer_s_part_of_the_freight_counts"),
    "shipment_statuses_catalogue": SeeBelow("test_only_what_left_counts_as_shipped"),
    "payment_seller_view": SeeBelow("test_a_payment_leads_to_its_order"),
    "claim_closed_refund": SeeBelow("test_a_claim_leads_to_its_order"),
    "return_of_claim": SeeBelow("test_a_document_that_is_no_order_is_refused_as_one"),
    "item_listing_br": SeeBelow("test_a_listing_is_asked_for_the_sku_that_a_line_lacks"),
}


def payload(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.payload.json").read_text(encoding="utf-8"))


def of_kind(kind: type[Any]) -> list[Any]:
    return [pytest.param(name, e, id=name) for name, e in EXPECTED.items() if isinstance(e, kind)]


def closes(order: Order) -> bool:
    t = order.totals
    lines = (
        sum(i.unit_price * i.quantity for i in order.items),
        sum(i.discount for i in order.items),
    )
    return t.items - t.discount + t.shipping + t.other == t.total and lines == (t.items, t.discount)


async def asked_about(
    capture: Capture, order: dict[str, Any], seller: str, *, patient: bool = True
) -> Sequence[OrderCaptured]:
    """A notification about this order, and its pack if it names one; tries run out at last."""
    answers = capture.mercadolivre.documents
    answers[f"/orders/{order['id']}"] = order
    if pack := order.get("pack_id"):
        answers.setdefault(f"/packs/{pack}", a_pack(order["id"], id=pack, last_updated=None))
    told = await capture.notified(notification(f"/orders/{order['id']}", user_id=seller))
    while not told and patient and capture.deferrals.kept:
        before = len(capture.captured)
        capture.clock.advance(hours=1)
        await capture.bring_back()
        told = capture.captured[before:]
    return told


def test_no_recording_is_forgotten():
    here = {path.name.removesuffix(".payload.json") for path in FOLDER.glob("*.payload.json")}
    orders = {path.name.removesuffix(".order.json") for path in FOLDER.glob("*.order.json")}

    assert here == set(EXPECTED)
    assert orders == {name for name, e in EXPECTED.items() if isinstance(e, Becomes)}
    assert len(list(FOLDER.iterdir())) == len(here) + len(orders) + 1, "SOURCES.md and no more"


def test_every_recording_has_its_source():
    sources = (FOLDER / "SOURCES.md").read_text(encoding="utf-8")

    assert [name for name in EXPECTED if f"## {name}.json\n" not in sources] == []


def test_what_is_tested_below_is_tested_below():
    tests = [e.test for e in EXPECTED.values() if isinstance(e, SeeBelow)]

    assert [test for test in tests if test not in globals()] == []


@pytest.mark.parametrize(("name", "how"), of_kind(Becomes))
async def test_a_paid_order_becomes_the_right_one(name: str, how: Becomes):
    capture = Capture(a_seller(domain=how.seller))

    [event] = await asked_about(capture, payload(name), how.seller)

    expected = Order.model_validate_json((FOLDER / f"{name}.order.json").read_bytes())
    assert event.order == expected
    assert closes(event.order)
    assert event.revision == 1


@pytest.mark.parametrize(("name", "how"), of_kind(Ignored))
async def test_what_must_not_be_captured_is_ignored_for_its_reason(name: str, how: Ignored):
    capture, answer = Capture(a_seller(domain="222222222")), payload(name)
    number = answer.get("id", 404)
    capture.mercadolivre.documents[f"/orders/{number}"] = httpx.Response(how.status, json=answer)

    assert await capture.notified(notification(f"/orders/{number}", user_id=222222222)) == []
    assert capture.tally.counts == {how.reason: 1}
    assert capture.dead == []


@pytest.mark.parametrize(("name", "how"), of_kind(Leads))
async def test_a_notification_makes_us_ask_about_its_resource(name: str, how: Leads):
    said = payload(name)
    capture = Capture(
        a_seller(domain=str(said["user_id"]), channel_client_id=str(said["application_id"]))
    )

    assert await capture.notified(json.dumps(said).encode()) == []

    assert capture.mercadolivre.asked == [how.path]
    assert capture.tally.counts == {"order_not_found": 1}
    assert capture.dead == []


@pytest.mark.parametrize(("name", "how"), of_kind(NotUsed))
async def test_a_notification_about_something_else_is_not_used(name: str, how: NotUsed):
    said = payload(name)
    capture = Capture(
        a_seller(domain=str(said["user_id"]), channel_client_id=str(said["application_id"]))
    )

    assert await capture.notified(json.dumps(said).encode()) == []

    assert capture.tally.counts == {"topic_not_used": 1}
    assert (capture.mercadolivre.asked, capture.dead) == ([], [])


@pytest.mark.parametrize(
    "name", [n for n, e in EXPECTED.items() if not isinstance(e, Becomes | Ignored)]
)
async def test_a_document_that_is_no_order_is_refused_as_one(name: str):
    capture = Capture(a_seller())
    text = (FOLDER / f"{name}.payload.json").read_bytes()
    capture.mercadolivre.documents["/orders/77"] = httpx.Response(200, content=text)

    assert await capture.notified(notification("/orders/77")) == []
    [letter] = capture.dead
    assert letter.headers["dead_error"].startswith(b"not a document of its kind")


async def test_a_cancelled_test_order_would_be_right_if_it_were_real():
    capture, seller = Capture(a_seller(domain="222222222")), "222222222"
    order = payload("order_cancelled_by_buyer")
    real = order | {"tags": [tag for tag in order["tags"] if tag != "test_order"]}

    [event] = await asked_about(capture, real, seller)

    order = event.order
    assert closes(order)
    assert (order.status, order.cancel_reason) == (
        OrderStatus.CANCELLED,
        "cancel_purchase_by_buyer",
    )
    assert order.cancelled_by is Canceller.BUYER
    assert order.cancelled_at.isoformat() == "2026-06-14T13:39:02+00:00"
    assert [(i.sku, i.quantity, str(i.unit_price)) for i in order.items] == [("26909", 2, "69.90")]
    assert (str(order.totals.total), str(order.refunds[0].amount)) == ("139.80", "139.80")


async def test_a_notification_about_an_item_has_it_looked_at():
    said = payload("notification_items")
    capture = Capture(
        a_seller(domain=str(said["user_id"]), channel_client_id=str(said["application_id"]))
    )

    assert await capture.notified(json.dumps(said).encode()) == []

    assert capture.hints.take(STORE) == {said["resource"].removeprefix("/items/")}


async def test_missed_notifications_read_as_those_that_came():
    """Neither of the two recorded is about an order."""
    for said in payload("missed_feeds_page")["messages"]:
        capture = Capture(
            a_seller(domain=str(said["user_id"]), channel_client_id=str(said["application_id"]))
        )

        assert await capture.notified(json.dumps(said).encode()) == []
        passed_over = said["topic"] != "items"
        assert capture.tally.counts == ({"topic_not_used": 1} if passed_over else {})
        assert capture.hints.stores() == ([] if passed_over else [STORE])


async def test_an_order_of_a_search_is_the_same_document():
    [found] = payload("orders_search_page")["results"]
    capture = Capture(a_seller(domain="207035636"))

    [event] = await asked_about(capture, found, "207035636")

    order, [paid] = event.order, event.order.payments
    assert closes(order)
    assert (order.currency, str(order.totals.total), order.buyer.name) == (
        "ARS", "10.00", "Test Test",
    )  # fmt: skip
    assert (paid.method, paid.brand, paid.installments) == ("credit_card", "diners", 9)
    assert order.updated_at.isoformat() == "2023-05-31T19:33:51+00:00"


async def test_a_pack_is_one_order_of_ours():
    capture, pack = Capture(a_seller()), payload("pack_two_orders")
    first, second = (order["id"] for order in pack["orders"])
    capture.mercadolivre.sells(an_order(first, pack["id"]), another(id=second, pack_id=pack["id"]))
    capture.mercadolivre.documents[f"/packs/{pack['id']}"] = pack

    [event] = await capture.notified(notification(f"/orders/{second}"))

    assert event.order_id == f"{STORE}:2000006181551917"
    assert [item.item_id for item in event.order.items] == [f"{second}-1", f"{first}-1"]
    assert closes(event.order)


async def sold_with(**documents: Any) -> Order:
    """The order captured where these documents are answered for the usual ones."""
    capture = Capture(a_seller())
    capture.mercadolivre.sells(an_order())
    where = {
        "billing": f"/orders/billing-info/MLB/{BILLING}",
        "shipment": f"/shipments/{SHIPMENT}",
        "costs": f"/shipments/{SHIPMENT}/costs",
    }
    capture.mercadolivre.documents |= {where[name]: told for name, told in documents.items()}
    [event] = await capture.notified(notification(f"/orders/{ORDER}"))
    assert closes(event.order)
    return event.order


async def test_a_person_s_tax_data():
    order = await sold_with(billing=payload("billing_info_mlb_cpf"))

    buyer, address = order.buyer, order.billing_address
    assert (buyer.name, buyer.document, buyer.document_kind) == (
        "María Lupita Gomez Blanco", "32659430", "cpf",
    )  # fmt: skip
    assert (buyer.company, buyer.state_registration) == (None, None)
    assert address is not None
    assert address.model_dump(exclude={"recipient", "phone"}) == {
        "street": "Nicolau de Marcos",
        "number": "05",
        "complement": "7b",
        "bairro": "Jardim Ornelas",
        "city": "Bom Jardim",
        "uf": "RJ",
        "cep": "28660000",
        "country": "BR",
    }


async def test_a_company_s_tax_data():
    order = await sold_with(billing=payload("billing_info_mlb_cnpj"))

    buyer = order.buyer
    assert (buyer.name, buyer.company) == ("Apple Brasil", "Apple Brasil")
    assert (buyer.document, buyer.document_kind) == ("326594309119203", "cnpj")
    assert buyer.state_registration == "30703088534"


async def test_a_shipment_in_the_old_format_is_understood():
    order = await sold_with(shipment=payload("shipment_br_ready_to_ship"), costs=None)

    address = order.shipping_address
    assert address is not None
    assert (address.street, address.number, address.complement) == (
        "Rua Orxxxa", "S/N", "Proximo A Escola",
    )  # fmt: skip
    assert (address.bairro, address.city, address.uf, address.cep) == (
        "Lomba do Pinheiro", "Porto Alegre", "RS", "91569210",
    )  # fmt: skip
    assert (address.recipient, address.phone) == ("Teste Endereço", "1123456789")
    assert (order.shipping.method, order.shipping.carrier) == ("Expresso", "drop_off")
    assert (str(order.shipping.amount), order.shipped) == ("0.00", False)


async def test_the_new_format_s_shape_is_the_one_we_read():
    """Its values are placeholders: with sense put into them every part arrives."""
    shape = payload("shipment_new_format_skeleton")
    to = shape["destination"]["shipping_address"]
    to |= {"street_name": "Rua A", "street_number": "7", "zip_code": "01310100"}
    to |= {"neighborhood": {"id": None, "name": "Bela Vista"}, "city": {"id": "x", "name": "SP"}}
    to |= {"state": {"id": "BR-SP", "name": "São Paulo"}, "country": {"id": "BR", "name": "Brasil"}}
    shape["last_updated"] = "2026-11-20T11:02:00.000-04:00"
    shape["status"] = "shipped"

    order = await sold_with(shipment=shape)

    address = order.shipping_address
    assert address is not None
    assert address.complete
    assert (address.uf, address.recipient, address.phone) == ("SP", "string", "1199988776644")
    assert (order.shipping.method, order.shipping.carrier) == ("string", "drop_off")
    assert order.shipped
    assert order.updated_at.isoformat() == "2026-11-20T15:02:00+00:00"


async def test_the_buyer_s_part_of_the_freight_counts():
    unpriced = a_shipment(lead_time={"cost": None, "shipping_method": {"name": "Expresso"}})
    told = payload("shipment_costs")
    free = await sold_with(costs=told, shipment=unpriced)
    told["receiver"]["cost"] = 4.07
    paid = await sold_with(costs=told, shipment=unpriced)

    assert (str(free.shipping.amount), str(free.totals.total)) == ("0.00", "120.00")
    assert (str(paid.shipping.amount), str(paid.totals.total)) == ("4.07", "124.07")


async def test_only_what_left_counts_as_shipped():
    statuses = [status["id"] for status in payload("shipment_statuses_catalogue")]
    left = [s for s in statuses if (await sold_with(shipment=a_shipment(status=s))).shipped]

    assert left == ["shipped", "delivered", "not_delivered"]


async def test_a_listing_is_asked_for_the_sku_that_a_line_lacks():
    """The recorded one has no SKU of its own: with one put into it the line has it."""
    listing, capture = payload("item_listing_br"), Capture(a_seller())
    listing["attributes"].append({"id": "SELLER_SKU", "value_name": "TESTE-1"})
    line = a_line()
    line["item"] |= {"id": listing["id"], "seller_sku": None}
    capture.mercadolivre.sells(an_order(order_items=[line]))
    capture.mercadolivre.documents[f"/items/{listing['id']}"] = listing

    [event] = await capture.notified(NEWS)

    assert event.order.items[0].sku == "TESTE-1"


async def leads_to(capture: Capture, path: str, document: Any, topic: str) -> str:
    capture.mercadolivre.documents[path] = document
    await capture.notified(notification(path, topic))
    return capture.mercadolivre.asked[-1]


async def test_a_payment_leads_to_its_order():
    capture = Capture(a_seller())
    paid = payload("payment_seller_view")

    asked = await leads_to(capture, f"/collections/{paid['id']}", paid, "payments")

    assert asked == "/orders/2460122623"


async def test_a_claim_leads_to_its_order():
    capture = Capture(a_seller())
    claim = payload("claim_closed_refund")
    path = f"/post-purchase/v1/claims/{claim['id']}"

    assert await leads_to(capture, path, claim, "post_purchase") == "/orders/2000007819609432"


async def test_a_shipment_leads_to_its_order():
    capture = Capture(a_seller())
    shipment = payload("shipment_br_ready_to_ship")
    path = f"/shipments/{shipment['id']}"

    assert await leads_to(capture, path, shipment, "shipments") == "/orders/2460122623"
