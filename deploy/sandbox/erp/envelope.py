"""The four-key body in, and the answers out."""

import json
from dataclasses import dataclass
from typing import Any

import orjson

from sandbox.erp import faults
from sandbox.erp.store import Doc, dumps, loads

KEYS = {"call", "app_key", "app_secret", "param"}


def _canonical(param: Doc) -> bytes:
    return orjson.dumps(param, default=str, option=orjson.OPT_SORT_KEYS)


@dataclass(frozen=True)
class Envelope:
    """What a caller sent: a method, a key pair, one object of parameters."""

    call: str
    app_key: str
    app_secret: str
    param: Doc

    @property
    def fingerprint(self) -> tuple[str, str, bytes]:
        """Equal for the same call with the same parameters, whatever their order."""
        return self.app_key, self.call, _canonical(self.param)


@dataclass(frozen=True)
class Answer:
    """An HTTP answer."""

    status: int
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()
    content_type: bytes = b"application/json; charset=utf-8"


def _read(body: bytes) -> Any:
    """What is strictly JSON is read fast; what only might be, half a surrogate pair say, slowly."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return loads(body)


def opened(body: bytes) -> Envelope:
    """Read the body, or raise the fault for one that is not what the API demands."""
    try:
        sent = _read(body)
    except (ValueError, RecursionError):
        raise faults.json_syntax() from None
    if not isinstance(sent, dict) or not {"call", "param"} <= sent.keys() <= KEYS:
        raise faults.invalid_json()
    param = sent["param"]
    if not isinstance(param, list) or len(param) != 1 or not isinstance(param[0], dict):
        raise faults.invalid_json()
    return Envelope(
        str(sent["call"]),
        str(sent.get("app_key") or ""),
        str(sent.get("app_secret") or ""),
        param[0],
    )


def success(record: Doc) -> Answer:
    """The shape of a success is the method's own."""
    return Answer(200, dumps(record))


def refusal(fault: faults.Fault) -> Answer:
    """The fault body, and the header that numbers it, which only the application writes."""
    body = json.dumps({"faultstring": fault.text, "faultcode": fault.code}).encode()
    headers: tuple[tuple[bytes, bytes], ...] = ()
    if fault.number is not None:
        line = "".join(
            letter if letter.isprintable() else " " for letter in f"{fault.number} - {fault.text}"
        )
        headers = ((b"omieapi-error", line.encode("latin-1", "replace")),)
    return Answer(fault.status, body, headers)


def page(title: str, text: str, status: int = 200) -> Answer:
    """An HTML page: documentation on GET, or what infrastructure answers when it broke."""
    html = (
        f'<!DOCTYPE html><html lang="pt-BR"><head><title>{title}</title></head>'
        f"<body><h1>{title}</h1>{text}</body></html>"
    )
    return Answer(status, html.encode(), content_type=b"text/html; charset=utf-8")
