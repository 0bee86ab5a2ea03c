"""The other side of connecting a store: the pages on which merchants let the app in."""

import base64
import hashlib
import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from sandbox.channels.channel import Store
from tests.support.shop import SHOP, opened

APP = "7312904455018236"
SECRET = "o-segredo-do-app"
BACK = "http://painel.test/conectar/retorno"
CHALLENGED = base64.urlsafe_b64encode(hashlib.sha256(b"verificador" * 5).digest())


@pytest.fixture
async def channels(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A shop at each channel that has not let the app in yet."""
    at = {"shopify": "minha.myshopify.com", "nuvemshop": "512", "mercadolivre": "119"}
    stores = [
        Store(id=f"minha-{channel}", channel=channel, shop_domain=domain, redirect_url=BACK,
              webhook_secret=SECRET, client_id=APP)
        for channel, domain in at.items()
    ]  # fmt: skip
    async with opened(tmp_path, *stores) as client:
        yield client


async def answered(channels: httpx.AsyncClient, address: str, answer: str) -> dict[str, str]:
    """What the app is told once the merchant followed a link of the page."""
    page = await channels.get(address)
    links = [unescape(link) for link in re.findall(r'href="([^"]*resposta=[^"]*)"', page.text)]
    sent = await channels.get(next(link for link in links if f"resposta={answer}" in link))
    assert sent.headers["location"].startswith(BACK)
    return dict(parse_qsl(urlsplit(sent.headers["location"]).query))


async def test_a_shop_that_was_not_asked_yet_gets_no_webhook_and_opens_to_no_token(channels):
    listed = (await channels.get("/_control/stores")).json()["stores"]
    refused = await channels.get(f"{SHOP}/shop.json", headers={"X-Shopify-Access-Token": ""})

    assert [one["subscriptions"] for one in listed] == [[], [], []]
    assert refused.status_code in {401, 404}


async def test_a_seller_is_sent_back_with_a_code_that_only_the_verifier_opens(channels):
    address = (
        f"/mercadolivre/authorization?response_type=code&client_id={APP}&redirect_uri={BACK}"
        f"&state=s1&code_challenge={CHALLENGED.rstrip(b'=').decode()}&code_challenge_method=S256"
    )
    told = await answered(channels, address, "minha-mercadolivre")
    form = {"grant_type": "authorization_code", "client_id": APP, "client_secret": SECRET,
            "code": told["code"], "redirect_uri": BACK}  # fmt: skip
    token = "/mercadolivre/oauth/token"
    wrong = await channels.post(token, data=form | {"code_verifier": "outro"})
    elsewhere = await channels.post(
        token, data=form | {"code_verifier": "verificador" * 5, "redirect_uri": f"{BACK}/outro"}
    )
    right = await channels.post(token, data=form | {"code_verifier": "verificador" * 5})

    assert told["state"] == "s1"
    assert (wrong.status_code, elsewhere.status_code) == (400, 400)
    assert (right.json()["user_id"], right.json()["expires_in"]) == (119, 21_600)


async def test_another_way_back_than_the_registered_one_is_not_asked_for(channels):
    other = "http://mau.test/retorno"
    asked = f"client_id={APP}&redirect_uri={other}&state=s&response_type=code"
    seller = await channels.get(f"/mercadolivre/authorization?{asked}")
    shop = await channels.get(f"/shopify/minha.myshopify.com/admin/oauth/authorize?{asked}")

    assert (seller.status_code, shop.status_code) == (400, 400)
    assert "resposta" not in seller.text + shop.text


async def test_a_merchant_who_says_no_is_sent_back_without_a_code(channels):
    told = await answered(channels, f"/nuvemshop/apps/{APP}/authorize?state=s2", "nao")

    assert told == {"error": "access_denied", "state": "s2"}


async def test_a_merchant_of_nuvemshop_chooses_the_store_and_the_app_registers_its_webhooks(
    channels,
):
    told = await answered(channels, f"/nuvemshop/apps/{APP}/authorize?state=s3", "minha-nuvemshop")
    given = await channels.post(
        "/nuvemshop/apps/authorize/token",
        json={"client_id": APP, "client_secret": SECRET, "code": told["code"],
              "grant_type": "authorization_code"},
    )  # fmt: skip

    assert given.json()["user_id"] == "512"


REGISTER = """mutation R($topic: WebhookSubscriptionTopic!, $uri: String!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: {uri: $uri}) {
    webhookSubscription { id topic uri } userErrors { field message }
  }
}"""


async def test_an_app_lists_and_makes_its_subscriptions_and_a_second_one_is_refused(channels):
    code = (await channels.post("/_control/stores/minha-shopify/grants")).json()["code"]
    at = "/shopify/minha.myshopify.com/admin"
    app = {"client_id": APP, "client_secret": SECRET, "code": code}
    token = (await channels.post(f"{at}/oauth/access_token", json=app)).json()["access_token"]

    async def graphql(query: str, **variables: str) -> dict:
        answer = await channels.post(
            f"{at}/api/2026-10/graphql.json",
            json={"query": query, "variables": variables},
            headers={"X-Shopify-Access-Token": token},
        )
        return answer.json()["data"]

    wanted = {"topic": "ORDERS_PAID", "uri": "https://hub.test/webhooks"}
    made = (await graphql(REGISTER, **wanted))["webhookSubscriptionCreate"]
    again = (await graphql(REGISTER, **wanted))["webhookSubscriptionCreate"]
    listed = await graphql("{ webhookSubscriptions(first: 50) { nodes { topic uri } } }")

    assert made["userErrors"] == []
    assert "already been taken" in again["userErrors"][0]["message"]
    assert listed["webhookSubscriptions"]["nodes"] == [wanted]
