"""Shopify's rate limits: leaky buckets per shop, one for GraphQL points, one for REST calls.

Rates per plan: shopify.dev, API limits. A bucket holds twenty seconds' worth of its rate, as
the throttle status of a standard shop (2000 points, 100 a second) and REST's 40 calls show.
"""

from collections.abc import Callable

from sandbox.channels.bucket import Bucket, Buckets

_SECONDS_HELD = 20.0
_POINTS_PER_SECOND = {"standard": 100.0, "advanced": 200.0, "plus": 1000.0, "enterprise": 2000.0}
_CALLS_PER_SECOND = {"standard": 2.0, "advanced": 4.0, "plus": 20.0, "enterprise": 40.0}
_WITHOUT_LIMIT = 1e9  # any other plan's name, e.g. "unlimited", for benchmarks


class Throttle:
    """The buckets of every shop."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._buckets = Buckets(seconds)

    def points(self, store_id: str, plan: str) -> Bucket:
        """The shop's GraphQL points, as they are now."""
        return self._bucket(f"graphql {store_id}", _POINTS_PER_SECOND.get(plan, _WITHOUT_LIMIT))

    def calls(self, store_id: str, plan: str) -> Bucket:
        """The shop's REST calls, as they are now."""
        return self._bucket(f"rest {store_id}", _CALLS_PER_SECOND.get(plan, _WITHOUT_LIMIT))

    def _bucket(self, name: str, rate: float) -> Bucket:
        return self._buckets.of(name, rate, rate * _SECONDS_HELD)
