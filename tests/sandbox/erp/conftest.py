"""The sandbox ERP in this process, with one seeded company and a clock that stands still."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from tests.support.sandbox_erp import Erp, opened

MORNING = datetime(2026, 10, 21, 13, 0, tzinfo=UTC)
"""Ten o'clock in Brasília."""


@pytest.fixture
async def strict_erp(tmp_path) -> AsyncIterator[Erp]:
    """The ERP with every limit on."""
    async with opened(tmp_path, lambda: MORNING) as erp:
        yield erp


@pytest.fixture
async def erp(strict_erp) -> Erp:
    """The ERP with its limits off, for tests of anything else."""
    await strict_erp.lift_limits()
    return strict_erp
