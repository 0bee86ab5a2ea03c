"""A stored order as GraphQL shows it: camelCase, upper-case enums, UTC, global ids."""

import json
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from sandbox.channels.channel import Document
from sandbox.channels.shopify.paging import connection, first_of
from sandbox.channels.shopify.shapes import bag, gid
from sandbox.channels.shopify.spelling import money_bag, same, upper, utc

_FULFILLMENT = {None: "UNFULFILLED", "partial": "PARTIALLY_FULFILLED"}


def order_view(record: Document) -> Document:
    """Every field of the schema's Order; fields with arguments are functions."""
    order = record["order"]
    return {
        "id": gid("Order", order["id"]),
        "legacyResourceId": str(order["id"]),
        **same(order, "name", "number", "confirmed", "test", "note", "email", "phone"),
        "confirmationNumber": order["confirmation_number"],
        "edited": any(line["current_quantity"] != line["quantity"] for line in order["line_items"]),
        "createdAt": utc(order["created_at"]),
        "processedAt": utc(order["processed_at"]),
        "updatedAt": utc(order["updated_at"]),
        "closedAt": utc(order["closed_at"]),
        "cancelledAt": utc(order["cancelled_at"]),
        "cancelReason": upper(order["cancel_reason"]),
        "displayFinancialStatus": upper(order["financial_status"]),
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
        "subtotalLineItemsQuantity": sum(line["current_quantity"] for line in order["line_items"]),
        "taxLines": _tax_lines(order),
        "fulfillments": first_of([_parcel(parcel) for parcel in order["fulfillments"]]),
        "shippingLine": next(map(_shipping_line, _kept(order["shipping_lines"])), None),
        "lineItems": connection([_line(line) for line in order["line_items"]]),
        "shippingLines": _shipping_lines(order),
        "localizedFields": _localized(record),
        "localizationExtensions": _localized(record),
        "refunds": first_of([_refund(refund) for refund in order["refunds"]]),
        "transactions": _transactions(record),
    }


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
        lines = order["shipping_lines"] if removed_too else _kept(order["shipping_lines"])
        return connection([_shipping_line(line) for line in lines])(info, **arguments)

    return page


def _kept(lines: Sequence[Document]) -> list[Document]:
    return [line for line in lines if not line["is_removed"]]


def _tax_lines(taxed: Document) -> list[Document]:
    return [
        {**same(tax, "title", "rate"), "priceSet": money_bag(tax["price_set"])}
        for tax in taxed.get("tax_lines", ())
    ]


def _parcel(parcel: Document) -> Document:
    """A fulfilment: what was sent, and how it can be followed."""
    tracking = [
        {"company": parcel["tracking_company"], "number": number, "url": parcel["tracking_url"]}
        for number in parcel["tracking_numbers"]
    ]
    return {
        "id": gid("Fulfillment", parcel["id"]),
        "legacyResourceId": str(parcel["id"]),
        "name": parcel["name"],
        "status": upper(parcel["status"]),
        "createdAt": utc(parcel["created_at"]),
        "updatedAt": utc(parcel["updated_at"]),
        "trackingInfo": first_of(tracking),
    }


def _transactions(record: Document) -> Callable[..., Sequence[Document]]:
    views: dict[int, Document] = {}
    for transaction in record["transactions"]:
        parent = views.get(transaction["parent_id"])
        views[transaction["id"]] = {**_transaction(transaction), "parentTransaction": parent}
    return first_of(list(views.values()))


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
    refunded = sum((_moved(refund) for refund in order["refunds"]), Decimal(0))
    return {
        "currencyCode": order["currency"],
        "presentmentCurrencyCode": order["presentment_currency"],
        "taxesIncluded": order["taxes_included"],
        "totalOutstandingSet": money_bag(outstanding),
        "totalRefundedSet": money_bag(bag(refunded, order["currency"])),
        **{name: money_bag(order[source]) for name, source in names.items()},
    }


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
        **same(customer, "email", "phone"),
    }


def _address(address: Document | None) -> Document | None:
    if not address:
        return None
    return {
        "firstName": address.get("first_name"),
        "lastName": address.get("last_name"),
        "provinceCode": address.get("province_code"),
        "countryCodeV2": address.get("country_code"),
        **same(address, "name", "company", "address1", "address2", "city", "province"),
        **same(address, "country", "zip", "phone"),
    }


def _line(line: Document) -> Document:
    currency = _currency(line["price_set"])
    total = Decimal(line["price"]) * line["quantity"]
    off = Decimal(line["total_discount_set"]["shop_money"]["amount"])
    return {
        "id": gid("LineItem", line["id"]),
        **same(line, "name", "title", "sku", "vendor", "quantity"),
        "variantTitle": line["variant_title"],
        "currentQuantity": line["current_quantity"],
        "requiresShipping": line["requires_shipping"],
        "product": _product(line),
        "variant": _variant(line),
        "originalUnitPriceSet": money_bag(line["price_set"]),
        "originalTotalSet": money_bag(bag(total, currency)),
        "discountedTotalSet": money_bag(bag(total - off, currency)),
        "totalDiscountSet": money_bag(line["total_discount_set"]),
        "discountAllocations": [
            {"allocatedAmountSet": money_bag(given["amount_set"])}
            for given in line["discount_allocations"]
        ],
        "taxLines": first_of(_tax_lines(line)),
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
        **same(line, "title", "code", "source"),
        "carrierIdentifier": line["carrier_identifier"],
        "isRemoved": line["is_removed"],
        "originalPriceSet": money_bag(line["price_set"]),
        "discountedPriceSet": money_bag(line["discounted_price_set"]),
    }


def _moved(refund: Document) -> Decimal:
    """The money a refund gave back."""
    return sum((Decimal(t["amount"]) for t in refund["transactions"]), Decimal(0))


def _refund(refund: Document) -> Document:
    currency = _currency(refund["total_duties_set"])
    return {
        "id": gid("Refund", refund["id"]),
        "legacyResourceId": str(refund["id"]),
        "createdAt": utc(refund["created_at"]),
        "note": refund["note"],
        "totalRefundedSet": money_bag(bag(_moved(refund), currency)),
    }


def _transaction(paid: Document) -> Document:
    amount = bag(Decimal(paid["amount"]), paid["currency"])
    return {
        "id": gid("OrderTransaction", paid["id"]),
        "kind": upper(paid["kind"]),
        "status": upper(paid["status"]),
        "gateway": paid["gateway"],
        "formattedGateway": paid["gateway"],
        "authorizationCode": paid["authorization"],
        "createdAt": utc(paid["created_at"]),
        "processedAt": utc(paid["processed_at"]),
        "test": paid["test"],
        "amountSet": money_bag(amount),
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
