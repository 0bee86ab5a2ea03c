"""Where buyers buy and merchants act: orders change, and the webhooks that follow go out."""

import random
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import orjson

from sandbox.channels import generator
from sandbox.channels.archive import Archive
from sandbox.channels.assortment import Assortment, Change
from sandbox.channels.channel import (
    SUSPENDED,
    Channel,
    Document,
    Options,
    Signing,
    Store,
    Webhook,
)
from sandbox.channels.clock import SandboxClock
from sandbox.channels.deliverer import Deliverer
from sandbox.channels.faults import spoiled
from sandbox.channels.generator import Sale, Wish
from sandbox.channels.orders import OrderBook
from sandbox.channels.outbox import Outbox
from sandbox.channels.parts import Parts
from sandbox.channels.purchase import Notification, Purchase
from sandbox.channels.subscriptions import Subscriptions


class NoSuchOrderError(LookupError):
    """The store never sold this order."""


class NoSuchActError(LookupError):
    """The channel knows no such act."""


class NoSuchFaultError(LookupError):
    """No sale of this channel can have this fault."""


class NowhereToTellError(LookupError):
    """The store's hub has given no address for this webhook."""


class Market:
    """Everything that happens at the channels, whoever makes it happen."""

    def __init__(
        self,
        *,
        archive: Archive,
        orders: OrderBook,
        parts: Parts,
        outbox: Outbox,
        subscriptions: Subscriptions,
        deliverer: Deliverer,
        channels: Mapping[str, Channel],
        assortment: Assortment,
        clock: SandboxClock,
    ) -> None:
        self._archive = archive
        self._orders = orders
        self._parts = parts
        self._outbox = outbox
        self._subscriptions = subscriptions
        self._deliverer = deliverer
        self._channels = channels
        self._assortment = assortment
        self._clock = clock

    def place(self, store: Store, purchase: Purchase) -> Document:
        """A buyer places an order, and pays it unless told not to; the order in one line."""
        channel = self._channels[store.channel]
        if purchase.fault in channel.lacking:
            raise NoSuchFaultError(f"no sale of {channel.name} can have the fault {purchase.fault}")
        with self._archive.transaction():
            number = self._archive.counted(f"orders of {store.id}")
            ids, at = self._archive.fresh_ids(), self._clock()
            seed = f"{store.id} {number}" if purchase.seed is None else str(purchase.seed)
            sold = self._sale(store, purchase, generator.dice(seed))
            record = channel.render(sold, store, ids, number, at)
            record = channel.merge(record, purchase.partial)
            webhooks = channel.placed(record)
            if purchase.pay:
                record, more = channel.acts["pay"](record, {}, ids, at)
                webhooks += more
            self._orders.put(store.id, channel.summary(record), record, purchase.fault)
            sent = self._tell(channel, store, webhooks)
        self._deliver(sent)
        return self._line(channel, record) | {"fault": purchase.fault}

    def act(self, store: Store, order_id: int, act: str, options: Options) -> Document:
        """The buyer or the merchant does something to an order; the order in one line.

        `order_id` may also be that of a part of a sale, e.g. of one order in a pack.
        ActRefusedError when the order's state does not allow it.
        """
        channel = self._channels[store.channel]
        if act not in channel.acts:
            raise NoSuchActError(f"{channel.name} knows {', '.join(channel.acts)}")
        record = self.sale(store, order_id)
        options = {"target": order_id, **options}
        with self._archive.transaction():
            ids = self._archive.fresh_ids()
            record, webhooks = channel.acts[act](record, options, ids, self._clock())
            self._orders.put(store.id, channel.summary(record), record, None)
            sent = self._tell(channel, store, webhooks)
        self._deliver(sent)
        return self._line(channel, record)

    def change_product(self, store: Store, sku: str, change: Change) -> Document:
        """The merchant does something to a product, and the channel tells of it."""
        channel = self._channels[store.channel]
        with self._archive.transaction():
            changed = self._assortment.change(store.id, sku, change)
            left = [one for one in self._assortment.of(store.id) if one.title == changed.title]
            webhook = channel.product_told(left or [changed], not left)
            sent = self._tell(channel, store, [webhook])
        self._deliver(sent)
        return {"sku": sku, "topic": webhook.topic, "webhooks": len(sent)}

    def notify(self, store: Store, wanted: Notification) -> list[int]:
        """Send this webhook; the ids of its deliveries."""
        channel = self._channels[store.channel]
        urls = [store.webhook_url] if store.webhook_url else []
        urls = urls or self._subscriptions.addresses(store, wanted.topic)
        if not urls:
            raise NowhereToTellError("the store has no address for this webhook")
        body = self._body(channel, store, wanted)
        headers = self._notified_headers(channel, store, wanted, body)
        with self._archive.transaction():
            sent = [
                self._put(channel, store, wanted.topic, url, (headers, body))
                for url in urls
                for _ in range(wanted.copies)
            ]
        self._deliver(sent)
        return sent

    def remove_app(self, store: Store) -> None:
        """The shop removes the app: it is told if the channel tells such things, then no more."""
        with self._archive.transaction():
            sent = self._tell(
                self._channels[store.channel],
                store,
                self._channels[store.channel].removed(store),
            )
            for subscription in self._subscriptions.of(store.id):
                self._subscriptions.remove(subscription.id)
        self._deliver(sent)

    def sale(self, store: Store, order_id: int) -> Document:
        """The record of an order, by its id or by that of an order or a pack in it."""
        record = self._orders.get(store.id, order_id)
        record = record or self._parts.sale_of(store.id, ("packs", "orders"), str(order_id))
        if record is None:
            raise NoSuchOrderError(f"{store.id} never sold order {order_id}")
        return record

    def _body(self, channel: Channel, store: Store, wanted: Notification) -> bytes:
        if wanted.body is not None:
            return wanted.body.encode()
        if "payload" in wanted.model_fields_set:
            return orjson.dumps(wanted.payload)
        told = Webhook(wanted.topic, wanted.about)
        return orjson.dumps(channel.body(store, told, self._clock()))

    def _notified_headers(
        self, channel: Channel, store: Store, wanted: Notification, body: bytes
    ) -> dict[str, str]:
        secret = f"not {store.webhook_secret}" if wanted.bad_signature else store.webhook_secret
        signer = store.model_copy(
            update={
                "webhook_secret": secret,
                "api_version": wanted.api_version or store.api_version,
            }
        )
        headers: dict[str, str | None] = dict(self._headers(channel, signer, wanted.topic, body))
        given = {name.lower() for name in wanted.headers}
        kept = {name: value for name, value in headers.items() if name.lower() not in given}
        return {k: v for k, v in {**kept, **wanted.headers}.items() if v is not None}

    def _sale(self, store: Store, purchase: Purchase, dice: random.Random) -> Sale:
        channel, on_sale = self._channels[store.channel], self._assortment.of(store.id)
        wish = Wish(purchase.method, purchase.company, purchase.third_party)
        sold = generator.sale(dice, on_sale, wish)
        if lines := channel.basket(purchase.partial, sold):
            sold = replace(
                sold, lines=lines, coupon=None, freight=replace(sold.freight, discount=Decimal(0))
            )
        if purchase.instalments:
            sold = replace(sold, payment=replace(sold.payment, instalments=purchase.instalments))
        if purchase.tax_id is not None:
            sold = replace(sold, buyer=replace(sold.buyer, document=purchase.tax_id))
        if purchase.fault:
            sold = spoiled(sold, purchase.fault, dice, on_sale)
        return sold

    def _tell(self, channel: Channel, store: Store, webhooks: Sequence[Webhook]) -> list[int]:
        """Put webhooks into the outbox, those that the store is subscribed to."""
        if store.plan == SUSPENDED:
            return []
        sent = []
        for webhook in webhooks:
            if not (urls := self._subscriptions.addresses(store, webhook.topic)):
                continue
            body = orjson.dumps(channel.body(store, webhook, self._clock()))
            headers = self._headers(channel, store, webhook.topic, body)
            signed = (headers, body)
            sent += [self._put(channel, store, webhook.topic, url, signed) for url in urls]
        return sent

    def _headers(self, channel: Channel, store: Store, topic: str, body: bytes) -> dict[str, str]:
        signing = Signing(
            topic=topic,
            at=self._clock(),
            webhook_id=str(uuid.uuid4()),
            event_id=str(uuid.uuid4()),
            api_version=store.api_version,
        )
        return channel.headers(store, body, signing)

    def _put(
        self,
        channel: Channel,
        store: Store,
        topic: str,
        url: str,
        signed: tuple[Mapping[str, str], bytes],
    ) -> int:
        headers, body = signed
        return self._outbox.put(
            store_id=store.id,
            channel=channel.name,
            topic=topic,
            url=url,
            headers=headers,
            body=body,
            at=self._clock.seconds(),
        )

    def _deliver(self, sent: Sequence[int]) -> None:
        for delivery_id in sent:
            self._deliverer.add(delivery_id)

    def line(self, store: Store, record: Document) -> dict[str, Any]:
        """An order in one line."""
        return self._line(self._channels[store.channel], record)

    def _line(self, channel: Channel, record: Document) -> dict[str, Any]:
        summary = channel.summary(record)
        return {
            "id": summary.id,
            "name": summary.name,
            "total": summary.total,
            "currency": summary.currency,
            "financial_status": summary.financial_status,
            "cancelled_at": summary.cancelled_at,
        }
