"""A merchant and its buyers, seen from outside: only public addresses and control routes."""

import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx
import pytest

T = TypeVar("T")
PATIENCE_S = 60.0
LOOK_EVERY_S = 0.05


def eventually(
    look: Callable[[], T | None],
    patience: float = PATIENCE_S,
    what: str | Callable[[], str] = "",
) -> T:
    """What `look` gives as soon as it is truthy; fails after `patience` seconds."""
    deadline = time.monotonic() + patience
    while True:
        try:
            found = look()
        except httpx.TransportError:
            found = None
        if found:
            return found
        if time.monotonic() > deadline:
            words = what if isinstance(what, str) else what()
            pytest.fail(f"did not happen within {patience:.0f} s: {words}")
        time.sleep(LOOK_EVERY_S)


class Merchant:
    """Talks to a running belt by its demo card."""

    def __init__(self, card: Mapping[str, Any]) -> None:
        self.card = card
        self.store = card["stores"][0]
        self.app_key = card["erp"]["app_key"]
        self.http = httpx.Client(trust_env=False, timeout=60)
        self.panel = httpx.Client(
            base_url=f"{card['panel_url']}/api/v1",
            headers={"Authorization": f"Bearer {card['panel']['token']}"},
            trust_env=False,
            timeout=30,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.http.close()
        self.panel.close()

    # The channel's side.

    def sells(self, **order: Any) -> dict[str, Any]:
        """A buyer places and pays an order at the channel; the webhooks go out."""
        return self._channel("orders", {"pay": True} | order)

    def cancels(self, order_id: str) -> None:
        """The buyer cancels."""
        self._channel(f"orders/{order_id}/cancel", {})

    def does(self, act: str, order_id: object, **how: Any) -> dict[str, Any]:
        """Something else that people do to an order at the channel: pay, refund, edit, split."""
        return self._channel(f"orders/{order_id}/{act}", how)

    def at(self, channel: str) -> "Merchant":
        """The same merchant, at its store of that channel."""
        [store] = [one for one in self.card["stores"] if one["channel"] == channel]
        return Merchant({**self.card, "stores": [store]})

    def hub_id(self, sold: Mapping[str, Any]) -> str:
        """What the hub calls an order that was sold."""
        return f"{self.store['id']}:{sold['id']}"

    def notify(self, topic: str, payload: Mapping[str, Any], **how: Any) -> int:
        """Send one webhook; gives the status of the first attempt."""
        answer = self._channel("notify?wait=1", {"topic": topic, "payload": payload, **how})
        return int(answer["status"])

    def sold(self) -> list[dict[str, Any]]:
        """All that the channel sold."""
        url = f"{self.card['channels_url']}/_control/stores/{self.store['id']}/orders"
        return list(self.http.get(url).raise_for_status().json()["orders"])

    def channel_order(self, order_id: int) -> dict[str, Any]:
        """An order in the channel's own words."""
        url = f"{self.card['channels_url']}/_control/stores/{self.store['id']}/orders/{order_id}"
        record = self.http.get(url).raise_for_status().json()
        return dict(record.get("order", record))

    def lift_channel_limits(self) -> None:
        """Let the channel's API answer as fast as it can."""
        url = f"{self.card['channels_url']}/_control/stores"
        body = {"id": self.store["id"], "plan": "unlimited"}
        self.http.post(url, json=body).raise_for_status()

    def hurry_webhooks(self) -> bool:
        """Make the channel retry now what the hub did not acknowledge."""
        self.http.post(f"{self.card['channels_url']}/_control/retry").raise_for_status()
        return True

    def _channel(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        url = f"{self.card['channels_url']}/_control/stores/{self.store['id']}/{path}"
        return dict(self.http.post(url, json=body).raise_for_status().json())

    # The ERP's side.

    def erp(self, path: str, body: Any = None, **params: Any) -> Any:
        """A control route of the sandbox ERP."""
        url = f"{self.card['erp_url']}/_control/{path}"
        if body is None:
            return self.http.get(url, params=params).raise_for_status().json()
        return self.http.post(url, json=body).raise_for_status().json()

    def erp_orders(self) -> list[dict[str, Any]]:
        """Every sales order the ERP holds."""
        return list(self.erp("orders", app_key=self.app_key)["orders"])

    def in_the_erp(self, order_id: str) -> dict[str, Any]:
        """The one sales order that an order of the hub became."""
        code = (self.order(order_id) or {})["erp"]["integration_code"]
        [one] = [o for o in self.erp_orders() if o["codigo_pedido_integracao"] == code]
        return dict(one["pedido_venda_produto"])

    def erp_user(self, action: str, order_id: str, **how: Any) -> None:
        """Somebody acts on an order in the ERP itself."""
        number = (self.order(order_id) or {})["erp"]["order_id"]
        body = {"app_key": self.app_key, "action": action, "order": number, **how}
        self.erp("act", body)

    def lift_erp_limits(self) -> None:
        """Let the ERP answer as fast as it can."""
        self.erp("limits", {"rate": False, "redundancy": False, "parallel": False, "misuse": False})

    # The panel's side.

    def tab(self, tab: str, **params: str) -> list[dict[str, Any]]:
        """All rows of a tab, page after page."""
        rows: list[dict[str, Any]] = []
        cursor: dict[str, str] = {}
        while True:
            query = {"tab": tab, "limit": "200", **params, **cursor}
            page = self.panel.get("/orders", params=query)
            body = page.raise_for_status().json()
            rows += body["items"]
            if not body["next"]:
                return rows
            cursor = {"cursor": body["next"]}

    def order(self, order_id: str) -> dict[str, Any] | None:
        """One order as the panel shows it, or None while it does not know it."""
        answer = self.panel.get(f"/orders/{order_id}")
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        return dict(answer.raise_for_status().json())

    def order_in(self, tab: str, order_id: str, situation: str | None = None) -> dict[str, Any]:
        """The order once it has reached a tab (and a situation)."""

        def look() -> dict[str, Any] | None:
            order = self.order(order_id)
            there = order is not None and order["tab"] == tab
            return order if there and situation in {None, order and order["situation"]} else None

        return eventually(
            look, what=lambda: f"{order_id} in {tab} {situation or ''}: {self.order(order_id)}"
        )

    def reprocess(self, order_id: str, corrections: Mapping[str, Any]) -> None:
        """Press "Salvar e reprocessar"."""
        answer = self.panel.post(f"/orders/{order_id}/reprocess", json={"corrections": corrections})
        assert answer.status_code == httpx.codes.ACCEPTED, answer.text
