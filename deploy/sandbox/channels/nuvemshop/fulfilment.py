"""Fulfilment orders: where versions after v1 keep the delivery of an order.

The tree of keys follows the resource's page where it is published; here the UF has a code.
"""

from datetime import datetime, timedelta

from sandbox.channels.channel import Document
from sandbox.channels.generator import Sale
from sandbox.channels.nuvemshop.basket import days
from sandbox.channels.nuvemshop.shapes import moment, ulid, valued


def fulfilment_order(sold: Sale, order: Document, number: int, at: datetime) -> Document:
    """The one parcel of an order."""
    address = sold.buyer.address
    return {
        "id": ulid(number),
        "number": f"{order['number']}-1",
        "order_id": order["id"],
        "status": "UNPACKED",
        "shipping": _shipping(sold, at),
        "destination": {
            "street": address.street,
            "number": address.number,
            "floor": address.complement,
            "locality": address.bairro,
            "city": address.city,
            "zipcode": address.cep.replace("-", ""),
            "province": {"name": address.state, "code": address.uf},
            "country": {"name": "Brasil", "code": "BR"},
        },
        "recipient": {
            "name": sold.buyer.name,
            "phone": sold.buyer.phone,
            "identifier": sold.buyer.document,
        },
        "line_items": [
            {"line_item_id": line["id"], "quantity": line["quantity"]} for line in order["products"]
        ],
        "tracking_info": {"code": None, "url": None},
        "created_at": moment(at),
        "updated_at": moment(at),
    }


def _shipping(sold: Sale, at: datetime) -> Document:
    freight, (first_day, last_day) = sold.freight, days(sold)
    return {
        "type": "ship",
        "carrier": {"name": "Tabela própria", "code": "table"},
        "option": {"name": freight.title, "code": freight.code},
        "merchant_cost": valued(freight.price, sold.currency),
        "consumer_cost": valued(freight.price - freight.discount, sold.currency),
        "min_delivery_date": moment(at + timedelta(days=first_day)),
        "max_delivery_date": moment(at + timedelta(days=last_day)),
    }
