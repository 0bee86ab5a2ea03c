"""One ERP account as the writer sees it: calls pass its breaker."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import structlog

from omie.breaker import Breaker
from omie.client import Omie
from omie.faults import Fault
from omie.reads import AskedBefore

CUSTOMERS: Final = "geral/clientes"
SALESPEOPLE: Final = "geral/vendedores"
ORDERS: Final = "produtos/pedido"
BILLING: Final = "produtos/pedidovendafat"
SOON_S: Final = 1.0
"""Who waits longer than this for a turn had better look again what there is to do."""

log = structlog.get_logger()


class Held(Exception):  # noqa: N818 - it names the state of the account
    """The account is left alone, or the ERP's minute is full, for `wait_s`: nothing was asked."""

    def __init__(self, wait_s: float) -> None:
        super().__init__(f"for {wait_s:.0f} s")
        self.wait_s = wait_s


class Erp:
    """Calls of one account, none while its breaker holds them.

    `monotonic` tells steady seconds; `turned` hears after every call how the breaker stands and how
    long it waits. `breaker` is how an earlier process left it.
    """

    def __init__(
        self,
        omie: Omie,
        monotonic: Callable[[], float],
        turned: Callable[[Breaker, float], None] = lambda *_: None,
        breaker: Breaker | None = None,
    ) -> None:
        self._omie = omie
        self._monotonic = monotonic
        self._turned = turned
        self.breaker = breaker or Breaker()

    def wait(self) -> float:
        """Seconds until the account may be called; 0 is now."""
        return self.breaker.wait(self._monotonic())

    def room(self, call: str) -> None:
        """Make sure the call would go out soon. Raises Held where the ERP's minute is full."""
        if (wait := self._omie.wait(call)) > SOON_S:
            raise Held(wait)

    async def call(
        self,
        service: str,
        call: str,
        param: Mapping[str, Any],
        *,
        write: bool = False,
        fresh: bool = False,
    ) -> dict[str, Any]:
        """See Omie.call. Raises Fault, or Held where the call would not go out soon."""
        before = self.breaker
        if wait := self.wait():
            raise Held(wait)
        self.room(call)
        self.breaker = before.entered(self._monotonic())
        try:
            answer = await self._omie.call(service, call, param, write=write, fresh=fresh)
        except AskedBefore:
            self.breaker = before
            raise
        except Fault as fault:
            self._turn(self.breaker.failed(call, fault, self._monotonic()), call)
            raise
        self._turn(self.breaker.succeeded(call), call)
        return answer

    def _turn(self, after: Breaker, call: str) -> None:
        """Take the breaker's new state, and say once that it opened or closed."""
        before, self.breaker = self.breaker, after
        self._turned(after, self.wait())
        if before.open != after.open:
            log.warning(
                "erp_account_held" if after.open else "erp_account_resumed",
                app_key=self._omie.account.app_key,
                call=call,
                cause=after.cause,
                wait_s=round(self.wait()),
            )
