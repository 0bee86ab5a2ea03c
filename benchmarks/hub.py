"""A whole belt with many ERP accounts, one store each, and webhooks sent as fast as wanted.

All services, the sandbox's ERP, Kafka and MongoDB run as they do for `make run`. The ERP's limits
are off. Only the channel's API is stood in for (`channel.py`).
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import httpx

from benchmarks import channel, stream
from benchmarks.benchmark import DidNotRun, Plan
from benchmarks.contender import running
from benchmarks.load import request
from benchmarks.market import SECRET_KEY, Sale
from chassis.vault import Vault
from contracts.stores import StoreConfigured
from embedded import demo
from embedded.belt import Belt
from embedded.errors import StartFailed
from embedded.ports import HOST, free_ports

UNHURRIED: Final = {
    "ESTEIRA_ERP_CALLS_PER_MINUTE": "1000000",
    "ESTEIRA_ERP_IP_CALLS_PER_MINUTE": "10000000",
}
"""The sandbox's limits are off, so the services need not keep to them."""
NO_LIMITS: Final = dict.fromkeys(("rate", "redundancy", "parallel", "misuse"), False)
_ERP_SECRET: Final = "an account's secret"  # noqa: S105 - it guards nothing
_TOKEN: Final = "a shop's token"  # noqa: S105 - it guards nothing


@dataclass(frozen=True, slots=True)
class Hub:
    """A running belt; `channel` is the process that stands in for the channel's API."""

    belt: Belt
    channel: int

    @property
    def card(self) -> Mapping[str, Any]:
        """See Site.card."""
        return self.belt.site.card()

    @property
    def door(self) -> int:
        """The port of capture's door."""
        return self.belt.ports.capture

    @property
    def processes(self) -> dict[str, int]:
        """Every process that has a part in an order, this one included: its id by its name."""
        members = {name: each.child.pid or 0 for name, each in self.belt.members.items()}
        return members | {"channel": self.channel, "load": os.getpid()}

    def control(self, name: str, body: Mapping[str, Any]) -> None:
        """Bend the sandbox's ERP."""
        answer = httpx.post(
            f"{self.card['erp_url']}/_control/{name}", json=dict(body), trust_env=False, timeout=30
        )
        answer.raise_for_status()


def webhook(sale: Sale) -> bytes:
    """The sale's webhook as it goes over the wire."""
    return request(HOST, f"/webhooks/shopify/{sale.store.store_id}", sale.headers, sale.body)


@contextmanager
def hub(
    plan: Plan, name: str, shops: Sequence[StoreConfigured], sold: Sequence[Sale]
) -> Iterator[Hub]:
    """Start it, with the accounts of these shops, and a channel that knows what they sold.

    Raises DidNotRun.
    """
    [port] = free_ports(1)
    task = channel.Task(port, plan.folder / "answers.json")
    channel.write_answers(task.answers, sold)
    overrides = UNHURRIED | {
        "ESTEIRA_SECRET_KEY": SECRET_KEY,
        "ESTEIRA_SHOPIFY_URL": f"http://{HOST}:{port}/{{shop}}",
    }
    log = plan.folder / "logs" / "channel.log"
    plan.say(f"{name}: starting the belt")
    with (
        running(channel.answer, task, log, plan.cores.all) as answering,
        Belt(plan.folder / name, overrides=overrides) as belt,
    ):
        began = Hub(belt, answering.pid)
        try:
            began.control("limits", NO_LIMITS)
            _connect(began, shops)
        except (httpx.HTTPError, StartFailed) as why:
            raise DidNotRun(f"the sandbox or the belt refused: {why}") from why
        yield began


def _connect(began: Hub, shops: Sequence[StoreConfigured]) -> None:
    """Open the accounts at the ERP, and tell every service of the stores."""
    vault = Vault(SECRET_KEY)
    with httpx.Client(trust_env=False, timeout=60) as client:
        connected = [_connected(client, began.card, shop, vault) for shop in shops]
        stream.fill(began.card["kafka"], connected)
        for shop in connected:
            known = {"id": shop.store_id, "channel": shop.channel}
            demo.wait_until_captured(client, began.card, known)


def _connected(
    client: httpx.Client, card: Mapping[str, Any], shop: StoreConfigured, vault: Vault
) -> StoreConfigured:
    """The store with its account's keys, and the codes that this account's books have."""
    keys = {"app_key": shop.erp_app_key, "app_secret": _ERP_SECRET}
    client.post(f"{card['erp_url']}/_control/companies", json=keys).raise_for_status()
    own = {"erp_url": card["erp_url"], "erp": keys}
    codes = {
        "bank_account_code": demo.bank_account(client, own),
        "stock_location_code": demo.stock_location(client, own),
    }
    return shop.model_copy(
        update={
            "erp_app_secret": vault.seal(_ERP_SECRET, f"{shop.store_id}:erp_app_secret"),
            "channel_token": vault.seal(_TOKEN, f"{shop.store_id}:channel_token"),
            "settings": shop.settings.model_copy(update=codes),
        }
    )
