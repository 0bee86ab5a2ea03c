"""The doors of Nuvemshop's API: who calls, whether the store may, how fast; then the resources."""

import asyncio
import hmac
import secrets
from collections.abc import Mapping
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.channels.archive import Archive
from sandbox.channels.assortment import Assortment
from sandbox.channels.bucket import Bucket, Buckets
from sandbox.channels.channel import SUSPENDED, Store
from sandbox.channels.clock import SandboxClock
from sandbox.channels.grants import ACCESS, CODE, Grants
from sandbox.channels.nuvemshop import oauth
from sandbox.channels.nuvemshop.answer import Answer, InvalidFieldsError, invalid, refusal
from sandbox.channels.nuvemshop.resources import Asked, Resources
from sandbox.channels.orders import OrderBook
from sandbox.channels.outages import Outages
from sandbox.channels.planted import keys_for
from sandbox.channels.subscriptions import Subscriptions

NAME = "nuvemshop"
_VERSIONS = ("v1", "2025-03", "unstable")
_SCOPE = "read_customers,read_orders,read_products,write_orders"

# Per store and app: 40 calls, 2 a second; ten times as many on the higher plans.
_HELD, _PER_SECOND = 40.0, 2.0
_PLANS = {"standard": 1.0, "next": 10.0, "evolution": 10.0}
_WITHOUT_LIMIT = 1e9  # any other plan's name, e.g. "unlimited", for benchmarks

_TOO_MANY = refusal(429, "Too many requests")


class NuvemshopApi:
    """Everything under `/nuvemshop`: `/{version}/{store}/…`, and the token endpoint."""

    def __init__(
        self,
        *,
        archive: Archive,
        orders: OrderBook,
        subscriptions: Subscriptions,
        grants: Grants,
        outages: Outages,
        assortment: Assortment,
        clock: SandboxClock,
    ) -> None:
        self._archive = archive
        self._grants = grants
        self._outages = outages
        self._clock = clock
        self._resources = Resources(orders, subscriptions, assortment)
        self._buckets = Buckets(clock.seconds)

    def routes(self) -> list[Route]:
        """To be mounted at the root of the channels' address."""
        methods = ["GET", "POST", "PUT", "DELETE"]
        return [
            Route(f"/{NAME}/apps/{{app}}/authorize", self._authorize, methods=["GET"]),
            Route(f"/{NAME}/apps/authorize/token", self._token, methods=["POST"]),
            Route(f"/{NAME}/{{version}}/{{store}}/{{path:path}}", self._call, methods=methods),
        ]

    async def _call(self, request: Request) -> Response:
        store = self._store(request.path_params["store"])
        if store is None:
            return _sent(refusal(401, "Invalid access token"))
        path = request.url.path.removeprefix(f"/{NAME}")
        if outage := self._outages.strike(store.id, path):
            await asyncio.sleep(outage.delay)
            if outage.status is not None:
                return _sent(Answer(outage.body, outage.status, outage.headers))
        if refused := self._refused(request, store):
            return _sent(refused)
        relative = f"/{request.path_params['path']}"
        query = request.url.query
        keys = [*keys_for(path, query), *keys_for(relative, query)]
        if request.method == "GET" and (planted := self._archive.planted(store.id, keys)):
            return Response(planted, media_type="application/json")
        calls = self._calls(store)
        answer = await self._answer(request, store) if calls.take(1) else _TOO_MANY
        return _sent(answer, _told(calls))

    async def _answer(self, request: Request, store: Store) -> Answer:
        sent = None
        if request.method in {"POST", "PUT"}:
            if not request.headers.get("content-type", "").startswith("application/json"):
                return refusal(415, "Content-Type must be application/json")
            try:
                sent = orjson.loads(await request.body())
            except orjson.JSONDecodeError:
                return Answer({"error": "Problems parsing JSON"}, 400)
        asked = Asked(
            method=request.method,
            version=request.path_params["version"],
            path=request.path_params["path"].rstrip("/"),
            url=str(request.url.replace(query="")),
            given=dict(request.query_params),
            sent=sent,
            at=self._clock.seconds(),
        )
        try:
            return self._resources.answer(store, asked)
        except InvalidFieldsError as error:
            return invalid(error)

    def _refused(self, request: Request, store: Store) -> Answer | None:
        """Why this caller gets nothing; None where nothing is against it."""
        if request.path_params["version"] not in _VERSIONS:
            return refusal(404, "Not Found")
        if not request.headers.get("user-agent", "").strip():
            return refusal(400, "Missing User-Agent header")
        if not self._grants.holds(store, _bearer(request.headers), self._clock.seconds()):
            return refusal(401, "Invalid access token")
        return refusal(402, "Payment required") if store.plan == SUSPENDED else None

    async def _authorize(self, request: Request) -> Response:
        """A merchant lets the app in."""
        app = request.path_params["app"]
        stores = [s for s in self._archive.stores() if s.channel == NAME and s.client_id == app]
        return oauth.authorized(request, stores, self._grants, self._clock.seconds())

    async def _token(self, request: Request) -> Response:
        """A code against a token that lives until the next one, or until the app is removed."""
        try:
            sent = orjson.loads(await request.body())
        except orjson.JSONDecodeError:
            sent = None
        given: Mapping[str, Any] = sent if isinstance(sent, dict) else {}
        if given.get("grant_type") != "authorization_code":
            return _sent(Answer({"error": "unsupported_grant_type"}, 400))
        code, now = str(given.get("code")), self._clock.seconds()
        if not _is_app(given, self._grants.holder(code, CODE, now)):
            return _sent(Answer({"error": "invalid_client"}, 400))
        token = secrets.token_hex(20)
        store = self._grants.exchange(code, CODE, {ACCESS: token}, now)
        if store is None:
            expired = "The authorization code has expired"
            return _sent(Answer({"error": "invalid_grant", "error_description": expired}, 400))
        return _sent(
            Answer(
                {
                    "access_token": token,
                    "token_type": "bearer",
                    "scope": _SCOPE,
                    "user_id": store.shop_domain,
                }
            )
        )

    def _store(self, number: str) -> Store | None:
        stores = (store for store in self._archive.stores() if store.channel == NAME)
        return next((store for store in stores if number in {store.shop_domain, store.id}), None)

    def _calls(self, store: Store) -> Bucket:
        times = _PLANS.get(store.plan, _WITHOUT_LIMIT)
        return self._buckets.of(store.id, _PER_SECOND * times, _HELD * times)


def _is_app(given: Mapping[str, Any], store: Store | None) -> bool:
    """Whether the caller is the store's app; a code of no store is told as such elsewhere."""
    if store is None:
        return True
    secret = str(given.get("client_secret")).encode()
    return str(given.get("client_id")) == store.client_id and hmac.compare_digest(
        secret, store.webhook_secret.encode()
    )


def _bearer(headers: Mapping[str, str]) -> str:
    """The token: `Authentication` is the header's old name, `Authorization` the new one.

    Whether every version takes both is not known; here each does.
    """
    for name in ("authorization", "authentication"):
        scheme, _, token = headers.get(name, "").partition(" ")
        if scheme.lower() == "bearer":
            return token.strip()
    return ""


def _told(calls: Bucket) -> dict[str, str]:
    """The state of the bucket; `reset` is when it would be empty of calls, in milliseconds."""
    used = max(0.0, calls.capacity - calls.left)
    return {
        "x-rate-limit-limit": f"{calls.capacity:.0f}",
        "x-rate-limit-remaining": f"{int(calls.left)}",
        "x-rate-limit-reset": f"{used / calls.rate * 1000:.0f}",
    }


def _sent(answer: Answer, headers: Mapping[str, str] | None = None) -> Response:
    return Response(
        orjson.dumps(answer.body),
        answer.status,
        {**answer.headers, **(headers or {})},
        media_type="application/json",
    )
