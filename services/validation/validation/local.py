"""What the service tells itself. These travel on no topic."""

from typing import ClassVar

from contracts.envelope import Message


class _Local(Message):
    """About one order; `visit` names the round of second looks it belongs to."""

    topic: ClassVar[str] = ""

    order_id: str
    visit: str

    @property
    def key(self) -> str:
        """The order."""
        return self.order_id

    @property
    def subject(self) -> str:
        """The order."""
        return self.order_id

    @property
    def event_id(self) -> str:
        """One per visit and order."""
        return f"{self.visit}|{self.order_id}"


class Revisit(_Local):
    """Look at this order again: what its store or its ERP says may have changed."""

    type: ClassVar[str] = "br.esteira.local.revisit"


class Told(_Local):
    """What the visit decided about this order is on its topic for good."""

    type: ClassVar[str] = "br.esteira.local.told"
