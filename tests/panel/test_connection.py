"""What capture finds of a store's connection, as the panel keeps and shows it."""

from datetime import timedelta
from itertools import permutations
from typing import Any

import httpx
import pytest

from chassis.store import Kept
from contracts.connections import ChannelAccess, StoreChecked
from contracts.stores import StoreConfigured
from panel import connection, health
from panel.connection import Connection, step
from panel.figures import Pulse
from tests.support.belt import NOON
from tests.support.builders import STORE, a_store
from tests.support.panel import Office


def looked(minutes: int = 0, **found: Any) -> StoreChecked:
    fixed = {"store_id": STORE, "account_id": "omie-1", "store_version": 1}
    at = NOON + timedelta(minutes=minutes)
    return StoreChecked(**fixed | {"access": ChannelAccess.GRANTED, "occurred_at": at} | found)


def folded(*messages: StoreChecked) -> Connection | None:
    known: Connection | None = None
    for message in messages:
        known, told = step(known, message)
        assert told == ()
    return known


def test_the_latest_look_counts_in_whatever_order_they_are_heard() -> None:
    looks = [looked(0), looked(1, access=ChannelAccess.REFUSED), looked(2, webhooks_missing=("a",))]
    ends = {folded(*order, order[0]) for order in permutations(looks)}

    assert len(ends) == 1
    assert ends.pop().missing == ("a",)


def test_a_silent_channel_takes_back_nothing_that_was_found() -> None:
    found = folded(looked(0, access=ChannelAccess.REFUSED), looked(1, access=ChannelAccess.UNKNOWN))

    assert found is not None
    assert found.access is ChannelAccess.REFUSED
    assert connection.decode(connection.encode(found)) == found


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        ({}, ""),
        ({"access": ChannelAccess.REFUSED}, connection.REFUSED),
        ({"ends_at": NOON + timedelta(days=30)}, ""),
        ({"ends_at": NOON + timedelta(days=2)}, ""),
        ({"ends_at": NOON - timedelta(days=2)}, connection.ENDED),
        ({"access": ChannelAccess.REFUSED, "store_version": 0}, ""),
    ],
)
def test_only_an_access_that_is_lost_asks_for_somebody(
    found: dict[str, Any], sentence: str
) -> None:
    store: StoreConfigured = a_store(version=1)

    assert connection.must_reconnect(store, folded(looked(**found)), NOON) == sentence


@pytest.mark.parametrize(
    ("ends", "told"),
    [
        ({}, ""),
        ({"ends_at": NOON + timedelta(days=8)}, ""),
        ({"ends_at": NOON + timedelta(days=2)}, "termina em 22/11/2026"),
        ({"ends_at": NOON}, ""),
        ({"ends_at": NOON + timedelta(days=2), "store_version": 0}, ""),
    ],
)
def test_an_access_that_ends_soon_is_told_of_with_its_day(ends: dict[str, Any], told: str) -> None:
    found = connection.ending(a_store(version=1), folded(looked(**ends)), NOON)

    assert (told in found, bool(found)) == (True, bool(told))


def test_an_access_that_ends_soon_warns_and_hides_nothing_that_stops_orders_now() -> None:
    store, pulse = a_store(version=1, erp_app_secret="sealed"), Pulse()
    found = folded(looked(ends_at=NOON + timedelta(days=2)))
    alone, beside = (
        health.trouble(store, pulse, cut_off=None, erp_says=says, now=NOON, found=found)
        for says in ("", health.REFUSED)
    )

    assert alone is not None
    assert beside is not None
    assert (alone.serious, alone.reconnect, "22/11/2026" in alone.text) == (False, True, True)
    assert beside.text == health.REFUSED


async def test_a_refused_access_shows_reconectar_wherever_the_store_is_looked_after(
    office: Office, browser: httpx.AsyncClient
) -> None:
    office.topics.table.put(a_store())
    found = folded(looked(access=ChannelAccess.REFUSED, store_version=9))
    assert found is not None
    office.connections.kept[STORE] = Kept(found, 1)

    looked_at = ("", "/pedidos/pendentes", "/pedidos/processados", "/configurar")
    for page in ("/gerenciar", *(f"/lojas/{STORE}{where}" for where in looked_at)):
        text = (await browser.get(page)).text
        assert connection.REFUSED in text, page
        assert f'href="/lojas/{STORE}/reconectar"' in text, page


async def test_missing_webhooks_are_said_without_alarm(
    office: Office, browser: httpx.AsyncClient
) -> None:
    office.topics.table.put(
        a_store(
            erp_app_secret="v1.sealed",
            settings=a_store().settings.model_copy(
                update={"erp_stage_code": "10", "erp_category_code": "1.01", "bank_account_code": 7}
            ),
        )
    )
    found = folded(looked(webhooks_missing=("orders/paid",), store_version=9))
    assert found is not None
    office.connections.kept[STORE] = Kept(found, 1)

    text = (await browser.get("/gerenciar")).text
    assert connection.SILENT in text
    assert f'href="/lojas/{STORE}/reconectar"' not in text
    assert "aviso de pedido pago" in (await browser.get(f"/lojas/{STORE}/configurar")).text


async def test_programs_are_told_what_capture_found(
    office: Office, http: httpx.AsyncClient
) -> None:
    ends = NOON + timedelta(days=2)
    found = folded(looked(ends_at=ends, webhooks_missing=("orders/paid",), cause="no"))
    assert found is not None
    office.connections.kept[STORE] = Kept(found, 1)
    shown = (await http.get(f"/api/v1/stores/{STORE}")).json()["connection"]

    assert shown == {
        "looked_at": "2026-11-20T15:00:00Z",
        "store_version": 1,
        "access": "granted",
        "ends_at": "2026-11-22T15:00:00Z",
        "missing_webhooks": ["orders/paid"],
        "cause": "no",
    }
