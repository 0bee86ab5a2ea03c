"""Every service is a room furnished like the others, and says what it reads and writes."""

import re
from pathlib import Path

import pytest

from contracts.topics import SERVICES, TOPICS

ROOT = Path(__file__).resolve().parent.parent
FIGURE = re.compile(r"\.(?:counted|measured)\(\s*\"(\w+)\"")
EXPLAINED = re.compile(r"^\| `(esteira_\w+)`", re.MULTILINE)
TOPIC = re.compile(r"`([a-z.-]+\.v\d+)`")


def folder(service: str) -> Path:
    return ROOT / "services" / service


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("file", ["main.py", "settings.py", "handlers.py", "__main__.py"])
def test_every_service_has_the_same_entrance(service: str, file: str):
    assert (folder(service) / service.replace("-", "_") / file).is_file()


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(("word", "role"), [("reads", "readers"), ("writes", "writers")])
def test_a_services_page_names_the_topics_it_is_declared_to_use(service: str, word: str, role: str):
    page = (folder(service) / "README.md").read_text("utf-8")

    rows = [
        line
        for line in page.splitlines()
        if re.match(rf"\|?\s*\**{word}\**\W", line, re.IGNORECASE)
    ]
    said = {topic for row in rows for topic in TOPIC.findall(row)}
    declared = {topic.name for topic in TOPICS if service in getattr(topic, role)}
    assert said == declared


def test_every_figure_that_a_service_tells_is_explained_to_operators_and_no_other():
    code = (file.read_text("utf-8") for file in (ROOT / "services").rglob("*.py"))
    told = {name for text in code for name in FIGURE.findall(text)}
    page = (ROOT / "docs" / "operations.md").read_text("utf-8")

    assert set(EXPLAINED.findall(page)) == told
    assert told


@pytest.mark.parametrize("service", SERVICES)
def test_a_services_page_says_where_its_figures_are(service: str):
    assert "`/metrics`" in (folder(service) / "README.md").read_text("utf-8")
