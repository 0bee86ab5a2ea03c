"""Credentials sealed with AES-256-GCM, on topics and at rest."""

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

PREFIX = "v1."
NONCE_BYTES = 12
KEY_BYTES = 32
KEY = "32 bytes in base64 (openssl rand -base64 32), the same for every service"
"""What an installation's key is."""


class Sealed(ValueError):  # noqa: N818 - it names the state the value stays in
    """This value cannot be opened with this installation's key."""


class Vault:
    """Seals and opens secrets.

    `owner` (a store and a field) is bound to the sealed value: it cannot be moved to another.
    """

    def __init__(self, key: str) -> None:
        self._cipher = AESGCM(raw(key))

    def seal(self, secret: str, owner: str) -> str:
        """The secret as text that only this installation can open."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = nonce + self._cipher.encrypt(nonce, secret.encode(), owner.encode())
        return PREFIX + base64.urlsafe_b64encode(sealed).decode()

    def open(self, sealed: str, owner: str) -> str:
        """The secret again. Raises Sealed."""
        if not sealed.startswith(PREFIX):
            raise Sealed("not a sealed value")
        try:
            raw = base64.urlsafe_b64decode(sealed.removeprefix(PREFIX))
            opened = self._cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], owner.encode())
        except (InvalidTag, ValueError):
            raise Sealed("sealed with another key, or for another owner") from None
        return opened.decode()


def raw(key: str) -> bytes:
    """An installation's key itself. Raises ValueError, which does not quote it."""
    try:
        found = base64.b64decode(key, validate=True)
    except ValueError:
        found = b""
    if len(found) != KEY_BYTES:
        raise ValueError(f"the key must be {KEY}")
    return found
