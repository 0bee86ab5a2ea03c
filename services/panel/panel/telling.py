"""Telling the belt something while a person waits for the answer."""

import asyncio
from collections.abc import Sequence
from typing import Final

from chassis.flow import Publishes
from chassis.patience import Unavailable
from contracts.envelope import Message
from contracts.wire import encode

SERVICE: Final = "panel"
PATIENCE_S: Final = 3.0


async def tell(publisher: Publishes, message: Message, patience_s: float = PATIENCE_S) -> None:
    """Write the message durably. Raises Unavailable when that is not sure in time.

    Then it may still be written later: telling it again must be harmless.
    """
    await tell_all(publisher, [message], patience_s)


async def tell_all(
    publisher: Publishes, messages: Sequence[Message], patience_s: float = PATIENCE_S
) -> None:
    """Write the messages durably. Raises as `tell`."""
    try:
        async with asyncio.timeout(patience_s):
            await publisher.publish([encode(message, SERVICE) for message in messages])
    except TimeoutError:
        raise Unavailable("kafka: no answer in time") from None
