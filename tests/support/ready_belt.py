"""A whole belt that is ready to sell, for tests that drive it from outside."""

import json
from pathlib import Path

from embedded import demo
from embedded.belt import Belt
from tests.support.merchant import Merchant

FAST_ERP = {
    "ESTEIRA_ERP_CALLS_PER_MINUTE": "100000",
    "ESTEIRA_ERP_IP_CALLS_PER_MINUTE": "100000",
}
"""The sandbox's own limits are switched off for these belts, so the writer may hurry."""


def started(data: Path) -> Belt:
    """A belt that is ready to sell, as a context manager; its ERP answers without limits."""
    return _Ready(data, overrides=FAST_ERP)


class _Ready(Belt):
    def start(self) -> None:
        super().start()
        card = json.loads(json.dumps(self.site.card()))
        demo.seed(card, 0)
        with Merchant(card) as merchant:
            merchant.lift_erp_limits()
