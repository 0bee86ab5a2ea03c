"""What holds for all tests."""

import signal

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "esteira",
    # A busy machine is no defect: how fast we are is for the benchmarks to say.
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("esteira")


@pytest.fixture(autouse=True)
def ctrl_c() -> None:
    """Ctrl-C as a terminal's programs hear it, whoever started us and whatever ran before.

    Started in the background we would ignore it, and our children with us.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
