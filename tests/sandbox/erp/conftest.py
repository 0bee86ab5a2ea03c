"""The sandbox ERP in this process, with one seeded company and a clock that stands still."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest

from sandbox.erp.app import create_app
from sandbox.erp.seed import seed_company
from tests.support.sandbox_erp import KEY, SECRET, Erp

MORNING = datetime(2026, 10, 21, 13, 0, tzinfo=UTC)
"""Ten o'clock in Brasília."""


@pytest.fixture
async def strict_erp(tmp_path) -> AsyncIterator[Erp]:
    """The ERP with every limit on."""
    app = create_app(tmp_path, lambda: MORNING)
    seed_company(app.state.companies, KEY, SECRET)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://erp") as http,
    ):
        yield Erp(http)


@pytest.fixture
async def erp(strict_erp) -> Erp:
    """The ERP with its limits off, for tests of anything else."""
    await strict_erp.lift_limits()
    return strict_erp
