"""The doors of Shopify's Admin API: the shop, its token, the version, then GraphQL or REST."""

import asyncio
import re
from collections.abc import Mapping
from datetime import datetime
from http.client import OK
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox.channels.archive import Archive
from sandbox.channels.assortment import Assortment, Shelves
from sandbox.channels.bucket import Bucket
from sandbox.channels.channel import Store
from sandbox.channels.clock import SandboxClock
from sandbox.channels.consent import ANSWER, NO, Consent, page, wrong
from sandbox.channels.grants import Grants
from sandbox.channels.orders import OrderBook
from sandbox.channels.outages import Outages
from sandbox.channels.planted import key_of, keys_for
from sandbox.channels.shopify import graphql_api, oauth, rest_api
from sandbox.channels.shopify.catalogue import Products
from sandbox.channels.shopify.throttle import Throttle
from sandbox.channels.shopify.webhook_api import WebhookFields
from sandbox.channels.shopify.webhooks import TOPICS
from sandbox.channels.subscriptions import Subscriptions

NAME = "shopify"
_OAUTH = "/admin/oauth/"
_ADMIN_PATH = re.compile(r"/admin/api/(\d{4}-(?:01|04|07|10)|unstable)/(.+)")
_BAD_TOKEN = "[API] Invalid API key or access token (unrecognized login or wrong password)"  # noqa: S105
_TOO_MANY_CALLS = (
    "Exceeded {rate:g} calls per second for api client. "
    "Reduce request rates to resume uninterrupted service."
)


class AdminApi:
    """Everything under `/shopify/{shop}`, where `{shop}` is the shop's domain."""

    def __init__(
        self,
        *,
        archive: Archive,
        orders: OrderBook,
        outages: Outages,
        subscriptions: Subscriptions,
        grants: Grants,
        assortment: Assortment,
        clock: SandboxClock,
    ) -> None:
        self._archive = archive
        self._orders = orders
        self._outages = outages
        self._subscriptions = subscriptions
        self._grants = grants
        self._products = Shelves(assortment, Products)
        self._clock = clock
        self._throttle = Throttle(clock.seconds)

    def routes(self) -> list[Route]:
        """To be mounted at the root of the channels' address."""
        methods = ["GET", "POST", "PUT", "DELETE"]
        return [Route(f"/{NAME}/{{shop}}/{{path:path}}", self._admin, methods=methods)]

    async def _admin(self, request: Request) -> Response:
        store = self._store(request.path_params["shop"])
        path = f"/{request.path_params['path']}"
        if store is None:
            return _json({"errors": "Not Found"}, 404)
        if outage := self._outages.strike(store.id, path):
            await asyncio.sleep(outage.delay)
            if outage.status is not None:
                return _json(outage.body, outage.status, outage.headers)
        if path.startswith(_OAUTH):
            return self._oauth(store, path, request, await request.body())
        token = request.headers.get("x-shopify-access-token", "")
        if not self._grants.holds(store, token, self._clock.seconds()):
            return _json({"errors": _BAD_TOKEN}, 401)
        if path.endswith("/graphql.json") and request.method == "POST":
            answered = self._graphql(store, path, _asked(await request.body()))
        else:
            answered = self._rest(store, path, request)
        if version := _ADMIN_PATH.fullmatch(path):
            answered.headers["X-Shopify-API-Version"] = served_version(version[1], self._clock())
        return answered

    def _store(self, shop: str) -> Store | None:
        """The shop by its domain; its id is understood too."""
        stores = (store for store in self._archive.stores() if store.channel == NAME)
        return next((store for store in stores if shop in {store.shop_domain, store.id}), None)

    def _oauth(self, store: Store, path: str, request: Request, body: bytes) -> Response:
        """The merchant lets the app in, and the app spends its code; no version in these paths."""
        now = self._clock.seconds()
        if path == f"{_OAUTH}access_token" and request.method == "POST":
            given = oauth.parameters(body)
            answer, status = oauth.token(given, store, self._grants, now)
            if status == OK and "code" in given and store.webhook_url:
                self._subscriptions.ensure(store, TOPICS, now)
            return _json(answer, status)
        asked = request.query_params
        if path != f"{_OAUTH}authorize" or asked.get("client_id") != store.client_id:
            return _json({"errors": "Not Found"}, 404)
        address, said = asked.get("redirect_uri", ""), asked.get(ANSWER, "")
        if not address or store.redirect_url not in {"", address}:
            return wrong(request, "O endereço de retorno não é o que o aplicativo registrou.")
        if said == NO:
            return RedirectResponse("/", 302)
        if said != store.id:
            shops = [(store.id, store.shop_domain)]
            return page(request, Consent("Shopify", store.client_id, shops))
        code = self._grants.code(store, oauth.TOKENS, now)
        to = oauth.callback(asked.get("redirect_uri", ""), asked.get("state", ""), store, code, now)
        return RedirectResponse(to, 302) if to else _json({"errors": "Not Found"}, 404)

    def _graphql(self, store: Store, path: str, asked: graphql_api.Asked | None) -> Response:
        if asked is None:
            return _json({"errors": {"query": "Required parameter missing or invalid"}}, 400)
        planted = self._archive.planted(store.id, _graphql_keys(path, asked))
        if planted is not None:
            return _text(planted)
        points = self._throttle.points(store.id, store.plan)
        webhooks = WebhookFields(self._subscriptions, store, self._clock.seconds())
        others = {**self._products.of(store.id).fields(), **webhooks.fields()}
        answered = graphql_api.answer(asked, store, self._orders, others, points)
        return _json(answered)

    def _rest(self, store: Store, path: str, request: Request) -> Response:
        planted = self._archive.planted(store.id, keys_for(path, request.url.query))
        if planted is not None:
            return _text(planted)
        calls = self._throttle.calls(store.id, store.plan)
        if not calls.take(1):
            refusal = _TOO_MANY_CALLS.format(rate=calls.rate)
            return _json({"errors": refusal}, 429, {"Retry-After": "2.0", **_call_limit(calls)})
        admin_path = _ADMIN_PATH.fullmatch(path)
        if request.method != "GET" or admin_path is None:
            return _json({"errors": "Not Found"}, 404)
        answered = rest_api.answer(
            admin_path[2], request.query_params, store, self._orders, self._products.of(store.id)
        )
        link = _link(request, answered.next_page) if answered.next_page else {}
        return _json(answered.body, answered.status, {**_call_limit(calls), **link})


def served_version(asked: str, now: datetime) -> str:
    """The version that answers: the oldest of the last four where an older one is asked for."""
    quarter = now.year * 4 + (now.month - 1) // 3 - 3
    oldest = f"{quarter // 4}-{quarter % 4 * 3 + 1:02d}"
    return max(asked, oldest)


def _asked(body: bytes) -> graphql_api.Asked | None:
    try:
        posted = orjson.loads(body)
        query, variables = posted["query"], posted.get("variables") or {}
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        return None
    if not isinstance(query, str) or not isinstance(variables, dict):
        return None
    return graphql_api.Asked(query, variables, posted.get("operationName"))


def _graphql_keys(path: str, asked: graphql_api.Asked) -> list[str]:
    """Where to look for a planted answer: by the order asked for, by operation, for any query."""
    keys = []
    if isinstance(order_id := asked.variables.get("id"), str | int):
        number = str(order_id).rpartition("/")[2]
        keys = [key_of(path, f"id={number}"), key_of(path, f"order_id={number}")]
    named = asked.operation_name or _operation_in(asked.query)
    return [*keys, *([key_of(path, f"operation={named}")] if named else []), path]


def _operation_in(query: str) -> str | None:
    found = re.search(r"\b(?:query|mutation)\s+(\w+)", query)
    return found and found[1]


def _link(request: Request, page_info: str) -> dict[str, str]:
    address = request.url.replace(query=f"page_info={page_info}")
    return {"Link": f'<{address}>; rel="next"'}


def _call_limit(calls: Bucket) -> dict[str, str]:
    used = max(0, round(calls.capacity - calls.left))
    return {"X-Shopify-Shop-Api-Call-Limit": f"{used}/{calls.capacity:.0f}"}


def _json(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(orjson.dumps(body), status, headers, media_type="application/json")


def _text(planted: str) -> Response:
    return Response(planted, media_type="application/json")
