"""The API, put together as one ASGI application to be mounted at `/api/v1`."""

from collections.abc import Callable
from typing import Any, Final

from fastapi import FastAPI, Security
from fastapi.middleware import Middleware
from fastapi.security import HTTPBearer
from pydantic import SecretStr

from panel.api import listings, orders, problems, stores
from panel.api.token import Guard
from panel.desk import Desk
from panel.listings.offers import Offers

DESCRIPTION: Final = """
Orders of every connected store: which wait for somebody and why, which are in the ERP, which were
cancelled. Every request brings `Authorization: Bearer <token>`. Errors are problems (RFC 9457)
whose `detail` says what to do. Texts for operators (`reasons`, `timeline`) are in pt-BR.
"""


def app(
    desk: Desk, token: SecretStr | None, ready: Callable[[], bool], *, offers: Offers
) -> FastAPI:
    """The API's application; without a token it answers nobody."""
    bearer = HTTPBearer(auto_error=False, description="The panel's token (ESTEIRA_PANEL_TOKEN).")
    api = FastAPI(
        title="Esteira",
        version="1",
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        dependencies=[Security(bearer)],
        responses=problems.RESPONSES,
        middleware=[Middleware(Guard, token=token, ready=ready)],
        redirect_slashes=False,
    )
    problems.install(api)
    api.include_router(orders.routes(desk))
    api.include_router(stores.routes(desk))
    api.include_router(listings.routes(desk, offers))
    described = api.openapi

    def openapi() -> dict[str, Any]:
        return _with_problems(described())

    api.openapi = openapi  # type: ignore[method-assign] # FastAPI's documented way to extend it
    return api


def _with_problems(document: dict[str, Any]) -> dict[str, Any]:
    """Errors under their own media type, which FastAPI's `responses` cannot say."""
    for path in document["paths"].values():
        for operation in path.values():
            for status, answer in operation["responses"].items():
                if not status.startswith("2") and "application/json" in answer["content"]:
                    answer["content"] = {problems.MEDIA_TYPE: answer["content"]["application/json"]}
    return document
