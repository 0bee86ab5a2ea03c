"""What holds for all tests."""

import signal

from hypothesis import HealthCheck, settings

settings.register_profile(
    "esteira",
    # A busy machine is no defect: how fast we are is for the benchmarks to say.
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("esteira")

# Whoever runs the tests in the background has Ctrl-C ignored, and our children would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
