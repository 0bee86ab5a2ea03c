"""Second looks: when facts change, the orders that wait for them are judged again by themselves.

A verdict of a second look has no record on a topic that would repeat it after a crash, so the
case is marked with the visit until what was decided is told; a restart visits what is marked.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol

import structlog

from chassis.clock import Clock
from chassis.flow import Flow
from chassis.patience import patiently
from chassis.store import Collection_, translated
from contracts.listings import ListingLinked
from contracts.stores import StoreConfigured
from validation.case import Case
from validation.local import Revisit, Told

BATCH: Final = 200

log = structlog.get_logger()


class OpenCases(Protocol):
    """Finds the cases that facts may change."""

    async def find(self, store_id: str, *, everything: bool) -> Sequence[str]:
        """Their orders' ids; without `everything` only of cases nobody judged yet."""


class MongoOpenCases:
    """The open cases among the documents that `case_document` writes."""

    def __init__(self, cases: Collection_[dict[str, Any]]) -> None:
        self._cases = cases

    async def prepare(self) -> None:
        """Make the index, over open cases only: a validated order costs no entry."""
        with translated():
            await self._cases.create_index(
                [("store_id", 1), ("_id", 1)], partialFilterExpression={"open": True}
            )

    async def find(self, store_id: str, *, everything: bool) -> Sequence[str]:
        """See OpenCases."""
        query: dict[str, Any] = {"open": True, "store_id": store_id}
        if not everything:
            query["verdict"] = "waiting"
        with translated():
            found = await self._cases.find(query, {"_id": 1}).sort("_id", 1).to_list(None)
        return [document["_id"] for document in found]


class Revisits:
    """Visits the orders of whole stores, one store after the other, however often asked.

    `flow` is the one that takes the records: an order that it judged by the facts as they were is
    looked for only once it is stored.
    """

    def __init__(
        self, flow: Flow[Case], cases: OpenCases, clock: Clock, new_visit: Callable[[], str]
    ) -> None:
        self._flow = flow
        self._cases = cases
        self._clock = clock
        self._new_visit = new_visit
        self._wanted: dict[str, bool] = {}
        self._woken = asyncio.Event()

    def want(self, store_id: str, everything: bool) -> None:
        """Visit the store's orders: all open ones, or those nobody judged yet."""
        self._wanted[store_id] = everything or self._wanted.get(store_id, False)
        self._woken.set()

    def configured(self, store: StoreConfigured) -> None:
        """The store has other settings, or another account: visit its open orders."""
        self.want(store.store_id, everything=True)

    def linked(self, link: ListingLinked) -> None:
        """A listing of the store is other products now: visit its open orders."""
        self.want(link.store_id, everything=True)

    async def run(self) -> None:
        """Visit what is wanted, until cancelled."""
        while True:
            await self._woken.wait()
            self._woken.clear()
            await self.settle()

    async def settle(self) -> None:
        """Visit until nothing more is wanted."""
        while self._wanted:
            store_id = next(iter(self._wanted))
            await self._visit(store_id, everything=self._wanted.pop(store_id))

    async def _visit(self, store_id: str, *, everything: bool) -> None:
        await self._flow.settled()
        ids = await patiently(
            lambda: self._cases.find(store_id, everything=everything), "finding open orders"
        )
        for start in range(0, len(ids), BATCH):
            now, visit = self._clock(), self._new_visit()
            batch = ids[start : start + BATCH]
            await self._flow.inject(
                [Revisit(order_id=id_, visit=visit, occurred_at=now) for id_ in batch]
            )
            await self._flow.inject(
                [Told(order_id=id_, visit=visit, occurred_at=now) for id_ in batch]
            )
        if ids:
            log.info("orders_revisited", store_id=store_id, orders=len(ids))
