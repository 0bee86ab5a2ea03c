"""Sessions on the real MongoDB."""

import uuid

from chassis.store import Client, connect
from panel.sessions import MongoSessions, Sessions
from tests.support.belt import FakeClock


async def test_a_session_is_found_by_its_token_until_it_is_closed(mongodb_url: str) -> None:
    client: Client = connect(mongodb_url)
    database = client[f"test_panel_{uuid.uuid4().hex[:12]}"]
    kept = MongoSessions(database)
    await kept.prepare()
    clock = FakeClock()
    sessions = Sessions(kept, clock)

    token = await sessions.open("ana")
    clock.advance(minutes=29)
    found = await sessions.of(token)
    stored = await database["sessions"].find_one()
    await sessions.close(token)

    assert found is not None
    assert (found.user, found.seen_at) == ("ana", clock())
    assert token not in str(stored)
    assert (await database["sessions"].index_information())["expiry"]["expireAfterSeconds"] == 0
    assert await sessions.of(token) is None
    await client.drop_database(database.name)
    client.close()
