"""The buyers of `make demo`."""

from typing import Any

import httpx
import orjson

from sandbox.channels import generator
from sandbox.demo import Street


class Control:
    """A channel's control that sells whatever is asked, and remembers."""

    def __init__(self) -> None:
        self.orders: list[dict[str, Any]] = []
        self.acts: list[tuple[int, str]] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        *_, number, act = request.url.path.split("/")
        if act == "orders":
            self.orders.append(orjson.loads(request.content))
            count = len(self.orders)
            order = {"id": count, "name": f"#{count}", "total": "10.00", "currency": "BRL"}
            return httpx.Response(201, json=order)
        self.acts.append((int(number), act))
        return httpx.Response(200, json={})


def street(control: Control) -> Street:
    transport = httpx.MockTransport(control.answer)
    client = httpx.Client(base_url="http://c/_control/stores/loja/", transport=transport)
    return Street(client, generator.dice("demo"))


def test_pix_and_boleto_are_paid_later_and_some_orders_are_cancelled_after_they_were_paid():
    control = Control()
    buyers = street(control)
    lines = [buyers.buy(now=0.0) for _ in range(200)]
    told = list(buyers.go_on(now=1000.0))

    assert buyers.quiet
    waiting = {number for number, order in enumerate(control.orders, 1) if not order["pay"]}
    assert waiting == {number for number, act in control.acts if act == "pay"}
    cancelled = [number for number, act in control.acts if act == "cancel"]
    assert 5 < len(cancelled) < 40
    for number in cancelled:
        acts = [act for acted_on, act in control.acts if acted_on == number]
        assert acts == (["pay", "cancel"] if number in waiting else ["cancel"])
    faulty = [order for order in control.orders if order["fault"]]
    assert 10 < len(faulty) < 60
    assert len(lines) == 200
    assert len(told) == len(control.acts)


def test_nothing_happens_before_its_time():
    control = Control()
    buyers = street(control)
    for _ in range(20):
        buyers.buy(now=100.0)

    assert list(buyers.go_on(now=102.0)) == []
    assert not buyers.quiet
