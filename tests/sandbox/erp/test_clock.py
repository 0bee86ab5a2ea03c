"""The clock that tests control: limits, dates, billing and webhooks follow it alike."""

from datetime import UTC, datetime, timedelta

import pytest

from sandbox.erp.clock import SandboxClock


async def test_the_clock_can_be_read_set_and_put_forward(erp):
    start = await erp.control("clock", method="GET")
    assert start == {"now": "2026-10-21T13:00:00+00:00", "rate": 1.0}

    set_to = await erp.control("clock", {"set": "2026-12-31T23:30:00-03:00", "advance_s": 3600})
    assert set_to["now"] == "2027-01-01T03:30:00+00:00"
    number = await erp.customer()
    record = await erp.ask("geral/clientes", "ConsultarCliente", codigo_cliente_omie=number)
    assert (record["info"]["dInc"], record["info"]["hInc"]) == ("01/01/2027", "00:30:00")


@pytest.mark.parametrize("wrong", [{"set": "2026-12-31T10:00:00"}, {"rate": 0}, {"set": "soon"}])
async def test_a_clock_set_wrongly_says_so(erp, wrong):
    answer = await erp.http.post("/_control/clock", json=wrong)

    assert answer.status_code == 400
    assert answer.json()["error"]


def test_a_fast_clock_jumps_neither_when_it_speeds_up_nor_when_it_slows_down():
    real = datetime(2026, 10, 21, tzinfo=UTC)
    clock = SandboxClock(lambda: real)
    start = clock()
    clock.run_at(60)
    real += timedelta(seconds=10)
    assert clock() - start == timedelta(minutes=10)
    clock.run_at(1)
    real += timedelta(seconds=1)
    assert clock() - start == timedelta(minutes=10, seconds=1)
    clock.run_at(100)
    assert clock.real_seconds_until(clock() + timedelta(seconds=50)) == 0.5
    assert clock.real_seconds_until(start) == 0
