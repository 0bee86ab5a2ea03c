"""A sale's payment as Shopify's transactions.

Shopify has no field for instalments: gateways leave them in the receipt. The receipt's keys are
each gateway's own; these are invented to stand for them.
"""

from sandbox.channels.channel import Document
from sandbox.channels.generator import Method, Sale
from sandbox.channels.shopify.shapes import gid

_RECEIPT_METHODS = {Method.CARD: "credit_card", Method.PIX: "pix", Method.BOLETO: "boleto"}


def gateway(sold: Sale) -> str:
    """The gateway's name as orders and transactions show it, e.g. `Pix - Pagar.me`."""
    if sold.test:
        return "bogus"
    prefix = {Method.CARD: "", Method.PIX: "Pix - ", Method.BOLETO: "Boleto - "}
    return prefix[sold.payment.method] + sold.payment.gateway


def pending_sale(sold: Sale, order_id: int, transaction_id: int, when: str) -> Document:
    """The payment before the money came."""
    payment = sold.payment
    receipt: Document = {"payment_method": _RECEIPT_METHODS[payment.method]}
    if payment.method is Method.CARD:
        receipt["installments"] = payment.instalments
    return {
        "id": transaction_id,
        "order_id": order_id,
        "kind": "sale",
        "gateway": gateway(sold),
        "status": "pending",
        "message": None,
        "created_at": when,
        "test": sold.test,
        "authorization": None,
        "location_id": None,
        "user_id": None,
        "parent_id": None,
        "processed_at": when,
        "device_id": None,
        "error_code": None,
        "source_name": "web",
        "receipt": receipt,
        "payment_details": _card(payment.brand) if payment.brand else None,
        "amount": f"{sold.total:.2f}",
        "currency": sold.currency,
        "payment_id": f"c{order_id}.1",
        "manual_payment_gateway": False,
        "amount_rounding": None,
        "admin_graphql_api_id": gid("OrderTransaction", transaction_id),
    }


def _card(brand: str) -> Document:
    return {
        "credit_card_bin": None,
        "avs_result_code": None,
        "cvv_result_code": None,
        "credit_card_number": "•••• •••• •••• 4242",
        "credit_card_company": brand,
    }
