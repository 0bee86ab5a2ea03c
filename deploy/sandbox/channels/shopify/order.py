"""A sale as Shopify's documents: the order of REST and webhooks, its transactions, its tax id.

The order has the shape of API 2026-04 and later. The tax id is in none of its fields: only
GraphQL's `localizedFields` tells it, unless a third-party checkout noted it on the order.
"""

import zlib
from collections.abc import Iterator
from datetime import datetime

from sandbox.channels.channel import Document, Store
from sandbox.channels.generator import Sale
from sandbox.channels.shopify import basket
from sandbox.channels.shopify.address import (
    customer,
    mailing_address,
    noted_attributes,
    without_buyer,
)
from sandbox.channels.shopify.payment import gateway, pending_sale
from sandbox.channels.shopify.shapes import gid, local_time

_FIRST_NUMBER = 1000  # a shop's first order is #1001


def rendered(sold: Sale, store: Store, ids: Iterator[int], number: int, at: datetime) -> Document:
    """All that Shopify keeps of a sale, unpaid yet: `order`, `transactions`, `localized_fields`.

    `number` counts the shop's orders from 1; `ids` yields ids that nothing else has.
    """
    order_id, when = next(ids), local_time(at)
    order = _identity(sold, order_id, number, store.shop_domain) | _dates_and_states(when)
    order |= basket.totals(sold) | basket.discounts(sold)
    order |= {
        "billing_address": mailing_address(sold),
        "shipping_address": mailing_address(sold),
        "customer": customer(sold, ids, when),
        "fulfillments": [],
        "line_items": basket.line_items(sold, ids),
        "payment_terms": None,
        "refunds": [],
        "shipping_lines": [basket.shipping_line(sold, next(ids))],
        "returns": [],
        "line_item_groups": [],
    }
    return {
        "order": without_buyer(order) if sold.withheld else order,
        "transactions": [pending_sale(sold, order_id, next(ids), when)],
        "localized_fields": _localized_fields(sold),
    }


def _identity(sold: Sale, order_id: int, number: int, domain: str) -> Document:
    token = f"{order_id:032x}"
    return {
        "id": order_id,
        "admin_graphql_api_id": gid("Order", order_id),
        "app_id": None,
        "browser_ip": None,
        "buyer_accepts_marketing": False,
        "cart_token": None,
        "checkout_token": None,
        "client_details": None,
        "confirmation_number": f"{zlib.crc32(token.encode()):08X}",
        "contact_email": sold.buyer.email,
        "currency": sold.currency,
        "customer_locale": "pt-BR",
        "device_id": None,
        "duties_included": False,
        "email": sold.buyer.email,
        "estimated_taxes": False,
        "landing_site": None,
        "landing_site_ref": None,
        "location_id": None,
        "merchant_business_entity_id": "MTU0ODM4MDAwOQ",
        "merchant_of_record_app_id": None,
        "name": f"#{_FIRST_NUMBER + number}",
        "note": None,
        "note_attributes": noted_attributes(sold) if sold.third_party else [],
        "number": number,
        "order_number": _FIRST_NUMBER + number,
        "order_status_url": f"https://{domain}/{order_id}/orders/{token}/authenticate",
        "original_total_additional_fees_set": None,
        "original_total_duties_set": None,
        "payment_gateway_names": [gateway(sold)],
        "phone": sold.buyer.phone,
        "po_number": None,
        "presentment_currency": sold.currency,
        "reference": None,
        "referring_site": None,
        "source_identifier": None,
        "source_name": "web",
        "source_url": None,
        "tags": "",
        "tax_exempt": False,
        "tax_lines": [],
        "taxes_included": True,
        "test": sold.test,
        "token": token,
        "total_weight": 0,
        "user_id": None,
    }


def _dates_and_states(when: str) -> Document:
    return {
        "cancel_reason": None,
        "cancelled_at": None,
        "closed_at": None,
        "confirmed": True,
        "created_at": when,
        "financial_status": "pending",
        "fulfillment_status": None,
        "processed_at": when,
        "updated_at": when,
    }


def _localized_fields(sold: Sale) -> list[Document]:
    document = sold.buyer.document
    if document is None or sold.third_party or sold.withheld:
        return []
    return [
        {
            "countryCode": "BR",
            "key": f"{purpose}_CREDENTIAL_BR",
            "purpose": purpose,
            "title": "CPF/CNPJ",
            "value": document,
        }
        for purpose in ("TAX", "SHIPPING")
    ]
