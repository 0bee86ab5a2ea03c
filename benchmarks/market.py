"""The shops that contenders work for, and what they sell: distinct, believable, the same each run.

Payloads that repeat would flatter: compression and caches live off repetition.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson

from chassis.vault import Vault
from contracts.stores import StoreConfigured, StoreSettings
from sandbox.assortment import on_sale
from sandbox.channels import generator
from sandbox.channels.channel import Signing, Store
from sandbox.channels.shopify import SHOPIFY

ACCOUNTS: Final = 24
"""Twice the partitions. Some partitions get several accounts and some get none, as in life."""
SECRET_KEY: Final = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="  # noqa: S105 - it guards nothing
BANK_ACCOUNT: Final = 7_700_000_345
STOCK_LOCATION: Final = 7_700_000_012
SALESPERSON: Final = 7_700_000_777
FIRST_PRODUCT: Final = 7_711_002_001

_FIRST_APP_KEY: Final = 4_107_733_200_001
_FIRST_ID: Final = 6_000_000_000_001
IDS_EACH: Final = 100
"""More than an order has: itself, its lines, its payments."""
_OPENED: Final = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)
WEBHOOK_SECRET: Final = "a shop's webhook secret"  # noqa: S105 - it guards nothing


@dataclass(frozen=True, slots=True)
class Sale:
    """A paid order: its store, and the webhook that tells of it.

    `record` is all that the channel keeps of it.
    """

    store: StoreConfigured
    at: datetime
    headers: Mapping[str, str]
    body: bytes
    record: Mapping[str, Any]

    @property
    def order_id(self) -> str:
        """The order's id on the belt."""
        return f"{self.store.store_id}:{self.record['order']['id']}"


def stores(accounts: int = ACCOUNTS) -> tuple[StoreConfigured, ...]:
    """One store per ERP account, configured as the demo's."""
    vault = Vault(SECRET_KEY)
    return tuple(_store(number, vault) for number in range(accounts))


def sales(
    count: int,
    shops: Sequence[StoreConfigured] | None = None,
    *,
    first: int = 1,
    slim: bool = False,
) -> Iterator[Sale]:
    """So many orders, a few seconds apart, in `shops` (ours, unless told) at random.

    They are numbered from `first`; others made before end below it.
    A `slim` webhook has some 4 KB instead of 8: no nulls, and each amount said once, not again in
    each of two currencies.
    """
    dice = generator.dice(f"benchmarks from {first}")
    ids = itertools.count(_FIRST_ID + IDS_EACH * first)
    catalogue, shops = on_sale(), shops or stores()
    for number in range(first, first + count):
        shop, at = dice.choice(shops), _OPENED + timedelta(seconds=3 * number)
        seller = _seller(shop)
        record = SHOPIFY.render(generator.sale(dice, catalogue), seller, ids, number, at)
        record, [paid, *_] = SHOPIFY.acts["pay"](record, {}, ids, at)
        body = orjson.dumps(_slim(paid.payload) if slim else paid.payload)
        signing = Signing(
            topic=paid.topic,
            at=at,
            webhook_id=str(UUID(int=dice.getrandbits(128), version=4)),
            event_id=str(UUID(int=dice.getrandbits(128), version=4)),
            api_version=seller.api_version,
        )
        yield Sale(shop, at, SHOPIFY.headers(seller, body, signing), body, record)


def _store(number: int, vault: Vault) -> StoreConfigured:
    store_id, app_key = f"loja-{number:02d}", str(_FIRST_APP_KEY + number)
    return StoreConfigured(
        occurred_at=_OPENED,
        store_id=store_id,
        name=f"Loja {number:02d}",
        channel=SHOPIFY.name,
        account_id=f"omie-{app_key}",
        domain=f"{store_id}.myshopify.com",
        erp_app_key=app_key,
        webhook_secrets=(vault.seal(WEBHOOK_SECRET, f"{store_id}:webhook_secret"),),
        settings=StoreSettings(
            erp_stage_code="10",
            erp_category_code="1.01.03",
            bank_account_code=BANK_ACCOUNT,
            stock_location_code=STOCK_LOCATION,
        ),
    )


def _seller(store: StoreConfigured) -> Store:
    """The same store as its channel knows it."""
    return Store(
        id=store.store_id,
        channel=store.channel,
        shop_domain=store.domain,
        access_token="",
        webhook_secret=WEBHOOK_SECRET,
    )


def _slim(document: Any) -> Any:
    if isinstance(document, list):
        return [_slim(each) for each in document]
    if isinstance(document, dict):
        told = ((k, v) for k, v in document.items() if v is not None and not k.endswith("_set"))
        return {k: _slim(v) for k, v in told}
    return document
