"""What a store's settings fill in where an order says nothing. Pure."""

from typing import Any, Final

from contracts.order import Order
from contracts.stores import StoreSettings

NO_NUMBER: Final = "S/N"


def with_store_rules(order: Order, settings: StoreSettings) -> Order:
    """The order with "S/N" for a missing number and the store's e-mail for a missing one."""
    changes: dict[str, Any] = {}
    if settings.missing_number_as_sn:
        changes |= {
            name: address.model_copy(update={"number": NO_NUMBER})
            for name in ("billing_address", "shipping_address")
            if (address := getattr(order, name)) and not address.number.strip()
        }
    if settings.missing_email and not (order.buyer.email or "").strip():
        changes["buyer"] = order.buyer.model_copy(update={"email": settings.missing_email})
    return order.model_copy(update=changes) if changes else order
