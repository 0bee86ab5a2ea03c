"""Nuvemshop for tests: orders as its API answers them, webhooks as it signs them."""

import hashlib
import hmac
import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import httpx

STORE_NUMBER = "817495"
SECRET = "hush-hush"
TOKEN = "of_the_demo"

PERSONAL = (
    "Irene Baptista Leal", "Irene", "Baptista Leal", "irene.leal@exemplo.test", "51981200044",
    "981200044", "52998224725", "Rua dos Ipês", "Petrópolis", "90460130",
)  # fmt: skip
"""All that the orders below say of their buyer."""


def a_line(item_id: int = 11, **changes: Any) -> dict[str, Any]:
    return {
        "id": item_id,
        "product_id": 9001,
        "variant_id": "4004",
        "name": "Caneca 350 ml (azul)",
        "sku": "CAN-350-AZ",
        "price": "64.90",
        "compare_at_price": "64.90",
        "quantity": "2",
        "properties": [],
    } | changes


def an_address(**changes: Any) -> dict[str, Any]:
    return {
        "name": "Irene Baptista Leal",
        "phone": "+5551981200044",
        "address": "Rua dos Ipês",
        "number": "418",
        "floor": "ap 32",
        "locality": "Petrópolis",
        "city": "Porto Alegre",
        "province": "Rio Grande do Sul",
        "zipcode": "90460130",
        "country": "BR",
        "customs": None,
    } | changes


def a_parcel(cost: str = "18.50", **changes: Any) -> dict[str, Any]:
    return {
        "id": "01JD4KQ5E0000000000000000",
        "status": "UNPACKED",
        "shipping": {
            "type": "ship",
            "carrier": {"name": "Correios", "code": "correios"},
            "option": {"name": "PAC", "code": "pac"},
            "merchant_cost": {"value": cost, "currency": "BRL"},
            "consumer_cost": {"value": cost, "currency": "BRL"},
        },
        "destination": {"province": {"name": "Rio Grande do Sul", "code": "RS"}},
    } | changes


def an_order(order_id: int = 1001, **changes: Any) -> dict[str, Any]:
    """A paid order of two mugs, 129.80 less 9.80, with 18.50 freight: 138.50."""
    address = an_address()
    billing = {f"billing_{name}": value for name, value in address.items() if name != "customs"}
    return (
        billing
        | {
            "id": order_id,
            "number": 306,
            "store_id": STORE_NUMBER,
            "currency": "BRL",
            "storefront": "store",
            "status": "open",
            "payment_status": "paid",
            "shipping_status": "unpacked",
            "created_at": "2026-11-20T13:58:00+0000",
            "updated_at": "2026-11-20T14:00:00+0000",
            "paid_at": "2026-11-20T13:59:30+0000",
            "cancelled_at": None,
            "cancel_reason": None,
            "contact_name": "Irene Baptista Leal",
            "contact_email": "irene.leal@exemplo.test",
            "contact_phone": "+5551981200044",
            "contact_identification": "52998224725",
            "customer": {"id": 77, "name": "Irene Baptista Leal", "identification": "52998224725"},
            "shipping_address": address,
            "products": [a_line()],
            "subtotal": "129.80",
            "discount": "9.80",
            "total": "138.50",
            "gateway": "pagarme",
            "gateway_id": "88123",
            "gateway_name": "Pagar.me",
            "payment_details": {"method": "pix", "credit_card_company": None, "installments": "1"},
            "fulfillments": [],
            "fulfillment_orders": [a_parcel()],
        }
        | changes
    )


def cancelled(order: dict[str, Any], at: str = "2026-11-20T15:00:00+0000") -> dict[str, Any]:
    """The same order once it is cancelled: it still says paid, and `updated_at` has not moved."""
    return order | {"status": "cancelled", "cancelled_at": at, "cancel_reason": "customer"}


def a_transaction(refunded: str | None = None, **changes: Any) -> dict[str, Any]:
    returned = {
        "type": "refund",
        "status": "success",
        "created_at": "2026-11-20T16:00:01.138Z",
        "happened_at": "2026-11-20T16:00:00Z",
    }
    return {
        "id": "21781944-a977-4b0d-93dc-908ddb87d778",
        "status": "partially_refunded" if refunded else "paid",
        "refunded_amount": {"value": refunded, "currency": "BRL"} if refunded else None,
        "created_at": "2026-11-20 11:00:00",
        "events": [returned] if refunded else [],
    } | changes


def a_webhook(event: str, order_id: int | str = 1001, store: int | str = STORE_NUMBER) -> bytes:
    return json.dumps({"store_id": int(store), "event": event, "id": order_id}).encode()


def signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    """A webhook's headers."""
    return {
        "Content-Type": "application/json",
        "X-Linkedstore-HMAC-SHA256": hmac.new(secret.encode(), body, hashlib.sha256).hexdigest(),
    }


Answer = dict[str, Any] | list[Any] | httpx.Response | Exception


@dataclass
class FakeNuvemshop:
    """Answers with what it was told to say; by default it knows nothing.

    `says` lists answers by path below the store; the last one of a list is repeated.
    """

    says: dict[str, list[Answer]] = field(default_factory=lambda: defaultdict(list))
    asked: list[httpx.Request] = field(default_factory=list)

    def order(self, order_id: int | str, *answers: Answer) -> None:
        self.says[f"orders/{order_id}"] = list(answers)

    def transactions(self, order_id: int | str, *answers: Answer) -> None:
        self.says[f"orders/{order_id}/transactions"] = list(answers)

    def paths(self) -> list[str]:
        return [r.url.path.split(f"/{STORE_NUMBER}/", 1)[-1] for r in self.asked]

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answers = self.says[self.paths()[-1]]
        answer = (answers.pop(0) if len(answers) > 1 else answers[0]) if answers else None
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, httpx.Response):
            return httpx.Response(
                answer.status_code, content=answer.content, headers=answer.headers
            )
        if answer is None:
            return httpx.Response(404, json={"code": 404, "message": "Not Found"})
        return httpx.Response(200, json=answer)
