"""Exact arithmetic in cents."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


def rounded(amount: Decimal) -> Decimal:
    """The amount in whole cents, halves up."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def shares(amount: Decimal, weights: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """The amount split in proportion to the weights, in whole cents that add up to it exactly.

    Each share is the difference of two rounded running totals, so no cent is lost or made.
    """
    total = sum(weights, Decimal(0))
    running, given, parts = Decimal(0), Decimal(0), []
    for weight in weights:
        running += weight
        due = rounded(amount * running / total)
        parts.append(due - given)
        given = due
    return tuple(parts)
