"""Control requests read, and their refusals told as JSON."""

from typing import Any

import orjson
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ExceptionHandler

from sandbox.channels.assortment import NotOnSaleError
from sandbox.channels.channel import ActRefusedError
from sandbox.channels.faults import NoSuchProductError
from sandbox.channels.market import (
    NoSuchActError,
    NoSuchFaultError,
    NoSuchOrderError,
    NowhereToTellError,
)


class RefusedError(Exception):
    """What was asked cannot be done; `status` is the answer's."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


async def body_of(request: Request) -> Any:
    """The JSON body; an empty one is an empty object."""
    body = await request.body()
    return orjson.loads(body) if body else {}


async def _refused(_: Request, error: Exception) -> Response:
    status = error.status if isinstance(error, RefusedError) else _STATUSES[type(error)]
    if isinstance(error, ValidationError):
        told: Any = error.errors(include_input=False, include_context=False, include_url=False)
    else:
        told = str(error)
    return JSONResponse({"error": told}, status)


_STATUSES: dict[type[Exception], int] = {
    orjson.JSONDecodeError: 400,
    NoSuchActError: 404,
    NoSuchOrderError: 404,
    NotOnSaleError: 404,
    ActRefusedError: 409,
    NoSuchFaultError: 409,
    NoSuchProductError: 409,
    NowhereToTellError: 409,
    RefusedError: 422,
    ValidationError: 422,
}

EXCEPTION_HANDLERS: dict[Any, ExceptionHandler] = dict.fromkeys(_STATUSES, _refused)
