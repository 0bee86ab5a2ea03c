"""Control routes about stores: what they answer, what they tell, what is bought in them."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.channels.archive import Archive
from sandbox.channels.asked import RefusedError, body_of
from sandbox.channels.assortment import Change
from sandbox.channels.channel import Channel, Store, TokenRules
from sandbox.channels.clock import SandboxClock
from sandbox.channels.deliverer import Deliverer
from sandbox.channels.grants import Grants
from sandbox.channels.market import Market
from sandbox.channels.orders import OrderBook
from sandbox.channels.planted import key_in
from sandbox.channels.purchase import Notification, Purchase
from sandbox.channels.subscriptions import Subscriptions

_SECRETS = {"access_token", "refresh_token", "webhook_secret"}


class Storefront:
    """The routes under `/_control/stores`."""

    def __init__(
        self,
        *,
        archive: Archive,
        orders: OrderBook,
        subscriptions: Subscriptions,
        grants: Grants,
        market: Market,
        deliverer: Deliverer,
        channels: Mapping[str, Channel],
        clock: SandboxClock,
    ) -> None:
        self._archive = archive
        self._orders = orders
        self._subscriptions = subscriptions
        self._grants = grants
        self._market = market
        self._deliverer = deliverer
        self._channels = channels
        self._clock = clock

    def routes(self) -> list[Route]:
        """To be mounted at the root of the channels' address."""
        at = "/_control/stores"
        return [
            Route(at, self._list, methods=["GET"]),
            Route(at, self._register, methods=["POST"]),
            Route(f"{at}/{{store}}/documents", self._plant, methods=["PUT"]),
            Route(f"{at}/{{store}}/documents", self._uproot, methods=["DELETE"]),
            Route(f"{at}/{{store}}/notify", self._notify, methods=["POST"]),
            Route(f"{at}/{{store}}/subscriptions", self._resubscribe, methods=["POST"]),
            Route(f"{at}/{{store}}/grants", self._let_in, methods=["POST"]),
            Route(f"{at}/{{store}}/grants", self._show_out, methods=["DELETE"]),
            Route(f"{at}/{{store}}/products/{{sku}}", self._change, methods=["POST"]),
            Route(f"{at}/{{store}}/orders", self._sold, methods=["GET"]),
            Route(f"{at}/{{store}}/orders", self._place, methods=["POST"]),
            Route(f"{at}/{{store}}/orders/{{id:int}}", self._order, methods=["GET"]),
            Route(f"{at}/{{store}}/orders/{{id:int}}/{{act}}", self._act, methods=["POST"]),
        ]

    def open(self, store: Store) -> Store:
        """Add a store, or change what is given of one; lost subscriptions come back."""
        store = self._archive.register(store)
        self._grants.adopt(store, self._clock.seconds())
        if store.access_token and not self._grants.revoked(store):
            self._subscribe(store, self._channels[store.channel].topics)
        return store

    async def _list(self, _: Request) -> Response:
        return JSONResponse({"stores": [self._shown(store) for store in self._archive.stores()]})

    async def _register(self, request: Request) -> Response:
        """Add a store, or change what is given of one."""
        given = await body_of(request)
        known = self._archive.store(str(given.get("id")))
        store = Store.model_validate({**(known.model_dump() if known else {}), **given})
        if store.channel not in self._channels:
            raise RefusedError(422, f"no such channel; there are: {', '.join(self._channels)}")
        return JSONResponse(self._shown(self.open(store)), 200 if known else 201)

    async def _resubscribe(self, request: Request) -> Response:
        """Create again the subscriptions that the channel deleted: `topics`, or all."""
        store = self._store(request)
        given = await body_of(request)
        known = self._channels[store.channel].topics
        self._subscribe(store, [t for t in given.get("topics", known) if t in known])
        return JSONResponse(self._shown(store))

    async def _let_in(self, request: Request) -> Response:
        """The shop lets the app in: the code that the app would find in its address."""
        store = self._store(request)
        code = self._grants.code(store, self._token_rules(store), self._clock.seconds())
        return JSONResponse({"code": code}, 201)

    async def _show_out(self, request: Request) -> Response:
        """The shop removes the app: its tokens die, and it is told nothing more."""
        store = self._store(request)
        self._token_rules(store)
        self._market.remove_app(store)
        self._grants.revoke(store)
        return JSONResponse(self._shown(store))

    async def _plant(self, request: Request) -> Response:
        """From now on the channel answers exactly this JSON at `path`."""
        store, key, body = self._store(request), _key(request), await request.body()
        orjson.loads(body)
        self._archive.plant(store.id, key, body.decode())
        return JSONResponse({"path": key})

    async def _uproot(self, request: Request) -> Response:
        store, key = self._store(request), _key(request)
        return JSONResponse({"path": key}, 200 if self._archive.uproot(store.id, key) else 404)

    async def _notify(self, request: Request) -> Response:
        """Send webhooks: one, or a list of them; `wait=1` answers with the first attempts."""
        store, given = self._store(request), await body_of(request)
        wanted = [Notification.model_validate(one) for one in _listed(given)]
        sent = [delivery for one in wanted for delivery in self._market.notify(store, one)]
        body: dict[str, Any] = {"delivery_id": sent[0], "delivery_ids": sent} if sent else {}
        if request.query_params.get("wait", "0") in {"", "0"}:
            return JSONResponse(body, 202)
        attempts = await self._deliverer.first_attempts(sent)
        statuses = [attempt.status for attempt in attempts]
        errors = [attempt.error for attempt in attempts]
        first = {"status": statuses[0], "error": errors[0]} if attempts else {}
        return JSONResponse({**body, **first, "statuses": statuses, "errors": errors})

    async def _change(self, request: Request) -> Response:
        """The merchant changes a product's price or takes it off the shelf."""
        store, change = self._store(request), Change.model_validate(await body_of(request))
        return JSONResponse(self._market.change_product(store, request.path_params["sku"], change))

    async def _sold(self, request: Request) -> Response:
        orders = self._orders.sold(self._store(request).id)
        return Response(orjson.dumps({"orders": orders}), media_type="application/json")

    async def _order(self, request: Request) -> Response:
        record = self._market.sale(self._store(request), request.path_params["id"])
        return JSONResponse(record)

    async def _place(self, request: Request) -> Response:
        """A buyer buys; one order, or `count` of them under `orders`."""
        store = self._store(request)
        purchase = Purchase.model_validate(await body_of(request))
        if purchase.count is None:
            return JSONResponse(self._market.place(store, purchase), 201)
        placed = []
        for _ in range(purchase.count):
            placed.append(self._market.place(store, purchase))
            await asyncio.sleep(0)  # let the webhooks go out meanwhile
        return JSONResponse({"orders": placed}, 201)

    async def _act(self, request: Request) -> Response:
        """The buyer or the merchant does something to an order."""
        given, path = await body_of(request), request.path_params
        return JSONResponse(self._market.act(self._store(request), path["id"], path["act"], given))

    def _store(self, request: Request) -> Store:
        store = self._archive.store(request.path_params["store"])
        if store is None:
            raise RefusedError(404, "no such store")
        return store

    def _subscribe(self, store: Store, topics: Iterable[str]) -> None:
        if store.webhook_url:
            self._subscriptions.ensure(store, topics, self._clock.seconds())

    def _token_rules(self, store: Store) -> TokenRules:
        rules = self._channels[store.channel].tokens
        if rules is None:
            raise RefusedError(409, f"the sandbox grants nothing for {store.channel}")
        return rules

    def _shown(self, store: Store) -> dict[str, Any]:
        """A store without its secrets, and what it is subscribed to."""
        subscribed = self._subscriptions.topics(store.id)
        return {**store.model_dump(exclude=_SECRETS), "subscriptions": subscribed}


def _listed(given: Any) -> list[Any]:
    return given if isinstance(given, list) else [given]


def _key(request: Request) -> str:
    key = key_in(request.url.query)
    if key is None:
        raise RefusedError(422, "say which path: ?path=/…")
    return key
