"""Shipments, and who pays how much of them: only the fields we read.

Source: developers.mercadolivre.com.br, "Envios", 2026-06.
"""

from pydantic import AwareDatetime

from capture.channels.mercadolivre.payload import Address, Money
from capture.channels.part import Part, Text


class Destination(Part):
    """Where a shipment goes."""

    receiver_name: Text = ""
    receiver_phone: Text = ""
    shipping_address: Address | None = None


class Logistic(Part):
    """How the platform moves it: `fulfillment` is from its own stock, `self_service` is Flex."""

    type: Text = ""


class ShippingMethod(Part):
    """The way the buyer chose."""

    name: Text = ""


class LeadTime(Part):
    """The freight's price to the buyer, and the way."""

    cost: Money | None = None
    shipping_method: ShippingMethod | None = None


class ShippingOption(Part):
    """The same in the old format."""

    name: Text = ""
    cost: Money | None = None


class Sibling(Part):
    """The shipment that this one came of, where a pack was divided."""

    sibling_id: Text = ""


class Shipment(Part):
    """A shipment as `x-format-new` shows it; the old format's fields beside, where they differ."""

    id: Text = ""
    order_id: Text = ""
    status: Text = ""
    last_updated: AwareDatetime | None = None
    destination: Destination | None = None
    logistic: Logistic | None = None
    lead_time: LeadTime | None = None
    sibling: Sibling | None = None
    receiver_address: Address | None = None
    logistic_type: Text = ""
    shipping_option: ShippingOption | None = None


class Receiver(Part):
    """What the buyer pays of the freight."""

    cost: Money | None = None


class Costs(Part):
    """Who pays how much of a shipment."""

    receiver: Receiver | None = None
