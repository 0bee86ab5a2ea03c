"""An order is found by its nota fiscal, whose number only the ERP's log of stages tells."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
import pytest

from chassis.leases import Lease, Leases
from chassis.patience import Unavailable
from chassis.store import Kept
from contracts.envelope import Message
from panel.board import Query
from panel.erp import invoices
from panel.erp.invoices import Invoices
from panel.erp.stages import Place
from panel.search import understood
from tests.panel.test_search import finds
from tests.support.builders import ACCOUNT, STORE, a_store, an_order, captured, posted
from tests.support.memory import MemoryDocuments
from tests.support.panel import Office

LIST = f"/lojas/{STORE}/pedidos/processados"
KEY = "35261104107733109921550010000001231000000010"
BILLED = {7: Place("60", "123", number="1534")}


@dataclass
class Rows:
    """Takes messages to the board; counts how often, and is away when told to be."""

    office: Office
    told: list[Message] = field(default_factory=list)
    away: bool = False

    async def tell(self, messages: Sequence[Message]) -> None:
        if self.away:
            raise Unavailable("away")
        self.told += messages
        self.office.board.tell(*messages)

    def hears(self) -> Invoices:
        office = self.office
        return Invoices(office.board, office.topics.table, self.tell, office.clock)


@pytest.fixture
def rows(office: Office) -> Rows:
    order = an_order()
    office.board.tell(captured(order), posted(order, erp_order_id=7, erp_order_number="1534"))
    return Rows(office)


async def found(office: Office, typed: str) -> list[Any]:
    query = Query([STORE], search=understood(typed))
    return [row["number"] for row in (await office.board.page(query)).rows]


@pytest.mark.parametrize("typed", ["123", "NF-e 123", "nfe 000123", "000.000.123", "00000123", KEY])
async def test_an_order_is_found_by_the_nota_fiscal_that_somebody_holds(
    office: Office, rows: Rows, typed: str
) -> None:
    assert await found(office, typed) == []
    await rows.hears().hear(ACCOUNT, BILLED)

    assert await found(office, typed) == ["#1001"]


@pytest.mark.parametrize("typed", ["NF-e 12", "nf 1234", "000.001.123", KEY.replace("123", "124")])
async def test_another_nota_fiscal_finds_nothing(office: Office, rows: Rows, typed: str) -> None:
    await rows.hears().hear(ACCOUNT, BILLED)

    assert await found(office, typed) == []


def test_an_access_key_is_not_taken_for_an_orders_number() -> None:
    assert not finds(KEY, ["123"])


async def test_a_number_is_kept_once_however_often_it_is_read(rows: Rows) -> None:
    hearing = rows.hears()
    for _ in range(3):
        await hearing.hear(ACCOUNT, BILLED)
    await rows.hears().hear(ACCOUNT, BILLED)  # as after a restart

    assert len(rows.told) == 1


async def test_an_nfe_issued_anew_takes_the_place_of_the_first(office: Office, rows: Rows) -> None:
    hearing = rows.hears()
    await hearing.hear(ACCOUNT, BILLED)
    office.clock.advance(seconds=300)
    await hearing.hear(ACCOUNT, {7: Place("60", "124", number="1534")})

    assert (await found(office, "NF-e 124"), await found(office, "NF-e 123")) == (["#1001"], [])


@pytest.mark.parametrize(
    ("account", "places"),
    [
        ("omie-another", BILLED),
        (ACCOUNT, {8: Place("60", "123", number="1534")}),
        (ACCOUNT, {7: Place("50", number="1534")}),
    ],
)
async def test_what_the_erp_says_of_other_orders_changes_no_row(
    rows: Rows, account: str, places: Mapping[int, Place]
) -> None:
    await rows.hears().hear(account, places)

    assert rows.told == []


async def test_a_number_that_could_not_be_kept_is_kept_after_the_next_reading(
    office: Office, rows: Rows
) -> None:
    hearing, rows.away = rows.hears(), True
    await hearing.hear(ACCOUNT, BILLED)
    rows.away = False
    await hearing.hear(ACCOUNT, BILLED)

    assert await found(office, "NF-e 123") == ["#1001"]


async def test_the_number_stands_in_the_list_on_the_page_and_in_the_file(
    office: Office, rows: Rows, browser: httpx.AsyncClient
) -> None:
    await rows.hears().hear(ACCOUNT, BILLED)

    assert "NF-e 123" in (await browser.get(LIST)).text
    assert "NF-e <b>123</b>" in (await browser.get(f"/lojas/{STORE}/pedidos/1001")).text
    heading, line = (await browser.get(f"{LIST}/exportar")).text.splitlines()
    assert dict(zip(heading.split(";"), line.split(";"), strict=True))["NF-e"] == "123"


class Over(Exception):  # noqa: N818 - it is no error
    """The watch has looked as long as the test wants."""


class AwayDocuments(MemoryDocuments[Lease]):
    """A database that does not answer."""

    async def load(self, ids: Collection[str]) -> dict[str, Kept[Lease]]:
        raise Unavailable("mongodb: away")


def up_to(times: int, slept: list[float]) -> Callable[[float], Awaitable[None]]:
    """A sleep that takes no time, notes how long it was, and ends all at the last of them."""

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == times:
            raise Over

    return sleep


async def watching(
    office: Office,
    sleep: Callable[[float], Awaitable[None]],
    kept: MemoryDocuments[Lease] | None = None,
    *,
    held: bool = False,
) -> None:
    """A panel that watches the ERP's stages."""
    leases = Leases(kept if kept is not None else MemoryDocuments(), office.clock, "me")
    stores = office.topics.table
    await invoices.watch(office.window.stages, stores, lambda _: held, leases, sleep)


async def test_every_account_is_read_now_and_then_though_nobody_looks(office: Office) -> None:
    secret = office.vault.seal("erp-secret", f"{STORE}:erp_app_secret")
    office.topics.table.put(a_store(erp_app_secret=secret))
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        office.clock.advance(seconds=seconds)
        if len(slept) > 4:
            raise Over

    with pytest.raises(Over):
        await watching(office, sleep)

    assert office.erp.asked.count("ListarEtapasPedido") == 2


async def test_of_two_panels_one_reads_and_the_other_does_once_that_one_is_gone(
    office: Office,
) -> None:
    secret = office.vault.seal("erp-secret", f"{STORE}:erp_app_secret")
    office.topics.table.put(a_store(erp_app_secret=secret))
    kept = MemoryDocuments[Lease]()
    until = office.clock() + timedelta(seconds=invoices.ROUND_S + 1)
    kept.kept = {invoices.ROUNDS: Kept(Lease(holder="the other panel", until=until), 1)}
    read_after: list[int] = []

    async def sleep(seconds: float) -> None:
        office.clock.advance(seconds=seconds)
        read_after.append(office.erp.asked.count("ListarEtapasPedido"))
        if len(read_after) > 3:
            raise Over

    with pytest.raises(Over):
        await watching(office, sleep, kept)

    assert read_after[:3] == [0, 0, 0]
    assert read_after[3] == 1


async def test_without_a_database_nobody_reads_and_the_watch_goes_on(office: Office) -> None:
    slept: list[float] = []

    with pytest.raises(Over):
        await watching(office, up_to(3, slept), AwayDocuments())

    assert slept == [invoices.ROUND_S] * 3
    assert office.erp.asked == []


async def test_an_account_in_trouble_is_not_read(office: Office) -> None:
    with pytest.raises(Over):
        await watching(office, up_to(3, []), held=True)

    assert office.erp.asked == []
