"""What was asked of the ERP and how it answered, for assertions; secrets never appear in it."""

import json
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

KEPT = 20_000
MASK = "********"


@dataclass(slots=True)
class Entry:
    """One request; `status` stays 0 while it is under way, and where the connection was cut."""

    seq: int
    at: datetime
    ip: str
    service: str
    body: bytes
    app_key: str = ""
    call: str = ""
    status: int = 0
    fault: str = ""
    injected: str = ""

    def listed(self) -> dict[str, Any]:
        """The entry as JSON, its secret masked."""
        try:
            param = json.loads(self.body).get("param")
        except (ValueError, TypeError, AttributeError):
            param = None
        return {
            "seq": self.seq,
            "time": self.at.isoformat(),
            "ip": self.ip,
            "app_key": self.app_key,
            "app_secret": MASK,
            "service": self.service,
            "call": self.call,
            "param": param,
            "status": self.status,
            "fault": self.fault,
            "injected": self.injected,
        }


class Journal:
    """The newest requests, and counts of all since the journal was last cleared."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self._counts: Counter[tuple[str, str, int]] = Counter()
        self._seq = 0

    def open(self, at: datetime, ip: str, service: str, body: bytes) -> Entry:
        """Enter a request that has arrived."""
        self._seq += 1
        entry = Entry(self._seq, at, ip, service, body)
        self._entries.append(entry)
        return entry

    def close(self, entry: Entry) -> None:
        """Count a request that has ended."""
        self._counts[entry.app_key, entry.call, entry.status] += 1

    def clear(self) -> None:
        """Forget everything; sequence numbers go on."""
        self._entries.clear()
        self._counts.clear()

    def find(
        self, app_key: str = "", call: str = "", since: datetime | None = None, after: int = 0
    ) -> Iterator[Entry]:
        """Entries in order of arrival: of a key, of a call, from a moment or after a number."""
        for entry in self._entries:
            if (
                entry.seq > after
                and (not app_key or entry.app_key == app_key)
                and (not call or entry.call == call)
                and (since is None or entry.at >= since)
            ):
                yield entry

    def counts(self, app_key: str = "", call: str = "") -> dict[str, dict[str, int]]:
        """How many requests of each call ended with each HTTP status."""
        found: dict[str, dict[str, int]] = {}
        for (key, name, status), count in self._counts.items():
            if (not app_key or key == app_key) and (not call or name == call):
                statuses = found.setdefault(name, {})
                statuses[str(status)] = statuses.get(str(status), 0) + count
        return found
