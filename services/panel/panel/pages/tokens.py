"""One's own tokens for the API: made here, shown once, revoked here."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from panel.api_tokens import LONGEST_NAME, ApiTokens, TooMany
from panel.pages import words
from panel.pages.guard import access_of, visit_of
from panel.pages.view import View

TOKENS = "/conta/tokens"


@dataclass(frozen=True, slots=True)
class TokenPages:
    """Pages about tokens of whoever is logged in."""

    tokens: ApiTokens
    view: View

    async def show(self, request: Request) -> Response:
        """The tokens there are, and the form for another."""
        return await self._page(request)

    async def create(self, request: Request) -> Response:
        """Another token, shown here and never again."""
        name = " ".join(visit_of(request).form.get("nome", "").split())
        if not name or len(name) > LONGEST_NAME or not name.isprintable():
            return await self._page(request, 422, words.NAME_IT, typed=name)
        try:
            token = await self.tokens.create(access_of(request).user, name)
        except TooMany:
            return await self._page(request, 409, words.TOO_MANY_TOKENS, typed=name)
        return self.view.page(request, "token.html", name=name, token=token)

    async def revoke(self, request: Request) -> Response:
        """End a token at once."""
        id_ = visit_of(request).form.get("revogar", "")
        await self.tokens.revoke(access_of(request).user, id_)
        return RedirectResponse(f"{TOKENS}?aviso=token", 303)

    async def _page(
        self, request: Request, status: int = 200, error: str = "", typed: str = ""
    ) -> Response:
        return self.view.page(
            request, "tokens.html", status,
            tokens=await self.tokens.store.of(access_of(request).user),
            error=error, typed=typed, longest=LONGEST_NAME,
        )  # fmt: skip
