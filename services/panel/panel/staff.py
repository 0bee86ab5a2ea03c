"""Who may come in, put together: users, their sessions, and what a login asks for."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from chassis.clock import Clock, utc_now
from chassis.store import Database
from chassis.vault import Vault
from panel import throttle
from panel.api_tokens import ApiTokens, MongoTokens, TokenStore
from panel.audit import MongoAudit
from panel.devices import Devices, MongoDevices
from panel.login import Login
from panel.passwords import Hashing
from panel.people import People, User
from panel.second_factor import SecondFactors
from panel.sessions import IDLE, MongoSessions, Sessions
from panel.throttle import Throttle
from panel.ticket import Tickets
from panel.user_store import MongoUsers


@dataclass(frozen=True, slots=True)
class Staff:
    """The collaborators of every page about logins and users."""

    people: People
    sessions: Sessions
    devices: Devices
    login: Login
    factors: SecondFactors
    tickets: Tickets
    tokens: ApiTokens


def staffed(
    people: People,
    sessions: Sessions,
    devices: Devices,
    *,
    tokens: TokenStore,
    patience: Throttle,
    vault: Vault,
    hashing: Hashing,
) -> Staff:
    """The parts on these stores."""
    return Staff(
        people=people,
        sessions=sessions,
        devices=devices,
        login=Login(people, patience, devices, hashing),
        factors=SecondFactors(people, vault, patience, hashing),
        tickets=Tickets(people, vault, people.clock),
        tokens=ApiTokens(tokens, people),
    )


def staff(
    database: Database[dict[str, Any]],
    vault: Vault,
    built_in: User | None,
    idle: timedelta = IDLE,
    clock: Clock = utc_now,
) -> Staff:
    """The parts on the panel's database."""
    sessions = MongoSessions(database)
    people = People(MongoUsers(database), sessions, MongoAudit(database), clock, built_in)
    patience = Throttle(throttle.documents(database), clock)
    devices = Devices(MongoDevices(database), clock)
    return staffed(
        people,
        Sessions(sessions, clock, idle),
        devices,
        tokens=MongoTokens(database),
        patience=patience,
        vault=vault,
        hashing=Hashing(),
    )


async def prepare(database: Database[dict[str, Any]]) -> None:
    """Create the indexes. Raises Unavailable."""
    await MongoSessions(database).prepare()
    await MongoTokens(database).prepare()
    await MongoDevices(database).prepare()
    await MongoUsers(database).prepare()
    await MongoAudit(database).prepare()
    await throttle.prepare(database)
