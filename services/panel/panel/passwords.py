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
    esteira omie shopify nuvemshop mercadolivre mercado livre loja lojas vendas pedido pedidos
    senha senhas password pass admin administrador administrator root user usuario teste test
    mudar trocar demo default welcome bemvindo letmein changeme secret segredo acesso login
    brasil brazil flamengo corinthians palmeiras saopaulo santos vasco gremio internacional
    cruzeiro botafogo fluminense atletico bahia futebol football soccer baseball
    iloveyou teamo euteamo amor amormeu meuamor minhavida vida love princess princesa principe
    familia jesus deus deusefiel deuseamor deuse fiel cristo maria jose joao paulo pedro lucas
    mateus gabriel rafael felipe bruno carlos daniel marcos ana julia beatriz larissa amanda
    rodrigo vitoria gustavo eduardo leonardo guilherme henrique arthur vinicius ricardo vanessa
    luciana sucesso alegria felicidade saudade cachorro estrela tricolor junior antonio marcelo
    fernanda juliana camila leticia mariana michael jessica ashley charlie jordan hunter thomas
    monkey dragon sunshine superman batman master shadow pokemon naruto starwars computer
    internet samsung google facebook hello freedom whatever forever football qazwsx azerty abc
    """
_COMMON: Final = tuple(sorted({*_WORDS.split()}, key=len, reverse=True))
_WALKS: Final = ("01234567890123456789", "qwertyuiopasdfghjklzxcvbnm", "qwertyuiop", "asdfghjkl",
                 "zxcvbnm", "abcdefghijklmnopqrstuvwxyz", "1q2w3e4r5t6y7u8i9o0p",
                 "q1w2e3r4t5y6u7i8o9p0", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
                 "qazwsxedcrfvtgbyhnujmikolp")  # fmt: skip
_ROWS: Final = (*_WALKS, *(walk[::-1] for walk in _WALKS))
"""How fingers walk over a keyboard, both ways."""
_SHORTEST_WALK: Final = 3
_LEET: Final = str.maketrans("013457@$!", "oieastasi")


def weakness(password: str, login: str) -> str:
    """Why nobody should use this password, in words for its owner; empty when it is fine.

    No classes of characters are asked for: length is what counts (ASVS 5, 6.2). What guessers try
    first at this length is made of common words, walks over the keyboard and digits: such are
    refused, however they are put together.
    """
    if len(password) < SHORTEST:
        return f"Use pelo menos {SHORTEST} caracteres. Uma frase curta funciona bem."
    if len(password) > LONGEST:
        return f"Use no máximo {LONGEST} caracteres."
    told = "".join(password.casefold().split())
    if len(set(told)) < _FEWEST_DIFFERENT or _repeats(told) or any(told in row for row in _ROWS):
        return "Esta senha é fácil de adivinhar: repete ou segue uma sequência. Escolha outra."
    own = login.partition("@")[0].casefold()
    if len(own) >= _SHORTEST_WORD and own in told:
        return "A senha não pode conter o seu usuário."
    if min(_own_letters(told), _own_letters(told.translate(_LEET))) < _SHORTEST_WORD:
        return "Esta senha é conhecida demais. Junte três ou quatro palavras sem relação."
    return ""


def _repeats(told: str) -> bool:
    """One short piece over and over: `abc1abc1abc1`."""
    return any(
        len(told) % size == 0 and told == told[:size] * (len(told) // size)
        for size in range(1, len(told) // 2)
    )


def _own_letters(told: str) -> int:
    """The letters that belong to no common word and to no walk over the keyboard."""
    place = own = 0
    while place < len(told):
        word = next((len(w) for w in _COMMON if told.startswith(w, place)), 0)
        step = max(word, _walk(told, place))
        own += 0 if step else told[place].isalpha()
        place += step or 1
    return own


def _walk(told: str, place: int) -> int:
    """How far a walk goes from here; nothing for a few steps, which any word may have."""
    end = place + _SHORTEST_WALK
    if end > len(told) or not any(told[place:end] in row for row in _ROWS):
        return 0
    while end < len(told) and any(told[place : end + 1] in row for row in _ROWS):
        end += 1
    return end - place


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
