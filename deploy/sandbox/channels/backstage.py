"""Control routes behind the scenes: deliveries, time, bad days, the first orders."""

from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.channels.archive import Archive
from sandbox.channels.asked import RefusedError, body_of
from sandbox.channels.background import Background
from sandbox.channels.channel import Store
from sandbox.channels.clock import SandboxClock
from sandbox.channels.deliverer import Deliverer
from sandbox.channels.first_dozen import FirstDozen
from sandbox.channels.outages import Outage, Outages
from sandbox.channels.outbox import Outbox

_SHOWN_DELIVERIES = 200


class _Time(BaseModel):
    """`advance_s` in sandbox seconds, `rate` in sandbox seconds per real second."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    advance_s: float = Field(default=0.0, ge=0)
    rate: float | None = Field(default=None, gt=0)


class _Demo(BaseModel):
    """`cancel_after` is in real seconds; `store_id` None is the first store."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    orders: int = Field(default=12, ge=0, le=1000)
    store_id: str | None = None
    cancel_after: float = Field(default=8.0, ge=0)


class Backstage:
    """The routes under `/_control` that are not about one store."""

    def __init__(
        self,
        *,
        archive: Archive,
        outbox: Outbox,
        deliverer: Deliverer,
        first_dozen: FirstDozen,
        outages: Outages,
        clock: SandboxClock,
        background: Background,
    ) -> None:
        self._archive = archive
        self._outbox = outbox
        self._deliverer = deliverer
        self._first_dozen = first_dozen
        self._outages = outages
        self._clock = clock
        self._background = background

    def routes(self) -> list[Route]:
        """To be mounted at the root of the channels' address."""
        return [
            Route("/_control/deliveries", self._deliveries, methods=["GET"]),
            Route("/_control/retry", self._retry, methods=["POST"]),
            Route("/_control/clock", self._time, methods=["GET", "POST"]),
            Route("/_control/faults", self._faults, methods=["GET", "POST", "DELETE"]),
            Route("/_control/demo", self._demo, methods=["POST"]),
        ]

    async def _deliveries(self, request: Request) -> Response:
        """The latest deliveries of a store, or of all, and how many there are in each state."""
        store_id = request.query_params.get("store_id")
        limit = request.query_params.get("limit", str(_SHOWN_DELIVERIES))
        if not limit.isdecimal():
            raise RefusedError(422, "limit is a number")
        shown = self._outbox.shown(store_id, int(limit))
        return JSONResponse({"deliveries": shown, "counts": self._outbox.counts(store_id)})

    async def _retry(self, _: Request) -> Response:
        """Make every waiting retry now."""
        self._deliverer.hurry()
        return JSONResponse(self._outbox.counts(None), 202)

    async def _time(self, request: Request) -> Response:
        """What time it is; with a body, another time or another pace."""
        if request.method == "POST":
            wanted = _Time.model_validate(await body_of(request))
            self._clock.advance(wanted.advance_s)
            if wanted.rate is not None:
                self._clock.run_at(wanted.rate)
            self._deliverer.clock_changed()
        return JSONResponse({"now": self._clock().isoformat(), "rate": self._clock.rate})

    async def _faults(self, request: Request) -> Response:
        """Order a bad day of the channel's API, see those that are to come, call them off."""
        if request.method == "POST":
            self._outages.order(Outage.model_validate(await body_of(request)))
        if request.method == "DELETE":
            self._outages.clear()
        waiting = [outage.model_dump() for outage in self._outages.waiting()]
        return JSONResponse({"faults": waiting})

    async def _demo(self, request: Request) -> Response:
        """Place the first orders that this data folder does not have yet."""
        wanted = _Demo.model_validate(await body_of(request))
        store = self._demo_store(wanted.store_id)
        placed = self._first_dozen.place(store, wanted.orders)
        self._background.start(self._first_dozen.regret(store, wanted.cancel_after))
        return JSONResponse({"store_id": store.id, "orders": placed})

    def _demo_store(self, store_id: str | None) -> Store:
        stores = self._archive.stores()
        wanted = (store for store in stores if store_id in {None, store.id})
        store = next(wanted, None)
        if store is None:
            raise RefusedError(404, "no such store")
        return store
