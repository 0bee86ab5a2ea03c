"""What Shopify's GraphQL Admin API says of an order beyond its webhook: the CPF/CNPJ, the payments.

Source: shopify.dev, Admin GraphQL `Order`, `LocalizedField`, `OrderTransaction`. Older API
versions answer `localizationExtensions` with edges; both are understood.
"""

import json
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import AwareDatetime, BeforeValidator, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from capture.channels.channel import Unclear
from capture.channels.part import Part, Text
from contracts.value import Amount
from contracts.wire import describe

QUERY: Final = """
query OrderDetails($id: ID!) {
  order(id: $id) {
    id
    legacyResourceId
    updatedAt
    cancelledAt
    displayFinancialStatus
    localizedFields(first: 10) { nodes { countryCode key purpose title value } }
    transactions(first: 50) {
      kind
      status
      gateway
      formattedGateway
      processedAt
      test
      amountSet { shopMoney { amount currencyCode } }
      paymentDetails { ... on CardPaymentDetails { company } }
      receiptJson
    }
  }
}
""".strip()

THROTTLED: Final = "THROTTLED"
ACCESS_DENIED: Final = "ACCESS_DENIED"
_SHORTEST_WAIT_S: Final = 0.2


def _listed(value: Any) -> Any:
    """The nodes of a connection, however it spells them."""
    if value is None:
        return ()
    if not isinstance(value, dict):
        return value
    nodes, edges = value.get("nodes"), value.get("edges")
    if not nodes and isinstance(edges, list):
        nodes = [edge.get("node") if isinstance(edge, dict) else edge for edge in edges]
    if not isinstance(nodes or [], list):
        raise ValueError("no nodes")  # noqa: TRY004 - pydantic takes this one for a refusal
    return [node for node in nodes or () if node is not None]


class _Camel(Part):
    model_config = ConfigDict(alias_generator=to_camel)


class LocalizedField(_Camel):
    """A field that one country's checkout asks for. `key` is missing in the older answers."""

    country_code: Text = ""
    key: Text = ""
    purpose: Text = ""
    title: Text = ""
    value: Text = ""


class _ShopMoney(_Camel):
    amount: Amount


class _Amounts(_Camel):
    shop_money: _ShopMoney


class _PaymentDetails(_Camel):
    company: str | None = None


class Transaction(_Camel):
    """One movement of money, or an attempt at one."""

    kind: Text = ""
    status: Text = ""
    gateway: Text = ""
    formatted_gateway: Text = ""
    processed_at: AwareDatetime | None = None
    test: bool | None = None
    amount_set: _Amounts | None = None
    payment_details: _PaymentDetails | None = None
    receipt_json: Any = None

    @property
    def brought_money(self) -> bool:
        """Whether this put the buyer's money into the merchant's hands."""
        return (
            self.kind.upper() in {"SALE", "CAPTURE"}
            and self.status.upper() == "SUCCESS"
            and not self.test
            and self.amount_set is not None
        )

    @property
    def amount(self) -> Decimal:
        """In the shop's currency."""
        return self.amount_set.shop_money.amount if self.amount_set else Decimal(0)

    @property
    def brand(self) -> str | None:
        """The card's brand, if a card paid."""
        return (self.payment_details and self.payment_details.company) or None

    @property
    def receipt(self) -> Any:
        """What the gateway left behind: its own JSON, often inside a string."""
        if not isinstance(self.receipt_json, str):
            return self.receipt_json
        try:
            return json.loads(self.receipt_json)
        except (ValueError, RecursionError):
            return None


class Details(_Camel):
    """The order as GraphQL tells it; any of it may be missing."""

    updated_at: AwareDatetime | None = None
    cancelled_at: AwareDatetime | None = None
    localized_fields: Annotated[tuple[LocalizedField, ...], BeforeValidator(_listed)] = ()
    localization_extensions: Annotated[tuple[LocalizedField, ...], BeforeValidator(_listed)] = ()
    transactions: Annotated[tuple[Transaction, ...], BeforeValidator(_listed)] = ()

    @property
    def localized(self) -> tuple[LocalizedField, ...]:
        """The localized fields under either name."""
        return self.localized_fields + self.localization_extensions


class _Data(_Camel):
    order: Details | None = None


class _ThrottleStatus(_Camel):
    currently_available: float = 0.0
    restore_rate: float = 0.0


class _Cost(_Camel):
    requested_query_cost: float = 0.0
    throttle_status: _ThrottleStatus = _ThrottleStatus()


class _Extensions(_Camel):
    cost: _Cost = _Cost()


class Answer(_Camel):
    """A whole GraphQL answer. `errors` is a list of objects, or a text when all is refused."""

    data: _Data | None = None
    errors: Any = None
    extensions: _Extensions | None = None

    @property
    def codes(self) -> frozenset[str]:
        """The codes of the errors, in upper case."""
        errors = self.errors if isinstance(self.errors, list) else ()
        found = (e.get("extensions") for e in errors if isinstance(e, dict))
        return frozenset(str(e.get("code", "")).upper() for e in found if isinstance(e, dict))

    @property
    def throttled_for_s(self) -> float:
        """How long the missing points take to come back."""
        cost = (self.extensions or _Extensions()).cost
        status = cost.throttle_status
        missing = cost.requested_query_cost - status.currently_available
        rate = status.restore_rate
        return max(_SHORTEST_WAIT_S, missing / rate) if rate > 0 else _SHORTEST_WAIT_S


def answer_in(document: bytes) -> Answer:
    """Read an answer. Raises Unclear."""
    try:
        return Answer.model_validate_json(document)
    except ValidationError as error:
        raise Unclear(f"unreadable answer: {describe(error)}") from None
