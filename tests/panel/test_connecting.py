"""A store is connected: the merchant goes to the channel and comes back, once, in one browser."""

import base64
import hashlib
import re
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.stores import StoreConfigured
from panel.access import Role
from panel.connecting.pending import decode, encode, number_in, state_of
from panel.people import Grant
from tests.support.builders import STORE, a_store
from tests.support.panel import ADMIN, Office, fields_of
from tests.support.panel_consents import APP, PANEL, shopify_signs

KEYS = {"app_key": "4107733109922", "app_secret": "o-segredo-do-omie"}
SHOP = "minha-loja.myshopify.com"
NEW = {
    "shopify": {"nome": "Minha loja", "dominio": SHOP} | KEYS,
    "nuvemshop": {"nome": "Minha nuvem"} | KEYS,
    "mercadolivre": {"nome": "Meu livre"} | KEYS,
}


@pytest.fixture
async def admin(office: Office, visitor: httpx.AsyncClient) -> httpx.AsyncClient:
    office.hire("dona", ADMIN)
    await office.let_in(visitor, "dona")
    return visitor


async def sent_off(browser: httpx.AsyncClient, form: str, **typed: str) -> dict[str, str]:
    """What the browser is told to ask the channel, and where (`to`)."""
    fields = fields_of(await browser.get(form))
    page = await browser.post(form, data=fields | typed)
    assert page.status_code == 200, page.text
    links = re.findall(r'href="(https://[^"]+)"', page.text)
    url = urlsplit(unescape(links[0]))
    return dict(parse_qsl(url.query)) | {"to": f"{url.scheme}://{url.netloc}{url.path}"}


async def back(browser: httpx.AsyncClient, channel: str, **told: str) -> httpx.Response:
    return await browser.get(f"/conectar/{channel}/retorno?{urlencode(told)}")


def connected(office: Office) -> StoreConfigured:
    message = office.topics.messages(StoreConfigured)[-1]
    assert isinstance(message, StoreConfigured)
    return message


def opened(office: Office, store: StoreConfigured, name: str) -> str:
    return office.vault.open(getattr(store, name), f"{store.store_id}:{name}")


async def test_a_merchant_of_nuvemshop_connects_a_first_store(
    office: Office, admin: httpx.AsyncClient
) -> None:
    asked = await sent_off(admin, "/conectar/nuvemshop", **NEW["nuvemshop"], conta="")
    answer = await back(admin, "nuvemshop", code="c-1", state=asked["state"])
    store = connected(office)
    [posted] = office.consents.asked

    assert asked["to"] == f"https://auth.nuvemshop.test/apps/{APP.client_id}/authorize"
    assert (posted["code"], posted["client_secret"]) == ("c-1", APP.client_secret)
    assert answer.headers["location"] == "/lojas/nuvemshop-5120443/configurar?aviso=conectada"
    assert (store.channel, store.domain, store.name) == ("nuvemshop", "5120443", "Minha nuvem")
    assert (store.account_id, store.active) == ("omie-4107733109922", True)
    assert opened(office, store, "channel_token") == "acesso-novo"
    assert opened(office, store, "erp_app_secret") == KEYS["app_secret"]
    assert store.channel_token_expires_at is None
    hook = office.vault.open(store.webhook_secrets[0], f"{store.store_id}:webhook_secret")
    assert hook == APP.client_secret
    assert office.audit.entries[-1].what == "loja_conectada"


async def test_a_seller_of_mercado_livre_is_asked_with_a_challenge_whose_verifier_we_keep(
    office: Office, admin: httpx.AsyncClient
) -> None:
    office.consents.grants = {"access_token": "APP_USR-1", "refresh_token": "TG-1",
                              "expires_in": 21_600, "user_id": 119}  # fmt: skip
    asked = await sent_off(admin, "/conectar/mercadolivre", **NEW["mercadolivre"], conta="")
    await back(admin, "mercadolivre", code="TG-c", state=asked["state"])
    store, [posted] = connected(office), office.consents.asked
    digest = hashlib.sha256(posted["code_verifier"].encode()).digest()

    assert asked["redirect_uri"] == f"{PANEL}/conectar/mercadolivre/retorno"
    assert posted["redirect_uri"] == asked["redirect_uri"]
    assert asked["code_challenge_method"] == "S256"
    assert asked["code_challenge"] == base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    assert "verifier" not in str(asked)
    assert (store.store_id, store.domain) == ("mercadolivre-119", "119")
    assert opened(office, store, "channel_refresh_token") == "TG-1"
    assert opened(office, store, "channel_client_secret") == APP.client_secret
    assert store.channel_token_expires_at == office.clock() + timedelta(hours=6)


async def test_a_shop_of_shopify_is_connected_with_a_token_that_is_renewed(
    office: Office, admin: httpx.AsyncClient
) -> None:
    office.consents.grants = {"access_token": "shpat_1", "refresh_token": "shprt_1",
                              "expires_in": 3600}  # fmt: skip
    asked = await sent_off(admin, "/conectar/shopify", **NEW["shopify"], conta="")
    told = {"code": "c", "shop": SHOP, "state": asked["state"]}
    answer = await admin.get(f"/conectar/shopify/retorno?{shopify_signs(told, office.clock())}")
    store, [posted] = connected(office), office.consents.asked

    assert asked["to"] == f"https://{SHOP}/admin/oauth/authorize"
    assert posted["url"] == f"https://{SHOP}/admin/oauth/access_token"
    assert posted["expiring"] == "1"
    assert answer.status_code == 303
    assert (store.store_id, store.domain) == ("shopify-minha-loja", SHOP)
    assert opened(office, store, "channel_refresh_token") == "shprt_1"


async def test_a_shopify_callback_that_was_touched_or_is_of_another_shop_connects_nothing(
    office: Office, admin: httpx.AsyncClient
) -> None:
    for change in ({"code": "mau"}, {"shop": "outra.myshopify.com"}, {"timestamp": "1"}):
        asked = await sent_off(admin, "/conectar/shopify", **NEW["shopify"], conta="")
        told = {"code": "c", "shop": SHOP, "state": asked["state"]}
        good = dict(parse_qsl(shopify_signs(told, office.clock())))
        answer = await back(admin, "shopify", **good | change)

        assert answer.status_code == 409
    stale = shopify_signs(
        told | {"state": (await sent_off(admin, "/conectar/shopify", **NEW["shopify"], conta=""))[
            "state"]}, office.clock() - timedelta(hours=2)
    )  # fmt: skip
    assert (await admin.get(f"/conectar/shopify/retorno?{stale}")).status_code == 409
    assert office.consents.asked == []
    assert office.topics.messages(StoreConfigured) == []


async def test_a_way_back_works_once(office: Office, admin: httpx.AsyncClient) -> None:
    asked = await sent_off(admin, "/conectar/nuvemshop", **NEW["nuvemshop"], conta="")
    first = await back(admin, "nuvemshop", code="c-1", state=asked["state"])
    again = await back(admin, "nuvemshop", code="c-2", state=asked["state"])

    assert (first.status_code, again.status_code) == (303, 409)
    assert [posted["code"] for posted in office.consents.asked] == ["c-1"]


async def test_a_way_back_is_of_the_browser_that_was_sent_off_and_of_its_channel(
    office: Office, admin: httpx.AsyncClient
) -> None:
    asked = await sent_off(admin, "/conectar/nuvemshop", **NEW["nuvemshop"], conta="")
    elsewhere = await back(admin, "mercadolivre", code="c", state=asked["state"])
    admin.cookies.clear()
    await office.let_in(admin, "dona")
    other_browser = await back(admin, "nuvemshop", code="c", state=asked["state"])

    assert (elsewhere.status_code, other_browser.status_code) == (409, 409)
    assert office.consents.asked == []


async def test_a_way_back_ends_after_half_an_hour(office: Office, admin: httpx.AsyncClient) -> None:
    asked = await sent_off(admin, "/conectar/nuvemshop", **NEW["nuvemshop"], conta="")
    office.clock.now += timedelta(minutes=29)
    await admin.get("/conta")
    office.clock.now += timedelta(minutes=2)

    assert (await back(admin, "nuvemshop", code="c", state=asked["state"])).status_code == 409


async def test_a_merchant_who_says_no_changes_nothing_and_may_begin_again(
    office: Office, admin: httpx.AsyncClient
) -> None:
    asked = await sent_off(admin, "/conectar/mercadolivre", **NEW["mercadolivre"], conta="")
    answer = await back(admin, "mercadolivre", error="access_denied", state=asked["state"])

    assert answer.status_code == 409
    assert "não foi autorizado" in answer.text
    assert 'href="/conectar/mercadolivre">Começar de novo' in answer.text
    assert office.topics.messages(StoreConfigured) == []


@pytest.mark.parametrize(
    ("status", "sentence"), [(400, "não entregou"), (503, "não respondeu"), (0, "não respondeu")]
)
async def test_a_channel_that_gives_no_token_is_told_apart_from_one_that_is_away(
    office: Office, admin: httpx.AsyncClient, status: int, sentence: str
) -> None:
    office.consents.status = status
    asked = await sent_off(admin, "/conectar/nuvemshop", **NEW["nuvemshop"], conta="")
    answer = await back(admin, "nuvemshop", code="c", state=asked["state"])

    assert (answer.status_code, sentence in answer.text) == (409, True)
    assert office.topics.messages(StoreConfigured) == []


async def test_a_new_store_may_use_the_omie_account_of_another(
    office: Office, admin: httpx.AsyncClient
) -> None:
    secret = office.vault.seal("da-outra", f"{STORE}:erp_app_secret")
    office.topics.table.put(a_store(erp_app_secret=secret))
    asked = await sent_off(admin, "/conectar/nuvemshop", nome="Segunda", conta=STORE)
    await back(admin, "nuvemshop", code="c", state=asked["state"])
    store = connected(office)

    assert store.account_id == a_store().account_id
    assert opened(office, store, "erp_app_secret") == "da-outra"


async def test_a_shop_that_is_connected_already_is_connected_anew_and_never_twice(
    office: Office, admin: httpx.AsyncClient
) -> None:
    office.topics.table.put(a_store(channel="nuvemshop", domain="5120443", active=False))
    asked = await sent_off(admin, "/conectar/nuvemshop", **NEW["nuvemshop"], conta="")
    answer = await back(admin, "nuvemshop", code="c", state=asked["state"])
    store = connected(office)

    assert answer.headers["location"] == f"/lojas/{STORE}/configurar?aviso=reconectada"
    assert (store.store_id, store.name, store.active) == (STORE, a_store().name, True)


async def test_a_new_store_takes_no_other_stores_name(
    office: Office, admin: httpx.AsyncClient
) -> None:
    taken = a_store(store_id="nuvemshop-5120443", channel="nuvemshop", domain="999")
    office.topics.table.put(taken)
    asked = await sent_off(admin, "/conectar/nuvemshop", **NEW["nuvemshop"], conta="")
    await back(admin, "nuvemshop", code="c", state=asked["state"])

    assert connected(office).store_id == "nuvemshop-5120443-2"
    assert office.topics.table.get("nuvemshop-5120443") == taken


@pytest.mark.parametrize("user_id", ["", "minha-loja.myshopify.com", "1' or 1"])
async def test_an_answer_that_names_no_shop_of_the_channel_connects_nothing(
    office: Office, admin: httpx.AsyncClient, user_id: str
) -> None:
    office.consents.grants = {"access_token": "a", "user_id": user_id}
    asked = await sent_off(admin, "/conectar/nuvemshop", **NEW["nuvemshop"], conta="")
    answer = await back(admin, "nuvemshop", code="c", state=asked["state"])

    assert answer.status_code == 409
    assert office.topics.messages(StoreConfigured) == []


async def test_reconnecting_keeps_the_store_and_both_webhook_secrets(
    office: Office, admin: httpx.AsyncClient
) -> None:
    old = office.vault.seal("o-de-antes", f"{STORE}:webhook_secret")
    before = a_store(
        channel="nuvemshop",
        domain="5120443",
        webhook_secrets=(old,),
        channel_token_expires_at=office.clock(),
    )
    office.topics.table.put(before)
    asked = await sent_off(admin, f"/lojas/{STORE}/reconectar")
    await back(admin, "nuvemshop", code="c", state=asked["state"])
    store = connected(office)
    hooks = [office.vault.open(s, f"{STORE}:webhook_secret") for s in store.webhook_secrets]

    assert hooks == [APP.client_secret, "o-de-antes"]
    assert (store.settings, store.account_id) == (before.settings, before.account_id)
    assert store.version == before.version + 1
    assert store.channel_token_expires_at is None


async def test_reconnecting_with_another_shop_is_refused(
    office: Office, admin: httpx.AsyncClient
) -> None:
    office.topics.table.put(a_store(channel="nuvemshop", domain="999"))
    asked = await sent_off(admin, f"/lojas/{STORE}/reconectar")
    answer = await back(admin, "nuvemshop", code="c", state=asked["state"])

    assert (answer.status_code, "outra loja" in answer.text) == (409, True)
    assert f'href="/lojas/{STORE}/reconectar">Começar de novo' in answer.text
    assert office.topics.messages(StoreConfigured) == []


@pytest.mark.parametrize(
    ("other", "kept"),
    [
        ({}, True),
        ({"channel_client_id": ""}, True),
        ({"active": False}, False),
        ({"channel_client_id": "outro-app"}, False),
        ({"domain": "998"}, False),
    ],
)
async def test_what_another_connected_shop_granted_instead_is_kept_for_that_shop(
    office: Office, admin: httpx.AsyncClient, other: dict[str, Any], kept: bool
) -> None:
    """Its channel ended the tokens it had: thrown away, that shop would be cut off."""
    fixed = {"channel": "nuvemshop", "domain": "5120443", "channel_client_id": APP.client_id}
    office.topics.table.put(a_store(channel="nuvemshop", domain="999"))
    office.topics.table.put(a_store(store_id="outra", name="Outra", **fixed | other))
    asked = await sent_off(admin, f"/lojas/{STORE}/reconectar")

    answer = await back(admin, "nuvemshop", code="c", state=asked["state"])

    assert (answer.status_code, "outra loja" in answer.text) == (409, True)
    told = office.topics.messages(StoreConfigured)
    assert [store.store_id for store in told] == (["outra"] if kept else [])  # type: ignore[attr-defined]
    if kept:
        store = connected(office)
        assert opened(office, store, "channel_token") == "acesso-novo"
        assert (store.name, store.active) == ("Outra", True)


async def test_a_manager_reconnects_their_store_and_takes_over_no_other(
    office: Office, visitor: httpx.AsyncClient
) -> None:
    office.topics.table.put(a_store(channel="nuvemshop", domain="5120443"))
    office.hire("gil", Grant(stores={STORE: Role.MANAGER}))
    await visitor.post("/entrar", data={"usuario": "gil", "senha": "certa"})
    asked = await sent_off(visitor, f"/lojas/{STORE}/reconectar")
    office.hire("gil", Grant(stores={"outra": Role.MANAGER}))
    answer = await back(visitor, "nuvemshop", code="c", state=asked["state"])

    assert answer.status_code == 409
    assert office.topics.messages(StoreConfigured) == []


async def test_a_token_of_the_shops_own_app_is_tried_and_then_kept(
    office: Office, admin: httpx.AsyncClient
) -> None:
    office.shopify.body = {"data": {"shop": {"name": "Minha", "myshopifyDomain": SHOP}}}
    fields = fields_of(await admin.get("/conectar/shopify")) | NEW["shopify"] | {"conta": ""}
    own = {"token": "shpat_own", "segredo": "shpss_own", "dominio": f"https://{SHOP}/admin"}
    answer = await admin.post("/conectar/shopify", data=fields | own)
    store = connected(office)

    assert answer.status_code == 303
    assert opened(office, store, "channel_token") == "shpat_own"
    assert store.domain == SHOP
    assert store.channel_refresh_token == ""
    hook = office.vault.open(store.webhook_secrets[0], f"{store.store_id}:webhook_secret")
    assert hook == "shpss_own"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"nome": " "}, "nome"),
        ({"dominio": "loja.com.br"}, "dominio"),
        ({"dominio": "evil.test/.myshopify.com"}, "dominio"),
        ({"app_key": "não é"}, "app_key"),
        ({"app_secret": ""}, "app_secret"),
        ({"token": "shpat_so"}, "segredo"),
    ],
)
async def test_what_cannot_be_is_said_before_anybody_is_sent_off(
    office: Office, admin: httpx.AsyncClient, changes: dict[str, str], field: str
) -> None:
    fields = fields_of(await admin.get("/conectar/shopify")) | NEW["shopify"] | {"conta": ""}
    answer = await admin.post("/conectar/shopify", data=fields | changes)

    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert office.consents.pending.kept == {}


async def test_secrets_wait_sealed_while_the_merchant_is_away(
    office: Office, admin: httpx.AsyncClient
) -> None:
    await sent_off(admin, "/conectar/nuvemshop", **NEW["nuvemshop"], conta="")
    [kept] = office.consents.pending.kept.values()
    document: dict[str, Any] = encode(kept.state, office.vault)

    assert KEYS["app_secret"] not in str(document)
    assert KEYS["app_secret"] not in repr(kept.state)
    assert decode(document, office.vault) == kept.state


@given(st.text(max_size=40), st.text(min_size=1, max_size=40), st.text(max_size=60))
def test_only_a_state_that_the_session_signed_is_its_own(
    number: str, secret: str, other: str
) -> None:
    state = state_of(number.replace(".", ""), secret)

    assert number_in(state, secret) == number.replace(".", "")
    assert number_in(state, f"{secret}x") is None
    assert number_in(other, secret) is None
    assert number_in(f"x{state}", secret) is None
