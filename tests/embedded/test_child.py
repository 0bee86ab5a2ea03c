"""Processes that we start: in a session of their own, stopped within a deadline, never orphans."""

import os
import signal
import sys
import threading
import time

import pytest

from embedded.child import Child
from tests.support.waiting import until

STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
time.sleep(60)
"""

PARENT = """
import sys, time
from pathlib import Path
from embedded.child import Child
child = Child("sleeper", ["sleep", "60"], Path(sys.argv[1]))
child.spawn()
print(child.pid, flush=True)
time.sleep(60)
"""


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_ctrl_c_on_the_terminal_does_not_reach_a_child(tmp_path):
    child = Child("sleeper", ["sleep", "60"], tmp_path / "log")
    child.spawn()

    try:
        assert os.getsid(child.pid or 0) != os.getsid(0)
    finally:
        child.kill()


def test_a_child_that_ignores_sigterm_is_killed_when_patience_ends(tmp_path):
    child = Child("deaf", [sys.executable, "-c", STUBBORN], tmp_path / "log")
    child.spawn()
    until(lambda: "deaf" in child.log.read_text(encoding="utf-8"))

    began = time.monotonic()
    child.stop(patience=0.2)

    assert time.monotonic() - began < 5
    assert child.exit_code == -signal.SIGKILL


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of it")
def test_a_child_dies_with_a_parent_that_is_killed(tmp_path):
    command = [sys.executable, "-c", PARENT, tmp_path / "grandchild.log"]
    parent = Child("parent", command, tmp_path / "parent.log")
    parent.spawn()
    until(lambda: parent.log.read_text(encoding="utf-8").endswith("\n"))
    grandchild = int(parent.log.read_text(encoding="utf-8"))
    assert is_there(grandchild)

    parent.kill()

    until(lambda: not is_there(grandchild))


def test_a_child_outlives_the_thread_that_asked_for_it(tmp_path):
    """The kernel's death signal follows threads; a careless fork would tie the child to one."""
    child = Child("sleeper", ["sleep", "0.3"], tmp_path / "log")
    asking = threading.Thread(target=child.spawn)
    asking.start()
    asking.join()

    until(lambda: not child.running)

    assert child.exit_code == 0


def test_what_a_child_prints_is_appended_to_its_log(tmp_path):
    log = tmp_path / "logs" / "talker.log"
    for word in ("one", "two"):
        child = Child("talker", ["echo", word], log)
        child.spawn()
        until(lambda child=child: not child.running)

    assert log.read_text(encoding="utf-8") == "one\ntwo\n"
