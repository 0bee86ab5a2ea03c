"""Every service is a room furnished like the others, and says what it reads and writes."""

import re
from pathlib import Path

import pytest

from contracts.topics import SERVICES, TOPICS

ROOT = Path(__file__).resolve().parent.parent
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
