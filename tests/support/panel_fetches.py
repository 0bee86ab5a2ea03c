"""Fetches as the panel knows them, in memory."""

from collections.abc import Sequence

from chassis.store import Kept
from contracts.envelope import Message
from contracts.fetches import FetchOutcome, FetchProgress, OrderFetched
from contracts.sweeps import StoreSwept
from panel.fetches import Told, step
from tests.support.memory import MemoryDocuments


class MemoryFetchBook(MemoryDocuments[Told]):
    """A FetchBook over documents in a dict."""

    async def hear(self, *messages: Message) -> None:
        """Fold what capture tells."""
        for message in messages:
            kept = (await self.load([message.subject])).get(message.subject)
            told, _ = step(kept.state if kept else None, message)
            if told is not None:
                await self.save({message.subject: Kept(told, kept.version if kept else 0)})

    async def latest(self, store_id: str, most: int) -> list[FetchProgress]:
        found = [p for p in self._progress() if p.store_id == store_id]
        return sorted(found, key=lambda p: p.asked_at, reverse=True)[:most]

    async def one(self, store_id: str, fetch_id: str) -> FetchProgress | None:
        found = (p for p in self._progress() if (p.store_id, p.fetch_id) == (store_id, fetch_id))
        return next(found, None)

    async def swept(self, store_id: str) -> StoreSwept | None:
        told = self.state(store_id)
        return told.swept if told else None

    async def orders(self, fetch_id: str, outcomes: Sequence[FetchOutcome]) -> list[OrderFetched]:
        orders = [kept.state.order for kept in self.kept.values()]
        found = [o for o in orders if o and o.fetch_id == fetch_id and o.outcome in outcomes]
        return sorted(found, key=lambda o: o.placed_at, reverse=True)

    def _progress(self) -> list[FetchProgress]:
        return [kept.state.progress for kept in self.kept.values() if kept.state.progress]
