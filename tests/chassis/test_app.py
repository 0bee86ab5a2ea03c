"""A service as its supervisor and its operator see it, while Kafka is not there."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from tests.support.waiting import until

SECRET = "q83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4k="
STOPS_WITHIN_S = 5


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def service(port: int) -> Iterator[subprocess.Popen[str]]:
    """The tally on a broker and a database that are both away."""
    environ = {
        "PATH": os.environ["PATH"],
        "ESTEIRA_KAFKA": "127.0.0.1:1",
        "ESTEIRA_MONGODB": "mongodb://127.0.0.1:1/",
        "ESTEIRA_SECRET_KEY": SECRET,
    }
    command = [sys.executable, "-m", "tests.support.tally", str(port)]
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own words
        try:
            yield process
        finally:
            process.kill()


def status(port: int, path: str) -> int:
    try:
        return httpx.get(f"http://127.0.0.1:{port}{path}", trust_env=False).status_code
    except httpx.TransportError:
        return 0


def events(output: str) -> list[str]:
    return [json.loads(line)["event"] for line in output.splitlines()]


def test_without_kafka_a_service_is_alive_but_not_ready_and_still_stops_at_once():
    port = free_port()

    with service(port) as process:
        until(lambda: status(port, "/healthz/live") == 200)
        assert status(port, "/healthz/ready") == 503
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=STOPS_WITHIN_S)

    assert process.returncode == 0
    assert events(output)[-2:] == ["stopping", "stopped"]
    assert "waiting" in events(output)


def test_a_taken_port_ends_the_service_and_is_named():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with service(port) as process:
            output, _ = process.communicate(timeout=20)

    assert process.returncode == 70
    assert str(port) in output
    assert "service_broken" in events(output)
