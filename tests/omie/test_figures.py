"""What a process tells of its calls to the ERP: how they came out, how long they waited."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import httpx
from pydantic import SecretStr

from omie import figures
from omie.client import Omie
from omie.envelope import Account
from omie.faults import Fault
from omie.pacing import Pacing
from tests.support.virtual_time import run

Read = Callable[[], Mapping[tuple[str, ...], float]]


@dataclass
class Told:
    """Figures by their names."""

    of: dict[str, Read] = field(default_factory=dict)

    def counted(self, name: str, _about: str, _labels: Sequence[str], read: Read) -> None:
        self.of[name] = read

    measured = counted


def test_calls_are_counted_by_how_they_came_out_and_by_how_long_they_waited() -> None:
    answers = iter((httpx.Response(200, json={}), httpx.Response(500, text="!"), None))

    def answer(_: httpx.Request) -> httpx.Response:
        if (given := next(answers)) is None:
            raise httpx.ConnectError("no route")
        return given

    async def main() -> dict[str, Mapping[tuple[str, ...], float]]:
        pacing = Pacing(asyncio.get_running_loop().time, asyncio.sleep, per_method=2, per_ip=100)
        told = Told()
        figures.tell(told, pacing)
        http = httpx.AsyncClient(base_url="https://erp/", transport=httpx.MockTransport(answer))
        omie = Omie(http, Account("1", SecretStr("s")), pacing)
        for number in range(3):
            try:
                await omie.call("produtos/pedido", "Incluir", {"n": number}, write=True)
            except Fault:
                continue
        return {name: dict(read()) for name, read in told.of.items()}

    told = run(main())

    assert told["esteira_erp_calls_total"] == {
        ("Incluir", "answered"): 1, ("Incluir", "unclear"): 1, ("Incluir", "transient"): 1,
    }  # fmt: skip
    assert 60 <= told["esteira_erp_wait_seconds_total"]["Incluir",] <= 61
    assert told["esteira_erp_calls_left"][()] == 99, "the first two are a minute ago"
    assert told["esteira_erp_calls_waiting"][()] == 0
