"""A message and where on its topic it was heard, so that people can read it to the letter."""

from collections.abc import Sequence
from typing import ClassVar

from chassis.flow import Failed, Read, Record, decode_all
from contracts.envelope import Message

Place = tuple[int, int]
"""A partition of the message's own topic, and the offset there."""


class Heard(Message):
    """A message as the panel reads it. This one is on no topic and has no identity of its own."""

    type: ClassVar[str] = "br.esteira.panel.heard"
    topic: ClassVar[str] = ""

    message: Message
    place: Place

    @property
    def key(self) -> str:
        """The message's own."""
        return self.message.key

    @property
    def subject(self) -> str:
        """The message's own."""
        return self.message.subject

    @property
    def event_id(self) -> str:
        """None: nobody outside hears of it."""
        return ""


async def read(records: Sequence[Record]) -> Sequence[Read]:
    """Read each record by its topic's contract, and keep where it was."""
    said = await decode_all(records)
    return [_placed(record, each) for record, each in zip(records, said, strict=True)]


def _placed(record: Record, said: Read) -> Read:
    if isinstance(said, Failed):
        return said
    place = (record.partition, record.offset)
    return [Heard(occurred_at=m.occurred_at, message=m, place=place) for m in said]
