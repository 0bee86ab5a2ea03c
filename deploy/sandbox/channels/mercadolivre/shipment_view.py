"""A shipment as the API shows it: in both formats, its items, who pays how much of it."""

from sandbox.channels.channel import Document
from sandbox.channels.documents import copied
from sandbox.channels.mercadolivre.shipment import HIDDEN, HIDDEN_PARTS


def new_format(kept: Document) -> Document:
    """The shipment as asked for with `x-format-new: true`."""
    shown = copied(kept["document"])
    if not kept["revealed"]:
        destination = shown["destination"]
        destination["receiver_name"] = None
        destination["shipping_address"] |= dict.fromkeys(HIDDEN_PARTS, HIDDEN)
    return shown


def old_format(kept: Document, orders: list[Document]) -> Document:
    """The shipment as asked for without that header; `orders` are those it carries."""
    shown = new_format(kept)
    destination, lead, logistic = shown["destination"], shown["lead_time"], shown["logistic"]
    return {
        "id": shown["id"],
        "mode": logistic["mode"],
        "created_by": "receiver",
        "order_id": orders[0]["id"],
        "order_cost": sum(order["total_amount"] for order in orders),
        "base_cost": lead["list_cost"],
        "site_id": "MLB",
        **{name: shown[name] for name in ("status", "substatus", "date_created", "last_updated")},
        "status_history": {},
        "substatus_history": [],
        "tracking_number": shown["tracking_number"],
        "tracking_method": shown["tracking_method"],
        "service_id": lead["service_id"],
        "carrier_info": None,
        "sender_id": orders[0]["seller"]["id"],
        "sender_address": shown["origin"]["shipping_address"],
        "receiver_id": orders[0]["buyer"]["id"],
        "receiver_address": {
            **destination["shipping_address"],
            "receiver_name": destination["receiver_name"],
            "receiver_phone": destination["receiver_phone"],
        },
        "shipping_items": [_old_item(order) for order in orders],
        "shipping_option": {
            "id": lead["option_id"],
            "shipping_method_id": lead["shipping_method"]["id"],
            "name": lead["shipping_method"]["name"],
            **{name: lead[name] for name in ("currency_id", "list_cost", "cost", "delivery_type")},
        },
        "comments": None,
        "date_first_printed": None,
        "market_place": "MELI",
        "return_details": None,
        "tags": shown["tags"],
        "delay": [],
        "type": "forward",
        "logistic_type": logistic["type"],
        "application_id": None,
        "return_tracking_number": None,
        "cost_components": {},
    }


def items(kept: Document, orders: list[Document]) -> list[Document]:
    """What is in the box."""
    return [
        {
            "item_id": bought["item"]["id"],
            "description": bought["item"]["title"],
            "quantity": bought["quantity"],
            "variation_id": bought["item"]["variation_id"],
            "dimensions": kept["document"]["dimensions"],
            "order_id": order["id"],
            "sender_id": order["seller"]["id"],
        }
        for order in orders
        for bought in order["order_items"]
    ]


def costs(kept: Document, orders: list[Document]) -> Document:
    """Who pays how much of the freight."""
    told = copied(kept["costs"])
    told["receiver"]["user_id"] = orders[0]["buyer"]["id"]
    told["senders"][0]["user_id"] = orders[0]["seller"]["id"]
    return told


def _old_item(order: Document) -> Document:
    [bought] = order["order_items"][:1]
    item = bought["item"]
    return {"id": item["id"], "description": item["title"], "quantity": bought["quantity"]}
