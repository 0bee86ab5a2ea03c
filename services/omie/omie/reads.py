"""No identical read twice in a minute: the ERP refuses it, and counts the refusal.

Same key, method and parameters (omie-api.md 2). A repeat gets the answer that was given, as long
as it is kept; where it is not, or a fresh one is wanted, the caller hears how long to wait, and the
ERP hears nothing.
"""

from collections.abc import Hashable
from typing import Final

from omie.faults import Fault, FaultKind

WINDOW_S: Final = 61.0
KEPT_BYTES: Final = 16 * 1024 * 1024


class AskedBefore(Fault):
    """The ERP would refuse this read as redundant, so it was not asked."""

    def __init__(self, wait_s: float) -> None:
        super().__init__(FaultKind.REDUNDANT, code="asked-before", wait_s=wait_s)


class Reads:
    """What was asked within the last minute, and the answers. Every moment comes in."""

    def __init__(self, kept_bytes: int = KEPT_BYTES) -> None:
        self._asked: dict[Hashable, tuple[float, bytes | None]] = {}
        self._room = kept_bytes

    def recall(self, read: Hashable, now: float, *, fresh: bool) -> bytes | None:
        """The answer given within the last minute; None when the ERP may be asked.

        Raises AskedBefore when it may not be asked yet.
        """
        self._drop_old(now)
        if read not in self._asked:
            return None
        at, answer = self._asked[read]
        if answer is None or fresh:
            raise AskedBefore(at + WINDOW_S - now)
        return answer

    def asked(self, read: Hashable, now: float) -> None:
        """The ERP is being asked, or gave no answer to keep: the minute begins."""
        self._put(read, now, None)

    def answered(self, read: Hashable, now: float, answer: bytes) -> None:
        """The ERP answered; the minute begins anew, for it may have counted at any time."""
        self._put(read, now, answer)

    def forget(self, read: Hashable) -> None:
        """The question never reached the ERP."""
        self._room += len(self._asked.pop(read, (0.0, None))[1] or b"")

    def _put(self, read: Hashable, now: float, answer: bytes | None) -> None:
        self.forget(read)
        self._asked[read] = (now, answer)
        self._room -= len(answer or b"")
        for old, (at, kept) in self._asked.items():
            if self._room >= 0:
                break
            self._room += len(kept or b"")
            self._asked[old] = (at, None)

    def _drop_old(self, now: float) -> None:
        while self._asked:
            oldest = next(iter(self._asked))
            if self._asked[oldest][0] + WINDOW_S > now:
                return
            self.forget(oldest)
