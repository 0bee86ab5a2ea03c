"""Connections looked after: webhooks registered where they are missing, lost accesses told."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.channels import CHANNELS, RENEWALS
from capture.channels.registrar import Registration
from capture.channels.registrars import REGISTRARS
from capture.connections.checker import Checker, missing
from capture.connections.keeper import Keeper
from capture.connections.looked import Looked, due_at, lets_in_again
from capture.deferrals import Deferred
from capture.grants import Grant
from capture.keyring import Keyring
from capture.oauth import TokenEndpoints
from capture.shops import Shops
from capture.tokens import Tokens
from chassis.leases import Lease, Leases
from chassis.store import Kept
from chassis.table import Table
from contracts.connections import ChannelAccess, StoreChecked
from contracts.stores import StoreConfigured
from contracts.topics import INBOX
from contracts.wire import Outgoing
from sandbox.channels.channel import Store
from tests.support.belt import NOON, FakeClock
from tests.support.builders import a_store
from tests.support.capture import VAULT, MemoryDeferrals
from tests.support.memory import MemoryDocuments, MemoryLog
from tests.support.shop import opened

APP, SECRET = "7312904455018236", "o-segredo-do-app"
AT = {
    "shopify": "http://channels/shopify/{shop}",
    "nuvemshop": "http://channels/nuvemshop",
    "mercadolivre": "http://channels/mercadolivre",
}
DOMAINS = {"shopify": "loja.myshopify.com", "nuvemshop": "512", "mercadolivre": "119"}
HUB = "https://hub.test"
ADDRESS = f"{HUB}/webhooks/shopify/loja-shopify"


@pytest.fixture
async def channels(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    stores = [
        Store(id=f"loja-{channel}", channel=channel, shop_domain=domain,
              access_token=f"acesso-{channel}", webhook_secret=SECRET, client_id=APP)
        for channel, domain in DOMAINS.items()
    ]  # fmt: skip
    async with opened(tmp_path, *stores) as client:
        yield client


def connected(channel: str, **changes: Any) -> StoreConfigured:
    store_id = f"loja-{channel}"
    token = changes.pop("token", f"acesso-{channel}")
    refresh = changes.pop("refresh", "")
    fixed = {
        "store_id": store_id,
        "channel": channel,
        "domain": DOMAINS[channel],
        "channel_token": VAULT.seal(token, f"{store_id}:channel_token"),
        "channel_client_id": APP,
        "channel_client_secret": VAULT.seal(SECRET, f"{store_id}:channel_client_secret"),
        "channel_refresh_token": refresh
        and VAULT.seal(refresh, f"{store_id}:channel_refresh_token"),
    }
    return a_store(**fixed | changes)


@dataclass
class World:
    """One process of capture that looks after stores, at the sandbox's channels."""

    http: httpx.AsyncClient
    stores: Table[StoreConfigured] = field(default_factory=lambda: Table(StoreConfigured))
    log: MemoryLog = field(default_factory=MemoryLog)
    clock: FakeClock = field(default_factory=FakeClock)
    grants: MemoryDocuments[Grant] = field(default_factory=MemoryDocuments)
    looks: MemoryDocuments[Looked] = field(default_factory=MemoryDocuments)
    leases: MemoryDocuments[Lease] = field(default_factory=MemoryDocuments)
    deferrals: MemoryDeferrals = field(default_factory=MemoryDeferrals)

    def process(self, name: str = "1", webhook_url: str = HUB) -> Keeper:
        shops = Shops(
            self.stores, Keyring(VAULT), {n: CHANNELS[n](self.http, url) for n, url in AT.items()}
        )
        tokens = Tokens(
            grants=self.grants,
            exchange=TokenEndpoints(self.http).renew,
            renewals={n: partial(RENEWALS[n], url) for n, url in AT.items() if n in RENEWALS},
            clock=self.clock,
            sleep=_no_time,
        )
        registrars = {n: REGISTRARS[n](self.http, url) for n, url in AT.items()}
        return Keeper(
            Checker(shops, tokens, registrars, webhook_url, self.clock),
            self.looks,
            Leases(self.leases, self.clock, name),
            self.log,
            self.deferrals.release,
            clock=self.clock,
            service="capture",
        )

    @property
    def told(self) -> list[StoreChecked]:
        return self.log.messages(StoreChecked)  # type: ignore[return-value]

    async def registered(self, channel: str) -> list[str]:
        listed = (await self.http.get("/_control/stores")).json()["stores"]
        return next(s["subscriptions"] for s in listed if s["id"] == f"loja-{channel}")


async def _no_time(_: float) -> None:
    pass


@pytest.fixture
def world(channels: httpx.AsyncClient) -> World:
    return World(channels)


@pytest.mark.parametrize("channel", ["shopify", "nuvemshop"])
async def test_a_store_that_was_just_connected_has_its_webhooks_registered(
    world: World, channel: str
) -> None:
    world.stores.put(connected(channel))
    keeper = world.process()
    await keeper.round()
    await keeper.round()
    [told] = world.told
    wanted = sorted(REGISTRARS[channel](world.http, AT[channel]).topics)

    assert told.access is ChannelAccess.GRANTED
    assert sorted(told.webhooks_restored) == wanted
    assert told.webhooks_missing == ()
    assert await world.registered(channel) == wanted


@pytest.mark.parametrize("channel", ["shopify", "nuvemshop"])
async def test_when_our_address_changes_webhooks_go_to_the_new_one_alone(
    world: World, channel: str
) -> None:
    store = connected(channel)
    world.stores.put(store)
    await world.process().round()
    registrar = REGISTRARS[channel](world.http, AT[channel])
    shop = Shops(world.stores, Keyring(VAULT), {}).shop(store)
    foreign = Registration(registrar.topics[0], "https://another-app-of-the-merchant.test")
    assert await registrar.register(shop, foreign) == ""

    world.clock.now += timedelta(minutes=6)
    await world.process("2", webhook_url="https://new.test").round()

    registered = await registrar.registered(shop)
    ours = f"https://new.test/webhooks/{channel}/loja-{channel}"
    assert set(registered) == {foreign, *(Registration(t, ours) for t in registrar.topics)}
    assert len(registered) == len(registrar.topics) + 1


async def test_an_old_address_that_could_not_be_removed_is_tried_again(world: World) -> None:
    world.stores.put(connected("nuvemshop"))
    await world.process().round()
    world.clock.now += timedelta(minutes=6)
    moved = world.process("2", webhook_url="https://new.test")
    listing = {"path": "/webhooks", "status": 503, "times": 1}
    await world.http.post("/_control/faults", json=listing)
    await moved.round()
    assert world.told[-1].access is ChannelAccess.UNKNOWN

    world.clock.now += timedelta(minutes=6)
    await moved.round()

    shop = Shops(world.stores, Keyring(VAULT), {}).shop(connected("nuvemshop"))
    registered = await REGISTRARS["nuvemshop"](world.http, AT["nuvemshop"]).registered(shop)
    assert {one.url for one in registered} == {"https://new.test/webhooks/nuvemshop/loja-nuvemshop"}


async def test_what_the_channel_deleted_is_registered_again_within_a_day(world: World) -> None:
    world.stores.put(connected("nuvemshop"))
    keeper = world.process()
    await keeper.round()
    auth = {"Authorization": "Bearer acesso-nuvemshop", "User-Agent": "x"}
    hooks = "http://channels/nuvemshop/2025-03/512/webhooks"
    [paid] = [w for w in (await world.http.get(hooks, headers=auth)).json()
              if w["event"] == "order/paid"]  # fmt: skip
    await world.http.delete(f"{hooks}/{paid['id']}", headers=auth)
    world.clock.now += timedelta(hours=23)
    await keeper.round()
    assert len(world.told) == 1
    world.clock.now += timedelta(hours=1)
    await keeper.round()

    assert world.told[-1].webhooks_restored == ("order/paid",)
    assert "order/paid" in await world.registered("nuvemshop")


async def test_a_webhook_that_the_channel_does_not_take_is_told_with_its_words(
    world: World,
) -> None:
    world.stores.put(connected("shopify"))
    await world.process(webhook_url="ftp://hub.test").round()
    [told] = world.told

    assert set(told.webhooks_missing) == set(
        REGISTRARS["shopify"](world.http, AT["shopify"]).topics
    )
    assert "invalid" in told.cause


async def test_without_an_address_none_is_registered_and_none_is_missed(world: World) -> None:
    world.stores.put(connected("shopify"))
    await world.process(webhook_url="").round()

    assert (world.told[0].webhooks_missing, world.told[0].webhooks_restored) == ((), ())
    assert await world.registered("shopify") == []


@pytest.mark.parametrize("channel", AT)
async def test_an_app_that_was_removed_is_told_as_refused_and_reconnecting_is_seen_at_once(
    world: World, channel: str
) -> None:
    world.stores.put(connected(channel))
    keeper = world.process()
    await world.http.delete(f"/_control/stores/loja-{channel}/grants")
    await keeper.round()
    assert world.told[-1].access is ChannelAccess.REFUSED

    await world.http.post("/_control/stores", json={"id": f"loja-{channel}",
                                                    "access_token": "outro"})  # fmt: skip
    world.stores.put(connected(channel, token="outro", version=2))
    await keeper.round()
    assert world.told[-1].access is ChannelAccess.GRANTED
    assert world.told[-1].store_version == 2


async def test_a_token_of_shopify_that_ended_is_renewed_on_the_way(world: World) -> None:
    at = "http://channels/shopify/loja.myshopify.com/admin/oauth/access_token"
    code = (await world.http.post("/_control/stores/loja-shopify/grants")).json()["code"]
    app = {"client_id": APP, "client_secret": SECRET, "code": code, "expiring": "1"}
    given = (await world.http.post(at, data=app)).json()
    await world.http.post("/_control/clock", json={"advance_s": given["expires_in"]})
    world.stores.put(
        connected(
            "shopify",
            token=given["access_token"],
            refresh=given["refresh_token"],
            channel_token_expires_at=NOON + timedelta(hours=1),
        )
    )
    await world.process().round()
    [told] = world.told
    grant = world.grants.state("loja-shopify")

    assert (told.access, told.ends_at) == (ChannelAccess.GRANTED, None)
    assert grant is not None
    assert grant.access != given["access_token"]
    assert grant.expires_at == NOON + timedelta(hours=1)


async def test_an_access_that_nothing_renews_says_when_it_ends(world: World) -> None:
    ends = NOON + timedelta(hours=6)
    world.stores.put(connected("mercadolivre", channel_token_expires_at=ends))
    await world.process().round()

    assert world.told[0].ends_at == ends


async def test_a_silent_channel_is_asked_again_soon(world: World) -> None:
    world.stores.put(connected("shopify"))
    keeper = world.process()
    await world.http.post("/_control/faults", json={"status": 503, "times": 1})
    await keeper.round()
    await keeper.round()
    assert [told.access for told in world.told] == [ChannelAccess.UNKNOWN]
    world.clock.now += timedelta(minutes=5)
    await keeper.round()

    assert world.told[-1].access is ChannelAccess.GRANTED


async def test_a_good_access_that_is_refused_is_looked_at_within_seconds_and_a_refused_one_seldom(
    world: World,
) -> None:
    world.stores.put(connected("shopify"))
    keeper = world.process()
    await keeper.round()
    await world.http.delete("/_control/stores/loja-shopify/grants")
    keeper.doubt("loja-shopify")
    await keeper.round()
    assert len(world.told) == 1, "it was looked at a moment ago"
    world.clock.now += timedelta(seconds=20)
    await keeper.round()
    assert world.told[-1].access is ChannelAccess.REFUSED

    keeper.doubt("loja-shopify")
    world.clock.now += timedelta(seconds=20)
    await keeper.round()
    assert len(world.told) == 2, "everybody knows by now"
    world.clock.now += timedelta(minutes=5)
    await keeper.round()
    assert len(world.told) == 3


async def test_of_two_processes_one_looks(world: World) -> None:
    world.stores.put(connected("shopify"))
    one, other = world.process("1"), world.process("2")
    await one.round()
    await other.round()
    assert len(world.told) == 1
    world.clock.now += timedelta(minutes=6)
    await world.process("3").round()

    assert len(world.told) == 2, "a process that starts looks for itself"


async def test_stores_that_left_or_have_no_token_are_left_alone(world: World) -> None:
    world.stores.put(connected("shopify", active=False))
    world.stores.put(connected("nuvemshop", channel_token=""))
    await world.process().round()

    assert world.told == []


async def test_a_look_that_cannot_be_kept_does_not_keep_other_stores_from_theirs(
    world: World,
) -> None:
    world.stores.put(connected("shopify", domain="não é um domínio"))
    world.stores.put(connected("nuvemshop"))
    world.looks.kept["loja-shopify"] = Kept("not a look", 1)  # type: ignore[arg-type]
    await world.process().round()

    assert [told.store_id for told in world.told] == ["loja-nuvemshop"]


def waiting(world: World) -> bool:
    """Whether an order of the store waits for its token, not to be asked about before an hour."""
    return all(d.due_at > world.clock.now for d in world.deferrals.kept.values())


async def an_order_waits(world: World) -> None:
    record = Outgoing(INBOX, b"loja-shopify", b"{}", ())
    later = world.clock.now + timedelta(hours=1)
    await world.deferrals.put(Deferred("1", "loja-shopify", record, later, for_token=True))


async def test_orders_go_on_when_the_channel_lets_us_in_again_without_a_word(world: World) -> None:
    world.stores.put(connected("shopify"))
    keeper = world.process()
    await keeper.round()
    fault = {"store_id": "loja-shopify", "status": 401, "times": 1}
    await world.http.post("/_control/faults", json=fault)
    keeper.doubt("loja-shopify")
    world.clock.now += timedelta(seconds=20)
    await keeper.round()
    assert world.told[-1].access is ChannelAccess.REFUSED
    await an_order_waits(world)

    await keeper.round()
    assert waiting(world)
    world.clock.now += timedelta(minutes=15)
    await keeper.round()

    assert world.told[-1].access is ChannelAccess.GRANTED
    assert not waiting(world)


async def test_a_token_that_was_refused_once_and_is_good_lets_its_orders_go_on_once_an_hour(
    world: World,
) -> None:
    world.stores.put(connected("shopify"))
    keeper = world.process()
    await keeper.round()
    released = []
    for _ in range(6):
        await an_order_waits(world)
        keeper.doubt("loja-shopify")
        world.clock.now += timedelta(minutes=12)
        await keeper.round()
        released.append(not waiting(world))

    assert released == [True, False, False, False, False, True]


@given(st.integers(1, 3), st.integers(1, 3), st.sampled_from(ChannelAccess), st.booleans())
def test_only_an_access_that_is_good_lets_orders_go_on(
    seen: int, version: int, access: ChannelAccess, first: bool
) -> None:
    before = Looked(store_id="s", at=NOON, store_version=seen, access=access)
    for found in ChannelAccess:
        now = Looked(store_id="s", at=NOON, store_version=version, access=found)
        good = found is ChannelAccess.GRANTED
        news = access is not ChannelAccess.GRANTED or seen < version

        assert lets_in_again(None if first else before, now) == (good and news and not first)


topics = st.lists(st.sampled_from("abcdef"), unique=True)


@given(topics, st.lists(st.builds(Registration, st.sampled_from("abcdef"),
                                  st.sampled_from([ADDRESS, "https://outro.test"]))))  # fmt: skip
def test_after_what_is_missing_was_registered_nothing_is(
    wanted: list[str], known: list[Registration]
) -> None:
    found = missing(wanted, ADDRESS, known)

    assert not set(found) & set(known)
    assert {one.url for one in found} <= {ADDRESS}
    assert missing(wanted, ADDRESS, [*known, *found]) == []
    assert missing(wanted, "", known) == []


@given(st.integers(1, 3), st.integers(1, 3), st.sampled_from(ChannelAccess), st.booleans())
def test_a_changed_store_is_due_at_once_and_any_other_at_a_time_after_its_last_look(
    seen: int, version: int, access: ChannelAccess, doubted: bool
) -> None:
    looked = Looked(store_id="s", at=NOON, store_version=seen, access=access)
    due: datetime | None = due_at(looked, a_store(version=version), doubted=doubted)

    assert (due is None) == (seen < version)
    assert due is None or NOON < due <= NOON + timedelta(days=1)
