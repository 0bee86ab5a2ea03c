"""A sale's payment in Nuvemshop's fields, and as the transactions of its own resource."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid5

from sandbox.channels.channel import Document
from sandbox.channels.generator import Method, Sale
from sandbox.channels.nuvemshop.shapes import naive_moment, short, utc_moment, valued

_METHODS = {Method.CARD: "credit_card", Method.PIX: "pix", Method.BOLETO: "boleto"}
_COMPANIES = {"American Express": "amex"}
_NAMESPACE = UUID("5f0c7a52-0c0f-4f0e-9a2b-6f1d3f0f8f41")


def payment(sold: Sale, ids: Iterator[int]) -> Document:
    """How the order is paid."""
    name = sold.payment.gateway
    return {
        "gateway": name.lower().replace(" ", "").replace(".", ""),
        "gateway_id": str(short(next(ids))),
        "gateway_name": name,
        "gateway_link": None,
        "payment_details": {
            "method": _METHODS[sold.payment.method],
            "credit_card_company": _company(sold),
            "installments": sold.payment.instalments,
        },
    }


def transaction(sold: Sale, order: Document, at: datetime) -> Document:
    """The payment's transaction, before the money came."""
    amount = valued(sold.total, sold.currency)
    transaction_id = str(uuid5(_NAMESPACE, str(order["id"])))
    return {
        "id": transaction_id,
        "payment_provider_id": str(uuid5(_NAMESPACE, order["gateway"])),
        "captured_amount": None,
        "refunded_amount": None,
        "authorized_amount": amount,
        "voided_amount": None,
        "payment_method": {
            "type": order["payment_details"]["method"],
            "id": _company(sold) or order["payment_details"]["method"],
        },
        "status": "pending",
        "info": {
            "card": {"brand": _company(sold), "last_digits": "4242"} if _company(sold) else None,
            "installments": {"quantity": sold.payment.instalments, "interest": "0.0000"},
            "external_id": order["gateway_id"],
            "external_url": None,
            "refund_url": None,
            "ip": None,
        },
        "failure_code": None,
        "created_at": naive_moment(at),
        "events": [event(transaction_id, "authorization", amount, at)],
    }


def captured(paid: Document, at: datetime) -> None:
    """The money of the transaction came in."""
    amount = paid["authorized_amount"]
    paid |= {"status": "paid", "captured_amount": amount}
    paid["events"].append(event(paid["id"], "capture", amount, at))


def voided(paid: Document, at: datetime) -> None:
    """The payment is undone before the money came."""
    amount = paid["authorized_amount"]
    paid |= {"status": "voided", "voided_amount": amount}
    paid["events"].append(event(paid["id"], "void", amount, at))


def refunded(paid: Document, amount: Decimal, at: datetime) -> None:
    """Money of the transaction went back; at most what `refundable` says."""
    currency, whole = paid["captured_amount"]["currency"], refundable(paid) == amount
    before = Decimal((paid["refunded_amount"] or {"value": "0"})["value"])
    paid["refunded_amount"] = valued(before + amount, currency)
    paid["status"] = "refunded" if whole else "partially_refunded"
    paid["events"].append(event(paid["id"], "refund", valued(amount, currency), at))


def refundable(paid: Document) -> Decimal:
    """Money received and not given back."""
    received, returned = paid["captured_amount"], paid["refunded_amount"]
    if received is None:
        return Decimal(0)
    return Decimal(received["value"]) - Decimal(returned["value"] if returned else 0)


def event(transaction_id: str, kind: str, amount: Document, at: datetime) -> Document:
    """One thing that happened to a transaction."""
    return {
        "transaction_id": transaction_id,
        "amount": amount,
        "type": kind,
        "status": "success",
        "failure_code": None,
        "created_at": utc_moment(at),
        "happened_at": utc_moment(at),
        "expires_at": None,
    }


def _company(sold: Sale) -> str | None:
    brand = sold.payment.brand
    return brand and _COMPANIES.get(brand, brand.lower())
