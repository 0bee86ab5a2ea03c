"""What scripts rely on: exit codes, the JSON shapes, and what goes to which stream."""

import asyncio
import json
import signal

import pytest
from typer.testing import Result

from chassis.flow import Record
from contracts.replay import origin
from contracts.topics import SERVICES, TOPICS, replay
from contracts.wire import Outgoing
from ops.checks import Check
from ops.exits import Exit
from ops.main import HELP
from tests.support.builders import an_order, captured, pending, posted, validated
from tests.support.ops import Ops, ReadableLog

ORDER = an_order(1001)
OTHER = an_order(2002)
MESSAGES = [captured(ORDER), captured(OTHER), validated(ORDER), pending(OTHER), posted(ORDER)]


@pytest.fixture
async def ops() -> Ops:
    one = Ops()
    await one.put(*MESSAGES)
    one.board.tell(*MESSAGES)
    await one.put_raw(a_letter(3), a_letter(4, dead_topic=b""))
    await one.put_raw(*[Outgoing("inbox.v1", b"demo-shopify", b"{}", ())] * 5)
    return one


def a_letter(offset: int, **changes: bytes) -> Outgoing:
    stated = {
        "ce_subject": b"demo-shopify:1001",
        "dead_topic": b"orders.captured.v1",
        "dead_partition": b"2",
        "dead_offset": str(offset).encode(),
        "dead_error": b"order.totals: missing",
        "dead_at": b"2026-11-20T15:00:00+00:00",
    }
    stated |= changes
    headers = tuple((k, v) for k, v in stated.items() if v)
    return Outgoing("panel.dead.v1", b"omie-1", b'{"name": "Irene"}', headers)


def lines(result: Result) -> list[dict]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def replayed(ops: Ops, service: str) -> list[Record]:
    return ops.log.topics[replay(service)]


@pytest.mark.parametrize("code", Exit)
def test_every_exit_code_is_in_the_help(code: Exit):
    said = " ".join(HELP.split())

    assert f"{int(code)} " in said.partition("Exit codes:")[2]


def test_an_order_is_shown_with_its_story_and_without_its_buyer(ops: Ops):
    result = ops("orders", "show", "demo-shopify:1001", "--json")

    [shown] = lines(result)
    assert result.exit_code == Exit.OK
    assert (shown["v"], shown["kind"], shown["tab"]) == (1, "order", "processed")
    assert shown["timeline"][0]["what"] == "Pedido capturado no canal"
    assert "Irene" not in result.stdout


def test_an_order_that_nobody_knows_is_not_found(ops: Ops):
    result = ops("orders", "show", "demo-shopify:9")

    assert result.exit_code == Exit.NOT_FOUND
    assert (result.stdout, "demo-shopify:9" in result.stderr) == ("", True)


def test_orders_are_found_by_the_start_of_their_number(ops: Ops):
    found = lines(ops("orders", "find", "#20", "--store", "demo-shopify", "--json"))

    assert [order["id"] for order in found] == ["demo-shopify:2002"]
    assert ops("orders", "find", "77", "--store", "demo-shopify").exit_code == Exit.NOT_FOUND


def test_orders_are_found_in_every_store_unless_one_is_named(ops: Ops):
    found = lines(ops("orders", "find", "2002", "--json"))

    assert [order["id"] for order in found] == ["demo-shopify:2002"]
    assert ops("orders", "find", "2002", "--store", "other").exit_code == Exit.NOT_FOUND


@pytest.mark.parametrize("named", ["demo-shopify:#2002", "#2002", "2002"])
def test_an_order_is_shown_by_the_number_people_know_it_by(ops: Ops, named: str):
    [shown] = lines(ops("orders", "show", named, "--json"))

    assert shown["id"] == "demo-shopify:2002"
    assert ops("orders", "show", "200").exit_code == Exit.NOT_FOUND


def test_the_topics_are_listed_with_what_they_hold(ops: Ops):
    found = {topic["name"]: topic for topic in lines(ops("topics", "list", "--json"))}

    assert found.keys() == {topic.name for topic in TOPICS}
    assert found["orders.captured.v1"]["records"] == 2


def test_a_topic_s_tail_masks_people_and_revealing_them_is_written_down(ops: Ops):
    masked = ops("topics", "tail", "orders.captured.v1", "--lines", "1", "--json")
    assert [record["offset"] for record in lines(masked)] == [1]
    assert "Irene" not in masked.stdout
    assert ops.operations.kept == {}

    revealed = ops("topics", "tail", "orders.captured.v1", "--reveal", "--json")

    assert "Irene" in revealed.stdout
    [noted] = ops.operations.kept.values()
    assert (noted["verb"], noted["by"]) == ("topics.reveal", "ana@loja")
    assert ops.lines[-1]["verb"] == "topics.reveal"
    assert ops("topics", "tail", "orders.captured").exit_code == Exit.NOT_FOUND


def test_topics_that_differ_from_their_declaration_are_partly_done(ops: Ops):
    assert ops("topics", "create").exit_code == Exit.OK

    ops.differences = ("inbox.v1 has 3 partitions, declared are 12",)

    result = ops("topics", "create", "--json")
    assert result.exit_code == Exit.PARTLY
    assert "3 partitions" in result.stderr


@pytest.mark.parametrize("words", [("replay",), ("topics", "replay")])
def test_a_dry_run_tells_the_exact_count_and_does_nothing(ops: Ops, words: tuple[str, ...]):
    result = ops(*words, "--service", "panel", "--from", "2026-11-20T00:00Z", "-n", "--json")

    [plan] = lines(result)
    assert result.exit_code == Exit.OK
    assert (plan["kind"], plan["records"]) == ("plan", 5)
    assert plan["from"] == "2026-11-20T00:00:00+00:00"
    assert "2026-11-20 00:00:00 UTC" in result.stderr
    assert replayed(ops, "panel") == []
    assert ops.operations.kept == {}


def test_a_replay_of_one_order_needs_no_time_and_no_confirmation(ops: Ops):
    result = ops("replay", "--service", "panel", "--order", "demo-shopify:1001", "--json")

    [ended] = lines(result)
    assert result.exit_code == Exit.OK
    assert (ended["kind"], ended["state"], ended["records"]) == ("replay", "done", 3)
    assert len(replayed(ops, "panel")) == 3
    assert [name for name in ops.log.topics if "replay" in name] == [replay("panel")]
    ended_line = ops.lines[-1]
    assert (ended_line["event"], ended_line["by"]) == ("operation_ended", "ana@loja")


def test_capture_is_replayed_gently_for_it_asks_the_channel_again(ops: Ops):
    [brisk, gentle, chosen] = [
        lines(ops("replay", *words, "--from", "beginning", "-n", "--json"))[0]["seconds"]
        for words in (
            ("--service", "panel"),
            ("--service", "capture"),
            ("--service", "capture", "--rate", "1"),
        )
    ]

    assert brisk < gentle < chosen


def test_a_replay_of_every_store_is_refused_until_it_is_confirmed(ops: Ops):
    everything = ("replay", "--service", "panel", "--from", "beginning")

    assert ops(*everything).exit_code == Exit.REFUSED
    assert replayed(ops, "panel") == []
    assert ops(*everything, "--store", "demo-shopify").exit_code == Exit.OK
    assert ops(*everything, "--confirm", "all").exit_code == Exit.OK


@pytest.mark.parametrize(
    "words",
    [
        ("replay", "--from", "beginning"),
        ("replay", "--service", "panel"),
        ("replay", "--service", "painel", "--from", "beginning"),
        ("replay", "--service", "panel", "--from", "yesterday"),
        ("replay", "--service", "validation", "--topic", "inbox.v1", "--from", "beginning"),
        ("dead", "replay"),
        ("dead", "show", "12"),
        ("ordres", "show", "1"),
        ("orders", "find"),
    ],
)
def test_what_makes_no_sense_is_a_matter_of_usage(ops: Ops, words: tuple[str, ...]):
    result = ops(*words)

    assert result.exit_code == Exit.USAGE
    assert result.stdout == ""


def test_a_mistyped_command_is_told_the_near_one(ops: Ops):
    assert "orders" in ops("ordres", "show", "1").stderr


def test_a_replay_that_selects_nothing_is_not_found(ops: Ops):
    asked = ("replay", "--service", "panel", "--order", "demo-shopify:1", "--json")

    assert ops(*asked).exit_code == Exit.NOT_FOUND


def test_a_finished_replay_is_not_resumed_and_an_unknown_one_is_not_found(ops: Ops):
    [done] = lines(ops("replay", "--service", "panel", "--order", "demo-shopify:1001", "--json"))

    again = ops("replay", "--resume", done["id"], "--json")

    assert (again.exit_code, lines(again)[0]["state"]) == (Exit.OK, "done")
    assert len(replayed(ops, "panel")) == 3
    assert ops("replay", "--resume", "op-77").exit_code == Exit.NOT_FOUND


def test_a_broker_that_is_away_means_try_later(ops: Ops):
    ops.log.away = True

    result = ops("topics", "list")

    assert result.exit_code == Exit.TRY_LATER
    assert "try again later" in result.stderr


@pytest.mark.parametrize("service", SERVICES)
def test_dead_letters_are_listed_without_their_content(ops: Ops, service: str):
    result = ops("dead", "list", "--service", service, "--json")

    found = lines(result)
    assert result.exit_code == Exit.OK
    assert len(found) == (2 if service == "panel" else 0)
    assert "Irene" not in result.stdout
    if found:
        assert found[0]["id"] == "panel/0@0"
        assert found[0]["from"] == "orders.captured.v1/2@3"
        assert found[0]["error"] == "order.totals: missing"


def test_a_dead_letter_is_shown_masked(ops: Ops):
    result = ops("dead", "show", "panel/0@0", "--json")

    assert lines(result)[0]["body"] == {"name": "•••"}
    assert ops("dead", "show", "panel/0@9").exit_code == Exit.NOT_FOUND


def test_a_dead_letter_goes_back_to_its_service_as_the_record_it_was(ops: Ops):
    assert ops("dead", "replay", "panel/0@0", "-n").exit_code == Exit.OK
    assert replayed(ops, "panel") == []

    result = ops("dead", "replay", "panel/0@0", "--json")

    assert (result.exit_code, lines(result)[0]["replayed"]) == (Exit.OK, True)
    [record] = replayed(ops, "panel")
    first = origin(record.headers)
    assert first is not None
    assert (first.topic, first.partition, first.offset) == ("orders.captured.v1", 2, 3)
    assert (record.key, record.value) == (b"omie-1", b'{"name": "Irene"}')
    assert not [name for name in record.headers if name.startswith("dead_")]
    [noted] = ops.operations.kept.values()
    assert (noted["verb"], noted["asked"]) == ("dead.replay", {"letters": ["panel/0@0"]})


def test_letters_without_an_origin_stay_and_the_rest_is_partly_done(ops: Ops):
    assert ops("dead", "replay", "--service", "panel").exit_code == Exit.REFUSED

    result = ops("dead", "replay", "--service", "panel", "--confirm", "all", "--json")

    assert result.exit_code == Exit.PARTLY
    assert [letter["replayed"] for letter in lines(result)] == [True, False]
    waiting = lines(ops("dead", "list", "--json"))
    assert [letter["id"] for letter in waiting] == ["panel/0@1"], "what was not sent waits on"


def test_a_letter_that_was_replayed_waits_no_longer_until_its_record_comes_again(ops: Ops):
    waiting = ("dead", "list", "--service", "panel", "--json")
    ops("dead", "replay", "panel/0@0")

    assert [letter["id"] for letter in lines(ops(*waiting))] == ["panel/0@1"]
    every = lines(ops(*waiting, "--all"))
    assert [(letter["id"], letter["replayed"]) for letter in every] == [
        ("panel/0@0", True),
        ("panel/0@1", False),
    ]

    asyncio.run(ops.put_raw(a_letter(3)))
    assert [letter["id"] for letter in lines(ops(*waiting))] == ["panel/0@2", "panel/0@1"]


def test_a_record_refused_twice_goes_back_once(ops: Ops):
    asyncio.run(ops.put_raw(a_letter(3)))

    ops("dead", "replay", "--service", "panel", "--confirm", "all")

    assert len(replayed(ops, "panel")) == 1


def test_replaying_letters_where_none_waits_is_not_found(ops: Ops):
    asked = ("dead", "replay", "--service", "validation", "--confirm", "all")

    assert ops(*asked).exit_code == Exit.NOT_FOUND


WHY = ("--reason", "the shop deleted this order")


def test_a_closed_letter_waits_no_longer_and_says_who_closed_it_and_why(ops: Ops):
    result = ops("dead", "close", "panel/0@1", *WHY, "--json")

    [closed] = lines(result)
    assert (result.exit_code, closed["closed"]) == (Exit.OK, True)
    assert [letter["id"] for letter in lines(ops("dead", "list", "--json"))] == ["panel/0@0"]
    [listed] = lines(ops("dead", "list", "--closed", "--json"))
    told = {name: listed[name] for name in ("id", "closed_by", "closed_at", "reason")}
    assert told == {
        "id": "panel/0@1",
        "closed_by": "ana@loja",
        "closed_at": "2026-11-20T15:00:00+00:00",
        "reason": "the shop deleted this order",
    }
    assert replayed(ops, "panel") == []
    [noted] = ops.operations.kept.values()
    assert (noted["verb"], noted["by"], noted["done"]) == ("dead.close", "ana@loja", 1)
    assert ops.lines[-1]["event"] == "operation_ended"


def test_columns_are_cut_at_tabs_where_no_terminal_is(ops: Ops):
    [first, second] = ops("dead", "list").stdout.splitlines()

    assert [line.split("\t")[0] for line in (first, second)] == ["panel/0@0", "panel/0@1"]
    assert [len(line.split("\t")) for line in (first, second)] == [5, 5]


def test_a_closed_letter_can_still_be_read_and_sent_back(ops: Ops):
    ops("dead", "close", "panel/0@0", *WHY)

    [shown] = lines(ops("dead", "show", "panel/0@0", "--json"))
    assert (shown["closed"], shown["error"]) == (True, "order.totals: missing")
    assert ops("dead", "replay", "panel/0@0").exit_code == Exit.OK
    assert len(replayed(ops, "panel")) == 1


def test_a_closed_letter_s_record_that_comes_again_waits(ops: Ops):
    ops("dead", "close", "panel/0@0", *WHY)

    asyncio.run(ops.put_raw(a_letter(3)))

    waiting = [letter["id"] for letter in lines(ops("dead", "list", "--json"))]
    assert waiting == ["panel/0@2", "panel/0@1"]


def test_the_letters_of_every_store_are_closed_once_that_is_confirmed(ops: Ops):
    everything = ("dead", "close", "--service", "panel", *WHY)

    assert len(lines(ops(*everything, "-n", "--json"))) == 2
    assert ops(*everything).exit_code == Exit.REFUSED
    assert ops.operations.kept == {}
    assert ops(*everything, "--confirm", "all").exit_code == Exit.OK
    assert ops(*everything, "--confirm", "all").exit_code == Exit.NOT_FOUND
    assert lines(ops("dead", "list", "--json")) == []


def test_closing_twice_keeps_the_first_reason_and_says_what_did_not_wait(ops: Ops):
    ops("dead", "close", "panel/0@0", *WHY)

    again = ops("dead", "close", "panel/0@0", "panel/0@1", "--reason", "another", "--json")

    assert again.exit_code == Exit.PARTLY
    reasons = {letter["id"]: letter["reason"] for letter in lines(again)}
    assert reasons == {"panel/0@0": "the shop deleted this order", "panel/0@1": "another"}
    assert "1 did not wait any more" in again.stderr


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
def test_a_letter_is_closed_for_a_reason_or_not_at_all(ops: Ops, reason: str):
    result = ops("dead", "close", "panel/0@0", "--reason", reason)

    assert (result.exit_code, "--reason" in result.stderr) == (Exit.USAGE, True)
    assert ops.operations.kept == {}


def test_a_rebuild_tells_what_it_found_and_is_written_down(ops: Ops):
    dry = lines(ops("projections", "rebuild", "-n", "--json"))
    assert (dry[0]["switched"], ops.boards.switches) == (False, 0)

    result = ops("projections", "rebuild", "--json")

    [told] = lines(result)
    assert result.exit_code == Exit.OK
    assert (told["rows"], told["records"], told["switched"]) == (2, 5, True)
    assert ops.boards.switches == 1
    [noted] = ops.operations.kept.values()
    assert (noted["verb"], noted["state"]) == ("projections.rebuild", "done")


def test_the_doctor_says_of_every_trouble_how_to_end_it(ops: Ops):
    ops.checks = (Check("kafka answers", ok=True, seen="1 brokers"),)
    assert ops("doctor").exit_code == Exit.OK

    ops.checks += (Check("clocks agree", ok=False, seen="9 s away", fix="let NTP set them"),)

    result = ops("doctor")
    assert result.exit_code == Exit.FAILED
    assert "let NTP set them" in result.stdout
    assert [line["ok"] for line in lines(ops("doctor", "--json"))] == [True, False]


def test_quiet_says_only_errors(ops: Ops):
    dry = ("replay", "--service", "panel", "--order", "demo-shopify:1001", "-n", "--json")

    assert ops("-q", *dry).stderr == ""
    assert ops("-q", "orders", "show", "demo-shopify:9").stderr != ""
    ops.checks = (Check("kafka answers", ok=True, seen="1 broker"),)
    assert ops("-q", "doctor").stdout == ""


class PressesControlC(ReadableLog):
    """Somebody presses Ctrl-C as the second record is written."""

    async def publish(self, records) -> None:
        if records and len(self.topics[replay("panel")]) == 1:
            signal.raise_signal(signal.SIGINT)
            await asyncio.sleep(0)
        await super().publish(records)


def test_ctrl_c_says_what_was_done_and_how_to_go_on():
    ops = Ops(log=PressesControlC())
    asyncio.run(ops.put(*MESSAGES))
    asked = ("replay", "--service", "panel", "--order", "demo-shopify:1001", "--json")

    cut = ops(*asked)

    assert cut.exit_code == Exit.INTERRUPTED
    assert "1 of 3 records are sent; go on with: esteira replay --resume op-1" in cut.stderr
    assert lines(cut)[0]["state"] == "interrupted"
    ops.log = ReadableLog(topics=ops.log.topics)
    assert lines(ops("replay", "--resume", "op-1", "--json"))[0]["records"] == 3
    assert len(replayed(ops, "panel")) == 3
