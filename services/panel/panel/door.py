"""What every request passes before a route sees it: its size, and what browsers may do with it."""

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_BODY: Final = 256 * 1024
TOO_LARGE: Final = 413
STATIC_AT: Final = "/estatico"
"""Where files stand that are the same for everybody; browsers may keep them and ask again."""

_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # `no-referrer` would make browsers send `Origin: null` with our own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_YEAR_S: Final = 31_536_000


class Door:
    """Refuses large bodies and adds the security headers to every answer."""

    def __init__(self, app: ASGIApp, largest_body: int = LARGEST_BODY) -> None:
        self._app = app
        self._largest_body = largest_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _with_headers(scope, send)
        body = await _read(receive, self._largest_body)
        if body is None:
            await PlainTextResponse("Too large.", TOO_LARGE)(scope, receive, answer)
            return
        await self._app(scope, _replayed(body, receive), answer)


async def _read(receive: Receive, most: int) -> bytes | None:
    """The whole body; None when it is larger than `most`, whatever length it states."""
    body = b""
    while True:
        message = await receive()
        body += bytes(message.get("body", b""))
        if len(body) > most:
            return None
        if not message.get("more_body", False):
            return body


def _replayed(body: bytes, receive: Receive) -> Receive:
    read = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def again() -> Message:
        return next(read, None) or await receive()

    return again


def _with_headers(scope: Scope, send: Send) -> Send:
    async def answer(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
            static = scope["path"].startswith(f"{STATIC_AT}/")
            headers.setdefault("Cache-Control", "no-cache" if static else "no-store")
            if scope["scheme"] == "https":
                headers.setdefault("Strict-Transport-Security", f"max-age={_YEAR_S}")
        await send(message)

    return answer
