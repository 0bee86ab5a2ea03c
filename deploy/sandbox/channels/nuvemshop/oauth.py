"""/apps/{app}/authorize: a merchant lets the app in; the code goes where the app registered.

Source: the platform's page on authentication: 5 minutes for a code, no redirect address and no
PKCE in the question.
"""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from sandbox.channels.channel import Store, TokenRules
from sandbox.channels.consent import ANSWER, NO, Consent, page, sent_back, wrong
from sandbox.channels.grants import Grants

TOKENS = TokenRules(code_life=300.0)
"""A token lives until the next one, or until the app is removed."""


def authorized(request: Request, stores: Sequence[Store], grants: Grants, now: float) -> Response:
    """The question to the app's stores, or the way back with what was answered."""
    shops = {store.id: store for store in stores if store.redirect_url}
    if not shops:
        return wrong(request, "O aplicativo não existe, ou não registrou para onde voltar.")
    asked = request.query_params
    answer, state = asked.get(ANSWER, ""), {"state": asked.get("state", "")}
    if answer == NO:
        first = next(iter(shops.values()))
        return sent_back(first.redirect_url, {"error": "access_denied"} | state)
    if answer not in shops:
        names = [(s.id, f"{s.id} (loja {s.shop_domain})") for s in shops.values()]
        return page(request, Consent("Nuvemshop", stores[0].client_id, names))
    code = grants.code(shops[answer], TOKENS, now)
    return sent_back(shops[answer].redirect_url, {"code": code} | state)
