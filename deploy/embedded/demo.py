"""What a first visit finds: the demo store, connected through the panel, and a few orders."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import httpx

from embedded.errors import StartFailed

_STAGE: Final = "10"
_CATEGORY: Final = "1.01.03"
_BANK_ACCOUNT: Final = "CC-BB"

_KNOWN_WITHIN_S: Final = 20
_POLL_S: Final = 0.1


def seed(card: Mapping[str, Any], orders: int) -> None:
    """Connect the card's stores, then have the sandbox sell its first `orders` orders.

    What is there already stays as it is: a store that the panel knows, orders that were sold.
    Raises StartFailed.
    """
    with httpx.Client(trust_env=False, timeout=30) as client, _explained():
        for store in card["stores"]:
            if not is_connected(client, card, store):
                connect_store(client, card, store)
            wait_until_captured(client, store)
        if orders:
            place_orders(client, card, orders)


def is_connected(client: httpx.Client, card: Mapping[str, Any], store: Mapping[str, str]) -> bool:
    """Whether the panel knows the store; its operator may have changed the settings since."""
    answer = client.get(_store_url(card, store), headers=_authorised(card))
    if answer.status_code == httpx.codes.NOT_FOUND:
        return False
    answer.raise_for_status()
    return True


def connect_store(client: httpx.Client, card: Mapping[str, Any], store: Mapping[str, str]) -> None:
    """Tell the panel about a store, as its operator would."""
    chosen = settings(card, store, bank_account(client, card), stock_location(client, card))
    client.put(_store_url(card, store), headers=_authorised(card), json=chosen).raise_for_status()


def settings(
    card: Mapping[str, Any], store: Mapping[str, str], bank_account: int, stock_location: int
) -> dict[str, Any]:
    """The store's settings; their codes are those of the sandbox's ERP account."""
    return {
        "name": "Loja demonstração",
        "channel": store["channel"],
        "domain": store["shop_domain"],
        "erp": {"app_key": card["erp"]["app_key"], "app_secret": card["erp"]["app_secret"]},
        "channel_token": store["access_token"],
        "webhook_secrets": [store["webhook_secret"]],
        "settings": {
            "erp_stage_code": _STAGE,
            "erp_category_code": _CATEGORY,
            "bank_account_code": bank_account,
            "stock_location_code": stock_location,
        },
    }


def bank_account(client: httpx.Client, card: Mapping[str, Any]) -> int:
    """The ERP's number of the demo's bank account: each company has its own numbers."""
    wanted = {"cCodCCInt": _BANK_ACCOUNT}
    return int(
        _ask(client, card, "geral/contacorrente", "ConsultarContaCorrente", wanted)["nCodCC"]
    )


def stock_location(client: httpx.Client, card: Mapping[str, Any]) -> int:
    """The ERP's number of the demo's default stock location."""
    listed = _ask(client, card, "estoque/local", "ListarLocaisEstoque", {"nPagina": 1})
    locations = listed["locaisEncontrados"]
    return int(next(one["codigo_local_estoque"] for one in locations if one["padrao"] == "S"))


def _ask(
    client: httpx.Client,
    card: Mapping[str, Any],
    service: str,
    call: str,
    param: Mapping[str, Any],
) -> dict[str, Any]:
    answer = client.post(
        f"{card['erp_url']}/api/v1/{service}/",
        json={"call": call, **card["erp"], "param": [param]},
    )
    return dict(answer.raise_for_status().json())


def wait_until_captured(client: httpx.Client, store: Mapping[str, str]) -> None:
    """Return when capture knows the store: it stops answering 404 to its webhooks."""
    deadline = time.monotonic() + _KNOWN_WITHIN_S
    while client.post(store["webhook_url"]).status_code == httpx.codes.NOT_FOUND:
        if time.monotonic() > deadline:
            raise StartFailed(f"Capture did not hear of the store {store['id']}")
        time.sleep(_POLL_S)


def place_orders(client: httpx.Client, card: Mapping[str, Any], orders: int) -> None:
    """Have the sandbox's channel sell `orders` orders."""
    control = f"{card['channels_url']}/_control/demo"
    client.post(control, json={"orders": orders}).raise_for_status()


def _store_url(card: Mapping[str, Any], store: Mapping[str, str]) -> str:
    return f"{card['panel_url']}/api/v1/stores/{store['id']}"


def _authorised(card: Mapping[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {card['panel']['token']}"}


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except httpx.HTTPStatusError as refused:
        answer = refused.response
        raise StartFailed(
            f"The demo could not be set up: {refused.request.method} {refused.request.url} "
            f"answered {answer.status_code}: {answer.text[:500]}"
        ) from refused
    except httpx.TransportError as failed:
        raise StartFailed(f"The demo could not be set up: {failed}") from failed
