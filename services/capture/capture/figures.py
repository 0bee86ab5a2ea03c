"""What capture tells at `/metrics`: what came in, what became of it, what channels said."""

from collections import defaultdict
from collections.abc import Mapping

from capture.rates import Rates
from capture.shops import Shops
from capture.sweeper import Sweeper
from capture.tally import Tally
from capture.webhooks import Door
from chassis.metrics import Metrics, Values


def tell(metrics: Metrics, door: Door, tally: Tally, shops: Shops, rates: Rates) -> None:
    """The door, the orders, the channels."""
    metrics.counted(
        "esteira_webhooks_total", "Webhooks by what they were answered.", ("answer",),
        lambda: door.answers,
    )  # fmt: skip
    metrics.counted(
        "esteira_orders_captured_total", "Versions of orders told.", ("channel",),
        lambda: {(channel,): n for channel, n in tally.captured.items()},
    )  # fmt: skip
    metrics.counted(
        "esteira_orders_ignored_total", "Copies of orders, and webhooks, passed over.",
        ("reason",), lambda: {(reason,): n for reason, n in tally.counts.items()},
    )  # fmt: skip
    metrics.counted(
        "esteira_channel_calls_total", "Calls to channels by HTTP status; 429 asks us to wait.",
        ("channel", "status"), lambda: rates.answers,
    )  # fmt: skip
    metrics.measured(
        "esteira_channel_calls_left", "What a store with this limit may still ask, as told last.",
        ("channel", "limit"), lambda: rates.left,
    )  # fmt: skip
    metrics.counted(
        "esteira_channel_throttled_total", "How often channels asked us to wait.", ("channel",),
        lambda: _by_channel(shops, tally.throttlings),
    )  # fmt: skip
    metrics.counted(
        "esteira_channel_wait_seconds_total", "For how long they asked us to.", ("channel",),
        lambda: _by_channel(shops, tally.waits),
    )  # fmt: skip


def tell_of_sweeps(metrics: Metrics, sweeper: Sweeper) -> None:
    """How far behind the store is whose last whole sweep began longest ago."""
    metrics.measured(
        "esteira_sweep_age_seconds", "Since the begin of the last whole sweep, the oldest of all.",
        ("channel",), sweeper.ages,
    )  # fmt: skip


def _by_channel(shops: Shops, of_stores: Mapping[str, float]) -> Values:
    """Stores' figures, added up so that no store can be told from them."""
    found = defaultdict[tuple[str, ...], float](float)
    for store_id, figure in of_stores.items():
        store = shops.store(store_id)
        found[store.channel if store else "",] += figure
    return found
