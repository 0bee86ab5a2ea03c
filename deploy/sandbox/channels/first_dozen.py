"""The orders a newcomer finds: a few of every fate, placed once in the life of a data folder."""

import asyncio
from typing import Any

from sandbox.channels.archive import Archive
from sandbox.channels.channel import ActRefusedError, Store
from sandbox.channels.generator import Fault, Method
from sandbox.channels.market import Market
from sandbox.channels.purchase import Purchase

# Eight that pass, three that wait for a person, and one that the buyer regrets.
_PLAN = (
    Purchase(method=Method.PIX, company=False, third_party=False),
    Purchase(method=Method.CARD, company=False, third_party=False, instalments=3),
    Purchase(fault=Fault.UNKNOWN_SKU, company=False, third_party=False),
    Purchase(method=Method.CARD, company=True, third_party=False, instalments=1),
    Purchase(method=Method.BOLETO, company=True, third_party=False),
    Purchase(fault=Fault.MISSING_TAX_ID, company=False, third_party=False),
    Purchase(method=Method.PIX, company=False, third_party=True),
    Purchase(method=Method.CARD, company=False, third_party=True, instalments=10),
    Purchase(method=Method.PIX, company=False, third_party=False),  # cancelled, see _REGRETTED
    Purchase(fault=Fault.GENERIC_NAME, company=False, third_party=False),
    Purchase(method=Method.CARD, company=False, third_party=False, instalments=2),
    Purchase(method=Method.PIX, company=False, third_party=False),
)
_REGRETTED = 8


class FirstDozen:
    """Places the plan's orders, again from its start when more are asked for, and cancels some.

    How far it came is noted with each order, so that a restart neither repeats nor forgets.
    """

    def __init__(self, archive: Archive, market: Market) -> None:
        self._archive = archive
        self._market = market

    def place(self, store: Store, orders: int) -> list[dict[str, Any]]:
        """Place what is missing of the first `orders`; gives those placed now."""
        placed = []
        for position in range(self._progress(store)["placed"], orders):
            turn = position % len(_PLAN)
            with self._archive.transaction():
                order = self._market.place(store, _PLAN[turn])
                progress = self._progress(store)
                progress["placed"] = position + 1
                if turn == _REGRETTED:
                    progress["to_cancel"].append(order["id"])
                self._archive.write_note(_key(store), progress)
            placed.append(order)
        return placed

    def has_regrets(self, store: Store) -> bool:
        """Whether some order is still to be cancelled."""
        return bool(self._progress(store)["to_cancel"])

    async def regret(self, store: Store, after: float) -> None:
        """Cancel those that are to be cancelled, after so many real seconds."""
        await asyncio.sleep(after)
        while waiting := self._progress(store)["to_cancel"]:
            with self._archive.transaction():
                self._cancel(store, waiting.pop())
                self._archive.write_note(
                    _key(store), {**self._progress(store), "to_cancel": waiting}
                )

    def _cancel(self, store: Store, order_id: int) -> None:
        try:
            self._market.act(store, order_id, "cancel", {"reason": "customer"})
        except ActRefusedError:
            return  # someone cancelled it by hand meanwhile

    def _progress(self, store: Store) -> dict[str, Any]:
        noted: dict[str, Any] | None = self._archive.note(_key(store))
        return noted or {"placed": 0, "to_cancel": []}


def _key(store: Store) -> str:
    return f"first orders of {store.id}"
