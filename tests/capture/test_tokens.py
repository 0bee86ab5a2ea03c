"""Tokens that end: renewed once, whoever asks, however many processes there are."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import cycle

import httpx
import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.asking import OTHER_TOKENS
from capture.channels.channel import Application, Shop, Unreachable
from capture.channels.mercadolivre import renewal
from capture.grants import Grant, decode, encode
from capture.oauth import TokenEndpoints
from capture.tokens import Tokens
from chassis.patience import Unavailable
from chassis.store import Kept
from chassis.vault import Vault
from contracts.stores import StoreSettings
from tests.support.belt import NOON, FakeClock
from tests.support.capture import VAULT
from tests.support.memory import MemoryDocuments
from tests.support.mercadolivre import ACCESS, APP, APP_SECRET, REFRESH, FakeMercadoLivre

STORE = "loja"
CHANNEL = "mercadolivre"


def a_shop(version: int = 1, **changes: str) -> Shop:
    return Shop(
        store_id=STORE,
        account_id="omie-1",
        domain="779432305",
        token=changes.get("token", ACCESS),
        settings=StoreSettings(),
        app=Application(APP, changes.get("secret", APP_SECRET)),
        refresh_token=changes.get("refresh", REFRESH),
        version=version,
    )


@dataclass
class SlowDocuments(MemoryDocuments[Grant]):
    """Grants that let others go first at every step, as a database does, in a drawn order."""

    stored: set[str] = field(default_factory=set)
    pauses: Iterator[int] = field(default_factory=lambda: cycle((0, 1, 3, 0, 2)))

    async def load(self, ids: Collection[str]) -> dict[str, Kept[Grant]]:
        await idle(self.pauses)
        found = await super().load(ids)
        await idle(self.pauses)
        return found

    async def save(self, changes: Mapping[str, Kept[Grant]]) -> bool:
        await idle(self.pauses)
        stored = await super().save(changes)
        self.stored |= {change.state.access for change in changes.values()} if stored else set()
        await idle(self.pauses)
        return stored


async def idle(pauses: Iterator[int]) -> None:
    for _ in range(next(pauses)):
        await asyncio.sleep(0)


@dataclass
class World:
    """A platform that kills the grant when a refresh token is used twice, and its clock."""

    platform: FakeMercadoLivre = field(default_factory=FakeMercadoLivre)
    clock: FakeClock = field(default_factory=FakeClock)
    grants: SlowDocuments = field(default_factory=SlowDocuments)

    def process(self, wrapped: Callable[[Awaitable], Awaitable] | None = None) -> Tokens:
        """One capture process; `wrapped` may meddle with its exchanges."""
        http = httpx.AsyncClient(transport=httpx.MockTransport(self.platform.answer))
        renew = TokenEndpoints(http).renew
        return Tokens(
            grants=self.grants,
            exchange=(lambda request: wrapped(renew(request))) if wrapped else renew,
            renewals={CHANNEL: lambda shop, token: renewal("https://api.test", shop, token)},
            clock=self.clock,
            sleep=self.sleep,
        )

    async def sleep(self, seconds: float) -> None:
        self.clock.advance(seconds=seconds)
        await asyncio.sleep(0)

    @property
    def grant(self) -> Grant:
        stored = self.grants.state(STORE)
        assert stored is not None
        return stored


async def use(tokens: Tokens, world: World, shop: Shop) -> str | None:
    """What a fetch does: try the token, and again with another where it is refused."""
    token: str | None = await tokens.of(CHANNEL, shop)
    for _ in range(OTHER_TOKENS):
        if token is None or token in world.platform.access:
            break
        token = await tokens.instead(CHANNEL, shop, token)
        assert token is None or token in world.grants.stored, "stored before anybody uses it"
    return token if token in world.platform.access else None


async def test_a_token_that_works_is_left_alone():
    world = World()

    assert await use(world.process(), world, a_shop()) == ACCESS
    assert world.platform.renewals == 0


async def test_a_refused_token_is_renewed():
    world = World()
    world.platform.access.clear()

    assert await use(world.process(), world, a_shop()) == "APP_USR-1"
    assert world.grant.refresh == world.platform.refresh == "TG-1"
    assert world.grant.expires_at == NOON + timedelta(hours=6)


async def test_a_token_is_renewed_before_it_ends_and_not_sooner():
    world, shop = World(), a_shop()
    world.platform.access.clear()
    tokens = world.process()
    await use(tokens, world, shop)

    world.clock.advance(hours=5, minutes=49)
    assert await tokens.of(CHANNEL, shop) == "APP_USR-1"
    world.clock.advance(minutes=1)
    assert await tokens.of(CHANNEL, shop) == "APP_USR-2"


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.integers(0, 4), min_size=1, max_size=30),
    st.integers(1, 4),
    st.integers(1, 6),
    st.booleans(),
)
def test_however_many_ask_at_once_one_refresh_token_is_used_once(
    pauses: list[int], processes: int, fetches: int, early: bool
):
    """Twice over: the second round starts from the tokens of the first."""

    async def storm() -> None:
        world = World(grants=SlowDocuments(pauses=cycle(pauses)))
        world.platform.access.clear()
        hub = [world.process() for _ in range(processes)]
        for round_ in (1, 2):
            got = await asyncio.gather(
                *(use(tokens, world, a_shop()) for tokens in hub for _ in range(fetches))
            )
            assert set(got) == {f"APP_USR-{round_}"}
            assert (world.platform.renewals, world.platform.alive) == (round_, True)
            if early:
                world.clock.advance(hours=5, minutes=55)
            else:
                world.clock.advance(hours=1)
                world.platform.access.clear()

    asyncio.run(storm())


async def test_a_process_that_starts_later_goes_on_with_the_renewed_tokens():
    world = World()
    world.platform.access.clear()
    await use(world.process(), world, a_shop())

    assert await use(world.process(), world, a_shop()) == "APP_USR-1"
    assert world.platform.renewals == 1


async def test_a_grant_the_channel_refuses_is_said_once_and_not_asked_for_again():
    world, shop = World(), a_shop()
    world.platform.access.clear()
    world.platform.alive = False
    tokens = world.process()

    with structlog.testing.capture_logs() as logs:
        assert [await use(tokens, world, shop) for _ in range(3)] == [None, None, None]
        assert await use(world.process(), world, shop) is None

    refused = [line for line in logs if line["event"] == "channel_grant_refused"]
    assert [(line["store_id"], line["error"]) for line in refused] == [(STORE, "invalid_grant")]
    assert world.platform.renewals == 1
    assert not any(word in str(logs) for word in (ACCESS, REFRESH, APP_SECRET))


async def test_a_new_grant_from_the_merchant_replaces_the_old_one():
    world = World()
    world.platform.access.clear()
    world.platform.alive = False
    tokens = world.process()
    assert await use(tokens, world, a_shop()) is None

    world.platform.alive, world.platform.refresh = True, "TG-given"
    world.platform.access.add("APP_USR-given")
    again = a_shop(2, token="APP_USR-given", refresh="TG-given")

    assert await use(tokens, world, again) == "APP_USR-given"
    assert await tokens.of(CHANNEL, a_shop(1)) == "APP_USR-given", "also for who is late to hear"


async def test_a_process_that_was_idle_for_long_skips_what_has_ended_meanwhile():
    world, shop = World(), a_shop()
    world.platform.access.clear()
    idle_one, busy = world.process(), world.process()
    await use(idle_one, world, shop)
    world.clock.advance(hours=6)
    await use(busy, world, shop)
    world.clock.advance(hours=6)

    assert await idle_one.of(CHANNEL, shop) == "APP_USR-3"


async def test_a_change_of_something_else_keeps_the_renewed_tokens():
    world = World()
    world.platform.access.clear()
    tokens = world.process()
    await use(tokens, world, a_shop())

    assert await tokens.of(CHANNEL, a_shop(2)) == "APP_USR-1"
    assert await world.process().of(CHANNEL, a_shop(3)) == "APP_USR-1"


async def test_a_corrected_client_secret_gets_another_try():
    world = World()
    world.platform.access.clear()
    tokens = world.process()
    assert await use(tokens, world, a_shop(secret="mistyped")) is None

    assert await use(tokens, world, a_shop(2)) == "APP_USR-2"


async def test_new_tokens_that_are_refused_too_are_not_renewed_over_and_over():
    world = World()
    world.platform.access.clear()
    tokens = world.process()
    new = await use(tokens, world, a_shop())
    assert new

    assert await tokens.instead(CHANNEL, a_shop(), new) is None
    assert world.platform.renewals == 1
    world.clock.advance(minutes=6)
    assert await tokens.instead(CHANNEL, a_shop(), new) == "APP_USR-2"


async def test_while_the_token_endpoint_is_away_the_old_token_serves_to_its_end():
    world, shop = World(), a_shop()
    world.platform.access.clear()
    await use(world.process(), world, shop)
    tokens = world.process(away)
    world.clock.advance(hours=5, minutes=55)

    assert await tokens.of(CHANNEL, shop) == "APP_USR-1"
    world.clock.advance(minutes=5)
    with pytest.raises(Unreachable):
        await tokens.of(CHANNEL, shop)
    assert await world.process().of(CHANNEL, shop) == "APP_USR-2", "no claim was left behind"


async def away(exchange: Awaitable) -> None:
    exchange.close()  # type: ignore[attr-defined]
    raise Unreachable("token endpoint: ConnectError")


async def test_a_process_that_died_while_renewing_is_waited_for_and_then_followed():
    world, shop = World(), a_shop()
    world.platform.access.clear()
    begun = asyncio.Event()

    async def forever(exchange: Awaitable) -> None:
        exchange.close()  # type: ignore[attr-defined]
        begun.set()
        await asyncio.Event().wait()

    dying = asyncio.create_task(use(world.process(forever), world, shop))
    await begun.wait()
    dying.cancel()

    with pytest.raises(Unreachable):
        await use(world.process(), world, shop)
    assert world.platform.renewals == 0
    world.clock.advance(seconds=31)
    assert await use(world.process(), world, shop) == "APP_USR-1"


async def test_a_process_that_slept_through_its_lease_still_keeps_what_it_was_granted():
    """Another one was refused meanwhile, for the refresh token was spent."""
    world, shop = World(), a_shop()
    world.platform.access.clear()
    awake, answered = asyncio.Event(), asyncio.Event()

    async def asleep(exchange: Awaitable) -> object:
        granted = await exchange
        answered.set()
        await awake.wait()
        return granted

    slow = asyncio.create_task(world.process(asleep).instead(CHANNEL, shop, ACCESS))
    await answered.wait()
    world.clock.advance(seconds=31)
    assert await world.process().instead(CHANNEL, shop, ACCESS) is None
    awake.set()

    assert await slow == "APP_USR-1"
    assert (world.grant.access, world.grant.refresh) == ("APP_USR-1", "TG-1")
    assert await world.process().of(CHANNEL, shop) == "APP_USR-1"


async def test_a_renewal_goes_on_when_the_fetch_that_began_it_is_cancelled():
    world, shop = World(), a_shop()
    world.platform.access.clear()
    tokens = world.process()
    fetch = asyncio.create_task(tokens.instead(CHANNEL, shop, ACCESS))
    await asyncio.sleep(0)
    fetch.cancel()

    await tokens.finish()

    assert world.grant.refresh == world.platform.refresh == "TG-1"


async def test_the_new_tokens_wait_for_a_database_that_is_away():
    world, shop = World(), a_shop()
    world.platform.access.clear()
    troubles = iter([None, Unavailable("mongodb: AutoReconnect"), None])
    save = world.grants.save

    async def flaky(changes: Mapping[str, Kept[Grant]]) -> bool:
        trouble = next(troubles, None)
        if trouble:
            raise trouble
        return await save(changes)

    world.grants.save = flaky  # type: ignore[method-assign]

    assert await use(world.process(), world, shop) == "APP_USR-1"
    assert world.grant.refresh == "TG-1"


async def test_a_channel_whose_tokens_never_end_is_never_asked():
    world = World()

    assert await world.process().of("shopify", a_shop()) == ACCESS
    assert await world.process().instead("shopify", a_shop(), ACCESS) is None
    no_refresh = replace(a_shop(), refresh_token="")
    assert await world.process().instead(CHANNEL, no_refresh, ACCESS) is None
    assert (world.platform.renewals, world.grants.kept) == (0, {})


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (httpx.Response(429, json={"error": "local_rate_limited"}), "429"),
        (httpx.Response(502, text="<html>"), "502"),
        (httpx.Response(200, text="<html>"), "unreadable"),
        (httpx.Response(200, json={"access_token": ""}), "unreadable"),
        (httpx.ReadTimeout(""), "ReadTimeout"),
    ],
)
async def test_an_answer_that_is_none_counts_as_silence(answer: object, word: str):
    def respond(_: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        assert isinstance(answer, httpx.Response)
        return answer

    http = httpx.AsyncClient(transport=httpx.MockTransport(respond))

    with pytest.raises(Unreachable, match=word):
        await TokenEndpoints(http).renew(renewal("https://api.test", a_shop(), "TG-1"))


def test_a_grant_is_sealed_at_rest_and_reads_back():
    grant = Grant(STORE, ACCESS, REFRESH, given="x", told=3, expires_at=NOON, granted_at=NOON)

    document = encode(grant, VAULT)

    assert ACCESS not in str(document)
    assert REFRESH not in str(document)
    assert decode(document | {"_id": STORE, "version": 2}, VAULT) == grant
    assert ACCESS not in repr(grant)


def test_a_grant_of_another_key_gives_way_to_the_store_s():
    document = encode(Grant(STORE, ACCESS, REFRESH, given="x", told=3), VAULT)
    other = Vault("OTg3NjU0MzIxMDk4NzY1NDMyMTA5ODc2NTQzMjEwOTg=")

    unreadable = decode(document, other)

    assert (unreadable.access, unreadable.told) == ("", -1)
