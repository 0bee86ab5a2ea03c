"""How much may go out in a minute, and whose turn it is when all want more. Pure: moments come in.

Windows slide: no minute, wherever it starts, holds more than the limit (omie-api.md 2).
"""

from bisect import insort
from collections import deque
from typing import Final, NamedTuple

SPAN_S: Final = 60.1
"""A minute, and a little for two clocks that do not run alike."""
ROUNDING_S: Final = 1e-6
"""A wait shorter than this may be lost in a float, and would never end."""
AT_ONCE: Final = 0.05
"""The part of a shared allowance that may go out at once; the rest is spread over the minute."""
HEAD_START: Final = 3.0
"""By how many calls one who comes back after a pause goes before all who never stopped: about as
many as one order needs."""


class Window:
    """At most `most` calls in any `span_s` seconds.

    A call counts from its start until `span_s` after its end, for the other side may have counted
    it anywhere in between. However long answers take, its own count never exceeds the limit.
    """

    def __init__(self, most: int, span_s: float = SPAN_S) -> None:
        self._most = most
        self._span_s = span_s
        self._running = 0
        self._ended: deque[float] = deque()

    def wait(self, now: float) -> float | None:
        """Seconds until a call may start: 0 is now, None is once a running call has ended."""
        while self._ended and self._ended[0] + self._span_s <= now + ROUNDING_S:
            self._ended.popleft()
        if self._running + len(self._ended) < self._most:
            return 0.0
        return self._ended[0] + self._span_s - now if self._ended else None

    def left(self, now: float) -> int:
        """How many calls may still start."""
        self.wait(now)
        return self._most - self._running - len(self._ended)

    def start(self) -> None:
        """A call goes out."""
        self._running += 1

    def end(self, now: float) -> None:
        """A call is over, well or badly."""
        self._running -= 1
        self._ended.append(now)


class Ticket(NamedTuple):
    """A place in the queue: the smaller, the sooner."""

    turn: float
    number: int
    key: str


class Share:
    """A window that many share: nobody's backlog keeps another one waiting for its next minute.

    Two rules do it. What goes out is spread over the minute but for a small part, so that there is
    always some soon. And of those who wait, the one who has had less goes first (start-time fair
    queueing: a key's calls are numbered, and whoever comes back after a pause is numbered from
    a little before where the others are by now).
    """

    def __init__(self, most: int, span_s: float = SPAN_S) -> None:
        self._window = Window(most, span_s)
        self._at_once = max(1.0, most * AT_ONCE)
        self._per_s = max(1.0, most - self._at_once) / span_s
        self._left, self._left_at = self._at_once, 0.0
        self._queue: list[Ticket] = []
        self._numbers = 0
        self._turn = 0.0
        self._next: dict[str, float] = {}

    @property
    def queued(self) -> int:
        """How many wait for their turn."""
        return len(self._queue)

    def left(self, now: float) -> int:
        """How many calls may still start in the running minute."""
        return self._window.left(now)

    def expected(self, key: str, now: float) -> float:
        """About how many seconds `key` would wait if it asked now."""
        turn = self._turn_of(key)
        before = sum(ticket.turn <= turn for ticket in self._queue)
        missing = before + 1 - self._filled(now)
        return max(missing / self._per_s, self._window.wait(now) or 0.0, 0.0)

    def ask(self, key: str) -> Ticket:
        """Join the queue."""
        turn = self._turn_of(key)
        self._next[key] = turn + 1
        self._numbers += 1
        ticket = Ticket(turn, self._numbers, key)
        insort(self._queue, ticket)
        return ticket

    def first(self) -> Ticket | None:
        """Whose turn it is."""
        return self._queue[0] if self._queue else None

    def wait(self, ticket: Ticket, now: float) -> float | None:
        """Seconds until this one may start; None until somebody else starts, leaves or ends."""
        if ticket is not self._queue[0]:
            return None
        window = self._window.wait(now)
        if window is None:
            return None
        missing = 1.0 - self._filled(now)
        return max(window, missing / self._per_s if missing > ROUNDING_S else 0.0)

    def start(self, ticket: Ticket, now: float) -> None:
        """Its call goes out."""
        self._queue.remove(ticket)
        self._turn = max(self._turn, ticket.turn)
        self._left, self._left_at = max(0.0, self._filled(now) - 1), now
        self._window.start()

    def leave(self, ticket: Ticket) -> None:
        """It does not want to call any more."""
        self._queue.remove(ticket)
        self._next[ticket.key] -= 1

    def end(self, now: float) -> None:
        """A call is over, well or badly."""
        self._window.end(now)

    def _turn_of(self, key: str) -> float:
        return max(self._turn - HEAD_START, self._next.get(key, 0.0))

    def _filled(self, now: float) -> float:
        """How many calls may go out at once now."""
        return min(self._at_once, self._left + (now - self._left_at) * self._per_s)
