"""Waiting for something to become true, instead of sleeping."""

import time
from collections.abc import Callable


def until(condition: Callable[[], bool], patience: float = 20) -> None:
    """Return when the condition holds; fail after `patience` seconds."""
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)
