"""A belt to look at, and somebody to look: started once for all stories in a browser."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from embedded.belt import Belt
from tests.support.browser import Operator, chromium, launched
from tests.support.merchant import Merchant
from tests.support.ready_belt import started


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.live)
            # One chromium for all stories; it lives on one event loop.
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.fixture(scope="session")
def belt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Belt]:
    """The whole belt with the demo stores connected, and nothing sold yet."""
    chromium()
    with started(tmp_path_factory.mktemp("belt")) as running:
        yield running


@pytest.fixture
def merchant(belt: Belt) -> Iterator[Merchant]:
    with Merchant(belt.site.card()) as one:
        yield one


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        found = await launched(playwright)
        yield found
        await found.close()


Newcomer = Callable[..., Awaitable[Operator]]


@pytest_asyncio.fixture(loop_scope="session")
async def newcomer(belt: Belt, browser: Browser) -> AsyncIterator[Newcomer]:
    """Somebody at the login, in a browser of their own; `script=False` has scripts switched off."""
    seated: list[Operator] = []

    async def sit_down(*, script: bool = True) -> Operator:
        seated.append(await Operator(browser, belt.site.url("panel"), script=script).sit_down())
        return seated[-1]

    yield sit_down
    for one in seated:
        await one.page.context.close()
    assert [complaint for one in seated for complaint in one.complaints] == []


@pytest_asyncio.fixture(loop_scope="session")
async def operator(belt: Belt, newcomer: Newcomer) -> Operator:
    """Somebody who is logged in as the demo's administrator."""
    one = await newcomer()
    await one.log_in(belt.site.card()["panel"])
    return one
