from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from chassis.vault import Vault
from contracts.connections import ChannelAccess, StoreChecked
from contracts.topics import TOPICS
from embedded import topics
from embedded.topics import Existing
from ops import belt
from ops.belt import FREE_BYTES, Reading
from ops.doctor import channel, keys
from ops.servers import SKEW_S, copies, declared, replica_set
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
    assert all(check.ok for check in replica_set(HEALTHY, None, NOW))


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
    found = replica_set(hello, write, NOW + timedelta(seconds=away))

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


def a_cluster(**changes):
    settings = {topic.name: topics.settings(topic) for topic in TOPICS}
    more = {"min.insync.replicas": changes.pop("enough", "2")}
    copied = {"replicas": 3, "in_sync": 3} | changes
    return {
        topic.name: Existing(topic.partitions, settings[topic.name] | more, **copied)
        for topic in TOPICS
    }


def test_topics_as_declared_with_three_copies_pass():
    assert declared(a_cluster()).ok
    assert copies(a_cluster(), 3).ok
    assert copies(a_cluster(replicas=1, in_sync=1, enough="1"), 1).ok


def test_a_missing_topic_and_a_foreign_retention_are_named():
    there = a_cluster()
    del there["inbox.v1"]
    there["stores.v1"] = Existing(1, {"cleanup.policy": "delete"})

    check = declared(there)

    assert not check.ok
    assert "inbox.v1 is missing" in check.seen
    assert "cleanup.policy=delete" in check.seen


@pytest.mark.parametrize(
    ("cluster", "seen"),
    [
        (a_cluster(replicas=1, in_sync=1), "has 1 copy, should have 3"),
        (a_cluster(in_sync=2), "2 of 3 copies in sync"),
        (a_cluster(enough="1"), "once 1 of its 3 copies has it"),
    ],
)
def test_records_that_one_disk_could_take_along_are_named(cluster, seen: str):
    check = copies(cluster, 3)

    assert not check.ok
    assert seen in check.seen
    assert "more" in check.seen, "not one line for each of the topics"


def answering(status: int = 200, parts: dict | None = None, away_s: int = 0) -> httpx.Response:
    at = (NOW + timedelta(seconds=away_s)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    return httpx.Response(status, json={"parts": parts or {}}, headers={"date": at})


def test_a_service_that_takes_work_is_ready():
    assert belt.up("validation", "http://v", answering(), NOW).ok


@pytest.mark.parametrize(
    ("answer", "seen", "cure"),
    [
        (answering(503, {"started": False, "stores": True}), "waits for: started", "log"),
        (answering(away_s=60), "60 s away", "NTP"),
        (httpx.Response(200, text="hello"), "status 200", "ESTEIRA_ERP_WRITER_URL"),
        (httpx.Response(404, json=[]), "status 404", "ESTEIRA_ERP_WRITER_URL"),
    ],
)
def test_a_service_that_takes_none_is_named_with_its_cure(answer, seen: str, cure: str):
    check = belt.up("erp-writer", "http://w", answer, NOW)

    assert not check.ok
    assert seen in check.seen
    assert cure in check.fix


@pytest.mark.parametrize(
    ("before", "after", "ok"),
    [
        (Reading(0, 50), Reading(0, 50), True),
        (Reading(0, 50), Reading(3, 50), True),
        (Reading(900, 50), Reading(800, 150), True),
        (Reading(3, 50), Reading(3, 50), False),
        (Reading(3, 50), Reading(90, 50), False),
    ],
)
def test_records_wait_too_long_where_nothing_is_worked_off(before, after, ok: bool):
    check = belt.progress("validation", before, after)

    assert check.ok == ok
    assert check.fix


def test_dead_letters_are_counted_by_service():
    assert belt.lying([]).ok

    check = belt.lying(["panel", "validation", "panel"])
    assert (check.ok, check.seen) == (False, "validation 1, panel 2")


def test_a_disk_that_fills_up_is_told_in_time():
    folder = Path("/data")

    assert belt.disk(folder, lambda _: (10 * FREE_BYTES, 0, FREE_BYTES)).ok
    assert not belt.disk(folder, lambda _: (10 * FREE_BYTES, 0, FREE_BYTES - 1)).ok


def test_what_is_in_order_is_printed_without_a_cure():
    assert belt.lying([]).shown()["fix"] == ""
    assert belt.lying(["panel"]).shown()["fix"]
