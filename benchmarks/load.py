"""A closed-loop load over kept-alive connections: each sends its next request when it is answered.

One thread on raw sockets, so that the load costs far less than the server it measures.
"""

import gc
import select
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final

from benchmarks.benchmark import DidNotRun

_HOST: Final = "127.0.0.1"
_LARGEST_ANSWER: Final = 65_536
_END: Final = b"\r\n\r\n"
_LENGTH: Final = b"\r\ncontent-length: "
_GOOD: Final = b"HTTP/1.1 200 "


@dataclass(frozen=True, slots=True)
class Served:
    """What a server did under load: requests per second, the wait in ms of half and of 99 %.

    `cpu_us` is the server's CPU time for each request.
    """

    rate: float
    cpu_us: float
    p50_ms: float
    p99_ms: float


def request(host: str, path: str, headers: Mapping[str, str], body: bytes) -> bytes:
    """A POST as it goes over the wire."""
    head = {"Host": host, **headers, "Content-Length": str(len(body))}
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    return f"POST {path} HTTP/1.1\r\n{lines}\r\n".encode() + body


def drive(
    port: int,
    requests: Iterator[bytes],
    cpu_s: Callable[[], float],
    *,
    connections: int,
    warm_up_s: float,
    measured_s: float,
) -> Served:
    """Send requests for so long; `cpu_s` says how much CPU time the server has used so far.

    Raises DidNotRun on any answer but a 200.
    """
    with ExitStack() as opened:
        lines = [_Line(port) for _ in range(connections)]
        poll = opened.enter_context(select.epoll())
        for line in lines:
            opened.enter_context(line.socket)
        by_number = {line.socket.fileno(): line for line in lines}
        for number in by_number:
            poll.register(number, select.EPOLLIN)
        for line in lines:
            line.send(next(requests))
        gc.disable()
        try:
            _answered(poll, by_number, requests, warm_up_s)
            began, used = time.perf_counter(), cpu_s()
            waits = _answered(poll, by_number, requests, measured_s)
            took, used = time.perf_counter() - began, cpu_s() - used
        finally:
            gc.enable()
    waits.sort()
    return Served(
        rate=len(waits) / took,
        cpu_us=used / len(waits) * 1e6,
        p50_ms=waits[len(waits) // 2] * 1000,
        p99_ms=waits[len(waits) * 99 // 100] * 1000,
    )


class _Line:
    """One connection with one request on its way."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection((_HOST, port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sent_at = 0.0
        self._answer = b""

    def send(self, request: bytes) -> None:
        self.sent_at = time.perf_counter()
        self.socket.sendall(request)

    def answered(self) -> bool:
        """Read what is there; whether the answer is whole now."""
        self._answer += self.socket.recv(_LARGEST_ANSWER)
        head, end, body = self._answer.partition(_END)
        if not end:
            if not self._answer:
                raise DidNotRun("the server closed a connection under load")
            return False
        if not head.startswith(_GOOD):
            raise DidNotRun(f"the server answered {self._answer[:300]!r}")
        length = head.lower().partition(_LENGTH)[2].partition(b"\r\n")[0]
        if len(body) < int(length):
            return False
        self._answer = b""
        return True


def _answered(
    poll: select.epoll, lines: dict[int, _Line], requests: Iterator[bytes], seconds: float
) -> list[float]:
    """Keep all lines busy for a while; how long each answer took, in seconds."""
    waits: list[float] = []
    now = time.perf_counter()
    end = now + seconds
    while now < end:
        for number, _ in poll.poll(1.0):
            line = lines[number]
            if line.answered():
                now = time.perf_counter()
                waits.append(now - line.sent_at)
                line.send(next(requests))
        now = time.perf_counter()
    return waits
