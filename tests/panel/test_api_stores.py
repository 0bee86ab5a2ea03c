"""Stores are created and changed through the API; their secrets go in and never come out."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest

from contracts.events import StoreDisconnected
from contracts.stores import StoreConfigured
from panel import disconnection, handlers
from panel.stores import ErpKeys, StoreChange
from tests.support.belt import Belt
from tests.support.builders import ACCOUNT, PAID_AT, a_store
from tests.support.panel import Office

API = "/api/v1/stores"
NEW: dict[str, Any] = {
    "name": "Loja Nova",
    "channel": "shopify",
    "domain": "loja-nova.myshopify.com",
    "erp": {"app_key": "5550001112223", "app_secret": "erp-secret-1"},
    "channel_token": "shpat-secret-2",
    "webhook_secrets": ["hook-secret-3", "hook-secret-4"],
    "settings": {"erp_stage_code": "20", "bank_account_code": 77},
}
SECRETS = ("erp-secret-1", "shpat-secret-2", "hook-secret-3", "hook-secret-4")


def told(office: Office) -> list[StoreConfigured]:
    """What was told of stores, in order."""
    return [m for m in office.topics.messages(StoreConfigured) if isinstance(m, StoreConfigured)]


async def test_a_new_store_is_told_to_everybody_with_its_secrets_sealed(
    office: Office, http: httpx.AsyncClient
) -> None:
    answer = await http.put(f"{API}/loja-nova", json=NEW)

    [store] = told(office)
    assert answer.status_code == 201
    assert (store.version, store.active, store.account_id) == (1, True, "omie-5550001112223")
    assert office.vault.open(store.erp_app_secret, "loja-nova:erp_app_secret") == SECRETS[0]
    assert office.vault.open(store.channel_token, "loja-nova:channel_token") == SECRETS[1]
    opened = [office.vault.open(s, "loja-nova:webhook_secret") for s in store.webhook_secrets]
    assert opened == list(SECRETS[2:])
    [record] = office.topics.topics["stores.v1"]
    assert not any(s in str(record) for s in SECRETS)


async def test_what_renews_a_store_s_access_is_sealed_and_never_shown(
    office: Office, http: httpx.AsyncClient
) -> None:
    secrets = {"channel_client_secret": "app-secret-9", "channel_refresh_token": "TG-secret-10"}
    given = NEW | secrets | {"channel_client_id": "5503910054141466"}

    answers = [
        await http.put(f"{API}/loja-nova", json=given),
        await http.put(f"{API}/loja-nova", json=secrets),
        await http.get(f"{API}/loja-nova"),
    ]

    [store] = told(office)
    opened = {
        name: office.vault.open(getattr(store, name), f"loja-nova:{name}") for name in secrets
    }
    assert opened == secrets, "and the same ones again are no change"
    assert store.channel_client_id == "5503910054141466"
    assert not any(s in answer.text for answer in answers for s in secrets.values())


async def test_no_answer_shows_a_secret_or_the_whole_app_key(http: httpx.AsyncClient) -> None:
    answers = [
        await http.put(f"{API}/loja-nova", json=NEW),
        await http.get(f"{API}/loja-nova"),
        await http.get(API),
    ]

    for answer in answers:
        assert not any(s in answer.text for s in (*SECRETS, "5550001112223", "v1."))
    shown = answers[1].json()
    assert shown["erp"] == {"app_key_end": "2223", "app_secret_set": True}
    assert (shown["channel_token_set"], shown["webhook_secrets"]) == (True, 2)


async def test_what_is_left_out_is_kept(office: Office, http: httpx.AsyncClient) -> None:
    await http.put(f"{API}/loja-nova", json=NEW)

    answer = await http.put(f"{API}/loja-nova", json={"settings": {"erp_stage_code": "50"}})

    before, after = told(office)
    assert answer.status_code == 200
    assert (after.settings.erp_stage_code, after.settings.bank_account_code) == ("50", 77)
    assert after.version == 2
    assert (
        after.model_copy(
            update={"settings": before.settings, "version": 1, "occurred_at": before.occurred_at}
        )
        == before
    )


async def test_the_same_configuration_again_changes_nothing(
    office: Office, http: httpx.AsyncClient
) -> None:
    for _ in range(3):
        answer = await http.put(f"{API}/loja-nova", json=NEW)

    assert answer.json()["version"] == 1
    assert len(told(office)) == 1


async def test_a_change_based_on_an_old_version_is_refused(
    office: Office, http: httpx.AsyncClient
) -> None:
    await http.put(f"{API}/loja-nova", json=NEW)
    await http.put(f"{API}/loja-nova", json={"name": "Outro nome", "version": 1})

    answer = await http.put(f"{API}/loja-nova", json={"name": "Mais um", "version": 1})

    assert answer.status_code == 409
    assert told(office)[-1].name == "Outro nome"


async def test_changes_of_one_moment_come_one_after_the_other(
    office: Office, http: httpx.AsyncClient
) -> None:
    await http.put(f"{API}/loja-nova", json=NEW)

    await asyncio.gather(
        *(http.put(f"{API}/loja-nova", json={"settings": {"carriers": {n: 1}}}) for n in "abcdef")
    )

    assert [store.version for store in told(office)] == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["name", "channel", "domain", "erp.app_key", "erp.app_secret"]),
        ({**NEW, "erp": {"app_key": "5550001112223"}}, ["erp.app_secret"]),
        ({**NEW, "channel": "feira"}, ["channel"]),
        ({**NEW, "domain": "127.0.0.1:8080/x?.myshopify.com"}, ["domain"]),
        ({**NEW, "channel": "nuvemshop"}, ["domain"]),
        ({**NEW, "channel": "mercadolivre", "domain": "0123"}, ["domain"]),
        ({**NEW, "domain": "817495"}, ["domain"]),
        ({**NEW, "account_id": "omie-1"}, ["account_id"]),
        ({**NEW, "settings": {"tax": 1}}, ["settings.tax"]),
        ({**NEW, "settings": {"carriers": {"PAC": 10**30}}}, ["settings.carriers.PAC"]),
        ({**NEW, "name": "a\x00b"}, ["name"]),
        ({**NEW, "version": 10**12}, ["version"]),
    ],
)
async def test_a_configuration_that_cannot_be_is_refused_with_its_fields(
    office: Office, http: httpx.AsyncClient, body: dict[str, Any], fields: list[str]
) -> None:
    answer = await http.put(f"{API}/loja-nova", json=body)

    assert answer.status_code == 422
    assert [e["field"] for e in answer.json()["errors"]] == [f"body.{f}" for f in fields]
    assert not any(s in answer.text for s in SECRETS)
    assert told(office) == []


@pytest.mark.parametrize("channel", ["nuvemshop", "mercadolivre"])
async def test_other_channels_number_their_stores(
    office: Office, http: httpx.AsyncClient, channel: str
) -> None:
    answer = await http.put(
        f"{API}/loja-nova", json={**NEW, "channel": channel, "domain": "817495"}
    )

    assert answer.status_code == 201
    [store] = told(office)
    assert (store.channel, store.domain) == (channel, "817495")


async def test_a_store_that_changes_its_channel_changes_its_address_too(
    http: httpx.AsyncClient,
) -> None:
    await http.put(f"{API}/loja-nova", json=NEW)

    alone = await http.put(f"{API}/loja-nova", json={"channel": "nuvemshop"})
    both = await http.put(f"{API}/loja-nova", json={"channel": "nuvemshop", "domain": "817495"})

    assert (alone.status_code, both.status_code) == (422, 200)


async def test_another_app_key_comes_with_its_own_secret(http: httpx.AsyncClient) -> None:
    await http.put(f"{API}/loja-nova", json=NEW)

    answer = await http.put(f"{API}/loja-nova", json={"erp": {"app_key": "6660001112223"}})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "body.erp.app_secret"


@pytest.mark.parametrize("store_id", ["Loja", "a:b", "-x", "x" * 64, "%00"])
async def test_a_store_id_that_order_ids_could_not_begin_with_is_refused(
    http: httpx.AsyncClient, store_id: str
) -> None:
    assert (await http.put(f"{API}/{store_id}", json=NEW)).status_code == 422


async def test_a_store_nobody_knows_is_not_found(http: httpx.AsyncClient) -> None:
    answer = await http.get(f"{API}/no-such-store")

    assert answer.status_code == 404
    assert "PUT" in answer.json()["detail"]


@pytest.mark.parametrize("trouble", ["away", "followed"])
async def test_a_change_that_is_not_known_to_be_in_force_says_to_come_back(
    office: Office, http: httpx.AsyncClient, trouble: str
) -> None:
    setattr(office.topics, trouble, trouble == "away")

    answer = await http.put(f"{API}/loja-nova", json=NEW)

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


def cut_off(minutes: int = 0) -> StoreDisconnected:
    return StoreDisconnected(
        store_id="demo-shopify",
        account_id=ACCOUNT,
        cause="app/uninstalled",
        occurred_at=PAID_AT + timedelta(minutes=minutes),
    )


@pytest.fixture
def belt(office: Office) -> Belt:
    """The step that hears of stores being cut off, on the office's topics."""
    found = Belt(log=office.topics)
    found.add(
        handlers.disconnections(
            office.topics.table, office.disconnections, office.topics, office.clock
        )
    )
    return found


async def test_a_store_that_its_channel_cut_off_becomes_inactive_and_shows_why(
    office: Office, belt: Belt, http: httpx.AsyncClient
) -> None:
    await belt.put(cut_off())
    await belt.settle()

    shown = (await http.get(f"{API}/demo-shopify")).json()
    assert (shown["active"], shown["version"]) == (False, 2)
    assert shown["disconnected"]["cause"] == "app/uninstalled"
    assert told(office)[-1].erp_app_key == a_store().erp_app_key


async def test_a_store_connected_anew_stays_connected_when_the_old_news_is_heard_again(
    office: Office, belt: Belt, http: httpx.AsyncClient
) -> None:
    await belt.put(cut_off())
    await belt.settle()
    await http.put(f"{API}/demo-shopify", json={"active": True})

    belt.rewind(0, StoreDisconnected.topic)
    await belt.settle()

    shown = (await http.get(f"{API}/demo-shopify")).json()
    assert (shown["active"], shown["disconnected"]) == (True, None)

    await belt.put(cut_off(minutes=5))
    await belt.settle()
    assert (await http.get(f"{API}/demo-shopify")).json()["active"] is False


async def test_a_disconnection_whose_telling_was_lost_is_told_again() -> None:
    office = Office()
    office.topics.table.put(a_store())
    step = disconnection.step_on(office.topics.table)

    known, lost = step(None, cut_off())
    again, retold = step(known, cut_off())

    assert again == known
    assert retold == lost
    assert lost[0].event_id == retold[0].event_id
    assert known is not None
    assert disconnection.decode(disconnection.encode(known)) == known


async def test_a_store_that_is_not_there_cannot_be_cut_off() -> None:
    assert disconnection.step_on(Office().topics.table)(None, cut_off()) == (None, ())


def test_a_change_never_shows_its_secrets() -> None:
    keys = ErpKeys.model_validate({"app_key": "5550001112223", "app_secret": SECRETS[0]})

    assert SECRETS[0] not in repr(StoreChange(erp=keys))
