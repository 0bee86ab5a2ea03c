"""Which messages come in, and the one function that decides about them."""

from collections.abc import Sequence
from typing import Any, Final

from cancellation.policy import step
from cancellation.standing import Standing, concerns_us
from chassis.clock import Clock
from chassis.flow import Failed, Flow, Publishes, Read, Record, decode_lean
from chassis.store import Documents
from contracts.commands import ResolveCancellation
from contracts.events import OrderCaptured, OrderPosted

SERVICE: Final = "cancellation"


def flow(documents: Documents[Standing], publisher: Publishes, clock: Clock) -> Flow[Standing]:
    """Captured and posted orders and people's choices in, cancellations and refunds out."""
    return Flow(
        service=SERVICE,
        topics=(OrderCaptured.topic, OrderPosted.topic, ResolveCancellation.topic),
        step=step,
        documents=documents,
        publisher=publisher,
        clock=clock,
        read=_read,
    )


async def _read(records: Sequence[Record]) -> Sequence[Read]:
    """What concerns us. Most captured orders do not, and need not be looked up."""
    return [
        each if isinstance(each, Failed) else [m for m in each if concerns_us(m)]
        for each in await decode_lean(records)
    ]


def encode(standing: Standing) -> dict[str, Any]:
    """A standing as its document."""
    return standing.model_dump(mode="json")


def decode(document: dict[str, Any]) -> Standing:
    """A standing from its document."""
    return Standing.model_validate(document)
