"""What a first visit finds: the demo's stores, connected through the panel, and a few orders."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

import httpx

from embedded.errors import StartFailed

_STAGE: Final = "10"
_CATEGORY: Final = "1.01.03"
_BANK_ACCOUNT: Final = "CC-BB"
_MISSING_EMAIL: Final = "nao-informado@loja.example"

_KNOWN_WITHIN_S: Final = 20
_POLL_S: Final = 0.1


def seed(card: Mapping[str, Any], orders: int) -> None:
    """Connect the card's stores, then have the sandbox sell the first `orders` orders of each.

    What is there already stays as it is: a store that the panel knows, orders that were sold.
    Raises StartFailed.
    """
    with httpx.Client(trust_env=False, timeout=30) as client, _explained():
        connect_stores(
            client, card, [s for s in card["stores"] if not is_connected(client, card, s)]
        )
        for store in card["stores"]:
            wait_until_captured(client, card, store)
        if orders:
            for store in card["stores"]:
                place_orders(client, card, store, orders)


def is_connected(client: httpx.Client, card: Mapping[str, Any], store: Mapping[str, str]) -> bool:
    """Whether the panel knows the store; its operator may have changed the settings since."""
    answer = client.get(_store_url(card, store), headers=_authorised(card))
    if answer.status_code == httpx.codes.NOT_FOUND:
        return False
    answer.raise_for_status()
    return True


def connect_stores(
    client: httpx.Client, card: Mapping[str, Any], stores: Sequence[Mapping[str, str]]
) -> None:
    """Tell the panel about stores of one ERP account, as its operator would.

    The account is asked for its numbers once: the ERP refuses the same question within a minute.
    """
    if not stores:
        return
    numbers = bank_account(client, card), stock_location(client, card)
    for store in stores:
        chosen = settings(card, store, *numbers)
        answer = client.put(_store_url(card, store), headers=_authorised(card), json=chosen)
        answer.raise_for_status()


def settings(
    card: Mapping[str, Any], store: Mapping[str, str], bank_account: int, stock_location: int
) -> dict[str, Any]:
    """The store's settings; their codes are those of the sandbox's ERP account."""
    return {
        "name": store["name"],
        "channel": store["channel"],
        "domain": store["shop_domain"],
        "erp": {"app_key": card["erp"]["app_key"], "app_secret": card["erp"]["app_secret"]},
        "channel_token": store["access_token"],
        **_renewal(store),
        "webhook_secrets": [store["webhook_secret"]],
        "settings": {
            "erp_stage_code": _STAGE,
            "erp_category_code": _CATEGORY,
            "bank_account_code": bank_account,
            "stock_location_code": stock_location,
            "missing_email": _MISSING_EMAIL,
        },
    }


def _renewal(store: Mapping[str, str]) -> dict[str, str]:
    """What renews the token, where the channel's tokens end."""
    if "refresh_token" not in store:
        return {}
    return {
        "channel_client_id": store["client_id"],
        "channel_client_secret": store["webhook_secret"],
        "channel_refresh_token": store["refresh_token"],
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


def wait_until_captured(
    client: httpx.Client, card: Mapping[str, Any], store: Mapping[str, str]
) -> None:
    """Return when capture knows the store: it stops answering 404 at the store's own address."""
    address = f"{card['capture_url']}/webhooks/{store['channel']}/{store['id']}"
    deadline = time.monotonic() + _KNOWN_WITHIN_S
    while client.post(address).status_code == httpx.codes.NOT_FOUND:
        if time.monotonic() > deadline:
            raise StartFailed(f"Capture did not hear of the store {store['id']}")
        time.sleep(_POLL_S)


def place_orders(
    client: httpx.Client, card: Mapping[str, Any], store: Mapping[str, str], orders: int
) -> None:
    """Have the store's channel in the sandbox sell `orders` orders."""
    control = f"{card['channels_url']}/_control/demo"
    wanted = {"orders": orders, "store_id": store["id"]}
    client.post(control, json=wanted).raise_for_status()


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
