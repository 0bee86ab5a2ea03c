"""Which messages come in, and the one function that decides about them."""

from collections.abc import Callable, Sequence
from typing import Final

from capture import fetch
from capture.fetch import Fetch
from capture.intake import Intake
from capture.messages import Seen
from capture.sighting import Sighting, step
from capture.tally import Tally
from chassis.clock import Clock
from chassis.flow import Flow, Publishes, Step
from chassis.store import Documents
from contracts.envelope import Message
from contracts.fetches import FetchCommand
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


def fetches(
    documents: Documents[Fetch],
    publisher: Publishes,
    clock: Clock,
    wake: Callable[[], None],
) -> Flow[Fetch]:
    """What people ask of fetches; `wake` is called when there may be work."""
    return Flow(
        service=SERVICE,
        topics=(FetchCommand.topic,),
        step=fetch.step,
        documents=documents,
        publisher=publisher,
        clock=clock,
        after=wake,
    )


def tallied(tally: Tally) -> Step[Sighting]:
    """The step, and a word in the log about every copy that it ignores."""

    def counted(
        known: Sighting | None, message: Message
    ) -> tuple[Sighting | None, Sequence[Message]]:
        sighting, told = step(known, message)
        if isinstance(message, Seen) and sighting and sighting.ignored and not told:
            tally.ignored(sighting.ignored, sighting.store_id, sighting.order_id)
        if isinstance(message, Seen) and told:
            tally.captured[message.order.channel] += 1
        return sighting, told

    return counted
