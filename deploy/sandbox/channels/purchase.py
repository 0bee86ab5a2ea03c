"""What a person at the control asks for: a purchase, or a webhook."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sandbox.channels.generator import Fault, Method


class Purchase(BaseModel):
    """One or `count` orders to be placed; whatever is not said is believable and made up.

    `order` is a partial order in the channel's words; so is every key that is not named here.
    The options may also stand under `options`. `pay` false leaves the order waiting for its money.
    """

    model_config = ConfigDict(frozen=True, extra="allow", hide_input_in_errors=True)

    fault: Fault | None = None
    pay: bool = True
    count: int | None = Field(default=None, ge=1, le=100_000)
    seed: str | int | None = None
    method: Method | None = None
    instalments: int | None = Field(default=None, ge=1, le=48)
    company: bool | None = None
    third_party: bool | None = None
    tax_id: str | None = None
    order: Mapping[str, Any] = {}

    @model_validator(mode="before")
    @classmethod
    def _options_beside_the_order(cls, body: Any) -> Any:
        if isinstance(body, dict) and isinstance(body.get("options"), dict):
            return {key: body[key] for key in body if key != "options"} | body["options"]
        return body

    @property
    def partial(self) -> Mapping[str, Any]:
        """The part of the order that is given."""
        return {**self.order, **(self.model_extra or {})}


class Notification(BaseModel):
    """A webhook to send, whatever the store is subscribed to.

    `payload` is sent as JSON, `body` is sent as it stands; without either the channel writes the
    body, `about` an id or a resource's path. `headers` replace the channel's own,
    a null removes one. `bad_signature` signs with another secret. `copies` are identical.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    topic: str
    payload: Any = None
    body: str | None = None
    about: int | str | None = None
    api_version: str | None = None
    headers: Mapping[str, str | None] = {}
    copies: int = Field(default=1, ge=1, le=10_000)
    bad_signature: bool = False
