"""How a store is doing, and the one thing to fix first. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from contracts.stores import StoreConfigured, StoreSettings
from panel import connection
from panel.connection import Connection
from panel.figures import Pulse

SLOW_AFTER: Final = timedelta(minutes=15)
"""An order that waits for the ERP longer than this is worth a word."""

REQUIRED: Final[tuple[tuple[str, str], ...]] = (
    ("erp_stage_code", "Etapa"),
    ("erp_category_code", "Categoria ERP"),
    ("bank_account_code", "Conta corrente"),
)
"""The options that no order goes without, and their labels."""

CUT_OFF: Final = "O canal desconectou esta loja: pedidos novos não chegam até conectar de novo."
NO_KEYS: Final = "Faltam a App Key e a App Secret do Omie: nenhum pedido segue para o ERP."
REFUSED: Final = (
    "O ERP recusou a App Key e a App Secret. Confira-as e teste; assim que o ERP as aceita, os"
    " pedidos seguem sozinhos."
)
UNUSABLE: Final = "Uma opção da loja falta ou não existe mais no ERP: os pedidos esperam até lá."
SLOW: Final = "Há pedidos esperando o ERP há mais tempo que o normal."
PAUSED: Final = "Esta loja está pausada: pedidos novos não são capturados."


@dataclass(frozen=True, slots=True)
class Trouble:
    """What to fix, in a sentence. `serious` ones stop the store's orders; `waiting` are those.

    `reconnect`: connecting the store again is the cure.
    """

    text: str
    serious: bool = True
    waiting: int = 0
    reconnect: bool = False


def missing(settings: StoreSettings) -> list[str]:
    """The labels of the required options that are empty."""
    return [label for name, label in REQUIRED if getattr(settings, name) in (None, "")]


def trouble(
    store: StoreConfigured,
    pulse: Pulse,
    *,
    cut_off: datetime | None,
    erp_says: str,
    now: datetime,
    found: Connection | None = None,
) -> Trouble | None:
    """The one banner of a store: the cause before what follows from it.

    `erp_says` is what holds its ERP account, if anything does; `found` is how capture found the
    store's connection to its channel.
    """
    absent = missing(store.settings)
    since = pulse.awaiting_since
    slow = since is not None and now - since > SLOW_AFTER
    reconnect = connection.must_reconnect(store, found, now) if store.active else ""
    ending = connection.ending(store, found, now) if store.active else ""
    silent = store.active and connection.is_silent(store, found)
    awaiting, locked_out = pulse.awaiting, pulse.awaiting + pulse.locked_out
    unconfigured, untold = pulse.awaiting + pulse.unconfigured, pulse.awaiting + pulse.untold
    absent_says = f"Falta escolher {listed(absent)}: os pedidos esperam até lá."
    known = (
        (cut_off is not None, Trouble(CUT_OFF, waiting=untold, reconnect=True)),
        (bool(reconnect), Trouble(reconnect, waiting=untold, reconnect=True)),
        (not (store.erp_app_key and store.erp_app_secret), Trouble(NO_KEYS, waiting=unconfigured)),
        (bool(erp_says), Trouble(erp_says, waiting=locked_out)),
        (pulse.locked_out > 0, Trouble(REFUSED, waiting=locked_out)),
        (bool(absent), Trouble(absent_says, waiting=unconfigured)),
        (pulse.unconfigured > 0, Trouble(UNUSABLE, waiting=unconfigured)),
        (bool(ending), Trouble(ending, serious=False, reconnect=True)),
        (slow, Trouble(SLOW, serious=False, waiting=awaiting)),
        (not store.active, Trouble(PAUSED, serious=False, waiting=awaiting)),
        (silent, Trouble(connection.SILENT, serious=False, waiting=awaiting)),
    )
    return next((trouble for holds, trouble in known if holds), None)


def listed(labels: Sequence[str]) -> str:
    """Labels as a sentence lists them."""
    return " e ".join([", ".join(labels[:-1]), labels[-1]] if len(labels) > 1 else labels)
