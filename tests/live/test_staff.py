"""Users, their second factors and tokens, sessions, failures and the audit on the real MongoDB."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest

from chassis.store import Client, Database, Kept, connect
from chassis.vault import Vault
from panel import staff, throttle, totp
from panel.access import Role
from panel.audit import MongoAudit
from panel.people import Grant, People
from panel.sessions import MongoSessions, Sessions
from panel.throttle import FREE, Throttle, Throttled
from panel.user_store import MongoUsers
from tests.support.belt import FakeClock
from tests.support.panel import KEY

GRANT = Grant(admin=True, everywhere=Role.READER, stores={"loja": Role.MANAGER})


@pytest.fixture
async def database(mongodb_url: str) -> AsyncIterator[Database[dict[str, Any]]]:
    client: Client = connect(mongodb_url)
    found = client[f"test_panel_{uuid.uuid4().hex[:12]}"]
    yield found
    await client.drop_database(found.name)
    client.close()


async def test_a_user_comes_in_by_a_link_once_and_ends_with_all_sessions(
    database: Database[dict[str, Any]],
) -> None:
    clock = FakeClock()
    sessions, users, audit = MongoSessions(database), MongoUsers(database), MongoAudit(database)
    await sessions.prepare()
    await users.prepare()
    await audit.prepare()
    people = People(users, sessions, audit, clock)
    token = await people.invite("bia", GRANT, by="chefe")

    accepted = await people.accept(token, "a hash")
    again = await people.accept(token, "another hash")
    session = await Sessions(sessions, clock).open("bia")
    await people.change("bia", Grant(admin=True), active=True, by="chefe")

    assert accepted is not None
    assert (accepted.grant, accepted.password_hash, again) == (GRANT, "a hash", None)
    assert await Sessions(sessions, clock).of(session) is None
    assert [user.login for user in await people.everybody()] == ["bia"]
    assert {e.what for e in await audit.latest(2)} < {
        "usuario_convidado",
        "usuario_alterado",
        "senha_definida",
    }
    assert not await users.save({"bia": Kept(accepted, 1)})


async def test_failures_are_counted_across_processes(database: Database[dict[str, Any]]) -> None:
    clock = FakeClock()
    await throttle.prepare(database)
    processes = [Throttle(throttle.documents(database), clock) for _ in range(2)]
    for number in range(FREE["both"]):
        await processes[number % 2].enter("ana", "10.0.0.1")

    with pytest.raises(Throttled):
        await processes[0].enter("ana", "10.0.0.1")
    assert "ana" not in str(await database["login_failures"].find().to_list(None))


async def test_of_two_who_bring_the_same_code_at_once_one_comes_in(
    database: Database[dict[str, Any]],
) -> None:
    clock, vault = FakeClock(), Vault(KEY)
    await staff.prepare(database)
    one, other = (staff.staff(database, vault, None, clock=clock) for _ in range(2))
    token = await one.people.invite("bia", GRANT, by="chefe")
    await one.people.accept(token, "a hash")
    key = one.factors.shown("bia", one.factors.offered("bia"))
    assert key is not None
    spare = await one.factors.enrol("bia", key, totp.code(key, totp.step_of(clock())))
    assert spare is not None
    code = totp.code(key, totp.step_of(clock()) + 1)

    passed = await asyncio.gather(
        *(each.factors.passes("bia", code, "10.0.0.1") for each in (one, other))
    )
    by_spare = [await other.factors.passes("bia", spare[0], "10.0.0.1") for _ in range(2)]

    assert sorted(passed) == [False, True]
    assert by_spare == [True, False]
    assert key not in str(await database["users"].find_one())


async def test_devices_sessions_and_tokens_are_of_their_user_alone(
    database: Database[dict[str, Any]],
) -> None:
    clock = FakeClock()
    await staff.prepare(database)
    here = staff.staff(database, Vault(KEY), None, clock=clock)
    for user in ("ana", "bia"):
        token = await here.people.invite(user, GRANT, by="chefe")
        await here.people.accept(token, "a hash")
        await here.devices.enters(user, f"{user}-laptop", "Chrome no Windows")
        await here.sessions.open(user, "Chrome no Windows", "10.0.0.1")
    api = await here.tokens.create("bia", "planilha")
    kept = await here.sessions.open("bia", "Firefox no Linux", "10.0.0.2")
    _, told = await here.devices.enters("bia", "bia-phone", "Chrome no Android")
    await here.sessions.store.set_news("bia", news=True)
    news = [session.news for session in await here.sessions.of_user("bia")]
    found = await here.sessions.of(kept)
    assert found is not None
    await here.sessions.store.drop_of("bia", but=found.id)

    assert told
    assert news == [True, True]
    assert await here.devices.untold("bia", but="")
    assert not await here.devices.untold("ana", but="")
    assert [s.device for s in await here.sessions.of_user("bia")] == ["Firefox no Linux"]
    assert [s.news for s in await here.sessions.of_user("ana")] == [False]
    [shown] = await here.tokens.store.of("bia")
    assert api not in str(await database["api_tokens"].find_one())
    assert not await here.tokens.store.drop("ana", shown.id)
    assert await here.tokens.store.drop("bia", shown.id)
    await here.devices.store.drop_of("bia")
    assert not await here.devices.known("bia", "bia-phone")
    assert await here.devices.known("ana", "ana-laptop")
