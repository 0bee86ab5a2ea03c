"""Shopify's webhook subscriptions, by GraphQL, per shop.

After eight lost deliveries in a row the platform deletes a subscription, and says nothing. Source:
shopify.dev, `webhookSubscriptions`, `webhookSubscriptionCreate` and `webhookSubscriptionDelete`,
2026-10: the address is `uri`.
"""

from collections.abc import Sequence
from typing import Final

from pydantic import ValidationError

from capture.channels.channel import Shop, Throttled, TokenRefused, Unreachable
from capture.channels.part import Part, Text
from capture.channels.registrar import Registration
from capture.channels.shopify.client import Client
from capture.channels.shopify.details import ACCESS_DENIED, THROTTLED, answer_in
from chassis.http import Http
from contracts.wire import describe

TOPICS: Final = (
    "orders/paid", "orders/updated", "orders/edited", "orders/cancelled", "orders/delete",
    "refunds/create", "products/create", "products/update", "products/delete", "app/uninstalled",
)  # fmt: skip
LIST: Final = "query Registered { webhookSubscriptions(first: 100) { nodes { id topic uri } } }"
CREATE: Final = """mutation Register($topic: WebhookSubscriptionTopic!, $uri: String!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: {uri: $uri}) {
    webhookSubscription { id } userErrors { message }
  }
}"""
DELETE: Final = """mutation Remove($id: ID!) {
  webhookSubscriptionDelete(id: $id) { userErrors { message } }
}"""
_TAKEN: Final = "already been taken"
"""What a second subscription to the same is refused with: the first one does."""


class _Node(Part):
    id: Text = ""
    topic: str
    uri: str = ""


class _Connection(Part):
    nodes: tuple[_Node, ...]


class _Problem(Part):
    message: str


class _Made(Part):
    userErrors: tuple[_Problem, ...] = ()  # noqa: N815 - the platform's name


class _Data(Part):
    webhookSubscriptions: _Connection | None = None  # noqa: N815 - the platform's name
    webhookSubscriptionCreate: _Made | None = None  # noqa: N815 - likewise


class _Answer(Part):
    data: _Data | None = None


class ShopifyRegistrar(Client):
    """See Registrar. `url` is where a shop's API is, with `{shop}` for its domain."""

    topics: Sequence[str] = TOPICS

    def __init__(self, http: Http, url: str) -> None:
        super().__init__(http, url)

    async def registered(self, shop: Shop) -> Sequence[Registration]:
        """See Registrar."""
        found = (await self._asked(shop, "Registered", LIST, {})).webhookSubscriptions
        if found is None:
            raise Unreachable("shopify: no list of subscriptions")
        return [Registration(_topic(node.topic), node.uri, node.id) for node in found.nodes]

    async def register(self, shop: Shop, wanted: Registration) -> str:
        """See Registrar."""
        variables = {"topic": wanted.topic.upper().replace("/", "_"), "uri": wanted.url}
        made = (await self._asked(shop, "Register", CREATE, variables)).webhookSubscriptionCreate
        if made is None:
            raise Unreachable("shopify: no answer to a subscription")
        problems = [one.message for one in made.userErrors if _TAKEN not in one.message.lower()]
        return "; ".join(problems)

    async def remove(self, shop: Shop, known: Registration) -> None:
        """See Registrar: what the platform may say against it is that there is no such one."""
        await self._asked(shop, "Remove", DELETE, {"id": known.id})

    async def _asked(self, shop: Shop, name: str, query: str, variables: dict[str, str]) -> _Data:
        response = await self._graphql(shop, name, query, variables)
        try:
            data = _Answer.model_validate_json(response.content).data
        except ValidationError as error:
            raise Unreachable(f"shopify: unreadable answer: {describe(error)}") from None
        if data is None:
            answer = answer_in(response.content)
            if ACCESS_DENIED in answer.codes:
                raise TokenRefused
            if THROTTLED in answer.codes:
                raise Throttled("shopify: throttled", answer.throttled_for_s)
            raise Unreachable("shopify: graphql refused the question")
        return data


def _topic(enumerated: str) -> str:
    """GraphQL's name of a topic as webhooks name it: ORDERS_PAID is orders/paid."""
    thing, _, what = enumerated.lower().partition("_")
    return f"{thing}/{what}"
