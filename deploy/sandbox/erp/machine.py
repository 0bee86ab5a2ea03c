"""The parts of the running sandbox that both the API and the control routes work on."""

from dataclasses import dataclass

from sandbox.erp.clock import SandboxClock
from sandbox.erp.companies import Companies
from sandbox.erp.injection import Injections
from sandbox.erp.journal import Journal
from sandbox.erp.limits import Limits


@dataclass
class Machine:
    """Books, limits, injected faults, journal and clock; `latency_ms` is what every call takes."""

    companies: Companies
    limits: Limits
    injections: Injections
    journal: Journal
    clock: SandboxClock
    latency_ms: float = 0
