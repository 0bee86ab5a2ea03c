"""Log files stay bounded, and the previous run's is at hand."""

from embedded import logs


def test_a_new_run_keeps_the_log_of_the_one_before(tmp_path):
    log = tmp_path / "logs" / "panel.log"
    for text in ("first", "second", "third"):
        logs.begin(log)
        log.write_text(text, encoding="utf-8")

    assert log.read_text(encoding="utf-8") == "third"
    assert (tmp_path / "logs" / "panel.log.1").read_text(encoding="utf-8") == "second"


def test_a_log_past_its_limit_starts_anew_while_its_writer_goes_on(tmp_path):
    log = tmp_path / "panel.log"
    with log.open("ab", buffering=0) as writer:
        writer.write(b"long ago\n")
        logs.bound(log, limit=4)
        writer.write(b"now\n")

    assert log.read_bytes() == b"now\n"
    assert (tmp_path / "panel.log.1").read_bytes() == b"long ago\n"


def test_a_log_within_its_limit_is_left_alone(tmp_path):
    log = tmp_path / "panel.log"
    log.write_bytes(b"now\n")

    logs.bound(log, limit=4)

    assert log.read_bytes() == b"now\n"


def test_the_tail_of_a_log_that_is_not_there_is_empty(tmp_path):
    assert logs.tail(tmp_path / "panel.log") == ""
