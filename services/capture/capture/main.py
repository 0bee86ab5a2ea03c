"""The capture service, put together."""

import asyncio
import os
import time
from collections.abc import Mapping
from datetime import datetime
from functools import partial

import httpx
from httpx_aiohttp import AiohttpTransport

from capture import figures, sweeping
from capture.appender import Appender
from capture.asking import Asking
from capture.channels import CHANNELS, RENEWALS
from capture.channels.channel import Channel
from capture.channels.registrar import Registrar
from capture.channels.registrars import REGISTRARS
from capture.channels.shelf import Shelf
from capture.channels.shelves import SHELVES
from capture.connections.checker import Checker
from capture.connections.parts import keeper
from capture.cut_off import MongoPublications
from capture.deferrals import Deferrals, MongoDeferrals, keep_bringing_back, keep_releasing
from capture.grants import Grant, MongoGrants
from capture.handlers import SERVICE, flow
from capture.intake import Intake
from capture.keyring import Keyring
from capture.lanes import Lanes
from capture.listing_hints import ListingHints
from capture.listing_parts import listing_parts
from capture.oauth import TokenEndpoints
from capture.orders import MongoSightings
from capture.privacy import MongoPrivacyBook, PrivacyDuties
from capture.rates import Overheard, Rates
from capture.settings import Settings
from capture.shops import Shops
from capture.sweeper import SweepsWanted
from capture.tally import Tally
from capture.tokens import Renewal, Tokens
from capture.webhooks import Door
from chassis import kafka, table
from chassis.app import Clients, Parts, run
from chassis.clock import utc_now
from chassis.http import Direct, Http
from chassis.store import Documents
from chassis.subscription import Subscription
from chassis.table import Table
from chassis.vault import Vault
from contracts.stores import StoreConfigured


def build(settings: Settings, clients: Clients) -> Parts:
    """The service's parts on the real clients."""
    database = clients.mongo["esteira_capture"]
    sightings = MongoSightings(database["sightings"])
    deferrals = MongoDeferrals(database["deferrals"])
    stores = Table(StoreConfigured)
    stores_consumer = kafka.table_consumer(settings.kafka, SERVICE)
    http, direct = http_client(settings.contact), Direct(named(settings.contact))
    vault = Vault(settings.secret_key.get_secret_value())
    keyring = Keyring(vault)
    tokens = tokens_of(settings, MongoGrants(database["grants"], vault), http)
    rates = Rates()
    seldom, often = overheard(http, rates), overheard(direct, rates)
    shops = Shops(stores, keyring, channels(often, settings))
    checker = Checker(shops, tokens, registrars(seldom, settings), settings.webhook_url, utc_now)
    tally, hints, wanted = Tally(), ListingHints(), SweepsWanted()
    connections = keeper(clients, checker, partial(let_go_on, deferrals, wanted))
    appender = Appender(clients.publisher, time.monotonic)
    door = Door(shops, appender.append, utc_now, os.urandom, settings.webhook_max_bytes)
    privacy_book = MongoPrivacyBook(database["privacy_requests"])
    publications = MongoPublications(database["listings"])
    intake = Intake(
        shops=shops,
        asking=Asking(tokens, time.monotonic, asyncio.sleep, tally, doubt=connections.doubt),
        deferrals=deferrals,
        privacy=PrivacyDuties(privacy_book, sightings, deferrals, utc_now),
        tally=tally,
        clock=utc_now,
        publications=publications,
        hints=hints,
    )
    seen = sweeping.Known(sightings, publications, tally, connections.doubt, wanted)
    looking = sweeping.looking_parts(settings, clients, shops, tokens, seen)
    listings = listing_parts(
        settings, clients, shops, tokens, shelves(seldom, settings), tally=tally, hints=hints
    )
    figures.tell(clients.metrics, door, tally, shops, rates)
    inbox = flow(intake, sightings, clients.publisher, tally, utc_now)
    reading = Subscription(inbox, group=SERVICE, mover=partial(Lanes, prepare=intake.prepare))
    return Parts(
        subscriptions=[reading, *looking.subscriptions],
        starts=[
            sightings.index,
            deferrals.index,
            *looking.starts,
            partial(table.load, stores, stores_consumer),
            *listings.starts,
            door.open,
        ],
        background=[
            partial(table.follow, stores, stores_consumer),
            *listings.background,
            partial(keep_bringing_back, deferrals, clients.publisher, utc_now),
            partial(keep_releasing, deferrals, stores, utc_now),
            *looking.background,
            connections.run,
        ],
        stops=[stores_consumer.stop, *listings.stops, tokens.finish, http.aclose, direct.aclose],
        http=door,
    )


async def let_go_on(
    deferrals: Deferrals, wanted: SweepsWanted, store_id: str, now: datetime
) -> None:
    """What waits for a store's access goes on, and what it sold meanwhile is looked for."""
    wanted.add(store_id)
    await deferrals.release(store_id, now)


def tokens_of(settings: Settings, grants: Documents[Grant], http: httpx.AsyncClient) -> Tokens:
    """The stores' tokens, renewed at their channels."""
    return Tokens(
        grants=grants,
        exchange=TokenEndpoints(http).renew,
        renewals=renewals(settings),
        clock=utc_now,
        sleep=asyncio.sleep,
    )


def overheard(http: Http, rates: Rates) -> dict[str, Http]:
    """The one HTTP client as each channel has it."""
    return {name: Overheard(http, name, rates) for name in CHANNELS}


def channels(http: Mapping[str, Http], settings: Settings) -> dict[str, Channel]:
    """Every channel, each on its HTTP client and at its own address."""
    at = addresses(settings)
    return {name: channel(http[name], at[name]) for name, channel in CHANNELS.items()}


def registrars(http: Mapping[str, Http], settings: Settings) -> dict[str, Registrar]:
    """Who registers webhooks at each channel."""
    at = addresses(settings)
    return {name: registrar(http[name], at[name]) for name, registrar in REGISTRARS.items()}


def shelves(http: Mapping[str, Http], settings: Settings) -> dict[str, Shelf]:
    """Each channel's listings."""
    at = addresses(settings)
    return {name: shelf(http[name], at[name]) for name, shelf in SHELVES.items()}


def renewals(settings: Settings) -> dict[str, Renewal]:
    """How the tokens of those channels are renewed whose tokens end."""
    at = addresses(settings)
    return {name: partial(request, at[name]) for name, request in RENEWALS.items()}


def addresses(settings: Settings) -> dict[str, str]:
    """Where each channel's API is."""
    return {
        "shopify": settings.shopify_url,
        "nuvemshop": settings.nuvemshop_url,
        "mercadolivre": settings.mercadolivre_url,
    }


def http_client(contact: str) -> httpx.AsyncClient:
    """The client for what channels are asked seldom: tokens, webhooks, listings.

    No proxy from the environment, and no redirects: a token goes to the configured host only.
    """
    return httpx.AsyncClient(
        transport=AiohttpTransport(limits=httpx.Limits(keepalive_expiry=10), trust_env=False),
        timeout=httpx.Timeout(10, connect=2),
        trust_env=False,
        follow_redirects=False,
        headers=named(contact),
    )


def named(contact: str) -> dict[str, str]:
    """Who asks, in a header.

    Nuvemshop answers only whoever names the app and, in brackets, where its people can be reached.
    """
    return {"User-Agent": f"esteira ({contact})" if contact else "esteira"}


def main() -> None:
    """Run until told to stop."""
    settings = Settings.from_environment()
    run(SERVICE, settings, settings.capture_port, partial(build, settings))
