"""One run per data folder."""

import os
import sys

import pytest

from embedded.child import Child
from embedded.errors import SetupError
from embedded.lock import alone
from tests.support.waiting import until

HOLDER = """
import sys, time
from pathlib import Path
from embedded.lock import alone
with alone(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_run_is_told_which_process_to_stop(tmp_path):
    with (
        alone(tmp_path),
        pytest.raises(SetupError, match=f"process {os.getpid()}"),
        alone(tmp_path),
    ):
        pass


def test_the_folder_is_free_again_after_a_run(tmp_path):
    with alone(tmp_path):
        pass
    with alone(tmp_path):
        pass


def test_the_folder_is_free_again_after_a_run_that_was_killed(tmp_path):
    holder = Child("holder", [sys.executable, "-c", HOLDER, tmp_path], tmp_path / "holder.log")
    holder.spawn()
    until(lambda: "held" in holder.log.read_text(encoding="utf-8"))
    with pytest.raises(SetupError), alone(tmp_path):
        pass

    holder.kill()

    with alone(tmp_path):
        pass
