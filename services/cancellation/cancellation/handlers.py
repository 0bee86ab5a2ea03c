"""Which messages come in, and the one function that decides about them."""

from typing import Any, Final

from cancellation.policy import step
from cancellation.standing import Standing
from chassis.clock import Clock
from chassis.flow import Flow, Publishes, decode_lean
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
        read=decode_lean,
    )


def encode(standing: Standing) -> dict[str, Any]:
    """A standing as its document."""
    return standing.model_dump(mode="json")


def decode(document: dict[str, Any]) -> Standing:
    """A standing from its document."""
    return Standing.model_validate(document)
