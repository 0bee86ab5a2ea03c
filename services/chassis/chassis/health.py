"""What `/healthz` answers: is the process alive, does it take work."""

from dataclasses import dataclass, field
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

PREFIX: Final = "/healthz/"
"""Where the health routes are."""


@dataclass(slots=True)
class Health:
    """Ready when every named part has said so."""

    parts: dict[str, bool] = field(default_factory=dict)

    @property
    def ready(self) -> bool:
        """All parts are up."""
        return bool(self.parts) and all(self.parts.values())

    def routes(self) -> list[Route]:
        """`live` says the loop turns, `ready` that work is being taken."""

        async def live(_: Request) -> JSONResponse:
            return JSONResponse({"status": "live"})

        async def ready(_: Request) -> JSONResponse:
            body = {"status": "ready" if self.ready else "waiting", "parts": self.parts}
            return JSONResponse(body, 200 if self.ready else 503)

        return [Route(f"{PREFIX}live", live), Route(f"{PREFIX}ready", ready)]
