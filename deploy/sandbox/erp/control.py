"""The control routes: how tests and people look into the sandbox ERP and bend it. JSON only."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.erp.acts import UnknownError, perform
from sandbox.erp.companies import Company, Invoicing
from sandbox.erp.customers import CUSTOMERS
from sandbox.erp.faults import Fault
from sandbox.erp.hooks.routes import Portal
from sandbox.erp.injection import Injection
from sandbox.erp.machine import Machine
from sandbox.erp.sales.billing import settle_due
from sandbox.erp.sales.orders import ORDERS
from sandbox.erp.seed import seed_company
from sandbox.erp.store import Doc, dumps, loads

Handler = Callable[[Request], Awaitable[Response]]


class Control:
    """The routes under `/_control`."""

    def __init__(self, machine: Machine, portal: Portal) -> None:
        self._machine = machine
        self._portal = portal

    def routes(self) -> list[Route]:
        """Every route."""
        table: list[tuple[str, str, Handler]] = [
            ("GET", "requests", self.requests),
            ("DELETE", "requests", self.clear_requests),
            ("GET", "orders", self.orders),
            ("GET", "customers", self.customers),
            ("GET", "faults", self.faults),
            ("POST", "faults", self.add_fault),
            ("DELETE", "faults", self.clear_faults),
            ("GET", "limits", self.limits),
            ("POST", "limits", self.set_limits),
            ("POST", "latency", self.set_latency),
            ("GET", "clock", self.clock),
            ("POST", "clock", self.set_clock),
            ("POST", "statuses", self.set_statuses),
            ("POST", "kits", self.set_kits),
            ("POST", "invoicing", self.set_invoicing),
            ("POST", "companies", self.add_company),
            ("POST", "keys", self.set_key),
            ("POST", "act", self.act),
            ("GET", "webhooks", self._portal.hooks),
            ("POST", "webhooks", self._portal.register),
            ("DELETE", "webhooks", self._portal.remove),
            ("GET", "webhooks/deliveries", self._portal.deliveries),
        ]
        return [
            Route(f"/_control/{name}", _answered(handler), methods=[method])
            for method, name, handler in table
        ]

    async def requests(self, request: Request) -> Response:
        """What was asked: `?app_key=&call=&since=&after=&limit=`, newest `limit` of it."""
        asked = request.query_params
        since = asked.get("since", "").replace(" ", "+")
        found = list(
            self._machine.journal.find(
                asked.get("app_key", ""),
                asked.get("call", ""),
                datetime.fromisoformat(since) if since else None,
                int(asked.get("after", "0")),
            )
        )
        limit = int(asked.get("limit", len(found)))
        counts = self._machine.journal.counts(asked.get("app_key", ""), asked.get("call", ""))
        return JSONResponse(
            {
                "requests": [entry.listed() for entry in found[len(found) - limit :]],
                "counts": {call: sum(statuses.values()) for call, statuses in counts.items()},
                "statuses": counts,
            }
        )

    async def clear_requests(self, _: Request) -> Response:
        """Forget what was asked so far."""
        self._machine.journal.clear()
        return JSONResponse({"cleared": True})

    async def orders(self, request: Request) -> Response:
        """Every order, as `ConsultarPedido` shows it, beside its company and integration code."""
        rows = []
        for company in self._asked(request):
            settle_due(company)
            rows += [
                _order_row(company, code, body)
                for code, body in zip(
                    company.values(ORDERS, "code"), company.bodies(ORDERS), strict=True
                )
            ]
        return _listing("orders", rows)

    async def customers(self, request: Request) -> Response:
        """Every customer."""
        bodies = [body for company in self._asked(request) for body in company.bodies(CUSTOMERS)]
        return _listing("customers", bodies)

    async def faults(self, _: Request) -> Response:
        """The injected faults in force."""
        return JSONResponse({"faults": self._machine.injections.listed()})

    async def add_fault(self, request: Request) -> Response:
        """Inject a fault."""
        self._machine.injections.add(Injection(**await _body(request)))
        return await self.faults(request)

    async def clear_faults(self, request: Request) -> Response:
        """Nothing goes wrong any more; the blocks that callers earned meanwhile are lifted."""
        self._machine.injections.clear()
        self._machine.limits.forgive()
        return await self.faults(request)

    async def limits(self, _: Request) -> Response:
        """Which limits hold."""
        return JSONResponse(asdict(self._machine.limits.switches))

    async def set_limits(self, request: Request) -> Response:
        """Switch limits on or off; what they had counted so far is forgotten."""
        self._machine.limits.switches = replace(
            self._machine.limits.switches, **await _body(request)
        )
        self._machine.limits.reset()
        return await self.limits(request)

    async def set_latency(self, request: Request) -> Response:
        """How long every call takes from now on."""
        self._machine.latency_ms = float((await _body(request))["ms"])
        return JSONResponse({"ms": self._machine.latency_ms})

    async def clock(self, _: Request) -> Response:
        """What time it is, and how fast it passes."""
        clock = self._machine.clock
        return JSONResponse({"now": clock().isoformat(), "rate": clock.rate})

    async def set_clock(self, request: Request) -> Response:
        """`{set?, advance_s?, rate?}`: another time, or another pace, for everything at once."""
        body, clock = await _body(request), self._machine.clock
        if "set" in body:
            clock.set_to(datetime.fromisoformat(body["set"]))
        clock.advance(float(body.get("advance_s", 0)))
        if "rate" in body:
            clock.run_at(float(body["rate"]))
        self._machine.companies.written()
        return await self.clock(request)

    async def set_statuses(self, request: Request) -> Response:
        """`{with_200: [numbers]}`: the faults that come with HTTP 200 from now on."""
        self._machine.with_200 = frozenset(map(int, (await _body(request))["with_200"]))
        return JSONResponse({"with_200": sorted(self._machine.with_200)})

    async def set_kits(self, request: Request) -> Response:
        """`{explode}`: whether the kits of new orders become lines of their components."""
        habits = self._machine.companies.habits
        habits.explode_kits = bool((await _body(request))["explode"])
        return JSONResponse({"explode": habits.explode_kits})

    async def set_invoicing(self, request: Request) -> Response:
        """What becomes of requests for an NF-e from now on, and after how long."""
        policy = Invoicing(**await _body(request))
        self._machine.companies.habits.invoicing = policy
        return JSONResponse(asdict(policy))

    async def add_company(self, request: Request) -> Response:
        """Open the books of a company, seeded; one that is there already stays as it is."""
        body = await _body(request)
        created = self._machine.companies.get(body["app_key"]) is None
        seed_company(
            self._machine.companies, body["app_key"], body["app_secret"], body.get("products")
        )
        return JSONResponse({"app_key": body["app_key"], "created": created})

    async def set_key(self, request: Request) -> Response:
        """Suspend a key or take it up again: `{app_key, suspended}`."""
        body = await _body(request)
        company = self._company(body["app_key"])
        self._machine.companies.suspend(company.app_key, suspended=bool(body["suspended"]))
        return JSONResponse({"app_key": company.app_key, "suspended": bool(body["suspended"])})

    async def act(self, request: Request) -> Response:
        """Act as the ERP's user; answers the record acted upon."""
        body = await _body(request)
        company = self._company(body["app_key"])
        record = perform(company, body["action"], body)
        return Response(dumps(record), media_type="application/json")

    def _asked(self, request: Request) -> list[Company]:
        app_key = request.query_params.get("app_key")
        return [self._company(app_key)] if app_key else list(self._machine.companies)

    def _company(self, app_key: str) -> Company:
        company = self._machine.companies.get(app_key)
        if company is None:
            raise UnknownError(f"no company {app_key}")
        return company


def _order_row(company: Company, code: Any, body: str) -> str:
    keys = f'"app_key":{json.dumps(company.app_key)},"codigo_pedido_integracao":{json.dumps(code)}'
    return f'{{{keys},"pedido_venda_produto":{body}}}'


def _listing(name: str, rows: list[str]) -> Response:
    """Records that are JSON already, joined without being read: there may be thousands."""
    return Response(f'{{"{name}":[{",".join(rows)}]}}', media_type="application/json")


async def _body(request: Request) -> Doc:
    body = loads(await request.body())
    if not isinstance(body, dict):
        raise TypeError("the body is a JSON object")
    return body


def _answered(handler: Handler) -> Handler:
    """The handler, with what was asked wrongly answered as such."""

    async def route(request: Request) -> Response:
        try:
            return await handler(request)
        except UnknownError as unknown:
            return JSONResponse({"error": str(unknown)}, 404)
        except Fault as fault:
            return JSONResponse({"error": fault.text}, 409)
        except (TypeError, ValueError, KeyError) as wrong:
            return JSONResponse({"error": f"{type(wrong).__name__}: {wrong}"}, 400)

    return route
