"""Control routes about webhooks: what the developer portal offers, as JSON."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.erp.companies import Companies, Company
from sandbox.erp.hooks import book, outcome
from sandbox.erp.hooks.courier import Courier
from sandbox.erp.store import Doc, dumps, loads

SHOWN = 200
DUPLICATE_EVERY = 25
"""How often a telling comes twice unless said otherwise; that they can repeat is known."""


class NotAnsweredError(ValueError):
    """The address did not answer the ping with a 2XX."""


class Portal:
    """Registering addresses, seeing what was delivered to them."""

    def __init__(self, companies: Companies, courier: Courier) -> None:
        self._companies = companies
        self._courier = courier

    async def register(self, request: Request) -> Response:
        """`{app_key, url, topics?, duplicate_every?}`: ping an address and tell it from now on."""
        body = loads(await request.body())
        company = self._company(str(body["app_key"]))
        topics = [str(topic) for topic in body.get("topics", ())]
        every = int(body.get("duplicate_every", DUPLICATE_EVERY))
        return JSONResponse(await self.admit(company, str(body["url"]), topics, every), 201)

    async def admit(
        self, company: Company, url: str, topics: list[str], every: int = DUPLICATE_EVERY
    ) -> Doc:
        """Register an address once it answers the ping; NotAnsweredError where it does not."""
        attempt = await self._courier.ping(url)
        if not outcome.arrived(attempt):
            told = attempt.get("status") or attempt.get("error")
            raise NotAnsweredError(f"the address answered the ping with {told}, not with a 2XX")
        return book.register(company, url, topics, every)

    async def hooks(self, request: Request) -> Response:
        """The addresses of a company, or of all."""
        listed = [
            {"app_key": company.app_key, **hook}
            for company in self._asked(request)
            for hook in company.select(book.HOOKS)
        ]
        return JSONResponse({"webhooks": listed})

    async def remove(self, request: Request) -> Response:
        """`?app_key=&id=`: tell an address nothing more."""
        company = self._company(request.query_params["app_key"])
        known = book.remove(company, int(request.query_params["id"]))
        return JSONResponse({"removed": known}, 200 if known else 404)

    async def deliveries(self, request: Request) -> Response:
        """`?app_key=&queue=&limit=`: what was told, or waits to be, the newest first."""
        queue = request.query_params.get("queue")
        limit = int(request.query_params.get("limit", SHOWN))
        listed: list[Doc] = []
        for company in self._asked(request):
            newest = company.select(book.DELIVERIES, (), "key DESC")
            fitting = (one for one in newest if queue in (None, one["queue"]))
            listed += [{"app_key": company.app_key, **one} for one in fitting]
        shown = dumps({"deliveries": listed[:limit]})
        return Response(shown, media_type="application/json")

    def _asked(self, request: Request) -> list[Company]:
        app_key = request.query_params.get("app_key")
        return [self._company(app_key)] if app_key else list(self._companies)

    def _company(self, app_key: str) -> Company:
        company = self._companies.get(app_key)
        if company is None:
            raise ValueError(f"no company {app_key}")
        return company
