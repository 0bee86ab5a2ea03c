"""Passwords: which are too easy to guess, and their argon2id hashes."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST: Final = 12
LONGEST: Final = 128
_FEWEST_DIFFERENT: Final = 5
_SHORTEST_WORD: Final = 4
_AT_ONCE: Final = 2
"""Each hash takes 64 MiB and a core for a moment: a flood of guesses must not take them all."""

_WORDS: Final = """
    esteira omie pedido pedidos loja senha password admin administrador mudar trocar demo
    brasil brazil flamengo corinthians palmeiras saopaulo vasco gremio internacional cruzeiro
    qwerty qwertyuiop asdfghjkl zxcvbnm abcdefghijkl iloveyou teamo euteamo letmein welcome
    bemvindo familia jesus deusefiel deuseamor principe princesa amor monkey dragon football
    futebol sunshine superman batman master changeme
    """
_COMMON: Final = frozenset(_WORDS.split())
_ROWS: Final = ("01234567890123456789", "98765432109876543210", "qwertyuiopasdfghjklzxcvbnm",
                "abcdefghijklmnopqrstuvwxyz")  # fmt: skip


def weakness(password: str, login: str) -> str:
    """Why nobody should use this password, in words for its owner; empty when it is fine.

    No classes of characters are asked for: length is what counts (ASVS 5, 6.2).
    """
    if len(password) < SHORTEST:
        return f"Use pelo menos {SHORTEST} caracteres. Uma frase curta funciona bem."
    if len(password) > LONGEST:
        return f"Use no máximo {LONGEST} caracteres."
    told = "".join(password.casefold().split())
    if len(set(told)) < _FEWEST_DIFFERENT or any(told in row for row in _ROWS):
        return "Esta senha é fácil de adivinhar: repete ou segue uma sequência. Escolha outra."
    word = "".join(c for c in told if c.isalpha())
    own = login.partition("@")[0].casefold()
    if len(own) >= _SHORTEST_WORD and own in told:
        return "A senha não pode conter o seu usuário."
    if _made_of_common(word):
        return "Esta senha é conhecida demais. Junte três ou quatro palavras sem relação."
    return ""


def _made_of_common(word: str) -> bool:
    """Common words, alone, repeated or with digits around, and nothing else."""
    rest = word
    for common in sorted(_COMMON, key=len, reverse=True):
        rest = rest.replace(common, "")
    return len(rest) < _SHORTEST_WORD


def hashed(password: str) -> str:
    """The password's argon2id hash; empty for no password."""
    return PasswordHasher().hash(password) if password else ""


def verify(password_hash: str, password: str) -> bool:
    """Whether the password has this hash."""
    try:
        return PasswordHasher().verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


@dataclass(slots=True)
class Hashing:
    """Hashes and checks outside the event loop, a few at a time."""

    hash: Callable[[str], str] = hashed
    check: Callable[[str, str], bool] = verify
    _places: asyncio.Semaphore = field(
        default_factory=lambda: asyncio.Semaphore(_AT_ONCE), init=False
    )

    async def hashed(self, password: str) -> str:
        """See `hashed`."""
        async with self._places:
            return await asyncio.to_thread(self.hash, password)

    async def verify(self, password_hash: str, password: str) -> bool:
        """See `verify`."""
        async with self._places:
            return await asyncio.to_thread(self.check, password_hash, password)
