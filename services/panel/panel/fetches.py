"""Fetches of orders ("Buscar Pedidos") as capture tells of them. Pure.

A fetch is a document with its latest step; each order that it dealt with is another, and so is
the latest sweep of each store.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from contracts.envelope import Message
from contracts.fetches import FetchProgress, OrderFetched
from contracts.sweeps import StoreSwept
from contracts.value import Value

FETCH: Final = "fetch"
ORDER: Final = "order"
SWEEP: Final = "sweep"


class Told(Value):
    """What was told last of a fetch, of one of its orders, or of a store's sweeps."""

    progress: FetchProgress | None = None
    order: OrderFetched | None = None
    swept: StoreSwept | None = None


def step(known: Told | None, message: Message) -> tuple[Told | None, Sequence[Message]]:
    """The later word counts: of a fetch its higher step, of an order what was said last."""
    match message:
        case FetchProgress():
            earlier = known.progress if known else None
            later = earlier is None or message.step >= earlier.step
            return (Told(progress=message) if later else known), ()
        case OrderFetched():
            said = known.order if known else None
            later = said is None or message.occurred_at >= said.occurred_at
            return (Told(order=message) if later else known), ()
        case StoreSwept():
            before = known.swept if known else None
            later = before is None or message.occurred_at >= before.occurred_at
            return (Told(swept=message) if later else known), ()
        case _:
            return known, ()


def encode(told: Told) -> dict[str, Any]:
    """A document, with what lists ask for at its top."""
    if told.order is not None:
        order = told.order
        return {
            "kind": ORDER,
            "fetch_id": order.fetch_id,
            "outcome": order.outcome.value,
            "placed_at": order.placed_at,
            "at": order.occurred_at,
            "told": order.model_dump(mode="json"),
        }
    if told.swept is not None:
        swept = told.swept
        return {"kind": SWEEP, "at": swept.occurred_at, "told": swept.model_dump(mode="json")}
    if told.progress is None:
        raise ValueError("nothing was told")
    return {
        "kind": FETCH,
        "store_id": told.progress.store_id,
        "asked_at": told.progress.asked_at,
        "at": told.progress.occurred_at,
        "told": told.progress.model_dump(mode="json"),
    }


def decode(document: Mapping[str, Any]) -> Told:
    """What a document says."""
    if document["kind"] == ORDER:
        return Told(order=OrderFetched.model_validate(document["told"]))
    if document["kind"] == SWEEP:
        return Told(swept=StoreSwept.model_validate(document["told"]))
    return Told(progress=FetchProgress.model_validate(document["told"]))
