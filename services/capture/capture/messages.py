"""What the reader tells the step of capture. These messages never leave the process."""

from typing import ClassVar

from capture.channels.channel import Money
from contracts.envelope import Message
from contracts.events import RawDocument
from contracts.order import Order


class _Local(Message):
    """A message about one store's order; it is on no topic and has no identity of its own."""

    topic: ClassVar[str] = ""

    store_id: str
    account_id: str

    @property
    def key(self) -> str:
        """The account, as on every topic of orders."""
        return self.account_id

    @property
    def event_id(self) -> str:
        """None: nobody outside hears of it."""
        return ""


class Seen(_Local):
    """A copy of an order was read. `copy_id` is the inbox record it came with.

    `asked_by` is the sweep or run that wanted it read, if one did. `before_store_start` and
    `before_publication` say that it was placed before the store's orders, or those of its
    listings, are wanted; `excluded_tag` and `excluded_source`, that the store never wants it.
    """

    type: ClassVar[str] = "br.esteira.capture.seen"

    copy_id: str
    order: Order
    money: Money
    test: bool = False
    sold_elsewhere: bool = False
    asked_by: str = ""
    before_store_start: bool = False
    before_publication: bool = False
    excluded_tag: bool = False
    excluded_source: bool = False
    raw: tuple[RawDocument, ...] = ()

    @property
    def subject(self) -> str:
        """The order."""
        return self.order.order_id


class Deleted(_Local):
    """The channel deleted the order."""

    type: ClassVar[str] = "br.esteira.capture.deleted"

    order_id: str

    @property
    def subject(self) -> str:
        """The order."""
        return self.order_id


class Erase(_Local):
    """Forget whose order this is."""

    type: ClassVar[str] = "br.esteira.capture.erase"

    order_id: str

    @property
    def subject(self) -> str:
        """The order."""
        return self.order_id


class Left(_Local):
    """The shop removed the app."""

    type: ClassVar[str] = "br.esteira.capture.left"

    cause: str

    @property
    def subject(self) -> str:
        """The store."""
        return self.store_id
