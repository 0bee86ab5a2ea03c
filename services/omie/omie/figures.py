"""What a process tells of its calls to the ERP, whichever accounts they are of."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from omie.pacing import Pacing

Read = Callable[[], Mapping[tuple[str, ...], float]]


class Metrics(Protocol):
    """Where a process keeps its figures."""

    def counted(self, name: str, about: str, labels: Sequence[str], read: Read) -> None:
        """Something that only grows."""

    def measured(self, name: str, about: str, labels: Sequence[str], read: Read) -> None:
        """Something that goes up and down."""


def tell(metrics: Metrics, pacing: Pacing) -> None:
    """The calls that pass this pacing, and what is left of the address's minute."""
    metrics.counted(
        "esteira_erp_calls_total", "Calls to the ERP; the outcome is a fault's kind or `answered`.",
        ("call", "outcome"), lambda: pacing.calls,
    )  # fmt: skip
    metrics.counted(
        "esteira_erp_wait_seconds_total", "Waited before calls, so that the ERP's limits hold.",
        ("call",), lambda: pacing.waited,
    )  # fmt: skip
    metrics.measured(
        "esteira_erp_calls_waiting", "Calls whose account may go and that wait for the address.",
        (), lambda: {(): pacing.queued},
    )  # fmt: skip
    metrics.measured(
        "esteira_erp_calls_left", "What this process may still send in the running minute.",
        (), lambda: {(): pacing.left},
    )  # fmt: skip
