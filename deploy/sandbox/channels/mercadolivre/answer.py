"""What the API answers with, and its errors in the platform's form."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, not sent yet; a `body` None is an empty one."""

    body: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


def error(status: int, code: str, message: str, cause: Any = ()) -> Answer:
    """A refusal: `code` is the platform's name for it."""
    body = {"message": message, "error": code, "status": status, "cause": cause}
    return Answer(body, status)


ORDER_NOT_FOUND = error(404, "order_not_found", "Order not found.", None)
INVALID_ORDER_ID = error(400, "invalid_order_id", "Invalid order id.")
NOT_OWNED = error(403, "not_owned_order", "The user has not access to the order")
NO_TOKEN = error(401, "not_identified_user", "authorization value not present")
BAD_TOKEN = error(401, "invalid_token", "invalid access token")
WRONG_CALLER = error(403, "caller.id.invalid", "The caller.id does not match the seller")
RESOURCE_NOT_FOUND = error(404, "not_found", "Resource not found")
TOO_MANY = error(429, "too_many_requests", "Too Many Requests")
