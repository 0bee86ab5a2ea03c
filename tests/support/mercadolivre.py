"""Mercado Livre for tests: documents as its API answers them, tokens that end, notifications."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import httpx

SELLER = "779432305"
APP = "5503910054141466"
APP_SECRET = "app-secret-of-the-demo"
ACCESS, REFRESH = "APP_USR-first", "TG-first"

PACK, ORDER, OTHER = 2000006181551917, 2000009047707726, 2000009047722568
SHIPMENT, BILLING = 43729529445, "677000000000000001"

PERSONAL = (
    "Irene Baptista Leal", "Irene", "Baptista Leal", "52998224725", "Rua dos Ipês", "Petrópolis",
    "90460130", "51981200044",
)  # fmt: skip
"""All that the documents below say of their buyer."""


def a_line(title: str = "Caneca 350 ml azul", **changes: Any) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": "MLB3737188005",
        "title": title,
        "variation_id": None,
        "seller_custom_field": None,
        "variation_attributes": [],
        "seller_sku": "CAN-350-AZ",
    }
    return {
        "item": item,
        "quantity": 2,
        "unit_price": 60.0,
        "full_unit_price": 64.9,
        "currency_id": "BRL",
        "sale_fee": 11.07,
        "element_id": 1,
    } | changes


def a_payment(payment_id: int = 91776699099, **changes: Any) -> dict[str, Any]:
    return {
        "id": payment_id,
        "payment_method_id": "pix",
        "payment_type": "bank_transfer",
        "installments": 1,
        "status": "approved",
        "status_detail": "accredited",
        "transaction_amount": 120.0,
        "transaction_amount_refunded": 0.0,
        "shipping_cost": 0.0,
        "total_paid_amount": 120.0,
        "date_approved": "2026-11-20T10:59:00.000-04:00",
        "marketplace_fee": 22.14,
    } | changes


def an_order(order_id: int = ORDER, pack_id: int | None = PACK, **changes: Any) -> dict[str, Any]:
    """A paid order of two mugs, 129.80 less 9.80; its freight is told by its shipment."""
    return {
        "id": order_id,
        "pack_id": pack_id,
        "status": "paid",
        "status_detail": None,
        "date_created": "2026-11-20T10:58:00.000-04:00",
        "date_closed": "2026-11-20T10:59:00.000-04:00",
        "last_updated": "2026-11-20T11:00:00.000-04:00",
        "currency_id": "BRL",
        "total_amount": 120.0,
        "paid_amount": 120.0,
        "order_items": [a_line()],
        "payments": [a_payment()],
        "shipping": {"id": SHIPMENT},
        "buyer": {"id": 6427433, "billing_info": {"id": BILLING}},
        "seller": {"id": int(SELLER)},
        "tags": ["pack_order", "order_has_discount", "paid", "not_delivered"],
        "taxes": {"amount": None, "currency_id": None, "id": None},
        "cancel_detail": None,
        "mediations": [],
    } | changes


def another(**changes: Any) -> dict[str, Any]:
    """The other order of the pack: one plate for 40.00."""
    line = a_line("Prato raso", quantity=1, unit_price=40.0, full_unit_price=40.0)
    line["item"] = line["item"] | {"id": "MLB4735324525", "seller_sku": "PRA-01"}
    payment = a_payment(91776699100, transaction_amount=40.0, total_paid_amount=40.0)
    return an_order(OTHER, order_items=[line], total_amount=40.0, payments=[payment]) | changes


def a_pack(*order_ids: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": PACK,
        "orders": [{"id": order_id} for order_id in order_ids or (ORDER,)],
        "shipment": {"id": SHIPMENT},
        "status": "released",
        "status_detail": None,
        "buyer": {"id": 6427433},
        "date_created": "2026-11-20T10:58:00.000-0400",
        "last_updated": "2026-11-20T10:59:30.000-0400",
    } | changes


def a_shipment(**changes: Any) -> dict[str, Any]:
    """In the new format, with what the old one has beside: the same document serves both."""
    return {
        "id": SHIPMENT,
        "order_id": ORDER,
        "status": "ready_to_ship",
        "substatus": "invoice_pending",
        "last_updated": "2026-11-20T10:59:40.000-04:00",
        "logistic": {"mode": "me2", "type": "drop_off", "direction": "forward"},
        "lead_time": {"cost": 18.5, "list_cost": 24.5, "shipping_method": {"name": "Expresso"}},
        "destination": {
            "receiver_name": "Irene Baptista Leal",
            "receiver_phone": "XXXXXXX",
            "shipping_address": {
                "street_name": "Rua dos Ipês",
                "street_number": "418",
                "comment": "ap 32",
                "zip_code": "90460130",
                "neighborhood": {"id": None, "name": "Petrópolis"},
                "city": {"id": None, "name": "Porto Alegre"},
                "state": {"id": "BR-RS", "name": "Rio Grande do Sul"},
                "country": {"id": "BR", "name": "Brasil"},
            },
        },
        "sibling": {"reason": None, "sibling_id": None},
    } | changes


def costs(receiver: float = 18.5) -> dict[str, Any]:
    return {
        "gross_amount": 24.5,
        "receiver": {"user_id": 6427433, "cost": receiver, "discounts": []},
        "senders": [{"user_id": int(SELLER), "cost": 6.0}],
    }


def billing(**changes: Any) -> dict[str, Any]:
    info = {
        "name": "Irene",
        "last_name": "Baptista Leal",
        "identification": {"type": "CPF", "number": "52998224725"},
        "address": {
            "street_name": "Rua dos Ipês",
            "street_number": "418",
            "comment": "ap 32",
            "neighborhood": "Petrópolis",
            "city_name": "Porto Alegre",
            "state": {"name": "Rio Grande do Sul"},
            "zip_code": "90460130",
            "country_id": "BR",
        },
        "attributes": {"is_normalized": True, "cust_type": "CO"},
    } | changes
    return {"site_id": "MLB", "buyer": {"cust_id": 6427433, "billing_info": info}}


def notification(path: str, topic: str = "orders_v2", **changes: Any) -> bytes:
    said = {
        "_id": "f9f08571-1f65-4c46-9e0a-c0f43faas1557e",
        "resource": path,
        "user_id": int(SELLER),
        "topic": topic,
        "application_id": int(APP),
        "attempts": 1,
        "sent": "2026-11-20T15:00:01.906Z",
        "received": "2026-11-20T15:00:01.884Z",
    }
    return json.dumps(said | changes).encode()


@dataclass
class FakeMercadoLivre:
    """Answers with the documents it was given, to whoever has a good token.

    A refresh token works once; used twice, the whole grant is dead. `asked` are the paths of all
    questions, `renewals` how many tokens were asked for. `troubles` are answers to give instead of
    documents, by path, one each.
    """

    documents: dict[str, Any] = field(default_factory=dict)
    troubles: dict[str, list[httpx.Response | Exception]] = field(default_factory=dict)
    access: set[str] = field(default_factory=lambda: {ACCESS})
    refresh: str = REFRESH
    asked: list[str] = field(default_factory=list)
    renewals: int = 0
    alive: bool = True

    def sells(self, *orders: dict[str, Any], shipment: Any = None, billed: Any = None) -> None:
        """One pack of these orders, with its shipment, costs and billing info, as of now."""
        self.documents |= {f"/orders/{order['id']}": order for order in orders}
        packed = [order["id"] for order in orders if order["pack_id"]]
        if packed:
            self.documents[f"/packs/{orders[0]['pack_id']}"] = a_pack(
                *packed, id=orders[0]["pack_id"]
            )
        for number in {o["shipping"]["id"] for o in orders if o["shipping"]["id"]}:
            self.documents[f"/shipments/{number}"] = shipment or a_shipment(id=number)
            self.documents[f"/shipments/{number}/costs"] = costs()
        self.documents[f"/orders/billing-info/MLB/{BILLING}"] = billed or billing()

    def answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path == "/oauth/token":
            return self._token(dict(parse_qsl(request.content.decode())))
        self.asked.append(path)
        if trouble := self.troubles.get(path):
            what = trouble.pop(0)
            if isinstance(what, Exception):
                raise what
            return what
        if request.headers["Authorization"].removeprefix("Bearer ") not in self.access:
            return _error(401, "invalid_token")
        found = self.documents.get(path)
        if isinstance(found, httpx.Response):
            return httpx.Response(found.status_code, content=found.content, headers=found.headers)
        return httpx.Response(200, json=found) if found else _error(404, "order_not_found")

    def _token(self, form: dict[str, str]) -> httpx.Response:
        self.renewals += 1
        ours = (form.get("client_id"), form.get("client_secret")) == (APP, APP_SECRET)
        if not ours:
            return _error(400, "invalid_client")
        if form.get("refresh_token") != self.refresh or not self.alive:
            self.alive = False
            self.access.clear()
            return _error(400, "invalid_grant")
        access, self.refresh = f"APP_USR-{self.renewals}", f"TG-{self.renewals}"
        self.access = {access}
        return httpx.Response(
            200,
            json={
                "access_token": access,
                "token_type": "Bearer",
                "expires_in": 21600,
                "scope": "offline_access read write",
                "user_id": int(SELLER),
                "refresh_token": self.refresh,
            },
        )


def _error(status: int, code: str) -> httpx.Response:
    body = {"message": code, "error": code, "status": status, "cause": []}
    return httpx.Response(status, json=body)
