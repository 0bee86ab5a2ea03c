"""The parts of the running sandbox that both the API and the control routes work on."""

from dataclasses import dataclass, field

from sandbox.erp.clock import SandboxClock
from sandbox.erp.companies import Companies
from sandbox.erp.injection import Injections
from sandbox.erp.journal import Journal
from sandbox.erp.limits import Limits


@dataclass
class Machine:
    """Books, limits, injected faults, journal and clock; `latency_ms` is what every call takes.

    `with_200` are the numbers of the faults that come with HTTP 200 instead of 500: 5113, say.
    """

    companies: Companies
    limits: Limits
    injections: Injections
    journal: Journal
    clock: SandboxClock
    latency_ms: float = 0
    with_200: frozenset[int] = field(default_factory=frozenset)
