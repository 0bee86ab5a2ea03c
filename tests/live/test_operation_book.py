"""What people did with the command, on the real MongoDB."""

import uuid
from datetime import timedelta

from chassis.store import Client, connect
from ops.operations import (
    COLLECTION,
    DEAD_CLOSE,
    DEAD_REPLAY,
    Closing,
    MongoOperations,
    Operation,
    State,
)
from tests.support.belt import NOON

LATER = NOON + timedelta(minutes=1)


async def test_letters_that_were_sent_back_or_closed_wait_no_longer(mongodb_url: str) -> None:
    client: Client = connect(mongodb_url)
    database = client[f"test_ops_{uuid.uuid4().hex[:12]}"]
    book = MongoOperations(database[COLLECTION])
    done = [
        Operation("a", "topics.reveal", "ana", NOON, {"topic": "inbox.v1"}, state=State.DONE),
        Operation("b", DEAD_REPLAY, "ana", NOON, {"letters": ["panel/0@1"]}, state=State.DONE),
        Operation("c", DEAD_REPLAY, "ana", NOON, {"letters": ["panel/0@2"]}),
        Operation("e", DEAD_CLOSE, "bia", LATER, closing("panel/0@3", "too"), state=State.DONE),
        Operation("d", DEAD_CLOSE, "ana", NOON, closing("panel/0@3", "a test"), state=State.DONE),
    ]
    for operation in done:
        await book.put(operation)

    settled = await book.settled()

    assert settled.replayed == {"panel/0@1"}, "one that was begun may not have been sent"
    assert settled.closed == {"panel/0@3": Closing("ana", NOON, "a test")}
    assert [f"panel/0@{n}" in settled for n in (1, 2, 3)] == [True, False, True]
    await client.drop_database(database.name)
    client.close()


def closing(letter: str, reason: str) -> dict[str, object]:
    return {"letters": [letter], "reason": reason}
