"""One account at the ERP: a call goes out at the ERP's pace and comes back as data or a Fault."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import httpx

from chassis.http import TooLarge
from omie import envelope
from omie.envelope import Account
from omie.faults import Fault, FaultKind
from omie.http import Http, never_left
from omie.pacing import Pacing
from omie.reads import Reads

DEADLINE_S: Final = 45.0
"""From the first byte out to the last byte in."""
ANSWERED: Final = "answered"
CUT_OFF: Final = "cut_off"
"""How a call came out, where no fault's kind says it."""


class NeverSent(Fault):
    """The ERP could not be reached: the call has had no effect at all."""

    def __init__(self, cause: str) -> None:
        super().__init__(FaultKind.TRANSIENT, code=cause)


class Omie:
    """Calls of one account. Shares the HTTP client and the pacing with the others.

    `http` posts to the ERP's URL that ends in `/api/v1/`. `clock` tells the time of day, which some
    faults refer to; the pacing brings the other clock.
    """

    def __init__(
        self,
        http: Http,
        account: Account,
        pacing: Pacing,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        deadline_s: float = DEADLINE_S,
    ) -> None:
        self.account = account
        self._http = http
        self._pacing = pacing
        self._clock = clock
        self._reads = Reads()
        self._deadline_s = deadline_s

    def __repr__(self) -> str:
        return f"Omie({self.account.app_key})"

    def wait(self, call: str) -> float:
        """Seconds until the ERP's minute has room for this call."""
        return self._pacing.wait(self.account.app_key, call)

    async def call(
        self,
        service: str,
        call: str,
        param: Mapping[str, Any],
        *,
        write: bool = False,
        fresh: bool = False,
    ) -> dict[str, Any]:
        """Ask `service` (such as `produtos/pedido`) for `call`; the answer's numbers are exact.

        A read repeated within a minute gets the same answer without asking; with `fresh` it raises
        AskedBefore instead, with the seconds to wait. Raises Fault for every no.
        """
        if write:
            async with self._pacing.turn(self.account.app_key, call, write=True):
                _, answer = await self._ask(service, call, param, write=True)
                return answer
        read = (service, call, envelope.canonical(param))
        now = self._pacing.monotonic
        kept = self._reads.recall(read, now(), fresh=fresh)
        if kept is not None and (answer := envelope.decode(kept) or {}):
            return answer
        self._reads.asked(read, now())
        its_turn = False
        try:
            async with self._pacing.turn(self.account.app_key, call, write=False):
                its_turn = True
                body, answer = await self._ask(service, call, param, write=False)
        except NeverSent:
            self._reads.forget(read)
            raise
        except Fault:
            self._reads.asked(read, now())
            raise
        except asyncio.CancelledError:
            if not its_turn:
                self._reads.forget(read)
            raise
        self._reads.answered(read, now(), body)
        return answer

    async def _ask(
        self, service: str, call: str, param: Mapping[str, Any], *, write: bool
    ) -> tuple[bytes, dict[str, Any]]:
        outcome = CUT_OFF
        try:
            answer = await self._answer(service, call, param, write=write)
            outcome = ANSWERED
        except Fault as fault:
            outcome = fault.kind.value
            raise
        finally:
            self._pacing.calls[call, outcome] += 1
        return answer

    async def _answer(
        self, service: str, call: str, param: Mapping[str, Any], *, write: bool
    ) -> tuple[bytes, dict[str, Any]]:
        sent = envelope.encode(self.account, call, param)
        try:
            async with asyncio.timeout(self._deadline_s):
                response = await self._http.post(f"{service}/", content=sent)
        except TooLarge:
            raise unanswered("answer-too-large", write=write) from None
        except httpx.RequestError as error:
            if never_left(error):
                raise NeverSent(type(error).__name__) from None
            raise unanswered(type(error).__name__, write=write) from None
        except TimeoutError:
            raise unanswered("deadline", write=write) from None
        retry_after = response.headers.get("retry-after", "")
        answer = envelope.read(
            response.status_code,
            response.content,
            write=write,
            at=self._clock(),
            retry_after_s=float(retry_after) if retry_after.isdecimal() else 0.0,
        )
        return response.content, answer


def unanswered(cause: str, *, write: bool) -> Fault:
    """The call left and no usable answer came back."""
    return Fault(FaultKind.UNCLEAR if write else FaultKind.TRANSIENT, code=cause)
