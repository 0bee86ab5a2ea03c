"""What sweeps are made of, put together on the real clients."""

import asyncio
import os
import time
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from capture import leases, sweep
from capture.cut_off import Publications
from capture.leases import Leases
from capture.lister import Lister
from capture.orders import MongoSightings
from capture.outlook import Outlook
from capture.pace import Pace
from capture.questions import Questions
from capture.shops import Shops
from capture.sweeper import Sweeper
from capture.tally import Tally
from capture.tokens import Tokens
from chassis.clock import utc_now
from chassis.flow import Publishes
from chassis.store import Database, MongoDocuments


@dataclass(frozen=True, slots=True)
class Known:
    """What decides about listed orders, shared with the reader of the inbox."""

    sightings: MongoSightings
    publications: Publications
    tally: Tally


def sweeper(
    database: Database[dict[str, Any]],
    publisher: Publishes,
    shops: Shops,
    tokens: Tokens,
    known: Known,
) -> Sweeper:
    """The sweeper of this process."""
    sightings = known.sightings
    pace = Pace(time.monotonic, asyncio.sleep)
    return Sweeper(
        shops=shops,
        lister=Lister(tokens, pace, known.tally, utc_now, asyncio.sleep),
        questions=Questions(publisher, sightings, pace, utc_now, asyncio.sleep, os.urandom),
        outlook=Outlook(sightings, known.publications),
        standing=sightings,
        kept=MongoDocuments(database["sweeps"], sweep.encode, sweep.decode),
        leases=Leases(
            MongoDocuments(database["leases"], leases.encode, leases.decode), utc_now, str(uuid4())
        ),
        clock=utc_now,
        sleep=asyncio.sleep,
    )
