"""What a program can read of orders, and ask for."""

import json
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from contracts.cancellations import Undoing
from contracts.commands import BuyerCorrection, ReprocessOrder
from contracts.reasons import ReasonCode
from panel.door import LARGEST_BODY, Door
from tests.panel.test_row import reprocess
from tests.support.builders import (
    PAID_AT,
    STORE,
    a_store,
    an_order,
    cancellation_of,
    captured,
    pending,
    posted,
    validated,
)
from tests.support.panel import TOKEN, Office, client

API = "/api/v1"
ORDER = an_order()
URL = f"{API}/orders/{ORDER.order_id}"


async def pages(http: httpx.AsyncClient, **params: str | int) -> list[list[str]]:
    """The order ids of every page."""
    found = []
    cursor: dict[str, str | int] = {}
    while True:
        body = (await http.get(f"{API}/orders", params=params | cursor)).json()
        found.append([item["order_id"] for item in body["items"]])
        if body["next"] is None:
            return found
        cursor = {"cursor": body["next"]}


def sell(office: Office, *numbers: int) -> None:
    """Orders that wait, each changed a second after the one before."""
    for number in numbers:
        changed = PAID_AT + timedelta(seconds=number)
        order = an_order(number, updated_at=changed)
        office.board.tell(captured(order), pending(order))


async def test_a_tab_lists_its_orders_newest_first_page_by_page(
    office: Office, http: httpx.AsyncClient
) -> None:
    sell(office, 1, 2, 3, 4, 5)
    office.board.tell(captured(an_order(9)), validated(an_order(9)))

    found = await pages(http, tab="pending", limit=2)

    assert found == [
        [f"{STORE}:5", f"{STORE}:4"],
        [f"{STORE}:3", f"{STORE}:2"],
        [f"{STORE}:1"],
    ]


async def test_a_list_shows_why_orders_wait_and_masks_the_buyers_document(
    office: Office, http: httpx.AsyncClient
) -> None:
    office.board.tell(captured(ORDER), pending(ORDER, ReasonCode.CUSTOMER_EMAIL_MISSING))

    answer = await http.get(f"{API}/orders", params={"tab": "pending"})

    [item] = answer.json()["items"]
    assert item["number"] == "#1001"
    assert item["total"] == "138.50"
    assert item["buyer"]["document"] == "***.982.247-**"
    assert item["reasons"][0]["text"] == "E-mail do cliente ausente"
    assert "52998224725" not in answer.text


async def test_a_list_is_narrowed_by_store_reason_and_number(
    office: Office, http: httpx.AsyncClient
) -> None:
    sell(office, 1001, 1002, 2001)
    order = an_order(7)
    office.board.tell(pending(order, ReasonCode.PRODUCT_SKU_NOT_FOUND))

    assert await pages(http, reason="PRODUCT_SKU_NOT_FOUND") == [[f"{STORE}:7"]]
    assert await pages(http, q="#100") == [[f"{STORE}:1002", f"{STORE}:1001"]]
    assert await pages(http, store="no-such-store") == [[]]
    assert len((await pages(http, store=STORE))[0]) == 4


async def test_orders_of_a_store_nobody_configured_are_not_shown(
    office: Office, http: httpx.AsyncClient
) -> None:
    foreign = an_order(1, order_id="elsewhere:1", store_id="elsewhere")
    office.board.tell(captured(foreign), pending(foreign))

    assert await pages(http) == [[]]
    assert (await http.get(f"{API}/orders/elsewhere:1")).status_code == 404


async def test_counts_are_exact(office: Office, http: httpx.AsyncClient) -> None:
    sell(office, 1, 2)
    office.board.tell(cancellation_of(an_order(3)))

    answer = await http.get(f"{API}/orders/counts", params={"store": STORE})

    assert answer.json() == {"processed": 0, "pending": 2, "cancelled": 1}


async def test_an_order_tells_all_of_its_story(office: Office, http: httpx.AsyncClient) -> None:
    merged = ORDER.model_copy(
        update={"buyer": ORDER.buyer.model_copy(update={"name": "Irene B. Leal"})}
    )
    office.board.tell(
        captured(ORDER),
        reprocess(),
        validated(merged, attempt=2),
        posted(ORDER, attempt=2, occurred_at=PAID_AT + timedelta(minutes=2)),
        cancellation_of(ORDER, Undoing.REQUESTED, occurred_at=PAID_AT + timedelta(minutes=3)),
    )

    order = (await http.get(URL)).json()

    assert (order["tab"], order["situation"], order["revision"]) == ("cancelled", "cancelando", 2)
    assert order["order"]["buyer"]["name"] == "Irene B. Leal"
    assert order["captured"]["buyer"]["name"] == "Irene Baptista Leal"
    assert order["order"]["totals"]["total"] == "138.50"
    assert order["erp"]["number"] == "1534"
    assert order["erp"]["integration_code"] == "EST-AAAABBBBCCCCDDDD"
    assert order["cancellation"]["undoing"] == "requested"
    assert [asked["by"] for asked in order["corrections"]] == ["ana"]
    assert [(e["event"].split(".")[3], e["text"]) for e in order["timeline"]][-2:] == [
        ("posted", "Integrado ao ERP: pedido de venda 1534"),
        ("cancelled", "Cancelado; cancelamento pedido ao ERP"),
    ]


async def test_reprocessing_writes_the_command_with_its_corrections(
    office: Office, http: httpx.AsyncClient
) -> None:
    office.board.tell(captured(ORDER), pending(ORDER))
    body = {"corrections": {"buyer": {"document": "529.982.247-25"}}}

    answer = await http.post(f"{URL}/reprocess", json=body)

    [command] = office.topics.messages(ReprocessOrder)
    assert isinstance(command, ReprocessOrder)
    assert answer.status_code == 202
    assert answer.json() == {"command_id": command.command_id}
    assert command.corrections.buyer == BuyerCorrection(document="529.982.247-25")
    assert (command.order_id, command.requested_by) == (ORDER.order_id, "api")
    assert command.account_id == a_store().account_id


async def test_a_request_sent_twice_with_its_id_is_the_same_request(
    office: Office, http: httpx.AsyncClient
) -> None:
    office.board.tell(captured(ORDER), pending(ORDER))
    body = {"command_id": str(uuid4())}

    for _ in range(2):
        assert (await http.post(f"{URL}/reprocess", json=body)).json() == body

    assert len({c.event_id for c in office.topics.messages(ReprocessOrder)}) == 1


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ([captured(ORDER), validated(ORDER)], 202),
        ([captured(ORDER)], 202),
        ([posted(ORDER)], 409),
        ([captured(ORDER), cancellation_of(ORDER)], 409),
        ([], 404),
    ],
)
async def test_only_an_order_that_may_still_change_is_judged_again(
    office: Office, http: httpx.AsyncClient, told: list[object], status: int
) -> None:
    office.board.tell(*told)  # type: ignore[arg-type]

    answer = await http.post(f"{URL}/reprocess", json={})

    assert answer.status_code == status
    assert len(office.topics.messages(ReprocessOrder)) == (status == 202)


@pytest.mark.parametrize(
    ("corrections", "field"),
    [
        ({"buyer": {"cpf": "1"}}, "body.corrections.buyer.cpf"),
        ({"total": "1.00"}, "body.corrections.total"),
        ({"items": [{"item_id": "404", "sku": "X"}]}, "body.corrections.items"),
        (
            {"items": [{"item_id": "1", "erp_product_id": 10**30}]},
            "body.corrections.items.0.erp_product_id",
        ),
        ({"note": "x" * 501}, "body.corrections.note"),
    ],
)
async def test_a_correction_that_cannot_be_is_refused_with_the_field_that_is_wrong(
    office: Office, http: httpx.AsyncClient, corrections: object, field: str
) -> None:
    office.board.tell(captured(ORDER), pending(ORDER))

    answer = await http.post(f"{URL}/reprocess", json={"corrections": corrections})

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert [e["field"] for e in answer.json()["errors"]] == [field]
    assert office.topics.messages(ReprocessOrder) == []


async def test_nothing_is_accepted_while_kafka_is_away(
    office: Office, http: httpx.AsyncClient
) -> None:
    office.board.tell(captured(ORDER), pending(ORDER))
    office.topics.away = True

    answer = await http.post(f"{URL}/reprocess", json={})

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/orders?cursor=nonsense", 422),
        ("/orders?cursor=%00%ff", 422),
        ("/orders?cursor=OTk5OTk5OTk5OTk5OTk5OTk5OTk5fHg", 422),
        ("/orders?limit=99999999999999999999999", 422),
        ("/orders?tab=todos", 422),
        ("/orders?colour=red", 422),
        ("/orders?q=%00", 200),
        ("/orders?q=%ff%fe&store=%00", 200),
        ("/orders/%00", 404),
        ("/orders/%ff", 404),
        ("/orders/a:b/c", 404),
        ("/nowhere", 404),
    ],
)
async def test_nonsense_in_an_address_is_answered_and_never_breaks_anything(
    http: httpx.AsyncClient, path: str, status: int
) -> None:
    answer = await http.get(API + path)

    assert answer.status_code == status
    if status != 200:
        assert answer.json()["detail"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b'{"corrections": "\xff\xfe"}', 400),
        (b"[" * 100_000, 400),
        (b'{"corrections": {"note": "\\ud800"}}', 422),
        (b'{"\\ud800": 1}', 422),
        (b'{"command_id": ' + b"9" * 5_000 + b"}", 400),
        (b'{"command_id": NaN}', 422),
        (b"null", 422),
        (b"x" * (LARGEST_BODY + 1), 413),
    ],
)
async def test_nonsense_in_a_body_is_answered_and_never_breaks_anything(
    office: Office, http: httpx.AsyncClient, body: bytes, status: int
) -> None:
    office.board.tell(captured(ORDER), pending(ORDER))
    headers = {"Content-Type": "application/json"}

    answer = await http.post(f"{URL}/reprocess", content=body, headers=headers)

    assert answer.status_code == status


async def test_every_route_is_closed_without_the_token(api: FastAPI, site: Door) -> None:
    document = api.openapi()
    routes = [(m, path) for path, methods in document["paths"].items() for m in methods]

    assert len(routes) >= 7
    for token in (None, "", "wrong", TOKEN + "x"):
        async with client(site, token) as http:
            for method, path in routes:
                url = API + path.format(order_id=ORDER.order_id, store_id=STORE, listing_id="9001")
                answer = await http.request(method, url, content=b"{")
                assert answer.status_code == 401, (method, path)
                assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_panel_without_a_token_lets_nobody_in(office: Office) -> None:
    for token in (None, SecretStr("")):
        closed = office.api(token)
        async with client(closed, "") as http:
            http.headers["Authorization"] = "Bearer "
            assert (await http.get("/orders")).status_code == 401


async def test_the_api_says_to_come_back_while_the_panel_is_starting(office: Office) -> None:
    starting = office.api(SecretStr(TOKEN), ready=False)
    async with client(starting) as http:
        answer = await http.get("/orders")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


async def test_the_address_of_the_api_leads_to_its_document(site: Door) -> None:
    async with client(site, token=None) as http:
        answer = await http.get(API, follow_redirects=True)

    assert answer.json()["info"]["title"] == "Esteira"


async def test_the_document_types_every_answer(site: Door) -> None:
    async with client(site, token=None) as http:
        document = (await http.get(f"{API}/openapi.json")).json()

    assert document["info"]["title"]
    assert document["servers"] == [{"url": "/api/v1"}]
    for path in document["paths"].values():
        for operation in path.values():
            assert operation["summary"]
            assert operation["description"]
            for status, answer in operation["responses"].items():
                kind = "json" if status < "300" else "problem+json"
                assert answer["content"][f"application/{kind}"]["schema"]["$ref"], operation


async def test_a_fault_of_ours_is_a_problem_that_quotes_nothing(
    office: Office, http: httpx.AsyncClient
) -> None:
    office.board.tell(captured(ORDER))
    office.board.rows[ORDER.order_id].cells["captured"]["order"]["total"] = 7

    answer = await http.get(f"{API}/orders")

    assert answer.status_code == 500
    assert "Irene" not in answer.text
    assert json.loads(answer.text)["detail"]


async def test_answers_carry_the_security_headers_and_are_kept_by_nobody(
    http: httpx.AsyncClient,
) -> None:
    answer = await http.get(f"{API}/orders")

    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["content-security-policy"]


async def test_an_order_tells_what_it_was_validated_with_and_where_its_events_are(
    office: Office, http: httpx.AsyncClient
) -> None:
    await office.hear(captured(ORDER), validated(ORDER))

    order = (await http.get(f"/api/v1/orders/{ORDER.order_id}")).json()

    assert order["terms"]["category_code"] == "1.01.03"
    assert [entry["record"] for entry in order["timeline"]] == [
        {"topic": topic, "partition": 0, "offset": 0}
        for topic in ("orders.captured.v1", "orders.validated.v1")
    ]
