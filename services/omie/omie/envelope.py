"""The body of a call and the reading of its answer: exact numbers, a fault whatever the status."""

import json
from codecs import BOM_UTF8
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import orjson
from pydantic import SecretStr

from omie.faults import classify

STATUS_BLOCKS: Final = (
    ("codigo_status", "descricao_status"),
    ("cCodStatus", "cDesStatus"),
    ("cCodStatus", "cDescStatus"),
)
WRITE_STATUS_BLOCKS: Final = (*STATUS_BLOCKS, ("status", "descricao"))
"""The salespeople's service spells its status so; in what others read, `status` is just data."""
_EXACT: Final = json.JSONDecoder(parse_float=Decimal)


@dataclass(frozen=True, slots=True)
class Account:
    """One company's keys at the ERP. Blanks around a key would cost a refusal: they are cut."""

    app_key: str
    app_secret: SecretStr = field(repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "app_key", self.app_key.strip())
        secret = self.app_secret.get_secret_value().strip()
        object.__setattr__(self, "app_secret", SecretStr(secret))


def encode(account: Account, call: str, param: Mapping[str, Any]) -> bytes:
    """The four keys of a call. A Decimal becomes a JSON number with exactly its own digits."""
    return orjson.dumps(
        {
            "call": call,
            "app_key": account.app_key,
            "app_secret": account.app_secret.get_secret_value(),
            "param": [param],
        },
        default=_digits,
    )


def canonical(param: Mapping[str, Any]) -> bytes:
    """The same bytes for the same parameters, in whatever order they were given."""
    return orjson.dumps(param, default=_digits, option=orjson.OPT_SORT_KEYS)


def _digits(value: object) -> orjson.Fragment:
    if isinstance(value, Decimal):
        return orjson.Fragment(format(value, "f"))
    raise TypeError(type(value).__name__)


def decode(body: bytes) -> dict[str, Any] | None:
    """The object in an answer, its numbers exact; None where there is no readable object."""
    try:
        found = _EXACT.decode(body.removeprefix(BOM_UTF8).decode("utf-8", "surrogatepass"))
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def read(
    status: int, body: bytes, *, write: bool, at: datetime, retry_after_s: float = 0
) -> dict[str, Any]:
    """What the answer says. Raises Fault for every no, in whichever of its forms it came."""
    answer = decode(body)
    if answer is None:
        raise classify("", "", status, write=write, at=at, retry_after_s=retry_after_s)
    if "faultstring" in answer or "faultcode" in answer:
        raise classify(
            str(answer.get("faultstring") or ""),
            str(answer.get("faultcode") or ""),
            status,
            write=write,
            at=at,
            retry_after_s=retry_after_s,
        )
    if status >= 400:  # noqa: PLR2004 - HTTP's first error
        raise classify("", "", status, write=write, at=at, retry_after_s=retry_after_s)
    for code_key, text_key in WRITE_STATUS_BLOCKS if write else STATUS_BLOCKS:
        if (code := _failed(answer.get(code_key))) and text_key in answer:
            raise classify(str(answer[text_key] or ""), code, 0, write=write, at=at)
    return answer


def _failed(code: object) -> str:
    """The status as text where it means failure: a number above zero, however it is spelt."""
    text = str(code).strip() if code is not None else ""
    return text if text.isdigit() and int(text) > 0 else ""
