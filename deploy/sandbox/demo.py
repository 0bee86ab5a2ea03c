"""`make demo`: buyers who keep buying, some with trouble, some who change their minds."""

import argparse
import heapq
import os
import random
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import orjson

from sandbox.channels import generator
from sandbox.channels.generator import Fault, Method

_ORDERS_PER_SECOND = 0.5
_SHARE_FAULTY = 0.15
_SHARE_CANCELLED = 0.08
_PAYS_AFTER = (3.0, 15.0)  # seconds, for Pix and boleto
_CANCELS_AFTER = (8.0, 30.0)  # seconds after paying
_NAP = 0.2  # seconds; how late anything may happen


@dataclass(frozen=True, slots=True, order=True)
class Later:
    """What a buyer does after a while; `due` in seconds since the start."""

    due: float
    order_id: int
    name: str
    act: str


class Street:
    """The buyers of one store; everything they do is told in a line without anything personal."""

    def __init__(self, control: httpx.Client, dice: random.Random) -> None:
        self._control = control
        self._dice = dice
        self._later: list[Later] = []

    @property
    def quiet(self) -> bool:
        """Whether nobody has anything left to do."""
        return not self._later

    def buy(self, now: float) -> str:
        """Someone places an order; cards pay at once, Pix and boleto after a while."""
        method = self._dice.choice([*Method, Method.CARD, Method.PIX])
        fault = self._dice.choice(list(Fault)) if self._dice.random() < _SHARE_FAULTY else None
        at_once = method is Method.CARD
        wanted = {"method": method, "pay": at_once, "fault": fault}
        order = self._place(wanted)
        paid_at = now if at_once else self._plan(now, _PAYS_AFTER, order, "pay")
        if self._dice.random() < _SHARE_CANCELLED:
            self._plan(paid_at, _CANCELS_AFTER, order, "cancel")
        amount = f"{order['total']:>9} {order['currency']}"
        return (
            f"{order['name']:<7} {amount}  {method:<6}  {order.get('fault', fault) or ''}".rstrip()
        )

    def go_on(self, now: float) -> Iterator[str]:
        """Everything that is due by now."""
        while self._later and self._later[0].due <= now:
            later = heapq.heappop(self._later)
            self._post(f"orders/{later.order_id}/{later.act}", {})
            yield f"{later.name:<7} {'paid' if later.act == 'pay' else 'cancelled'}"

    def _plan(
        self, now: float, within: tuple[float, float], order: Mapping[str, Any], act: str
    ) -> float:
        due = now + self._dice.uniform(*within)
        heapq.heappush(self._later, Later(due, order["id"], order["name"], act))
        return due

    def _place(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """The order; a sale that cannot have its fault at this channel is a good one."""
        try:
            return self._post("orders", wanted)
        except httpx.HTTPStatusError as refused:
            if refused.response.status_code != httpx.codes.CONFLICT:
                raise
            return self._post("orders", {**wanted, "fault": None})

    def _post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        answer = self._control.post(path, content=orjson.dumps(body)).raise_for_status()
        told: dict[str, Any] = answer.json()
        return told


def sell(street: Street, rate: float, count: int | None) -> None:
    """Print what happens, `rate` orders a second, until `count` orders are placed and settled."""
    started, placed = time.monotonic(), 0
    while placed != count or not street.quiet:
        now = time.monotonic() - started
        if placed != count and now >= placed / rate:
            print(street.buy(now), flush=True)
            placed += 1
        for line in street.go_on(now):
            print(line, flush=True)
        next_order = placed / rate - (time.monotonic() - started)
        time.sleep(min(_NAP, max(0.0, next_order)) if placed != count else _NAP)


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the demo's addresses, then sell until Ctrl-C."""
    asked = _parser().parse_args(arguments)
    card_path = Path(os.environ.get("ESTEIRA_DATA", ".esteira")) / "demo.json"
    try:
        card = orjson.loads(card_path.read_bytes())
    except FileNotFoundError:
        sys.exit(f"{card_path} is not there: start the belt with `make run` first.")
    store = asked.store or card["stores"][0]["id"]
    address = f"{card['channels_url']}/_control/stores/{store}/"
    with httpx.Client(base_url=address, trust_env=False, timeout=30) as control:
        try:
            sell(Street(control, generator.dice(asked.seed)), asked.rate, asked.count)
        except KeyboardInterrupt:
            print("The shop is closed.")
        except httpx.HTTPError as failed:
            sys.exit(f"The sandbox at {card['channels_url']} does not sell: {failed}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox.demo", description=__doc__)
    parser.add_argument(
        "--rate", type=_positive, default=_ORDERS_PER_SECOND, help="orders a second"
    )
    parser.add_argument("--count", type=int, help="stop after so many orders")
    parser.add_argument("--store", help="the store's id; the demo's first one if not given")
    parser.add_argument(
        "--seed", default=str(time.time_ns()), help="the same seed, the same buyers"
    )
    return parser


def _positive(text: str) -> float:
    number = float(text)
    if number <= 0:
        raise argparse.ArgumentTypeError("must be above zero")
    return number


if __name__ == "__main__":
    main()
