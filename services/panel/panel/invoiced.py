"""That an order became an NF-e: no topic tells it, so the panel tells its own rows. Pure.

The ERP shows the number in its log of stages (omie-api.md 8.2), which the panel reads anyway.
"""

from typing import ClassVar

from contracts.envelope import Event


class Invoiced(Event):
    """The ERP shows an NF-e of this order; its number is digits without leading zeros.

    This one is on no topic. A later one with another number counts.
    """

    type: ClassVar[str] = "br.esteira.panel.invoiced"
    topic: ClassVar[str] = ""

    nfe_number: str
