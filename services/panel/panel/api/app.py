"""The API, put together as one ASGI application to be mounted at `/api/v1`."""

from collections.abc import Callable
from typing import Any, Final

from fastapi import FastAPI, Security
from fastapi.middleware import Middleware
from fastapi.security import HTTPBearer
from pydantic import SecretStr
from starlette.responses import RedirectResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp

from panel.api import listings, orders, problems, rights, stores
from panel.api.token import Guard
from panel.api_tokens import ApiTokens
from panel.desk import Desk
from panel.listings.offers import Offers

AT: Final = "/api/v1"
DESCRIPTION: Final = """
Orders of every connected store: which wait for somebody and why, which are in the ERP, which were
cancelled. Every request brings `Authorization: Bearer <token>`: users make theirs in the panel, and
each may what its user may, store by store. Errors are problems (RFC 9457)
whose `detail` says what to do. Texts for operators (`reasons`, `timeline`) are in pt-BR.
"""


def app(
    desk: Desk,
    token: SecretStr | None,
    ready: Callable[[], bool],
    *,
    tokens: ApiTokens,
    offers: Offers,
) -> FastAPI:
    """The API's application: for users' tokens, and for the installation's where there is one.

    Raises ValueError where a route does not say what it needs.
    """
    bearer = HTTPBearer(
        auto_error=False,
        description="A user's token (Minha conta > Tokens de API), or ESTEIRA_PANEL_TOKEN.",
    )
    api = FastAPI(
        title="Esteira",
        version="1",
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        dependencies=[Security(bearer)],
        responses=problems.RESPONSES,
        middleware=[Middleware(Guard, token=token, tokens=tokens, ready=ready)],
        redirect_slashes=False,
    )
    problems.install(api)
    for router in (
        orders.routes(desk, tokens.people.audit),
        stores.routes(desk),
        listings.routes(desk, offers),
    ):
        rights.check(router.routes)
        api.include_router(router)
    described = api.openapi

    def openapi() -> dict[str, Any]:
        return _with_problems(described())

    api.openapi = openapi  # type: ignore[method-assign] # FastAPI's documented way to extend it
    return api


def mounted(api: ASGIApp) -> list[BaseRoute]:
    """The API at its address, which itself leads to the document that describes all of it."""
    return [Route(AT, RedirectResponse(f"{AT}/openapi.json")), Mount(AT, api)]


def _with_problems(document: dict[str, Any]) -> dict[str, Any]:
    """Errors under their own media type, which FastAPI's `responses` cannot say."""
    for path in document["paths"].values():
        for operation in path.values():
            for status, answer in operation["responses"].items():
                if not status.startswith("2") and "application/json" in answer["content"]:
                    answer["content"] = {problems.MEDIA_TYPE: answer["content"]["application/json"]}
    return document
