"""What connecting a store asks of a channel: the promises that a file beside this one keeps. Pure.

A merchant's browser goes to `address`; it comes back with parameters, which `check` believes or
not; `question` is what is then posted for tokens; `domain` is whose they are.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Protocol

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


class Untrue(Exception):  # noqa: N818 - it names what the answer is
    """This is not what the channel sends a browser back with."""


@dataclass(frozen=True, slots=True)
class Application:
    """Our application at a channel."""

    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Errand:
    """One merchant's way to the channel and back.

    `domain` is the shop's address where it must be known before; `redirect_url` is where the
    channel sends the browser back. `verifier` is the secret of this errand (PKCE, RFC 7636).
    """

    app: Application
    redirect_url: str
    state: str
    domain: str = ""
    verifier: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class TokenQuestion:
    """What to post for tokens, as a form or as JSON."""

    url: str
    fields: Mapping[str, str] = field(repr=False)
    as_json: bool = False


class Granted(BaseModel):
    """What the channel granted; `expires_in` is in seconds, `user_id` is whose shop it is."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    access_token: Annotated[str, Field(min_length=1, max_length=1_000, repr=False)]
    refresh_token: Annotated[str, Field(max_length=1_000, repr=False)] = ""
    expires_in: Annotated[int, Field(gt=0, le=10**9)] | None = None
    user_id: Annotated[str, BeforeValidator(str), Field(max_length=40)] = ""


class Consent(Protocol):
    """A channel's way of letting an app in."""

    def address(self, errand: Errand) -> str:
        """Where the merchant's browser goes."""

    def check(self, errand: Errand, told: Mapping[str, str], now: datetime) -> None:
        """Believe what the browser came back with. Raises Untrue."""

    def question(self, errand: Errand, code: str) -> TokenQuestion:
        """What is posted for tokens."""

    def domain(self, errand: Errand, granted: Granted) -> str:
        """The shop whose tokens these are, by its address at the channel."""
