"""The pages, put together as one ASGI application."""

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ExceptionHandler

from chassis.patience import Unavailable
from panel.commands import Refused, Why
from panel.desk import Desk
from panel.login import Login
from panel.pages import words
from panel.pages.entrance import Entrance
from panel.pages.guard import LOGIN, Guard
from panel.pages.orders import OrderPages
from panel.pages.view import View
from panel.sessions import Sessions

log = structlog.get_logger()

_SENTENCES = {
    404: "Esta página não existe. Confira o endereço ou volte ao início.",
    405: "Esta página não aceita este pedido.",
}


def app(desk: Desk, login: Login, sessions: Sessions) -> Starlette:
    """Login, stores, tabs and corrections."""
    view = View()
    entrance = Entrance(login, sessions, view)
    orders = OrderPages(desk, view)
    order = "/lojas/{store}/pedidos/{order}"
    return Starlette(
        routes=[
            Route("/", orders.first),
            Route(LOGIN, entrance.show),
            Route(LOGIN, entrance.enter, methods=["POST"]),
            Route("/sair", entrance.leave, methods=["POST"]),
            Route("/lojas", orders.stores),
            Route("/lojas/{store}/pedidos/{tab}", orders.tab),
            Route(f"{order}/editar", orders.edit),
            Route(f"{order}/editar", orders.correct, methods=["POST"]),
            Route(f"{order}/reprocessar", orders.reprocess, methods=["POST"]),
        ],
        middleware=[Middleware(Guard, sessions=sessions, view=view)],
        exception_handlers=_handlers(view),
    )


def _handlers(view: View) -> dict[object, ExceptionHandler]:
    """Every error is a page that says what to do."""

    async def http(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        return view.message(request, status, _SENTENCES.get(status, "Não foi possível."))

    async def refused(request: Request, error: Exception) -> Response:
        why = error.why if isinstance(error, Refused) else Why.UNKNOWN
        status = 404 if why is Why.UNKNOWN else 409
        return view.message(
            request, status, words.REFUSALS.get(why.value, words.REFUSALS["unknown"])
        )

    async def unavailable(request: Request, _: Exception) -> Response:
        return view.unavailable(request)

    async def broken(request: Request, error: Exception) -> Response:
        log.error("request_failed", exc_info=error)
        return view.message(request, 500, "Houve uma falha nossa. Ela está registrada no log.")

    return {HTTPException: http, Refused: refused, Unavailable: unavailable, Exception: broken}
