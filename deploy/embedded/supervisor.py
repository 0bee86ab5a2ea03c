"""`make run`: a belt and its demo, looked after until Ctrl-C."""

import json
import logging
import signal
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NoReturn

from embedded import demo, private
from embedded.belt import Belt
from embedded.errors import SetupError, StartFailed
from embedded.lock import alone
from embedded.ports import Ports
from embedded.processes import SANDBOX, SERVICES, Program
from embedded.screen import Screen
from embedded.watch import Watch

DEMO_ORDERS: Final = 12
STOPPED, FAILED, NOT_SET_UP = 0, 1, 2

_LOOK_EVERY_S: Final = 0.2
_ENDING: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main(
    environ: Mapping[str, str],
    sandbox: Program = SANDBOX,
    services: Sequence[Program] = SERVICES,
) -> int:
    """Run until told to stop; gives the exit code."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    screen = Screen()
    _end_on_signals()
    try:
        data = Path(environ.get("ESTEIRA_DATA") or ".esteira").resolve()
        with alone(data):
            _run(_belt(data, environ, sandbox, services, screen), demo_orders(environ), screen)
    except KeyboardInterrupt:
        return STOPPED
    except SetupError as missing:
        screen.error(str(missing))
        return NOT_SET_UP
    except StartFailed as failed:
        screen.error(str(failed))
        return FAILED


def _belt(
    data: Path,
    environ: Mapping[str, str],
    sandbox: Program,
    services: Sequence[Program],
    screen: Screen,
) -> Belt:
    return Belt(
        data,
        Ports.from_environment(environ),
        kafka=environ.get("ESTEIRA_KAFKA"),
        mongodb=environ.get("ESTEIRA_MONGODB"),
        overrides={k: v for k, v in environ.items() if v and k.startswith("ESTEIRA_")},
        sandbox=sandbox,
        services=services,
        say=screen.say,
    )


def _run(belt: Belt, orders: int, screen: Screen) -> NoReturn:
    began = time.monotonic()
    card = belt.data / "demo.json"
    card.unlink(missing_ok=True)
    try:
        belt.start()
        screen.say("Setting up the demo")
        demo.seed(belt.site.card(), orders)
        private.write(card, json.dumps(belt.site.card(), indent=2) + "\n")
        screen.welcome(belt.site, time.monotonic() - began)
        watch = Watch(belt.members, screen.say, time.monotonic)
        while True:
            watch.look()
            time.sleep(_LOOK_EVERY_S)
    finally:
        card.unlink(missing_ok=True)
        belt.stop()


def demo_orders(environ: Mapping[str, str]) -> int:
    """How many orders the demo begins with (ESTEIRA_DEMO_ORDERS); 0 turns them off."""
    text = environ.get("ESTEIRA_DEMO_ORDERS") or str(DEMO_ORDERS)
    if not (text.isascii() and text.isdigit()):
        raise SetupError(f"ESTEIRA_DEMO_ORDERS={text} is not a number of orders")
    return int(text)


def _end_on_signals() -> None:
    """The first signal ends the run, in order; those after it change nothing."""

    def end(*_: object) -> NoReturn:
        for number in _ENDING:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number in _ENDING:
        # SIGHUP stays ignored under nohup.
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, end)
