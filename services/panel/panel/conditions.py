"""What keeps an ERP account's orders waiting, and what a person can do about it. Pure."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from chassis.table import Table
from contracts.accounts import AccountCondition, Condition

TEXTS: Final[Mapping[Condition, str]] = MappingProxyType(
    {
        Condition.KEYS_REFUSED: "O ERP não aceita as credenciais desta conta. Confira a App Key e a"
        " App Secret da loja; os pedidos seguem sozinhos depois.",
        Condition.BLOCKED: "O ERP bloqueou esta conta por algum tempo. Os pedidos esperam e seguem"
        " sozinhos.",
        Condition.UNREACHABLE: "O ERP não está respondendo. Os pedidos esperam e seguem sozinhos.",
        Condition.REFUSING: "O ERP recusou vários envios seguidos, e os próximos esperam um pouco"
        " para que a conta não seja bloqueada. Veja os motivos nos pedidos pendentes.",
    }
)
"""What an operator reads."""


def trouble(
    conditions: Table[AccountCondition], account_id: str, now: datetime
) -> AccountCondition | None:
    """What holds the account now; None where nothing does."""
    latest = conditions.get(account_id)
    if latest is None or latest.condition is Condition.GOOD:
        return None
    over = latest.until is not None and latest.until <= now
    return None if over else latest
