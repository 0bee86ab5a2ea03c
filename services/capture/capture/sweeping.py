"""What sweeps and fetches are made of, put together on the real clients."""

import asyncio
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from uuid import uuid4

from capture import fetch, figures, handlers, sweep
from capture.cut_off import Publications
from capture.fetcher import Fetcher, MongoWaiting
from capture.lister import Lister
from capture.orders import MongoSightings
from capture.outlook import Outlook
from capture.pace import Pace
from capture.questions import Questions
from capture.settings import Settings
from capture.shops import Shops
from capture.sweeper import Sweeper, SweepsWanted
from capture.tally import Tally
from capture.tokens import Tokens
from chassis import leases
from chassis.app import Clients, Parts
from chassis.clock import utc_now
from chassis.leases import Leases
from chassis.store import MongoDocuments
from chassis.subscription import Subscription


@dataclass(frozen=True, slots=True)
class Known:
    """What decides about listed orders, shared with the reader of the inbox.

    `doubt` hears of a store whose lists are refused; `wanted` are stores to be swept at once.
    """

    sightings: MongoSightings
    publications: Publications
    tally: Tally
    doubt: Callable[[str], None]
    wanted: SweepsWanted


def looking_parts(
    settings: Settings, clients: Clients, shops: Shops, tokens: Tokens, known: Known
) -> Parts:
    """Both, on one pace and one list of leases."""
    database, publisher = clients.mongo["esteira_capture"], clients.publisher
    pace = Pace(time.monotonic, asyncio.sleep)
    lister = Lister(tokens, pace, known.tally, utc_now, asyncio.sleep, known.doubt)
    questions = Questions(publisher, known.sightings, pace, utc_now, asyncio.sleep, os.urandom)
    outlook = Outlook(known.sightings, known.publications)
    held = MongoDocuments(database["leases"], leases.encode, leases.decode)
    ours = Leases(held, utc_now, settings.instance or str(uuid4()))
    documents = MongoDocuments(database["fetches"], fetch.encode, fetch.decode)
    waiting = MongoWaiting(database["fetches"])
    fetcher = Fetcher(
        shops=shops,
        lister=lister,
        questions=questions,
        outlook=outlook,
        fetches=documents,
        waiting=waiting,
        leases=ours,
        publisher=publisher,
        clock=utc_now,
    )
    sweeper = Sweeper(
        shops=shops,
        lister=lister,
        questions=questions,
        outlook=outlook,
        standing=known.sightings,
        kept=MongoDocuments(database["sweeps"], sweep.encode, sweep.decode),
        leases=ours,
        publisher=publisher,
        clock=utc_now,
        sleep=asyncio.sleep,
        wanted=known.wanted,
    )
    figures.tell_of_sweeps(clients.metrics, sweeper)
    commands = handlers.fetches(documents, publisher, utc_now, fetcher.wake.set)
    return Parts(
        subscriptions=[Subscription(commands, group=f"{handlers.SERVICE}-fetches")],
        starts=[waiting.index],
        background=[partial(sweeper.keep_sweeping, settings.sweep_every_s), fetcher.keep_fetching],
    )
