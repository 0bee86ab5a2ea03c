"""What changes is told to whoever looks at the list."""

import asyncio
from typing import Any

import httpx
import orjson

from panel.live import Live
from tests.support.builders import STORE, a_store, an_order, captured, pending, validated
from tests.support.panel import MemoryChanges, Office

ORDERS = f"/lojas/{STORE}/pedidos"
LIVE = f"{ORDERS}/pendentes/ao-vivo"


def told(answer: httpx.Response) -> list[dict[str, Any]]:
    told = answer.text.split("event: pedidos\ndata: ")[1:]
    return [orjson.loads(one.partition("\n")[0]) for one in told]


async def test_an_open_list_hears_which_orders_changed_and_where_they_are_now(
    office: Office, browser: httpx.AsyncClient
) -> None:
    one, two = an_order(1001), an_order(1002)
    office.board.tell(captured(one), pending(one), captured(two), validated(two))
    for order_id in (one.order_id, two.order_id, "another-store:1003"):
        office.changes.told.put_nowait(order_id)

    answer = await browser.get(LIVE)

    assert answer.headers["content-type"].startswith("text/event-stream")
    [news] = told(answer)
    assert news["pedidos"] == {"1001": "pendentes", "1002": "processados"}
    assert news["contagens"] == {"pending": "1", "processed": "1", "cancelled": "0"}
    assert news["perdidos"] is False


async def test_nothing_is_told_where_nothing_changes(browser: httpx.AsyncClient) -> None:
    answer = await browser.get(LIVE)

    assert answer.status_code == 200
    assert told(answer) == []


async def test_whoever_may_not_see_the_store_hears_nothing_of_it(
    office: Office, visitor: httpx.AsyncClient
) -> None:
    office.topics.table.put(a_store())

    assert (await visitor.get(LIVE)).status_code == 303


async def test_a_list_that_listens_keeps_no_session_open(
    office: Office, browser: httpx.AsyncClient
) -> None:
    [before] = office.kept_sessions.kept.values()
    office.clock.advance(minutes=20)
    await browser.get(f"{LIVE}?quieto")
    [after] = office.kept_sessions.kept.values()
    await browser.get(f"{ORDERS}/pendentes")
    [used] = office.kept_sessions.kept.values()

    assert after == before
    assert used.seen_at > before.seen_at


async def test_changes_that_went_by_unheard_are_owned_up_to() -> None:
    changes = MemoryChanges()
    live = Live(changes, again_s=0)
    with live.listen(STORE) as listener:
        changes.told.put_nowait(f"{STORE}:1")
        changes.told.put_nowait(None)
        assert await listener.wait(5)
        while not listener.missed:
            assert await listener.wait(5)
            await asyncio.sleep(0)

        assert listener.take() == ({f"{STORE}:1"}, True)
        assert listener.take() == (set(), False)


async def test_nobody_follows_the_database_where_nobody_looks() -> None:
    changes = MemoryChanges()
    live = Live(changes)
    with live.listen(STORE), live.listen("outra"):
        await asyncio.sleep(0)
    await asyncio.sleep(0)
    changes.told.put_nowait(f"{STORE}:1")
    await asyncio.sleep(0)

    assert changes.told.qsize() == 1
