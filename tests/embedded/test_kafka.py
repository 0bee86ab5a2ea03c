"""The broker's configuration."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from embedded.kafka import cluster_id, properties


def settings() -> dict[str, str]:
    lines = properties(Path("/data/records"), 19092, 19093).splitlines()
    return dict(line.split("=", 1) for line in lines)


def test_every_listener_is_on_loopback():
    listeners = [*settings()["listeners"].split(","), settings()["advertised.listeners"]]

    assert all("://127.0.0.1:" in listener for listener in listeners)


def test_one_node_is_broker_and_controller_and_keeps_one_copy_of_its_own_topics():
    said = settings()

    assert said["process.roles"] == "broker,controller"
    assert said["controller.quorum.voters"] == "1@127.0.0.1:19093"
    assert {v for k, v in said.items() if k.endswith("replication.factor")} == {"1"}
    assert {v for k, v in said.items() if k.endswith("min.isr")} == {"1"}


def test_nobody_creates_a_topic_by_mentioning_it():
    assert settings()["auto.create.topics.enable"] == "false"


def test_a_killed_broker_is_taken_back_after_three_seconds():
    assert settings()["broker.session.timeout.ms"] == "3000"
    assert int(settings()["broker.heartbeat.interval.ms"]) * 2 < 3000


def test_groups_do_not_wait_for_more_members():
    assert settings()["group.initial.rebalance.delay.ms"] == "0"


@given(st.binary(min_size=16, max_size=16))
def test_a_cluster_id_is_never_taken_for_an_option_of_the_command_line(random):
    named = cluster_id(random)

    assert len(named) == 22
    assert named[0].isalpha()
