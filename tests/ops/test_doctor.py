from datetime import UTC, datetime, timedelta

import pytest

from chassis.vault import Vault
from contracts.connections import ChannelAccess, StoreChecked
from ops.doctor import SKEW_S, channel, database, keys
from tests.support.builders import a_store
from tests.support.panel import KEY

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
HEALTHY = {"setName": "esteira", "hosts": ["a", "b", "c"], "localTime": NOW}
OTHER_KEY = "q83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4k="


def sealed_store():
    vault = Vault(KEY)
    return a_store(
        erp_app_key="4107733109921",
        erp_app_secret=vault.seal("s", "demo-shopify:erp_app_secret"),
        channel_token=vault.seal("t", "demo-shopify:channel_token"),
        webhook_secrets=(vault.seal("w", "demo-shopify:webhook_secret"),),
    )


def test_a_healthy_replica_set_passes_every_check():
    assert all(check.ok for check in database(HEALTHY, None, NOW))


@pytest.mark.parametrize(
    ("hello", "write", "away", "wrong"),
    [
        ({"localTime": NOW}, None, 0, "mongodb is a replica set"),
        (HEALTHY, 1, 0, "mongodb writes to a majority"),
        (HEALTHY | {"arbiters": ["c"]}, None, 0, "mongodb writes to a majority"),
        (HEALTHY, None, SKEW_S + 1, "clocks agree"),
        (HEALTHY, None, -SKEW_S - 1, "clocks agree"),
    ],
)
def test_what_is_wrong_is_named_with_its_cure(hello, write, away, wrong):
    found = database(hello, write, NOW + timedelta(seconds=away))

    [check] = [each for each in found if not each.ok]
    assert check.name == wrong
    assert check.fix


def test_the_services_key_opens_a_store_and_gives_its_account_to_be_tried():
    accounts: dict = {}

    assert keys(sealed_store(), KEY, accounts).ok
    assert accounts["4107733109921"].app_secret.get_secret_value() == "s"


@pytest.mark.parametrize("key", ["", "not-a-key", OTHER_KEY])
def test_another_key_opens_nothing_and_the_cure_is_told(key: str):
    accounts: dict = {}

    check = keys(sealed_store(), key, accounts)

    assert not check.ok
    assert "ESTEIRA_SECRET_KEY" in check.fix
    assert accounts == {}


def a_look(**found):
    store = a_store()
    told = {
        "occurred_at": NOW,
        "store_id": store.store_id,
        "account_id": store.account_id,
        "store_version": store.version,
        "access": ChannelAccess.GRANTED,
    }
    return StoreChecked(**told | found)


def test_a_store_whose_access_and_webhooks_are_in_order_passes():
    assert channel(a_store(), a_look()).ok
    assert channel(a_store(), a_look(webhooks_restored=("orders/paid",))).ok


@pytest.mark.parametrize(
    ("look", "seen", "cure"),
    [
        (None, "not looked", "start capture"),
        (a_look(access=ChannelAccess.REFUSED), "refused", "connect the store again"),
        (a_look(access=ChannelAccess.UNKNOWN), "unknown", "by itself"),
        (a_look(webhooks_missing=("orders/paid",), cause="403"), "orders/paid", "permissions"),
    ],
)
def test_a_channel_that_tells_nothing_is_named_with_its_cure(look, seen, cure):
    check = channel(a_store(), look)

    assert not check.ok
    assert seen in check.seen
    assert cure in check.fix


def test_what_was_found_of_a_store_before_it_was_changed_does_not_count():
    assert not channel(a_store(version=2), a_look(store_version=1)).ok
