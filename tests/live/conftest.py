"""The real Kafka, MongoDB and processes, started once for all live tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from embedded import topics
from embedded.belt import Belt
from embedded.stack import Stack
from tests.support.merchant import Merchant
from tests.support.ready_belt import started


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.live)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A broker and a database with our topics and no services."""
    with Stack(tmp_path_factory.mktemp("stack")) as servers:
        topics.create(servers.kafka_address)
        yield servers


@pytest.fixture(scope="session")
def kafka_bootstrap(stack: Stack) -> str:
    return stack.kafka_address


@pytest.fixture(scope="session")
def mongodb_url(stack: Stack) -> str:
    return stack.mongo_url


@pytest.fixture(scope="session")
def belt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Belt]:
    """The whole belt with the demo store connected, and nothing sold yet."""
    with started(tmp_path_factory.mktemp("belt")) as running:
        yield running


@pytest.fixture
def own_belt(tmp_path: Path) -> Iterator[Belt]:
    """A belt of the test's own, to break."""
    with started(tmp_path) as running:
        yield running


@pytest.fixture
def merchant(belt: Belt) -> Iterator[Merchant]:
    with Merchant(belt.site.card()) as one:
        yield one
