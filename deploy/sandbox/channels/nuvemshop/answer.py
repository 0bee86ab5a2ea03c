"""What the API answers with: a status, a body, and the headers of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_MESSAGES = {
    400: "Bad Request",
    401: "Unauthorized",
    402: "Payment Required",
    404: "Not Found",
    415: "Unsupported Media Type",
    429: "Too Many Requests",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, not sent yet."""

    body: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class InvalidFieldsError(ValueError):
    """What was sent is invalid: a map of field to messages."""

    def __init__(self, **messages: str) -> None:
        super().__init__(", ".join(messages))
        self.messages = messages


def refusal(status: int, description: str) -> Answer:
    """An error in the platform's words."""
    body = {"code": status, "message": _MESSAGES[status], "description": description}
    return Answer(body, status)


def invalid(error: InvalidFieldsError) -> Answer:
    """422 with every field's messages."""
    return Answer({name: [text] for name, text in error.messages.items()}, 422)
