"""Faults on demand: what goes wrong, for whom, how often."""

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from sandbox.erp import faults
from sandbox.erp.limits import BLOCK_S, WINDOW_S

Kind = Literal[
    "refuse", "timeout", "timeout_after", "cut_before", "cut_after", "throttle", "block",
    "broken", "broken_after", "html", "empty", "suspend", "busy", "redundant",
]  # fmt: skip
KINDS: tuple[Kind, ...] = get_args(Kind)
AFTER_THE_WRITE = frozenset({"cut_after", "broken_after", "timeout_after"})
"""The call is carried out, and its answer is lost."""


@dataclass
class Injection:
    """One rule: the kind of trouble, which calls it meets (all, where None) and how many times."""

    kind: Kind
    service: str | None = None
    call: str | None = None
    app_key: str | None = None
    text: str = ""
    times: int | None = 1
    delay_ms: float = 0
    status: int | None = None
    until: float | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind is one of {', '.join(KINDS)}")

    def meets(self, service: str, call: str, app_key: str) -> bool:
        """Whether the rule is for this call."""
        wanted = (self.service, self.call, self.app_key)
        return all(
            want is None or want == have
            for want, have in zip(wanted, (service, call, app_key), strict=True)
        )

    def fault(self, now: float) -> faults.Fault | None:
        """The fault this rule answers with; None for trouble that is no fault body."""
        made: Callable[[], faults.Fault] | None = {
            "refuse": lambda: faults.Fault("ERROR: Operação recusada pelo ERP!"),
            "throttle": faults.too_many_requests,
            "block": lambda: faults.misuse(self._left(now)),
            "broken": faults.broken_response,
            "broken_after": faults.broken_response,
            "suspend": faults.key_suspended,
            "busy": faults.busy,
            "redundant": lambda: faults.redundant(WINDOW_S),
        }.get(self.kind)
        if made is None:
            return None
        fault = made()
        fault.text = self.text or fault.text
        fault.status = self.status or fault.status
        return fault

    def _left(self, now: float) -> int:
        return max(1, math.ceil((self.until or now + BLOCK_S) - now))


class Injections:
    """The rules in force, oldest first; the first that meets a call is spent on it."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._rules: list[Injection] = []

    def add(self, rule: Injection) -> None:
        """Put a rule in force. A block begins now and ends by itself after half an hour."""
        if rule.kind == "block":
            rule.until = self._clock().timestamp() + BLOCK_S
        self._rules.append(rule)

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        self._rules.clear()

    def listed(self) -> list[dict[str, Any]]:
        """The rules in force, as JSON."""
        return [asdict(rule) for rule in self._rules]

    def take(self, service: str, call: str, app_key: str) -> Injection | None:
        """The rule that meets this call, with one of its times spent."""
        if not self._rules:
            return None
        now = self._clock().timestamp()
        self._rules = [rule for rule in self._rules if rule.until is None or rule.until > now]
        for rule in self._rules:
            if rule.meets(service, call, app_key):
                if rule.times is not None:
                    rule.times -= 1
                    if rule.times <= 0:
                        self._rules.remove(rule)
                return rule
        return None
