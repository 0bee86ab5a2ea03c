"""Users, sessions, failures and the audit on the real MongoDB."""

import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest

from chassis.store import Client, Database, Kept, connect
from panel import throttle
from panel.access import Role
from panel.audit import MongoAudit
from panel.people import Grant, People
from panel.sessions import MongoSessions, Sessions
from panel.throttle import FREE, Throttle, Throttled
from panel.user_store import MongoUsers
from tests.support.belt import FakeClock

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
