"""A stored order as GraphQL shows it: camelCase, upper-case enums, UTC, global ids."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sandbox.channels.channel import Document
from sandbox.channels.shopify.paging import connection, first_of
from sandbox.channels.shopify.shapes import bag, gid

_FULFILLMENT = {None: "UNFULFILLED", "partial": "PARTIALLY_FULFILLED"}


def order_view(record: Document) -> Document:
    """Every field of the schema's Order; fields with arguments are functions."""
    order = record["order"]
    return {
        "id": gid("Order", order["id"]),
        "legacyResourceId": str(order["id"]),
        **_same(order, "name", "number", "confirmed", "test", "note", "email", "phone"),
        "confirmationNumber": order["confirmation_number"],
        "edited": any(line["current_quantity"] != line["quantity"] for line in order["line_items"]),
        "createdAt": utc(order["created_at"]),
        "processedAt": utc(order["processed_at"]),
        "updatedAt": utc(order["updated_at"]),
        "closedAt": utc(order["closed_at"]),
        "cancelledAt": utc(order["cancelled_at"]),
        "cancelReason": _upper(order["cancel_reason"]),
        "displayFinancialStatus": _upper(order["financial_status"]),
        "displayFulfillmentStatus": _FULFILLMENT.get(order["fulfillment_status"], "FULFILLED"),
        "poNumber": order["po_number"],
        "sourceName": order["source_name"],
        "tags": [tag.strip() for tag in order["tags"].split(",") if tag.strip()],
        "customAttributes": [
            {"key": note["name"], "value": note["value"]} for note in order["note_attributes"]
        ],
        "customer": _customer(order.get("customer")),
        "billingAddress": _address(order.get("billing_address")),
        "shippingAddress": _address(order.get("shipping_address")),
        "discountCodes": [code["code"] for code in order["discount_codes"]],
        "discountCode": next((code["code"] for code in order["discount_codes"]), None),
        "paymentGatewayNames": order["payment_gateway_names"],
        **_amounts(order),
        "lineItems": connection([_line(line) for line in order["line_items"]]),
        "shippingLines": _shipping_lines(order),
        "localizedFields": _localized(record),
        "localizationExtensions": _localized(record),
        "refunds": first_of([_refund(refund) for refund in order["refunds"]]),
        "transactions": _transactions(record),
    }


def utc(moment: str | None) -> str | None:
    """A REST moment as GraphQL writes it: in UTC, with a Z."""
    if moment is None:
        return None
    return datetime.fromisoformat(moment).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _localized(record: Document) -> Callable[..., Document]:
    def page(info: Any, **arguments: Any) -> Document:
        purposes = arguments.pop("purposes", None)
        countries = arguments.pop("countryCodes", None)
        fields = [
            field
            for field in record["localized_fields"]
            if (purposes is None or field["purpose"] in purposes)
            and (countries is None or field["countryCode"] in countries)
        ]
        return connection(fields)(info, **arguments)

    return page


def _shipping_lines(order: Document) -> Callable[..., Document]:
    def page(info: Any, **arguments: Any) -> Document:
        removed_too = arguments.pop("includeRemovals", False)
        lines = [line for line in order["shipping_lines"] if removed_too or not line["is_removed"]]
        return connection([_shipping_line(line) for line in lines])(info, **arguments)

    return page


def _transactions(record: Document) -> Callable[..., Sequence[Document]]:
    views: dict[int, Document] = {}
    for transaction in record["transactions"]:
        parent = views.get(transaction["parent_id"])
        views[transaction["id"]] = {**_transaction(transaction), "parentTransaction": parent}
    return first_of(list(views.values()))


def _same(source: Document, *names: str) -> Document:
    """Fields that keep their name; None where an app without access does not get them."""
    return {name: source.get(name) for name in names}


def _upper(value: str | None) -> str | None:
    return value and value.upper()


def _amounts(order: Document) -> Document:
    names = {
        "currentSubtotalPriceSet": "current_subtotal_price_set",
        "currentTotalDiscountsSet": "current_total_discounts_set",
        "currentTotalPriceSet": "current_total_price_set",
        "currentShippingPriceSet": "current_shipping_price_set",
        "subtotalPriceSet": "subtotal_price_set",
        "totalDiscountsSet": "total_discounts_set",
        "totalPriceSet": "total_price_set",
        "totalShippingPriceSet": "total_shipping_price_set",
        "totalTaxSet": "total_tax_set",
    }
    outstanding = bag(Decimal(order["total_outstanding"]), order["currency"])
    return {
        "currencyCode": order["currency"],
        "presentmentCurrencyCode": order["presentment_currency"],
        "taxesIncluded": order["taxes_included"],
        "totalOutstandingSet": _money_bag(outstanding),
        **{name: _money_bag(order[source]) for name, source in names.items()},
    }


def _money_bag(amounts: Document) -> Document:
    return {
        "shopMoney": _money(amounts["shop_money"]),
        "presentmentMoney": _money(amounts["presentment_money"]),
    }


def _money(money: Document) -> Document:
    """GraphQL drops trailing zeros but one: "199.00" is "199.0"."""
    whole, _, cents = money["amount"].partition(".")
    amount = f"{whole}.{cents.rstrip('0') or '0'}"
    return {"amount": amount, "currencyCode": money["currency_code"]}


def _customer(customer: Document | None) -> Document | None:
    if not customer or not customer["id"]:
        return None
    names = (customer.get("first_name"), customer.get("last_name"))
    return {
        "id": gid("Customer", customer["id"]),
        "legacyResourceId": str(customer["id"]),
        "displayName": " ".join(name for name in names if name),
        "firstName": names[0],
        "lastName": names[1],
        **_same(customer, "email", "phone"),
    }


def _address(address: Document | None) -> Document | None:
    if not address:
        return None
    return {
        "firstName": address.get("first_name"),
        "lastName": address.get("last_name"),
        "provinceCode": address.get("province_code"),
        "countryCodeV2": address.get("country_code"),
        **_same(address, "name", "company", "address1", "address2", "city", "province"),
        **_same(address, "country", "zip", "phone"),
    }


def _line(line: Document) -> Document:
    total = bag(Decimal(line["price"]) * line["quantity"], _currency(line["price_set"]))
    return {
        "id": gid("LineItem", line["id"]),
        **_same(line, "name", "title", "sku", "vendor", "quantity"),
        "variantTitle": line["variant_title"],
        "currentQuantity": line["current_quantity"],
        "requiresShipping": line["requires_shipping"],
        "product": _product(line),
        "variant": _variant(line),
        "originalUnitPriceSet": _money_bag(line["price_set"]),
        "originalTotalSet": _money_bag(total),
        "totalDiscountSet": _money_bag(line["total_discount_set"]),
        "discountAllocations": [
            {"allocatedAmountSet": _money_bag(given["amount_set"])}
            for given in line["discount_allocations"]
        ],
    }


def _currency(amounts: Document) -> str:
    return str(amounts["shop_money"]["currency_code"])


def _product(line: Document) -> Document | None:
    number = line["product_id"]
    if number is None:
        return None
    product = {"id": gid("Product", number), "legacyResourceId": str(number)}
    return {**product, "title": line["title"]}


def _variant(line: Document) -> Document | None:
    number = line["variant_id"]
    if number is None:
        return None
    variant = {"id": gid("ProductVariant", number), "legacyResourceId": str(number)}
    return {**variant, "sku": line["sku"]}


def _shipping_line(line: Document) -> Document:
    return {
        "id": gid("ShippingLine", line["id"]),
        **_same(line, "title", "code", "source"),
        "carrierIdentifier": line["carrier_identifier"],
        "isRemoved": line["is_removed"],
        "originalPriceSet": _money_bag(line["price_set"]),
        "discountedPriceSet": _money_bag(line["discounted_price_set"]),
    }


def _refund(refund: Document) -> Document:
    moved = sum((Decimal(t["amount"]) for t in refund["transactions"]), Decimal(0))
    currency = _currency(refund["total_duties_set"])
    return {
        "id": gid("Refund", refund["id"]),
        "legacyResourceId": str(refund["id"]),
        "createdAt": utc(refund["created_at"]),
        "note": refund["note"],
        "totalRefundedSet": _money_bag(bag(moved, currency)),
    }


def _transaction(paid: Document) -> Document:
    amount = bag(Decimal(paid["amount"]), paid["currency"])
    return {
        "id": gid("OrderTransaction", paid["id"]),
        "kind": _upper(paid["kind"]),
        "status": _upper(paid["status"]),
        "gateway": paid["gateway"],
        "formattedGateway": paid["gateway"],
        "authorizationCode": paid["authorization"],
        "createdAt": utc(paid["created_at"]),
        "processedAt": utc(paid["processed_at"]),
        "test": paid["test"],
        "amountSet": _money_bag(amount),
        "manualPaymentGateway": paid["manual_payment_gateway"],
        "paymentDetails": _payment_details(paid),
        "paymentId": paid["payment_id"],
        "receiptJson": json.dumps(paid["receipt"]),
    }


def _payment_details(paid: Document) -> Document | None:
    card = paid["payment_details"]
    if not card:
        return None
    return {
        "__typename": "CardPaymentDetails",
        "avsResultCode": card["avs_result_code"],
        "bin": card["credit_card_bin"],
        "company": card["credit_card_company"],
        "cvvResultCode": card["cvv_result_code"],
        "number": card["credit_card_number"],
        "paymentMethodName": card["credit_card_company"],
    }
