"""Buscar Pedidos in the panel: what is typed becomes a command, what is told becomes a page."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.fetches import (
    DirectFetch,
    FetchCounts,
    FetchDirective,
    FetchOrders,
    FetchOutcome,
    FetchProgress,
    FetchState,
    OrderFetched,
)
from contracts.sweeps import StoreSwept, SweepCounts
from panel.access import Role
from panel.fetches import Told, decode, encode, step
from panel.pages.fetching import Mistyped, read
from panel.people import Grant
from tests.support.belt import NOON
from tests.support.builders import ACCOUNT, STORE, a_store
from tests.support.panel import Office, fields_of

HERE = f"/lojas/{STORE}/pedidos/buscar"
DAY = timedelta(days=1)


def progress(state: FetchState, number: int = 1, **changes: Any) -> FetchProgress:
    given = {
        "fetch_id": "f1",
        "store_id": STORE,
        "account_id": ACCOUNT,
        "step": number,
        "state": state,
        "requested_by": "ana",
        "asked_at": NOON,
        "occurred_at": NOON,
        "since": NOON - 3 * DAY,
        "until": NOON,
        "expected": FetchCounts(new=2, known=1, ignored={"before_publication": 4}),
    }
    return FetchProgress(**given | changes)


def an_order(number: str, outcome: FetchOutcome, reason: str = "") -> OrderFetched:
    return OrderFetched(
        fetch_id="f1",
        store_id=STORE,
        account_id=ACCOUNT,
        order_id=f"{STORE}:{number}",
        number=f"#{number}",
        placed_at=NOON,
        outcome=outcome,
        reason=reason,
        occurred_at=NOON,
    )


async def post(browser: httpx.AsyncClient, path: str, **fields: str) -> httpx.Response:
    token = fields_of(await browser.get(HERE))["_token"]
    return await browser.post(path, data={"_token": token, **fields})


async def test_a_period_is_asked_for_in_whole_days_of_brazil(
    office: Office, browser: httpx.AsyncClient
) -> None:
    answer = await post(browser, HERE, por="periodo", de="2026-11-01", ate="2026-11-03")

    [command] = office.topics.messages(FetchOrders)
    assert isinstance(command, FetchOrders)
    assert command.since == datetime(2026, 11, 1, 3, 0, tzinfo=UTC)
    assert command.until == datetime(2026, 11, 4, 2, 59, 59, tzinfo=UTC)
    assert (command.store_id, command.requested_by, command.number) == (STORE, "ana", "")
    assert answer.headers["location"] == f"{HERE}/{command.fetch_id}"


async def test_one_order_is_asked_for_by_its_number(
    office: Office, browser: httpx.AsyncClient
) -> None:
    await post(browser, HERE, por="numero", numero=" #1001 ")

    [command] = office.topics.messages(FetchOrders)
    assert isinstance(command, FetchOrders)
    assert (command.number, command.since) == ("#1001", None)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"por": "numero", "numero": " "}, "número do pedido"),
        ({"por": "periodo", "de": "", "ate": "2026-11-03"}, "data não existe"),
        ({"por": "periodo", "de": "2026-11-03", "ate": "2026-11-01"}, "anterior à inicial"),
        ({"por": "periodo", "de": "2999-01-01", "ate": "2999-01-02"}, "no futuro"),
    ],
)
async def test_what_cannot_be_asked_is_said_at_the_field_and_kept(
    office: Office, browser: httpx.AsyncClient, typed: dict[str, str], said: str
) -> None:
    answer = await post(browser, HERE, **typed)

    assert answer.status_code == 422
    assert said in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert office.topics.messages(FetchOrders) == []


async def test_a_fetch_just_asked_for_has_a_page_that_asks_again(
    browser: httpx.AsyncClient,
) -> None:
    answer = await browser.get(f"{HERE}/not-told-yet")

    assert answer.status_code == 200
    assert "ainda não começou" in answer.text
    assert "data-again" in answer.text


async def test_what_would_come_is_shown_before_anything_is_fetched(
    office: Office, browser: httpx.AsyncClient
) -> None:
    await office.fetches.hear(progress(FetchState.LOOKED))

    page = (await browser.get(f"{HERE}/f1")).text

    assert "2 pedidos viriam" in page
    assert "anterior à data de publicação" in page
    assert "Buscar 2 pedidos" in page


@pytest.mark.parametrize(
    ("reason", "where"),
    [("before_publication", "anuncios"), ("before_store_start", "configurar"), ("not_paid", "")],
)
async def test_where_nothing_would_come_the_page_says_what_would_change_that(
    office: Office, browser: httpx.AsyncClient, reason: str, where: str
) -> None:
    ignored = FetchCounts(ignored={reason: 1})
    await office.fetches.hear(progress(FetchState.LOOKED, expected=ignored))

    page = (await browser.get(f"{HERE}/f1")).text

    assert "Nada a buscar" in page
    assert "Pronta para buscar" not in page
    assert "Cancelar busca" not in page
    assert ("e busque de novo" in page) is bool(where)
    assert f'href="/lojas/{STORE}/{where}">mude a data' in page or not where
    assert "Nada a buscar" in (await browser.get(HERE)).text


@pytest.mark.parametrize(
    ("state", "verb", "directive"),
    [
        (FetchState.LOOKED, "comecar", FetchDirective.START),
        (FetchState.RUNNING, "pausar", FetchDirective.PAUSE),
        (FetchState.PAUSED, "continuar", FetchDirective.RESUME),
        (FetchState.RUNNING, "cancelar", FetchDirective.CANCEL),
    ],
)
async def test_a_button_of_the_page_is_a_command(
    office: Office,
    browser: httpx.AsyncClient,
    state: FetchState,
    verb: str,
    directive: FetchDirective,
) -> None:
    await office.fetches.hear(progress(state))
    assert f"/f1/{verb}" in (await browser.get(f"{HERE}/f1")).text

    await post(browser, f"{HERE}/f1/{verb}")

    [command] = office.topics.messages(DirectFetch)
    assert isinstance(command, DirectFetch)
    assert (command.fetch_id, command.directive) == ("f1", directive)


@pytest.mark.parametrize(
    ("state", "awaited"), [(FetchState.RUNNING, True), (FetchState.DONE, False)]
)
async def test_what_was_asked_is_waited_for_unless_the_fetch_ended_meanwhile(
    office: Office, browser: httpx.AsyncClient, state: FetchState, *, awaited: bool
) -> None:
    await office.fetches.hear(progress(FetchState.RUNNING))
    asked = await post(browser, f"{HERE}/f1/cancelar")
    await office.fetches.hear(progress(state))

    page = (await browser.get(asked.headers["location"])).text

    assert ("mostrando assim que valer" in page) is awaited


async def test_a_fetch_of_another_store_is_neither_shown_nor_directed(
    office: Office, browser: httpx.AsyncClient
) -> None:
    office.topics.table.put(a_store(store_id="outra", name="Outra"))
    await office.fetches.hear(progress(FetchState.LOOKED, store_id="outra"))

    page = (await browser.get(f"{HERE}/f1")).text
    await post(browser, f"{HERE}/f1/comecar")

    assert "viriam" not in page
    assert office.topics.messages(DirectFetch) == []


async def test_a_done_fetch_tells_what_became_of_each_order(
    office: Office, browser: httpx.AsyncClient
) -> None:
    counts = FetchCounts(new=1, failed=1, ignored={"not_paid": 1})
    await office.fetches.hear(
        progress(FetchState.DONE, counts=counts),
        an_order("1", FetchOutcome.NEW),
        an_order("2", FetchOutcome.IGNORED, "not_paid"),
        an_order("3", FetchOutcome.FAILED, "no_answer"),
    )

    first = (await browser.get(f"{HERE}/f1")).text
    ignored = (await browser.get(f"{HERE}/f1?ver=ignorados")).text

    assert "Concluída" in first
    assert ("#1" in first, "#2" in first) == (True, False)
    assert "#2" in ignored
    assert "ainda não foi pago" in ignored
    assert "data-again" not in first


async def test_a_fetch_that_was_called_off_says_how_far_it_came_and_that_what_came_stays(
    office: Office, browser: httpx.AsyncClient
) -> None:
    counts = FetchCounts(new=1, ignored={"before_publication": 2})
    await office.fetches.hear(progress(FetchState.CANCELLED, counts=counts))
    halfway = (await browser.get(f"{HERE}/f1")).text
    await office.fetches.hear(progress(FetchState.CANCELLED, 2))
    before_it_began = (await browser.get(f"{HERE}/f1")).text

    assert "3 de 7 pedidos vistos. O que já veio fica aqui." in halfway
    assert "O que já veio" not in before_it_began


async def test_the_store_s_fetches_are_listed_the_newest_first(
    office: Office, browser: httpx.AsyncClient
) -> None:
    await office.fetches.hear(
        progress(FetchState.DONE, fetch_id="old", asked_at=NOON - DAY),
        progress(FetchState.DONE, fetch_id="new"),
    )

    page = (await browser.get(HERE)).text

    assert page.index(f"{HERE}/new") < page.index(f"{HERE}/old")


async def test_who_may_only_look_is_told_who_asks_for_fetches(
    office: Office, browser: httpx.AsyncClient
) -> None:
    office.hire("bia", Grant(stores={STORE: Role.READER}))
    asks = (await browser.get(HERE)).text
    await browser.post("/entrar", data={"usuario": "bia", "senha": "certa"})

    looks = (await browser.get(HERE)).text

    for page, may in ((asks, True), (looks, False)):
        assert ("Ver o que viria" in page) is may
        assert ("quem a opera é que pode pedi-las" in page) is not may


async def test_the_page_tells_when_the_store_was_swept_and_what_that_brought(
    office: Office, browser: httpx.AsyncClient
) -> None:
    swept = StoreSwept(
        store_id=STORE,
        account_id=ACCOUNT,
        changes=SweepCounts(listed=9, new=2, known=7),
        throttled=1,
        occurred_at=NOON - timedelta(minutes=3),
    )
    await office.fetches.hear(swept, swept.model_copy(update={"occurred_at": NOON - DAY}))

    page = (await browser.get(HERE)).text

    assert "conferiu esta loja há 3 min" in page
    assert "trouxe 2 pedidos" in page
    assert "pediu pausa 1 vez" in page
    kept = office.fetches.state(STORE)
    assert kept is not None
    assert decode(encode(kept)) == kept


STEPS = st.lists(st.integers(1, 6), min_size=1, max_size=8)


@given(STEPS, st.randoms())
def test_whatever_order_steps_come_in_the_highest_counts(steps: list[int], dice: Any) -> None:
    told = [progress(FetchState.RUNNING, number) for number in steps]
    dice.shuffle(told)
    known: Told | None = None
    for message in told + told[:2]:
        known, _ = step(known, message)

    assert known is not None
    assert known.progress is not None
    assert known.progress.step == max(steps)
    assert decode(encode(known)) == known


@given(st.dictionaries(st.sampled_from(["por", "de", "ate", "numero"]), st.text(max_size=20)))
def test_whatever_is_typed_is_read_or_refused(typed: dict[str, str]) -> None:
    try:
        wanted = read(typed, NOON)
    except Mistyped:
        return
    assert set(wanted) in ({"number"}, {"since", "until"})
