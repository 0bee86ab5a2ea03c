"""Which messages come in, and the one function that decides about them."""

from collections.abc import Sequence
from typing import Final

from capture.intake import Intake
from capture.messages import Seen
from capture.sighting import Sighting, step
from capture.tally import Tally
from chassis.clock import Clock
from chassis.flow import Flow, Publishes, Step
from chassis.store import Documents
from contracts.envelope import Message
from contracts.topics import INBOX

SERVICE: Final = "capture"


def flow(
    intake: Intake,
    documents: Documents[Sighting],
    publisher: Publishes,
    tally: Tally,
    clock: Clock,
) -> Flow[Sighting]:
    """Webhooks in; `OrderCaptured`, `OrderErased` and `StoreDisconnected` out."""
    return Flow(
        service=SERVICE,
        topics=(INBOX,),
        step=tallied(tally),
        documents=documents,
        publisher=publisher,
        clock=clock,
        read=intake.read,
    )


def tallied(tally: Tally) -> Step[Sighting]:
    """The step, and a word in the log about every copy that it ignores."""

    def counted(
        known: Sighting | None, message: Message
    ) -> tuple[Sighting | None, Sequence[Message]]:
        sighting, told = step(known, message)
        if isinstance(message, Seen) and sighting and sighting.ignored and not told:
            tally.ignored(sighting.ignored, sighting.store_id, sighting.order_id)
        return sighting, told

    return counted
