"""What the ERP's no means: a fault classified by its words, then its code, then the HTTP status.

Numbers say little, because every service reuses 101 to 107 with other meanings; words are matched
without accents and case. Sources: omie-api.md 1.2, 1.3 and 13. What those mark unconfirmed sits in
one table row each.
"""

import re
import unicodedata
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

ERP_ZONE: Final = ZoneInfo("America/Sao_Paulo")
"""The ERP speaks the wall clock of Brasília."""

FAR_S: Final = 3600.0
"""An announced hour further away than this has just passed: the two clocks disagree a little."""


class FaultKind(StrEnum):
    """What a fault asks of the caller."""

    EMPTY = "empty"
    """A list without rows: an empty page, or a filter that nothing matches."""
    NOT_FOUND = "not_found"
    """The record asked for does not exist."""
    DUPLICATE = "duplicate"
    """The record already exists."""
    VALIDATION = "validation"
    """The ERP refuses what was asked; asking again will not help."""
    AUTH = "auth"
    """The keys are refused or suspended: no call of this account will pass."""
    REDUNDANT = "redundant"
    """The same call came again within a minute. Wait."""
    BUSY = "busy"
    """The same method of this account is still running. Wait a little."""
    THROTTLED = "throttled"
    """Too many calls in a minute. Wait."""
    BLOCKED = "blocked"
    """Too many wrong calls: nothing until the announced time has passed."""
    TRANSIENT = "transient"
    """The ERP, or the way to it, is down. The call has had no effect."""
    UNCLEAR = "unclear"
    """A write whose outcome nobody knows: look it up before anything is sent again."""


class Fault(Exception):  # noqa: N818 - the ERP's own word for it: `faultstring`, `faultcode`
    """The ERP said no, or nothing.

    `text` is the ERP's own words, which may quote a buyer's data: never log them as they are.
    `wait_s` is how long the ERP asks to wait, in seconds; 0 means it did not say.
    """

    def __init__(self, kind: FaultKind, text: str = "", code: str = "", wait_s: float = 0) -> None:
        super().__init__(f"{kind} {code}".strip())
        self.kind = kind
        self.text = text
        self.code = code
        self.wait_s = wait_s

    @property
    def existing_id(self) -> int | None:
        """The id of the record that already exists, where the ERP tells it."""
        found = _EXISTING.search(self.text)
        return int(found[1] or found[2]) if found else None

    @property
    def tag(self) -> str | None:
        """The field of the request that the ERP complains of, where it names one."""
        found = _TAG.search(self.text)
        return found[1] if found else None


_EXISTING = re.compile(r"(?:id|ncod)\s*\[(\d+)\]|com id (\d+)", re.IGNORECASE)
_TAG = re.compile(r"tag:?\s*\[([^\]]+)\]", re.IGNORECASE)
_SECONDS = re.compile(r"(\d+)\s*segundo")
_HOUR = re.compile(r"\bas (\d{2}):(\d{2}):(\d{2})")

_BROKEN: Final = None
"""The back end failed: a read may be tried again, a write may have happened."""

_WORDS: Final[tuple[tuple[re.Pattern[str], FaultKind | None], ...]] = tuple(
    (re.compile(words), kind)
    for words, kind in (
        (r"bloqueada por consumo indevido", FaultKind.BLOCKED),
        (r"consumo redundante", FaultKind.REDUNDANT),
        (r"requisicao ja foi processada", FaultKind.REDUNDANT),
        (r"requisicao desse metodo sendo executada", FaultKind.BUSY),
        (r"too many requests", FaultKind.THROTTLED),
        (r"chave de acesso .*(nao e valida|invalida|suspens)", FaultKind.AUTH),
        (r"api is not enabled", FaultKind.AUTH),
        (r"broken response from application server", _BROKEN),
        (r"proto_byebye", _BROKEN),
        (r"nao existem (registros|cadastros) para a pagina", FaultKind.EMPTY),
        (r"nenhuma conta corrente foi encontrada", FaultKind.EMPTY),
        (r"\bja (esta )?cadastrad[oa]", FaultKind.DUPLICATE),
        (r"ja esta sendo utilizad[oa]", FaultKind.DUPLICATE),
        # With a tag it is a wrong reference inside what was sent, not the record asked for.
        (r"nao cadastrad[oa] para .*tag:?\s*\[", FaultKind.VALIDATION),
        (r"nao cadastrad[oa] para", FaultKind.NOT_FOUND),
        (r"nao faz parte da estrutura do tipo complexo", FaultKind.VALIDATION),
        (r"o preenchimento das? tags?", FaultKind.VALIDATION),
        (r"nao deve ser enviada", FaultKind.VALIDATION),
        (r"\besta inativ[oa]\b", FaultKind.VALIDATION),
        (r"invalid json object|json request with syntaxerror", FaultKind.VALIDATION),
        (r"method .* not exists", FaultKind.VALIDATION),
    )
)

_CODES: Final[dict[str, FaultKind]] = {
    "MISUSE_API_PROCESS": FaultKind.BLOCKED,
    "SOAP-ENV:Client-5113": FaultKind.EMPTY,
    "SOAP-ENV:Client-6": FaultKind.REDUNDANT,
    "SOAP-ENV:Client-1100": FaultKind.REDUNDANT,
    "SOAP-ENV:Client-8020": FaultKind.REDUNDANT,
    "SOAP-ENV:Client-1880": FaultKind.BUSY,
}

_STATUSES: Final[dict[int, FaultKind]] = {
    401: FaultKind.AUTH,
    403: FaultKind.AUTH,
    425: FaultKind.BLOCKED,
    429: FaultKind.THROTTLED,
}

_SAYS_NO: Final = "SOAP-ENV:Client"
"""The ERP's application read the request and refused it, whatever the words."""


def folded(text: str) -> str:
    """The text without accents and case, as faults are matched."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(c for c in plain if not unicodedata.combining(c)).casefold()


def classify(
    text: str, code: str, status: int, *, write: bool, at: datetime, retry_after_s: float = 0
) -> Fault:
    """The fault behind an answer's words, code and HTTP status.

    `status` 0 stands for a refusal inside a good answer (a non-zero status block). `at` is the
    moment of the answer: some faults announce the hour to come back.
    """
    plain = folded(text)
    kind = _kind(plain, code, status)
    if kind is _BROKEN:
        kind = FaultKind.UNCLEAR if write else FaultKind.TRANSIENT
    return Fault(kind, text, code, _announced_s(plain, at) or retry_after_s)


def _kind(plain: str, code: str, status: int) -> FaultKind | None:
    for words, kind in _WORDS:
        if words.search(plain):
            return kind
    if code in _CODES:
        return _CODES[code]
    if status in _STATUSES:
        return _STATUSES[status]
    if code.startswith(_SAYS_NO) or status == 0:
        return FaultKind.VALIDATION
    return _BROKEN


def _announced_s(plain: str, at: datetime) -> float:
    if found := _SECONDS.search(plain):
        return float(found[1])
    if found := _HOUR.search(plain):
        here = at.astimezone(ERP_ZONE)
        hour, minute, second = (int(part) for part in found.groups())
        if hour > 23 or minute > 59 or second > 59:  # noqa: PLR2004 - a clock's own numbers
            return 0.0
        then = here.replace(hour=hour, minute=minute, second=second, microsecond=0)
        left = (then - here) % timedelta(days=1)
        return left.total_seconds() if left.total_seconds() <= FAR_S else 0.0
    return 0.0
