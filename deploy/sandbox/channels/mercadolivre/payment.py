"""Payments: inside the order, and as the payment's own resource shows them to the seller."""

from datetime import datetime
from decimal import Decimal

from sandbox.channels.channel import Document
from sandbox.channels.generator import Method, Sale
from sandbox.channels.mercadolivre.shapes import amount, local, number
from sandbox.channels.money import rounded

_TYPES = {
    Method.CARD: "credit_card",
    Method.PIX: "bank_transfer",
    Method.BOLETO: "ticket",
}
_METHODS = {Method.PIX: "pix", Method.BOLETO: "bolbradesco"}
_CARDS = {"Visa": "visa", "Mastercard": "master", "Elo": "elo", "Hipercard": "hipercard"}
_WAITING = {
    Method.CARD: "pending_contingency",
    Method.PIX: "pending_waiting_transfer",
    Method.BOLETO: "pending_waiting_payment",
}


def pending(sold: Sale, order: Document, payment_id: int, at: datetime) -> Document:
    """The payment of one order, before the money came; freight is paid apart."""
    method, instalments = sold.payment.method, sold.payment.instalments
    owed, coupon = amount(order["total_amount"]), amount(order["coupon"]["amount"])
    card = _CARDS.get(sold.payment.brand or "", "amex")
    return {
        "id": payment_id,
        "order_id": order["id"],
        "payer_id": order["buyer"]["id"],
        "collector": {"id": order["seller"]["id"]},
        "card_id": None,
        "reason": order["order_items"][0]["item"]["title"],
        "site_id": "MLB",
        "payment_method_id": _METHODS.get(method, card),
        "currency_id": sold.currency,
        "installments": instalments,
        "issuer_id": None,
        "atm_transfer_reference": {"transaction_id": None, "company_id": None},
        "coupon_id": order["coupon"]["id"],
        "coupon_amount": number(coupon),
        "activation_uri": None,
        "operation_type": "regular_payment",
        "payment_type": _TYPES[method],
        "available_actions": [],
        "status": "pending",
        "status_code": None,
        "status_detail": _WAITING[method],
        "transaction_amount": number(owed),
        "transaction_amount_refunded": 0.0,
        "taxes_amount": 0.0,
        "shipping_cost": 0.0,
        "overpaid_amount": 0.0,
        "total_paid_amount": number(owed - coupon),
        "installment_amount": number(rounded((owed - coupon) / instalments)),
        "deferred_period": None,
        "date_approved": None,
        "transaction_order_id": None,
        "date_created": local(at),
        "date_last_modified": local(at),
        "marketplace_fee": None,
        "reference_id": None,
        "authorization_code": None,
    }


def approve(payment: Document, fee: float, at: datetime) -> None:
    """The money came in; `fee` is what the platform keeps of it."""
    payment |= {"status": "approved", "status_detail": "accredited"}
    payment |= {"date_approved": local(at), "date_last_modified": local(at)}
    payment |= {"marketplace_fee": fee, "available_actions": ["refund"]}


def drop(payment: Document, at: datetime) -> None:
    """The money never came."""
    payment |= {"status": "cancelled", "status_detail": "expired", "date_last_modified": local(at)}


def give_back(payment: Document, returned: Decimal, at: datetime) -> None:
    """Money goes back to the buyer; all of it makes the payment refunded."""
    total = amount(payment["transaction_amount_refunded"]) + returned
    payment |= {"transaction_amount_refunded": number(total), "date_last_modified": local(at)}
    if refundable(payment) > 0:
        payment["status_detail"] = "partially_refunded"
    else:
        payment |= {"status": "refunded", "status_detail": "refunded", "available_actions": []}


def refundable(payment: Document) -> Decimal:
    """Money received and not given back."""
    if payment["status"] != "approved":
        return Decimal(0)
    received = amount(payment["transaction_amount"])
    return received - amount(payment["transaction_amount_refunded"])


def resource(payment: Document) -> Document:
    """The payment at its own address."""
    received, fee = amount(payment["transaction_amount"]), amount(payment["marketplace_fee"])
    return {
        "id": payment["id"],
        "site_id": "MLB",
        "date_created": payment["date_created"],
        "date_approved": payment["date_approved"],
        "money_release_date": None,
        "last_modified": payment["date_last_modified"],
        "reason": payment["reason"],
        "currency_id": payment["currency_id"],
        "transaction_amount": payment["transaction_amount"],
        "total_paid_amount": payment["total_paid_amount"],
        "shipping_cost": payment["shipping_cost"],
        "coupon_amount": payment["coupon_amount"],
        "coupon_id": payment["coupon_id"],
        "status": payment["status"],
        "status_detail": payment["status_detail"],
        "installment_amount": payment["installment_amount"],
        "payment_type": payment["payment_type"],
        "payment_method_id": payment["payment_method_id"],
        "marketplace": "MELI",
        "operation_type": payment["operation_type"],
        "amount_refunded": payment["transaction_amount_refunded"],
        "api_version": "2",
        "external_reference": str(payment["order_id"]),
        "order_id": str(payment["order_id"]),
        "merchant_order_id": None,
        "tags": payment.get("tags", []),
        "refunds": [],
        "installments": payment["installments"],
        "authorization_code": payment["authorization_code"],
        "net_received_amount": number(received - fee),
        "mercadopago_fee": 0.0,
        "marketplace_fee": payment["marketplace_fee"],
        "collector_id": payment["collector"]["id"],
        "payer": {"id": payment["payer_id"], "identification": {"number": None, "type": None}},
    }
