"""A purchase put together: its pack, all orders in it, their shipments, the buyer's tax data."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from capture.channels.channel import Money, OrderHint, Shop
from capture.channels.mercadolivre.amounts import Box, sku_of, stated_freight
from capture.channels.mercadolivre.billing import BillingInfo
from capture.channels.mercadolivre.client import Answer, Client
from capture.channels.mercadolivre.listing import Listing
from capture.channels.mercadolivre.payload import Order
from capture.channels.mercadolivre.standing import is_split, judge
from contracts.events import RawDocument

_NOT_SHIPPED: Final = "no_shipping"
_DIVIDED: Final = "source_pack_split"


@dataclass(frozen=True, slots=True)
class Purchase:
    """What the buyer saw as one purchase: a pack, or the order where there is none.

    `listings` are those of lines without a SKU, by id. `touched_at` is when the platform last
    changed any of its documents. `replaces` is the purchase that was divided and this is a part of.
    """

    id: str
    orders: tuple[Order, ...] = field(repr=False)
    touched_at: datetime
    boxes: tuple[Box, ...] = field(default=(), repr=False)
    billing: BillingInfo | None = field(default=None, repr=False)
    listings: Mapping[str, Listing] = field(default_factory=dict, repr=False)
    withheld: bool = False
    replaces: str | None = None


class Search:
    """One purchase's fetch. Raises what Client raises: half a purchase is none."""

    def __init__(self, client: Client, shop: Shop) -> None:
        self._client, self._shop = client, shop
        self._orders: dict[str, Answer] = {}
        self._touched: list[datetime] = []
        self._missing: list[str] = []
        self.raw: list[RawDocument] = []

    @property
    def awaited(self) -> str:
        """What the platform will add later; empty when nothing is missing."""
        return ", ".join(self._missing)

    async def find(self, hints: Sequence[OrderHint]) -> Purchase | None:
        """The purchase that all `hints` are of; None when the platform has it not.

        Its orders are in the order of their ids, whichever of them the hints named first.
        """
        for hint in hints:
            if isinstance(hint.order, Answer):
                self._orders[hint.order.document.id] = hint.order
        number = await self._assemble(hints[0].order_id)
        found = sorted(self._orders.values(), key=lambda answer: int(answer.document.id))
        orders = tuple(answer.document for answer in found)
        self.raw += [answer.raw for answer in found]
        if number is None or not orders:
            return None
        self._touched += [order.touched_at for order in orders]
        verdict = judge(orders)
        withheld = any(answer.withheld for answer in found)
        boxes: Sequence[Box] = ()
        billing: BillingInfo | None = None
        listings: Mapping[str, Listing] = {}
        replaces: str | None = None
        if verdict.money is not Money.AWAITED or verdict.cancelled:
            boxes = await self._boxes(verdict.orders)
            billing = await self._billing(verdict.orders)
            listings = await self._listings(verdict.orders)
            replaces = await self._replaced(verdict.orders, boxes)
        if verdict.cancelled or verdict.test or verdict.money is Money.AWAITED:
            self._missing.clear()
        return Purchase(
            id=number,
            orders=orders,
            touched_at=max(self._touched),
            boxes=tuple(boxes),
            billing=billing,
            listings=listings,
            withheld=withheld,
            replaces=replaces,
        )

    async def _assemble(self, number: str) -> str | None:
        """All orders of the purchase; gives its id, which may turn out to be a pack's."""
        known = self._orders.get(number)
        if known is not None and known.document.pack_id is None:
            return number
        pack = await self._client.pack(self._shop, number)
        if pack is None:
            return await self._without_pack(number)
        self.raw.append(pack.raw)
        if pack.document.last_updated:
            self._touched.append(pack.document.last_updated)
        await self._read(packed.id for packed in pack.document.orders)
        return number

    async def _without_pack(self, number: str) -> str | None:
        """A pack that is not to be seen (yet) is what is known of it; else this is an order."""
        if self._orders:
            self._missing.append("pack")
            return number
        await self._read([number])
        found = self._orders.get(number)
        if found is None or found.document.pack_id in {None, number}:
            return number if found else None
        return await self._assemble(found.document.pack_id)

    async def _read(self, order_ids: Iterable[str]) -> None:
        wanted = [order_id for order_id in order_ids if order_id not in self._orders]
        found = await asyncio.gather(*(self._client.order(self._shop, id_) for id_ in wanted))
        self._orders |= {a.document.id: a for a in found if a is not None}

    async def _boxes(self, orders: Sequence[Order]) -> list[Box]:
        numbers = dict.fromkeys(o.shipping.id for o in orders if o.shipping and o.shipping.id)
        if not numbers and not any(_NOT_SHIPPED in order.tags for order in orders):
            self._missing.append("shipment")
        boxes = []
        for number in filter(str.isdecimal, numbers):
            shipment = await self._client.shipment(self._shop, number)
            if shipment is None:
                self._missing.append("shipment")
                continue
            stated = stated_freight(shipment.document) is not None
            costs = None if stated else await self._client.costs(self._shop, number)
            boxes.append(Box(shipment.document, costs.document if costs else None))
            self.raw += [answer.raw for answer in (shipment, costs) if answer]
            if shipment.document.last_updated:
                self._touched.append(shipment.document.last_updated)
        return boxes

    async def _replaced(self, orders: Sequence[Order], boxes: Sequence[Box]) -> str | None:
        """The purchase that these orders were in before its pack was divided.

        Their shipment names the old one, which names an order of the old pack.
        """
        if not any(_DIVIDED in order.tags for order in orders):
            return None
        siblings = (box.shipment.sibling for box in boxes)
        for number in (sibling.sibling_id for sibling in siblings if sibling):
            known = number.isdecimal() and await self._client.order_of_shipment(self._shop, number)
            answer = await self._client.order(self._shop, known) if known else None
            divided: Order | None = answer.document if answer else None
            if divided is not None and is_split(divided):
                return divided.pack_id or divided.id
        return None

    async def _listings(self, orders: Sequence[Order]) -> dict[str, Listing]:
        """The listings of lines that do not say their SKU."""
        lines = [line for order in orders for line in order.order_items]
        silent = dict.fromkeys(line.item.id for line in lines if not sku_of(line, {}))
        found = {id_: await self._client.listing(self._shop, id_) for id_ in silent}
        return {id_: answer.document for id_, answer in found.items() if answer}

    async def _billing(self, orders: Sequence[Order]) -> BillingInfo | None:
        """The tax data; old orders hold the document themselves."""
        refs = [o.buyer.billing_info for o in orders if o.buyer and o.buyer.billing_info]
        if any(ref.doc_number for ref in refs):
            return None
        number = next((ref.id for ref in refs if ref.id.isdecimal()), None)
        answer = await self._client.billing(self._shop, number) if number else None
        info = answer.document.buyer.billing_info if answer and answer.document.buyer else None
        if answer:
            self.raw.append(answer.raw)
        if info is None or info.identification is None or not info.identification.number:
            self._missing.append("billing info")
        return info
