import json
import shutil
import subprocess
from pathlib import Path

import pytest

from contracts import cards, generate
from contracts.topics import TOPICS

POSTED = "contracts/schemas/br.esteira.order.posted.v1.json"


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A repository with nothing in it but an empty page for the cards."""
    page = tmp_path / generate.README
    page.parent.mkdir()
    page.write_text(f"# Contracts\n\n{cards.BEGIN}\n{cards.END}\n\nThe end.\n", "utf-8")
    return tmp_path


def commit(house: Path) -> None:
    git = shutil.which("git") or pytest.skip("git is not installed")
    me = ("-c", "user.name=Esteira", "-c", "user.email=esteira@exemplo.test")
    for command in (("init", "-q"), ("add", "."), (*me, "commit", "-qm", "A release")):
        subprocess.run((git, "-C", str(house), *command), check=True)  # noqa: S603 - fixed words


def with_more(house: Path) -> None:
    """Make the checked-in schema one with a field that today's contract does not have."""
    schema = json.loads((house / POSTED).read_text("utf-8"))
    schema["properties"]["weight"] = {"type": "string", "default": ""}
    (house / POSTED).write_text(json.dumps(schema), "utf-8")


def contents(house: Path) -> dict[str, str]:
    files = [p for p in house.rglob("*") if p.is_file() and ".git" not in p.parts]
    return {str(path): path.read_text("utf-8") for path in files}


def test_everything_derived_is_up_to_date_in_this_repository():
    assert generate.run(generate.ROOT, check=True) == []


def test_a_first_run_writes_all_and_a_second_finds_nothing_to_do(house: Path):
    assert generate.run(house) == []
    written = contents(house)

    assert generate.run(house, check=True) == []
    assert generate.run(house) == []
    assert contents(house) == written
    assert len(written) == len(generate.messages()) + 2


def test_a_check_names_what_is_out_of_date_and_writes_nothing(house: Path):
    before = contents(house)

    late = generate.run(house, check=True)

    assert f"{POSTED} is out of date: run `make contracts`" in late
    assert contents(house) == before


def test_a_breaking_change_is_refused_and_nothing_is_written(house: Path):
    generate.run(house)
    with_more(house)
    before = contents(house)

    wrong = generate.run(house)

    assert wrong[0].startswith("br.esteira.order.posted.v1: weight is gone")
    assert "new type" in wrong[-1]
    assert contents(house) == before


def test_the_last_commit_is_remembered_when_its_files_were_written_over(house: Path):
    generate.run(house)
    with_more(house)
    commit(house)
    (house / POSTED).unlink()

    assert generate.run(house)[0].startswith("br.esteira.order.posted.v1: weight is gone")


def test_a_message_that_is_no_longer_declared_is_a_break(house: Path):
    generate.run(house)
    (house / POSTED).with_name("br.esteira.order.weighed.v1.json").write_text("{}", "utf-8")

    assert "br.esteira.order.weighed.v1: no message has this type any more" in generate.run(house)


def test_breaks_may_be_accepted_aloud(house: Path):
    generate.run(house)
    fresh = contents(house)
    with_more(house)
    (house / POSTED).with_name("br.esteira.order.weighed.v1.json").write_text("{}", "utf-8")

    assert generate.run(house, accept_breaks=True) == []
    assert contents(house) == fresh


def test_the_page_keeps_what_is_outside_the_markers(house: Path):
    generate.run(house)

    page = (house / generate.README).read_text("utf-8")

    assert page.startswith("# Contracts\n")
    assert page.endswith("\n\nThe end.\n")


def test_a_page_without_markers_is_refused():
    with pytest.raises(ValueError, match="markers"):
        cards.inserted("# Contracts\n", TOPICS)


@pytest.mark.parametrize("topic", TOPICS, ids=lambda t: t.name)
def test_every_topic_has_its_card(topic):
    _, _, card = cards.inserted(f"{cards.BEGIN}{cards.END}", TOPICS).partition(
        f"### {topic.name}\n"
    )
    card = card.partition("###")[0]

    assert f"| written by | {', '.join(topic.writers)} |" in card
    assert f"| partitions | {topic.partitions} |" in card
    assert all(message.__name__ in card for message in topic.messages)
