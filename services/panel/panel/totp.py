"""Codes of an authenticator app: RFC 6238 with SHA-1, six digits and half a minute. Pure.

Those are the only parameters that every app reads
(github.com/google/google-authenticator/wiki/Key-Uri-Format).
"""

import base64
import hmac
from datetime import datetime
from typing import Final
from urllib.parse import quote

KEY_BYTES: Final = 20
DIGITS: Final = 6
STEP_S: Final = 30
_DRIFT: Final = (0, -1, 1)
"""Steps that the clock of a telephone may be off."""
ISSUER: Final = "Esteira"
_LONGEST_LABEL: Final = 56


def key(random: bytes) -> str:
    """A key as apps take it, from 20 random bytes."""
    return base64.b32encode(random).decode().rstrip("=")


def step_of(at: datetime) -> int:
    """The half minute that this moment is in."""
    return int(at.timestamp()) // STEP_S


def code(of: str, step: int) -> str:
    """What an app with this key shows in this half minute."""
    raw = base64.b32decode(of + "=" * (-len(of) % 8))
    mac = hmac.digest(raw, step.to_bytes(8, "big"), "sha1")
    place = mac[-1] & 0xF
    number = int.from_bytes(mac[place : place + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def accepted(of: str, typed: str, at: datetime, after: int = 0) -> int | None:
    """The half minute whose code was typed; None for any other text, and up to `after`.

    A code that was accepted once is kept out by giving its step as `after`.
    """
    now = step_of(at)
    right = [
        now + drift
        for drift in _DRIFT
        if hmac.compare_digest(code(of, now + drift).encode(), typed.encode("utf-8", "replace"))
    ]
    return next((step for step in right if step > after), None)


def address(of: str, login: str) -> str:
    """What an app reads from a QR code or a link; a long login is shortened, it only names it."""
    label = quote(login[:_LONGEST_LABEL], safe="@+")
    return f"otpauth://totp/{ISSUER}:{label}?secret={of}&issuer={ISSUER}"


def grouped(of: str) -> str:
    """The key for people to type: in groups of four."""
    return " ".join(of[place : place + 4] for place in range(0, len(of), 4))
