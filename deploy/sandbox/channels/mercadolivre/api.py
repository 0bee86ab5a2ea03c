"""The doors of Mercado Livre's API: the token says whose it is; then the resources."""

import asyncio
from collections.abc import Sequence

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.channels.archive import Archive
from sandbox.channels.assortment import Assortment
from sandbox.channels.bucket import Buckets
from sandbox.channels.channel import Store
from sandbox.channels.clock import SandboxClock
from sandbox.channels.grants import ACCESS, CODE, Grants
from sandbox.channels.mercadolivre import oauth
from sandbox.channels.mercadolivre.answer import (
    BAD_TOKEN,
    NO_TOKEN,
    RESOURCE_NOT_FOUND,
    TOO_MANY,
    Answer,
)
from sandbox.channels.mercadolivre.consent import Authorization
from sandbox.channels.mercadolivre.notices import TOPICS
from sandbox.channels.mercadolivre.resources import Asked, Resources
from sandbox.channels.outages import Outages
from sandbox.channels.outbox import Outbox
from sandbox.channels.parts import Parts
from sandbox.channels.planted import keys_for
from sandbox.channels.subscriptions import Subscriptions

NAME = "mercadolivre"

# No figure is published: 1,500 a minute is what integrators tell; it counts by application and
# endpoint. Any plan but the standard one has no limit.
_CALLS, _PER_SECOND = 1500.0, 25.0
_STANDARD = "standard"


class MercadoLivreApi:
    """Everything under `/mercadolivre`."""

    def __init__(
        self,
        *,
        archive: Archive,
        parts: Parts,
        outbox: Outbox,
        subscriptions: Subscriptions,
        grants: Grants,
        outages: Outages,
        assortment: Assortment,
        clock: SandboxClock,
    ) -> None:
        self._archive = archive
        self._subscriptions = subscriptions
        self._grants = grants
        self._outages = outages
        self._clock = clock
        self._resources = Resources(archive, parts, outbox, assortment)
        self._buckets = Buckets(clock.seconds)
        self._authorization = Authorization(archive, grants, NAME)

    def routes(self) -> list[Route]:
        """To be mounted at the root of the channels' address."""
        methods = ["GET", "POST", "PUT", "DELETE"]
        return [
            Route(f"/{NAME}/authorization", self._authorize, methods=["GET"]),
            Route(f"/{NAME}/oauth/token", self._token, methods=["POST"]),
            Route(f"/{NAME}/{{path:path}}", self._call, methods=methods),
        ]

    async def _call(self, request: Request) -> Response:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            return _sent(NO_TOKEN)
        store = self._grants.holder(token.strip(), ACCESS, self._clock.seconds())
        if store is None or store.channel != NAME:
            return _sent(BAD_TOKEN)
        path = f"/{request.path_params['path']}"
        if bad_day := await self._bad_day(store.id, path):
            return bad_day
        planted = self._archive.planted(store.id, keys_for(path, request.url.query))
        if planted is not None and request.method == "GET":
            return Response(planted, media_type="application/json")
        return _sent(self._answer(request, store, [piece for piece in path.split("/") if piece]))

    def _answer(self, request: Request, store: Store, pieces: Sequence[str]) -> Answer:
        if not self._may_call(store, pieces):
            return TOO_MANY
        if request.method != "GET":
            return RESOURCE_NOT_FOUND
        asked = Asked(pieces, request.query_params, request.headers, self._clock())
        return self._resources.answer(store, asked)

    async def _authorize(self, request: Request) -> Response:
        return self._authorization.answer(request, self._clock.seconds())

    async def _token(self, request: Request) -> Response:
        given, now = oauth.parameters(await request.body()), self._clock.seconds()
        owner = self._grants.holder(*oauth.spent(given), now)
        if bad_day := await self._bad_day(owner.id if owner else "", "/oauth/token"):
            return bad_day
        if not self._authorization.fits(given):
            return _sent(oauth.invalid_grant())
        store, answer = oauth.token(given, self._grants, now)
        if store and oauth.spent(given)[1] == CODE and store.webhook_url:
            self._subscriptions.ensure(store, TOPICS, now)
        return _sent(answer)

    async def _bad_day(self, store_id: str, path: str) -> Response | None:
        """The trouble that was ordered for this call; None where it is answered as usual."""
        outage = self._outages.strike(store_id, path)
        if outage is None:
            return None
        await asyncio.sleep(outage.delay)
        if outage.status is None:
            return None
        return _sent(Answer(outage.body, outage.status, outage.headers))

    def _may_call(self, store: Store, pieces: Sequence[str]) -> bool:
        if store.plan != _STANDARD:
            return True
        endpoint = f"{store.client_id} {pieces[0] if pieces else ''}"
        return self._buckets.of(endpoint, _PER_SECOND, _CALLS).take(1)


def _sent(answer: Answer) -> Response:
    if answer.body is None:
        return Response(status_code=answer.status)
    body = orjson.dumps(answer.body)
    return Response(body, answer.status, answer.headers, media_type="application/json")
