"""Orders that lists brought to light, asked about by way of the inbox, a few at a time.

They take the road of every webhook, so that there is one order of things per store. No more are on
it than `AT_ONCE` of a sweep or run: a webhook that comes meanwhile stands behind these few.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final

from capture import inbox
from capture.channels.channel import Channel
from capture.channels.listed import Missed
from capture.inbox import RandomBytes
from capture.pace import Pace
from capture.sighting import Sighting
from chassis.clock import Clock
from chassis.flow import Publishes
from chassis.patience import patiently
from chassis.store import Documents
from contracts.stores import StoreConfigured
from contracts.wire import Outgoing

AT_ONCE: Final = 5
"""A batch of the reader is worked off at a stretch, and webhooks stand at the door meanwhile."""
MISSED_AT_ONCE: Final = 20
PATIENCE: Final = timedelta(seconds=30)
"""For these few; whoever is not through by then comes later, or to the dead letters."""
LOOK_EVERY_S: Final = 0.1

Wanted = Mapping[str, bytes]
"""Orders by the channel's own id, each with its document where a list had it."""


@dataclass(frozen=True, slots=True)
class Questions:
    """Puts questions into the inbox and waits for what comes of them."""

    publisher: Publishes
    sightings: Documents[Sighting]
    pace: Pace
    clock: Clock
    sleep: Callable[[float], Awaitable[None]]
    random_bytes: RandomBytes

    async def ask(
        self, store: StoreConfigured, channel: Channel, wanted: Wanted, asked_by: str
    ) -> dict[str, Sighting]:
        """Have these orders read, at most `AT_ONCE`; what is known of those that are through.

        Where a sweep and a run want the same order, the question that is read last leaves its name
        on it: one is as good as the other.
        """
        ids = [f"{store.store_id}:{order_id}" for order_id in wanted]
        before = await self._known(ids)
        calls = sum(not document for document in wanted.values()) * channel.allowance.per_order
        if calls:
            await self.pace.turn(store.store_id, channel.allowance, calls)
        records = [
            inbox.question(
                store_id=store.store_id,
                channel=store.channel,
                at=self.clock(),
                traceparent=inbox.trace(None, self.random_bytes),
                order_id=order_id,
                document=document,
                asked_by=asked_by,
            )
            for order_id, document in wanted.items()
        ]
        await patiently(lambda: self.publisher.publish(records), "asking for listed orders")
        through = await self._through(ids, asked_by, before)
        return {id_.removeprefix(f"{store.store_id}:"): seen for id_, seen in through.items()}

    async def come_again(self, store: StoreConfigured, missed: Sequence[Missed]) -> None:
        """Put webhooks into the inbox that never came."""
        for begin in range(0, len(missed), MISSED_AT_ONCE):
            some = missed[begin : begin + MISSED_AT_ONCE]
            records = [self._returned(store, each) for each in some]
            await patiently(partial(self.publisher.publish, records), "taking missed webhooks in")

    def _returned(self, store: StoreConfigured, missed: Missed) -> Outgoing:
        return inbox.outgoing(
            store_id=store.store_id,
            channel=store.channel,
            received_at=self.clock(),
            traceparent=inbox.trace(None, self.random_bytes),
            headers={},
            kept={},
            body=missed.body,
        )

    async def _through(
        self, ids: Sequence[str], asked_by: str, before: Mapping[str, Sighting]
    ) -> dict[str, Sighting]:
        give_up_at = self.clock() + PATIENCE
        while True:
            through = {
                id_: seen
                for id_, seen in (await self._known(ids)).items()
                if seen.asked_by == asked_by or seen.asked_by != _asked_by(before.get(id_))
            }
            if len(through) == len(ids) or self.clock() > give_up_at:
                return through
            await self.sleep(LOOK_EVERY_S)

    async def _known(self, ids: Sequence[str]) -> dict[str, Sighting]:
        found = await patiently(partial(self.sightings.load, ids), "looking at orders")
        return {id_: kept.state for id_, kept in found.items()}


def _asked_by(seen: Sighting | None) -> str:
    return seen.asked_by if seen else ""


def few(wanted: Wanted) -> list[dict[str, bytes]]:
    """These orders, as many at a time as may be asked about."""
    items = list(wanted.items())
    return [dict(items[begin : begin + AT_ONCE]) for begin in range(0, len(items), AT_ONCE)]
