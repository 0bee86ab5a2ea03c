"""Errors as RFC 9457 problems: what is wrong and what to do, never what was sent."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from chassis.patience import Unavailable
from panel.commands import Refused, Why
from panel.listings.choices import ChosenMeanwhile
from panel.paging import BadCursor
from panel.stores import Incomplete, StoreMovedOn, WrongAddress

RETRY_AFTER_S: Final = 5
MEDIA_TYPE: Final = "application/problem+json"
log = structlog.get_logger()


class FieldError(BaseModel):
    """One field that is wrong."""

    field: str
    message: str


class Problem(BaseModel):
    """What went wrong (RFC 9457). `detail` says what to do about it."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[FieldError] = []


RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    400: {"model": Problem, "description": "The request could not be read"},
    401: {"model": Problem, "description": "The token is missing or wrong"},
    403: {"model": Problem, "description": "The token's user may not do this here"},
    413: {"model": Problem, "description": "The body is too large"},
    422: {"model": Problem, "description": "The request asks for something that cannot be"},
    503: {"model": Problem, "description": "Kafka or the database is away; try again"},
}
"""What any route may answer."""

NOT_FOUND: Final[dict[int | str, dict[str, Any]]] = {
    404: {"model": Problem, "description": "There is no such thing here"}
}
CONFLICT: Final[dict[int | str, dict[str, Any]]] = {
    409: {"model": Problem, "description": "It is not in a state for this"}
}

_REFUSALS: Final[dict[Why, tuple[int, str]]] = {
    Why.UNKNOWN: (404, "There is no such order. Look it up in GET /orders."),
    Why.UNKNOWN_STORE: (404, "There is no such store. GET /stores lists them; PUT creates one."),
    Why.UNKNOWN_LISTING: (404, "There is no such listing, or no such variation of it."),
    Why.CANCELLED: (409, "The channel cancelled this order; it is never sent to the ERP again."),
    Why.INTEGRATED: (409, "This order is already in the ERP; change it there."),
    Why.UNKNOWN_ITEM: (422, "A correction names an item that the order does not have."),
    Why.NOTHING_TO_CHOOSE: (409, "There is nothing to choose: read the order's `cancellation`."),
    Why.NOT_A_CHOICE: (422, "This choice is not open. See the order's `cancellation.choices`."),
    Why.UNCHANGED: (409, "The order does not wait for ORDER_CHANGED_AT_CHANNEL."),
}
_WORDS: Final[dict[int, str]] = {
    403: "The roles of this token's user do not allow it. Who administers the panel can.",
    404: "There is nothing at this address. See /api/v1/openapi.json for what there is.",
    405: "This address does not take this method. See /api/v1/openapi.json.",
    400: "The body could not be read. Send JSON in UTF-8.",
}


def problem(
    status: int,
    detail: str,
    errors: Sequence[FieldError] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The error as an answer. Escaped to ASCII: an echoed field's name may be anything."""
    body = Problem(
        title=HTTPStatus(status).phrase, status=status, detail=detail, errors=list(errors)
    )
    return Response(json.dumps(body.model_dump()), status, dict(headers or {}), MEDIA_TYPE)


def unavailable() -> Response:
    """Something that we stand on is away."""
    return problem(
        503,
        "Kafka or the database does not answer. Send the same request again in a few seconds.",
        headers={"Retry-After": str(RETRY_AFTER_S)},
    )


def install(app: FastAPI) -> None:
    """Answer every error as a problem."""
    app.exception_handler(RequestValidationError)(_invalid)
    app.exception_handler(HTTPException)(_http)
    app.exception_handler(Refused)(_refused)
    app.exception_handler(Incomplete)(_incomplete)
    app.exception_handler(StoreMovedOn)(_moved_on)
    app.exception_handler(ChosenMeanwhile)(_chosen_meanwhile)
    app.exception_handler(WrongAddress)(_wrong_address)
    app.exception_handler(BadCursor)(_bad_cursor)
    app.exception_handler(Unavailable)(_unavailable)
    app.exception_handler(Exception)(_broken)


async def _invalid(_: Request, error: RequestValidationError) -> Response:
    found = error.errors()
    if any(e["type"] == "json_invalid" for e in found):
        return problem(400, _WORDS[400])
    errors = [
        FieldError(field=".".join(str(step) for step in e["loc"]), message=_message(e))
        for e in found[:20]
    ]
    return problem(422, "Correct the fields listed under `errors` and send it again.", errors)


def _message(error: Mapping[str, Any]) -> str:
    if error["type"] == "extra_forbidden":
        return "This field does not exist. See /api/v1/openapi.json for those that do."
    return str(error["msg"])


async def _http(_: Request, error: HTTPException) -> Response:
    detail = _WORDS.get(error.status_code, "The request cannot be served.")
    return problem(error.status_code, detail, headers=error.headers)


async def _refused(_: Request, error: Refused) -> Response:
    status, detail = _REFUSALS[error.why]
    named = [FieldError(field="body.corrections.items", message=error.what)] if error.what else []
    return problem(status, detail, named)


async def _incomplete(_: Request, error: Incomplete) -> Response:
    errors = [FieldError(field=f"body.{name}", message="Needed here.") for name in error.missing]
    return problem(422, "A store cannot be without the fields listed under `errors`.", errors)


async def _wrong_address(_: Request, __: WrongAddress) -> Response:
    message = (
        "Shopify: loja.myshopify.com. Nuvemshop: the store's number. Mercado Livre: the seller's."
    )
    errors = [FieldError(field="body.domain", message=message)]
    return problem(422, "The domain is none of the store's channel.", errors)


async def _moved_on(_: Request, __: StoreMovedOn) -> Response:
    return problem(409, "The store changed since you read it. Read it again, then change it.")


async def _chosen_meanwhile(_: Request, __: ChosenMeanwhile) -> Response:
    return problem(409, "Somebody decided the same since you read it. Read it again first.")


async def _bad_cursor(_: Request, __: BadCursor) -> Response:
    return problem(422, "This cursor is not one of ours. Start over without `cursor`.")


async def _unavailable(_: Request, __: Unavailable) -> Response:
    return unavailable()


async def _broken(_: Request, error: Exception) -> Response:
    log.error("request_failed", exc_info=error)
    return problem(500, "This is a fault of ours. It is in the log of the panel.")
