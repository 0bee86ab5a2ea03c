"""Shopify's side, for tests: an order as its webhooks write it, and an API that answers."""

import base64
import hashlib
import hmac
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import httpx

DOMAIN = "demo-shopify.myshopify.com"
SECRET = "hush-hush"
TOKEN = "shpat_of_the_demo"
JOINER = "\u2060"

PERSONAL = (
    "Irene Baptista Leal", "Irene", "Baptista Leal", "irene.leal@exemplo.test", "98120-0044",
    "981200044", "529.982.247-25", "52998224725", "Rua dos Ipês", "Petrópolis", "90460-130",
    "90460130",
)  # fmt: skip
"""All that the orders below say of their buyer."""


def a_line(item_id: int = 11, **changes: Any) -> dict[str, Any]:
    return {
        "id": item_id,
        "product_id": 9001,
        "variant_id": 4004,
        "sku": "CAN-350-AZ",
        "name": "Caneca 350 ml - azul",
        "title": "Caneca 350 ml",
        "quantity": 2,
        "current_quantity": 2,
        "price": "64.90",
        "price_set": money("64.90"),
        "total_discount": "0.00",
        "discount_allocations": [{"amount": "9.80", "amount_set": money("9.80")}],
        "product_exists": True,
        "properties": [],
    } | changes


def an_address(**changes: Any) -> dict[str, Any]:
    return {
        "name": "Irene Baptista Leal",
        "first_name": "Irene",
        "last_name": "Baptista Leal",
        "company": None,
        "address1": f"Rua dos Ipês, {JOINER}418",
        "address2": f"ap 32, {JOINER}Petrópolis",
        "city": "Porto Alegre",
        "province": "Rio Grande do Sul",
        "province_code": "RS",
        "country": "Brazil",
        "country_code": "BR",
        "zip": "90460-130",
        "phone": "+55 51 98120-0044",
    } | changes


def a_payload(order_id: int = 1001, **changes: Any) -> dict[str, Any]:
    """A paid order of two mugs, 129.80 less 9.80, with 18.50 freight: 138.50."""
    return {
        "id": order_id,
        "admin_graphql_api_id": f"gid://shopify/Order/{order_id}",
        "name": f"#{order_id}",
        "order_number": order_id,
        "currency": "BRL",
        "financial_status": "paid",
        "test": False,
        "taxes_included": True,
        "created_at": "2026-11-20T10:58:00-03:00",
        "processed_at": "2026-11-20T10:58:00-03:00",
        "updated_at": "2026-11-20T11:00:00-03:00",
        "cancelled_at": None,
        "cancel_reason": None,
        "email": "irene.leal@exemplo.test",
        "contact_email": "irene.leal@exemplo.test",
        "phone": None,
        "customer": {
            "id": 77,
            "first_name": "Irene",
            "last_name": "Baptista Leal",
            "email": "irene.leal@exemplo.test",
            "phone": None,
        },
        "billing_address": an_address(),
        "shipping_address": an_address(),
        "note_attributes": [],
        "payment_gateway_names": ["Pix - Pagar.me"],
        "line_items": [a_line()],
        "shipping_lines": [
            {
                "id": 5,
                "title": "PAC",
                "code": "PAC",
                "price": "18.50",
                "discounted_price": "18.50",
                "discounted_price_set": money("18.50"),
                "is_removed": False,
                "discount_allocations": [],
            }
        ],
        "refunds": [],
        "total_price": "138.50",
        "total_price_set": money("138.50"),
        "current_total_price": "138.50",
        "current_total_price_set": money("138.50"),
        "total_tax": "0.00",
        "total_tip_received": "0.00",
    } | changes


def cancelled(payload: dict[str, Any], at: str = "2026-11-20T12:00:00-03:00") -> dict[str, Any]:
    """The same order once its buyer has cancelled it and has the money back."""
    gone = [line | {"current_quantity": 0} for line in payload["line_items"]]
    return payload | {
        "cancelled_at": at,
        "cancel_reason": "customer",
        "updated_at": at,
        "financial_status": "refunded",
        "line_items": gone,
        "current_total_price": "0.00",
        "current_total_price_set": money("0.00"),
    }


def money(amount: str, currency: str = "BRL") -> dict[str, Any]:
    one = {"amount": amount, "currency_code": currency}
    return {"shop_money": one, "presentment_money": one}


def a_transaction(**changes: Any) -> dict[str, Any]:
    return {
        "kind": "SALE",
        "status": "SUCCESS",
        "gateway": "Pix - Pagar.me",
        "formattedGateway": "Pix - Pagar.me",
        "processedAt": "2026-11-20T13:59:30Z",
        "test": False,
        "amountSet": {"shopMoney": {"amount": "138.5", "currencyCode": "BRL"}},
        "paymentDetails": None,
        "receiptJson": json.dumps({"payment_method": "pix"}),
    } | changes


def details(**changes: Any) -> dict[str, Any]:
    """GraphQL's answer about the order above."""
    order = {
        "id": "gid://shopify/Order/1001",
        "legacyResourceId": "1001",
        "updatedAt": "2026-11-20T14:00:00Z",
        "cancelledAt": None,
        "displayFinancialStatus": "PAID",
        "localizedFields": {
            "nodes": [
                {
                    "countryCode": "BR",
                    "key": "TAX_CREDENTIAL_BR",
                    "purpose": "TAX",
                    "title": "CPF/CNPJ",
                    "value": "529.982.247-25",
                }
            ]
        },
        "transactions": [a_transaction()],
    } | changes
    return {"data": {"order": order}}


def throttled(missing: int = 0, rate: float = 100.0) -> dict[str, Any]:
    return {
        "errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}],
        "extensions": {
            "cost": {
                "requestedQueryCost": 60 + missing,
                "throttleStatus": {"currentlyAvailable": 60, "restoreRate": rate},
            }
        },
    }


def signed(body: bytes, topic: str, secret: str = SECRET, **headers: str) -> dict[str, str]:
    """A webhook's headers."""
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return {
        "Content-Type": "application/json",
        "X-Shopify-Topic": topic,
        "X-Shopify-Shop-Domain": DOMAIN,
        "X-Shopify-Hmac-Sha256": base64.b64encode(digest).decode(),
        "X-Shopify-Webhook-Id": "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
        "X-Shopify-Triggered-At": "2026-11-20T14:00:01.123456Z",
    } | headers


Answer = dict[str, Any] | httpx.Response | Exception


@dataclass
class FakeShopify:
    """Answers REST and GraphQL with what it was told to say; by default it knows nothing.

    `says` lists answers by path; the last one of a list is repeated.
    """

    says: dict[str, list[Answer]] = field(default_factory=lambda: defaultdict(list))
    asked: list[httpx.Request] = field(default_factory=list)

    def graphql(self, *answers: Answer) -> None:
        self.says["graphql.json"] = list(answers)

    def rest(self, order_id: int, *answers: Answer) -> None:
        self.says[f"orders/{order_id}.json"] = list(answers)

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.MockTransport(self.answer))

    def paths(self) -> list[str]:
        return [request.url.path.split("/admin/api/2026-10/")[-1] for request in self.asked]

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
            missing = "graphql" not in request.url.path
            return httpx.Response(404 if missing else 200, json={"data": {"order": None}})
        return httpx.Response(200, json=answer)


def personal_in(text: str, words: Iterable[str] = PERSONAL) -> list[str]:
    """What of the buyer is in a text."""
    return [word for word in words if word in text]
