"""Two ERP accounts in one installation, on the real stack: one in trouble, the other not."""

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from embedded import demo
from tests.support.merchant import Merchant, eventually

KEYS = {"app_key": "5550001112223", "app_secret": "1f3c9d1b7a5e4c2d8f6b1a0e9d7c5b3a"}
STORE = "segunda-loja"


@pytest.fixture
def second(merchant: Merchant) -> Iterator[Merchant]:
    """Another merchant with a store and an ERP account of its own."""
    store = merchant.store | {
        "id": STORE,
        "shop_domain": f"{STORE}.myshopify.com",
        "webhook_url": f"{merchant.card['capture_url']}/webhooks/shopify/{STORE}",
    }
    card = dict(merchant.card) | {"erp": KEYS, "stores": [store]}
    merchant.erp("companies", KEYS)
    told = {k: store[k] for k in ("id", "shop_domain", "access_token", "webhook_secret")}
    url = f"{merchant.card['channels_url']}/_control/stores"
    about = told | {"channel": store["channel"], "webhook_url": store["webhook_url"]}
    merchant.http.post(url, json=about).raise_for_status()
    with Merchant(card) as one:
        demo.connect_stores(one.http, card, [store])
        demo.wait_until_captured(one.http, card, store)
        yield one


def condition(of: Merchant) -> str | None:
    """What holds the ERP account of this merchant's store."""
    shown = of.panel.get(f"/stores/{of.store['id']}").raise_for_status().json()
    return shown["erp_condition"] and str(shown["erp_condition"]["condition"])


def posted(of: Merchant, sold: dict[str, Any]) -> dict[str, Any]:
    return of.order_in("processed", f"{of.store['id']}:{sold['id']}", "integrado")


def test_an_account_whose_key_is_refused_says_so_once_and_delays_no_other(
    merchant: Merchant, second: Merchant
) -> None:
    posted(second, second.sells())
    assert (condition(merchant), condition(second)) == (None, None)

    second.erp("keys", {"app_key": KEYS["app_key"], "suspended": True})
    waiting = [second.sells() for _ in range(3)]
    eventually(lambda: condition(second) == "keys_refused", what="told that the keys are refused")
    for sold in waiting:
        second.order_in("processed", f"{STORE}:{sold['id']}", "aguardando_erp")

    began = time.monotonic()
    posted(merchant, merchant.sells())
    assert time.monotonic() - began < 15
    assert condition(merchant) is None

    second.erp("keys", {"app_key": KEYS["app_key"], "suspended": False})
    again = second.panel.put(f"/stores/{STORE}", json={"name": "Loja retomada"})
    assert again.status_code == httpx.codes.OK
    for sold in waiting:
        posted(second, sold)
    eventually(lambda: condition(second) is None, what="told that all is well again")
    assert len(second.erp_orders()) == 1 + len(waiting)
