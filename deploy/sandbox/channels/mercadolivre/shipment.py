"""A shipment as it is kept: in the new format, with its whole address, its costs beside it."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sandbox.channels.buyers import Address
from sandbox.channels.channel import Document
from sandbox.channels.generator import Sale
from sandbox.channels.mercadolivre.shapes import local, number

HIDDEN = "XXXXXXX"
"""What stands for a part of an address that is not to be seen."""

HIDDEN_PARTS = ("address_line", "street_name", "street_number", "comment", "zip_code")
"""The parts of an address that can be hidden."""

_METHODS = {"SEDEX": 182, "PAC": 100009}
_NOWHERE = {"id": None, "name": None}


def shipment(sold: Sale, shipment_id: int, at: datetime) -> Document:
    """What is kept of a shipment: `document`, `costs`, whether the address is `revealed` yet."""
    freight = sold.freight
    paid = freight.price - freight.discount
    return {
        "document": {
            "snapshot_packing": {"snapshot_id": f"{shipment_id:x}", "pack_hash": f"{shipment_id}"},
            "last_updated": local(at),
            "items_types": ["new"],
            "substatus": "waiting_for_payment",
            "date_created": local(at),
            "origin": _origin(),
            "destination": _destination(sold, at),
            "source": {
                "site_id": "MLB",
                "market_place": "MELI",
                "customer_id": None,
                "application_id": None,
            },
            "tags": ["test_shipment"] if sold.test else [],
            "declared_value": number(sold.gross - sold.discount),
            "logistic": {"mode": "me2", "type": "drop_off", "direction": "forward"},
            "sibling": dict.fromkeys(
                ("reason", "sibling_id", "description", "source", "date_created", "last_updated")
            ),
            "priority_class": {"id": "40"},
            "lead_time": _lead_time(sold, at),
            "external_reference": None,
            "tracking_number": None,
            "id": shipment_id,
            "tracking_method": freight.title,
            "quotation": None,
            "status": "pending",
            "dimensions": {"height": 5, "width": 10, "length": 10, "weight": 500},
        },
        "costs": _costs(freight.price, paid),
        "revealed": False,
        "withheld": sold.withheld,
    }


def settle(kept: Document, status: str, substatus: str | None, at: datetime) -> None:
    """The shipment is now in this status; once it is to be sent its address is shown."""
    kept["document"] |= {"status": status, "substatus": substatus, "last_updated": local(at)}
    kept["revealed"] = kept["revealed"] or status == "ready_to_ship"


def _costs(price: Decimal, paid: Decimal) -> Document:
    share = {"rate": 1, "type": "loyal", "promoted_amount": number(price - paid)}
    return {
        "gross_amount": number(price),
        "receiver": _share(paid, [share] if price > paid else []),
        "senders": [_share(price - paid, [])],
    }


def _share(cost: Decimal, discounts: list[Document]) -> Document:
    return {
        "user_id": None,
        "cost": number(cost),
        "compensation": 0,
        "save": 0,
        "discounts": discounts,
    }


def _origin() -> Document:
    hidden = dict.fromkeys(HIDDEN_PARTS, HIDDEN)
    sao_paulo = {"id": "BR-SP", "name": "São Paulo"}
    address = _address_tree() | hidden | {"state": sao_paulo, "node": None}
    return {"node": None, "shipping_address": address, "type": "selling_address", "sender_id": None}


def _destination(sold: Sale, at: datetime) -> Document:
    return {
        "comments": None,
        "receiver_id": None,
        "receiver_name": sold.buyer.name,
        "shipping_address": _address_tree() | _address(sold.buyer.address),
        "type": "buying_address",
        "receiver_phone": HIDDEN,  # told for the mode me1 alone
        "snapshot": {"id": f"{int(at.timestamp()):x}", "version": 1},
    }


def _address(address: Address) -> Document:
    house = address.number or "SN"
    return {
        "address_line": f"{address.street} {house}",
        "street_name": address.street,
        "street_number": house,
        "comment": address.complement or None,
        "zip_code": address.cep.replace("-", ""),
        "city": {"id": None, "name": address.city},
        "state": {"id": f"BR-{address.uf}", "name": address.state},
        "neighborhood": {"id": None, "name": address.bairro},
        "types": ["default_buying_address"],
        "delivery_preference": "residential",
    }


def _address_tree() -> dict[str, Any]:
    return {
        "country": {"id": "BR", "name": "Brasil"},
        "types": [],
        "scoring": 0,
        "agency": dict.fromkeys(
            ("carrier_id", "phone", "agency_id", "description", "type", "open_hours")
        ),
        "city": dict(_NOWHERE),
        "geolocation_type": "ROOFTOP",
        "latitude": 0,
        "address_id": 0,
        "municipality": dict(_NOWHERE),
        "location_id": 0,
        "geolocation_source": "google-maps",
        "node": None,
        "intersection": None,
        "neighborhood": dict(_NOWHERE),
        "geolocation_last_updated": None,
        "longitude": 0,
    }


def _lead_time(sold: Sale, at: datetime) -> Document:
    freight, arrival = sold.freight, local(at + timedelta(days=5))
    return {
        "processing_time": None,
        "cost": number(freight.price - freight.discount),
        "estimated_schedule_limit": {"date": None},
        "cost_type": "charged" if freight.price > freight.discount else "free",
        "estimated_delivery_final": {"date": arrival},
        "buffering": {"date": None},
        "pickup_promise": {"from": None, "to": None},
        "list_cost": number(freight.price),
        "estimated_delivery_limit": {"date": arrival},
        "priority_class": {"id": "40"},
        "delivery_promise": "estimated",
        "shipping_method": {
            "name": freight.title,
            "deliver_to": "address",
            "id": _METHODS.get(freight.title, 511948),
            "type": "standard",
        },
        "delivery_type": "estimated",
        "service_id": 22,
        "estimated_delivery_time": {
            "date": arrival,
            "unit": "hour",
            "shipping": 96,
            "handling": 24,
        },
        "option_id": 656816902,
        "estimated_delivery_extended": {"date": arrival},
        "currency_id": sold.currency,
    }
