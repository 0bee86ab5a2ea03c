"""The step: a message about an order in, its case as it is now and what to tell out. Pure.

The facts in memory, the clock, and a way to note which products the ERP should be asked about
are given; nothing here waits for anybody.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from chassis.clock import Clock
from contracts.commands import Corrections, ReprocessOrder
from contracts.envelope import Event, Message
from contracts.events import CapturedOrder, OrderErased
from contracts.order import Item, Order, OrderStatus
from contracts.reasons import Reason, ReasonCode
from validation.case import (
    Cancelled,
    Case,
    Erased,
    Pending,
    Validated,
    Verdict,
    Waiting,
)
from validation.catalogue import Catalogue
from validation.corrections import NO_CORRECTIONS, apply, merge
from validation.facts import Facts
from validation.local import Revisit, Told
from validation.match import CURED_AT_ERP, match
from validation.parts import lines, with_links
from validation.rules import judge
from validation.rules.filled import with_store_rules
from validation.terms import terms_for

REMEMBERED_COMMANDS: Final = 500
"""A redelivered or replayed command is known among this many; an order has a handful of them."""

Outcome = tuple[Case | None, Sequence[Event]]
NOTHING: Final[Sequence[Event]] = ()


@dataclass(frozen=True, slots=True)
class Validation:
    """Decides about orders.

    `facts_of` a store is None while it is not known well enough. `ask` notes the products of an
    account that a person may have put right in the ERP just now; it may be told twice.
    """

    facts_of: Callable[[str], Facts | None]
    ask: Callable[[str, Sequence[Item]], None]
    clock: Clock

    def step(self, case: Case | None, message: Message) -> Outcome:
        """Decide anew, or tell again what was decided."""
        if isinstance(message, CapturedOrder):
            return self._captured(case, message)
        if isinstance(message, OrderErased):
            return _erased(case, message), NOTHING
        if case is None or case.order is None or case.closed:
            return case, NOTHING
        if isinstance(message, ReprocessOrder):
            return self._reprocessed(case, case.order, message)
        return self._visited(case, case.order, message)

    def _captured(self, known: Case | None, captured: CapturedOrder) -> Outcome:
        """A later revision is judged as its first attempt, with the corrections made so far."""
        if known is not None:
            if known.closed or captured.revision < known.revision:
                return known, NOTHING
            if captured.revision == known.revision:
                return known, known.told()
        facts = self.facts_of(captured.store_id)
        corrections = known.corrections if known else NO_CORRECTIONS
        cancelled = captured.order.status is OrderStatus.CANCELLED
        case = Case(
            order_id=captured.order_id,
            store_id=captured.store_id,
            account_id=facts.store.account_id if facts else captured.account_id,
            revision=captured.revision,
            order=captured.order,
            corrections=corrections,
            verdict=Cancelled()
            if cancelled
            else self._verdict(captured.order, corrections, facts, None),
            commands=known.commands if known else (),
        )
        return case, case.told()

    def _reprocessed(self, case: Case, order: Order, command: ReprocessOrder) -> Outcome:
        if command.command_id in case.commands:
            return case, case.told()
        case = replace(
            case,
            corrections=merge(case.corrections, command.corrections),
            attempt=case.attempt + 1,
            commands=(*case.commands, command.command_id)[-REMEMBERED_COMMANDS:],
            visit="",
        )
        case = self._judged(case, order, self.clock())
        return case, case.told()

    def _visited(self, case: Case, order: Order, message: Message) -> Outcome:
        if isinstance(message, Revisit):
            return self._revisited(case, order, message)
        told = isinstance(message, Told) and message.visit == case.visit
        return (replace(case, visit="") if told else case), NOTHING

    def _revisited(self, case: Case, order: Order, revisit: Revisit) -> Outcome:
        """Judge again what is open; only another verdict is another attempt, and is told."""
        found = self._second_look(case, order)
        if found.verdict != case.verdict:
            waited = isinstance(case.verdict, Waiting)
            attempt = case.attempt if waited else case.attempt + 1
            case = replace(found, attempt=attempt, visit=revisit.visit)
        elif case.visit:
            case = replace(case, visit=revisit.visit)
        else:
            return case, NOTHING
        return case, case.told()

    def _second_look(self, case: Case, order: Order) -> Case:
        """The case as the facts are now; what was told stands until they say otherwise."""
        told = case.verdict
        if isinstance(told, Waiting):
            return self._judged(case, order, told.since)
        if not isinstance(told, Pending):
            return case
        found = self._judged(case, order, None)
        verdict = found.verdict
        same = isinstance(verdict, Pending) and verdict.reasons == told.reasons
        return case if same or isinstance(verdict, Waiting) else found

    def _judged(self, case: Case, order: Order, since: datetime | None) -> Case:
        """The case with its verdict, in the ERP account that its store has now."""
        facts = self.facts_of(case.store_id)
        account_id = facts.store.account_id if facts else case.account_id
        verdict = self._verdict(order, case.corrections, facts, since)
        return replace(case, verdict=verdict, account_id=account_id)

    def _verdict(
        self, captured: Order, corrections: Corrections, facts: Facts | None, since: datetime | None
    ) -> Verdict:
        if facts is None:
            return Waiting(since)
        now = self.clock()
        linked = with_links(captured, facts.links)
        order = with_store_rules(apply(linked, corrections), facts.settings)
        reasons = judge(order, facts)
        if not reasons:
            return Validated(order, terms_for(order, facts), now)
        if self._unsure(order, reasons, facts, since, now):
            return Waiting(since)
        return Pending(order, reasons, now)

    def _unsure(
        self,
        order: Order,
        reasons: Sequence[Reason],
        facts: Facts,
        since: datetime | None,
        now: datetime,
    ) -> bool:
        """Whether something may have been put right in the ERP since we last read it."""
        if facts.catalogue is None:
            return False
        lacking = _lacking(order, facts.catalogue)
        if now > facts.trusted_until:
            return bool(lacking) or any(
                r.code is ReasonCode.STORE_CONFIG_INCOMPLETE for r in reasons
            )
        if since is None:
            return False
        old = [item for item in lacking if facts.catalogue.known_since(item) < since]
        if old:
            self.ask(facts.store.account_id, old)
        return bool(old)


def _lacking(order: Order, catalogue: Catalogue) -> list[Item]:
    every = (line for item in order.items for line in lines(item))
    return [line for line in every if match(line, catalogue) in CURED_AT_ERP]


def _erased(case: Case | None, event: OrderErased) -> Case:
    """Only ids are left, also of an order that we are yet to hear of."""
    return Case(
        order_id=event.order_id,
        store_id=event.store_id,
        account_id=event.account_id,
        revision=case.revision if case else event.revision,
        order=None,
        attempt=case.attempt if case else event.attempt,
        verdict=Erased(),
        commands=case.commands if case else (),
    )
