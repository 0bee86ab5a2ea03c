"""What was just written to the ledger, so that it is not read back."""

from collections import defaultdict
from datetime import datetime
from heapq import nsmallest
from typing import Final

from chassis.store import Kept
from erp_writer.entry import Entry

REMEMBERED: Final = 2_000
"""Entries kept in memory while they are open, at some 15 KB each."""


class Memory:
    """The entries written last that are still to be acted on, `most` of them, as they are stored.

    Another process may have written one since: who acts on what is remembered does so by
    compare-and-set, and forgets what turns out to be old.
    """

    def __init__(self, most: int = REMEMBERED) -> None:
        self._most = most
        self._kept: dict[str, Kept[Entry]] = {}
        self._accounts: defaultdict[str, dict[str, Kept[Entry]]] = defaultdict(dict)

    def recall(self, order_id: str, version: int) -> Entry | None:
        """The entry at this version, if it is remembered."""
        kept = self._kept.get(order_id)
        return kept.state if kept is not None and kept.version == version else None

    def due(self, account_id: str, now: datetime, most: int) -> list[Kept[Entry]]:
        """The account's entries to act on now, in the ledger's order."""
        known = self._accounts.get(account_id, {}).values()
        due = (kept for kept in known if kept.state.due_at <= now)
        return nsmallest(most, due, key=lambda kept: (kept.state.work or 0, kept.state.since))

    def learn(self, entry: Entry, version: int) -> None:
        """The entry is stored so."""
        self.forget(entry.order_id)
        if entry.work is None:
            return
        kept = Kept(entry, version)
        self._kept[entry.order_id] = self._accounts[entry.account_id][entry.order_id] = kept
        if len(self._kept) > self._most:
            self.forget(next(iter(self._kept)))

    def forget(self, order_id: str) -> None:
        """Nobody knows how the entry is stored."""
        if (kept := self._kept.pop(order_id, None)) is not None:
            account = self._accounts[kept.state.account_id]
            del account[order_id]
            if not account:
                del self._accounts[kept.state.account_id]
