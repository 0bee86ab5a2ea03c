import httpx
import pytest
from starlette.applications import Starlette

from chassis.health import Health


async def ask(health: Health, path: str) -> httpx.Response:
    transport = httpx.ASGITransport(Starlette(routes=[*health.routes()]))
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
        return await client.get(path)


@pytest.mark.parametrize(
    ("parts", "status"),
    [
        ({"started": True}, 200),
        ({"started": True, "catalogue": True}, 200),
        ({"started": False}, 503),
        ({"started": True, "catalogue": False}, 503),
        ({}, 503),
    ],
)
async def test_a_service_is_ready_when_every_part_is(parts: dict[str, bool], status: int):
    answer = await ask(Health(parts), "/healthz/ready")

    assert answer.status_code == status
    assert answer.json()["parts"] == parts


async def test_a_service_that_waits_is_alive():
    assert (await ask(Health({"started": False}), "/healthz/live")).status_code == 200
