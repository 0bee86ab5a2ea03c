"""How much of what the ERP allows the writer uses under a backlog, and how often it asks too much.

The writer and the sandbox's ERP in one process, on a clock that jumps from event to event: minutes
pass in seconds, every limit holds as it does at the real ERP, and the ERP's own log is counted
(`tests/support/allowance.py`). Nothing but the pace is measured here.
"""

from typing import Final

from benchmarks.benchmark import Figure, Outcome, Plan, at_least, at_most
from chassis import logs
from tests.support.allowance import PER_IP, Allowance
from tests.support.allowance import measure as work_off

NAME: Final = "allowance"
ERP_ANSWERS_IN_MS: Final = 150
MANY: Final = 6
"""Accounts whose backlogs together want more than the ERP takes from one address."""


def measure(plan: Plan) -> Outcome:
    """One account at the limit of its key, then many at the limit of the address."""
    logs.set_up("benchmarks", "CRITICAL")
    minutes = plan.scaled(3, 1)
    plan.say(f"{NAME}: {minutes} minutes of the ERP's time, one account, then {MANY}")
    alone = work_off(1, minutes, ERP_ANSWERS_IN_MS)
    many = work_off(MANY, minutes, ERP_ANSWERS_IN_MS, PER_IP)
    found = (alone, many)
    detail = f"one account {_said(alone)}; {MANY} accounts {_said(many)}"
    figures = (
        Figure("erp_allowance_used", min(each.used for each in found), at_least(0.95), detail),
        Figure("erp_allowance_exceeded", sum(each.exceeded for each in found), at_most(0)),
    )
    conditions = {
        "minutes": minutes,
        "erp_answers_in_ms": ERP_ANSWERS_IN_MS,
        "used": {f"{each.accounts}_accounts": round(each.used, 3) for each in found},
        "orders_of_the_account_with_fewest_and_most": [many.least, many.most],
    }
    return Outcome(figures, {NAME: conditions})


def _said(found: Allowance) -> str:
    return f"{found.used:.1%} ({found.orders / found.minutes:,.0f} orders a minute)"
