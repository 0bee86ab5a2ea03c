"""Rounds through a store's listings: what is told, what is not, and what a bad day changes."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from capture.channels.channel import TokenRefused, Unreachable
from capture.channels.shelf import Offer
from capture.keyring import Keyring
from capture.listing_choices import Following
from capture.listing_hints import ListingHints
from capture.listing_rounds import ListingRounds
from capture.listing_teller import ListingTeller
from capture.listings import seen
from capture.shelf_reader import ShelfReader
from capture.shops import Shops
from capture.tally import Tally
from capture.tokens import Tokens
from chassis.table import Table
from contracts.listings import ListingSeen, ListingState, ListingsWanted, PublicationDateSet
from contracts.stores import StoreConfigured
from tests.support.belt import NOON, FakeClock
from tests.support.builders import STORE, a_store
from tests.support.capture import VAULT, a_shop
from tests.support.listings import (
    PUBLISHED,
    FakeShelf,
    MemoryListingBook,
    MemoryRounds,
    a_date,
    a_variation,
    an_offer,
)
from tests.support.memory import MemoryDocuments, MemoryLog

EVERY = timedelta(minutes=15)


@dataclass
class Ground:
    """The rounds over one shelf, and everything that they touch."""

    shelf: FakeShelf = field(default_factory=FakeShelf)
    book: MemoryListingBook = field(default_factory=MemoryListingBook)
    rounds: MemoryRounds = field(default_factory=MemoryRounds)
    log: MemoryLog = field(default_factory=MemoryLog)
    clock: FakeClock = field(default_factory=FakeClock)
    hints: ListingHints = field(default_factory=ListingHints)
    slept: list[float] = field(default_factory=list)
    store: StoreConfigured = field(default_factory=a_shop)

    def __post_init__(self) -> None:
        numbers = itertools.count()
        stores = Table(StoreConfigured)
        stores.put(self.store)
        shops = Shops(stores, Keyring(VAULT), {})
        tokens = Tokens(MemoryDocuments(), self._never, {}, self.clock, self._sleep)
        self.listings = ListingRounds(
            shops=shops,
            shelves={"shopify": self.shelf},
            reader=ShelfReader(shops, tokens, Tally(), self._sleep),
            teller=ListingTeller(self.book, self.log, self.clock, "capture"),
            rounds=self.rounds,
            hints=self.hints,
            clock=self.clock,
            every=EVERY,
            new_round=lambda: f"round-{next(numbers)}",
            sleep=self._sleep,
        )

    async def visit(self, *pages: Sequence[Offer] | Exception) -> list[ListingSeen]:
        """What a round over these pages tells; time for the next one has come before."""
        self.shelf.pages = list(pages)
        before = len(self.told)
        self.clock.advance(minutes=15)
        await self.listings.visit(self.store)
        return self.told[before:]

    async def hear(self, *listing_ids: str) -> list[ListingSeen]:
        """What is told after the channel said something of these; no round is due."""
        before = len(self.told)
        for listing_id in listing_ids:
            self.hints.add(STORE, listing_id)
        await self.listings.visit(self.store)
        return self.told[before:]

    @property
    def told(self) -> list[ListingSeen]:
        return [m for m in self.log.messages(ListingSeen) if isinstance(m, ListingSeen)]

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    async def _never(self, _: Any) -> Any:
        raise AssertionError("these tokens never end")


async def test_every_listing_is_told_once_and_again_only_when_it_changed():
    ground = Ground()
    first = await ground.visit([an_offer("1"), an_offer("2")], [an_offer("3")])
    again = await ground.visit([an_offer("1"), an_offer("2")], [an_offer("3")])
    dearer = an_offer("2", variations=(a_variation(price="70.00"),))
    changed = await ground.visit([an_offer("1"), dearer], [an_offer("3")])

    assert [(one.listing_id, one.revision) for one in first] == [("1", 1), ("2", 1), ("3", 1)]
    assert again == []
    assert [(one.listing_id, one.revision) for one in changed] == [("2", 2)]


async def test_what_the_channel_no_longer_has_is_told_removed_and_comes_back_alive():
    ground = Ground()
    await ground.visit([an_offer("1"), an_offer("2")])

    gone = await ground.visit([an_offer("1")])
    silent = await ground.visit([an_offer("1")])
    back = await ground.visit([an_offer("1"), an_offer("2")])

    assert [(one.listing_id, one.state) for one in gone] == [("2", ListingState.REMOVED)]
    assert silent == []
    assert [(one.state, one.revision) for one in back] == [(ListingState.ACTIVE, 3)]


async def test_a_channel_that_breaks_off_makes_nothing_disappear_and_is_read_again_soon():
    ground = Ground()
    await ground.visit([an_offer("1")], [an_offer("2")])
    ground.shelf.once = False

    told = await ground.visit([an_offer("1")], Unreachable("down"))

    assert told == []
    assert ground.rounds.kept[STORE]["due_at"] == ground.clock() + timedelta(minutes=2)


async def test_a_channel_that_asks_for_a_pause_gets_it_and_the_round_goes_on():
    ground = Ground()

    told = await ground.visit([an_offer("1")], Unreachable("throttled", 7.0), [an_offer("2")])

    assert [one.listing_id for one in told] == ["1", "2"]
    assert 7.0 in ground.slept


async def test_a_refused_token_is_not_pressed_until_its_store_changes():
    ground = Ground()
    assert await ground.visit(TokenRefused()) == []
    ground.shelf.tokens.clear()
    ground.clock.advance(minutes=1)
    await ground.listings.visit(ground.store)
    assert ground.shelf.tokens == []

    ground.shelf.pages = [[an_offer("1")]]
    await ground.listings.visit(a_shop(token="another"))

    assert [one.listing_id for one in ground.told] == ["1"]


async def test_a_process_leaves_alone_what_another_one_reads():
    ground = Ground()
    ground.rounds.kept[STORE] = {
        "owner": "another", "until": NOON + timedelta(hours=1), "access": "", "due_at": NOON,
    }  # fmt: skip

    assert await ground.visit([an_offer("1")]) == []
    ground.clock.advance(hours=1)
    assert len(await ground.visit([an_offer("1")])) == 1


async def test_a_store_that_left_is_not_read():
    ground = Ground(store=a_shop(active=False))

    assert await ground.visit([an_offer("1")]) == []


async def test_listings_are_read_at_once_when_a_person_wants_it_and_once_per_wish():
    ground = Ground()
    await ground.visit([an_offer("1")])
    ground.shelf.pages = [[an_offer("1"), an_offer("2")]]
    wish = ListingsWanted(occurred_at=ground.clock(), store_id=STORE, wanted_by="ana")
    ground.clock.advance(seconds=5)
    await ground.listings.visit(ground.store)
    assert len(ground.told) == 1

    await ground.listings.want(wish)
    await ground.listings.visit(ground.store)
    assert len(ground.told) == 2

    ground.shelf.tokens.clear()
    await ground.listings.want(wish)
    await ground.listings.visit(ground.store)
    assert ground.shelf.tokens == []


async def test_a_listing_that_its_channel_tells_of_is_looked_at_without_a_round():
    ground = Ground()
    await ground.visit([an_offer("1"), an_offer("2")])
    ground.shelf.tokens.clear()
    ground.shelf.single = {"1": an_offer("1", title="Caneca maior"), "2": None, "3": an_offer("3")}

    told = await ground.hear("1", "2", "3", "nobody's")

    assert {(one.listing_id, one.title, one.state) for one in told} == {
        ("1", "Caneca maior", ListingState.ACTIVE),
        ("2", "Caneca 2", ListingState.REMOVED),
        ("3", "Caneca 3", ListingState.ACTIVE),
    }
    assert ground.shelf.asked == [["1", "2"], ["3", "nobody's"]]
    assert ground.shelf.tokens == [], "the round is due when it was before"
    assert await ground.hear("1", "2") == [], "nothing changed since"
    again = await ground.visit([an_offer("1", title="Caneca maior"), an_offer("3")])
    assert again == [], "what a look has told the next round knows"


async def test_many_hints_at_once_are_one_round():
    ground = Ground()
    await ground.visit([an_offer("1")])
    ground.clock.advance(seconds=1)
    ground.shelf.pages = [[an_offer("1"), an_offer("2")]]

    told = await ground.hear(*(str(number) for number in range(100)))

    assert [one.listing_id for one in told] == ["2"]
    assert ground.shelf.asked == []


async def test_hints_wait_while_another_process_reads_the_store():
    ground = Ground()
    await ground.visit([an_offer("1")])
    ground.shelf.single = {"1": an_offer("1", title="Outra")}
    ground.rounds.kept[STORE] |= {"owner": "another", "until": ground.clock() + EVERY}

    assert await ground.hear("1") == []
    ground.rounds.kept[STORE] |= {"owner": ""}

    assert [one.title for one in await ground.hear()] == ["Outra"]


async def test_a_channel_that_answers_nothing_about_hints_is_left_to_the_next_round():
    ground = Ground()
    await ground.visit([an_offer("1")])
    ground.shelf.some = _away  # type: ignore[method-assign]

    assert await ground.hear("1") == []
    assert ground.hints.stores() == []
    assert ground.rounds.kept[STORE]["owner"] == ""


async def _away(*_: object, **__: object) -> Any:
    raise Unreachable("down")


async def test_a_crash_after_telling_tells_the_same_again():
    ground = Ground()
    [told] = await ground.visit([an_offer("1")])
    ground.book.told.clear()

    [again] = await ground.visit([an_offer("1")])

    assert again.event_id == told.event_id


async def test_a_date_that_a_person_sets_is_written_down():
    table, book = Table(PublicationDateSet), MemoryListingBook()
    dates = Following(table, book.date)
    table.put(a_date(NOON))
    table.put(a_date(None, version=2))

    while dates.waiting:
        await dates.next()

    assert book.dates[f"{STORE}:9001"].version == 2


@given(st.lists(st.none() | st.integers(-500, 500), min_size=1))
def test_publishing_again_never_moves_the_publication_forward(days: list[int | None]):
    known = None
    for day in days:
        at = None if day is None else PUBLISHED + timedelta(days=day)
        known = seen(known, an_offer(published_at=at), a_store(), NOON)

    told = [day for day in days if day is not None]
    expected = PUBLISHED + timedelta(days=min(told)) if told else None
    assert known is not None
    assert known.published_at == expected
