"""The second step of a login: an app's code, or one of the codes kept for a lost telephone."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import structlog

from chassis.vault import Sealed, Vault
from panel import totp
from panel.passwords import Hashing
from panel.people import Changed, People, SecondFactor, User
from panel.throttle import Throttle

SPARE_CODES: Final = 8
_ALPHABET: Final = "23456789abcdefghjkmnpqrstuvwxyz"
"""Without what looks alike on paper."""
_HALF: Final = 5
_SPARE_LENGTH: Final = 2 * _HALF

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class SecondFactors:
    """Sets second factors up, and asks for them. Keys rest sealed, spare codes hashed."""

    people: People
    vault: Vault
    throttle: Throttle
    hashing: Hashing

    def offered(self, login: str) -> str:
        """A fresh key for a user, sealed: it travels in the form until a code proves it."""
        return self.vault.seal(totp.key(secrets.token_bytes(totp.KEY_BYTES)), f"{login}:totp-new")

    def shown(self, login: str, sealed: str) -> str | None:
        """The key that was offered to this user; None when it was another text."""
        try:
            return self.vault.open(sealed, f"{login}:totp-new")
        except Sealed:
            return None

    async def enrol(self, login: str, key: str, typed: str) -> Sequence[str] | None:
        """Ask for codes of this key from now on; the spare codes, or None for a wrong code.

        All the user's sessions end. Raises Changed, Unavailable.
        """
        step = totp.accepted(key, _digits(typed), self.people.clock())
        if step is None:
            return None
        spare = _spare_codes()
        sealed = self.vault.seal(key, _owner(login))
        factor = SecondFactor(sealed, step, await self._hashed(spare))
        await self.people.set_factor(login, factor, by=login, what="segundo_fator_ligado")
        return spare

    async def renew_spare(self, login: str) -> Sequence[str]:
        """Other spare codes; the earlier ones are void. Raises Changed, Unavailable."""
        user = await self.people.find(login)
        if user is None or user.factor is None:
            raise Changed
        spare = _spare_codes()
        factor = replace(user.factor, spare=await self._hashed(spare))
        await self.people.set_factor(
            login, factor, by=login, what="codigos_reserva_trocados", end=False
        )
        return spare

    async def drop(self, login: str, by: str) -> None:
        """Ask for no second step any more; the user's sessions end. Raises Changed, Unavailable."""
        what = "segundo_fator_desligado" if by == login else "segundo_fator_removido"
        await self.people.set_factor(login, None, by=by, what=what)

    async def passes(self, login: str, typed: str, network: str, known: str = "") -> bool:
        """Whether this is the user's code of now, or a spare one; neither works twice.

        `known` is the id of a device of theirs. Raises Throttled, Unavailable.
        """
        account = f"{login}\nsecond"
        await self.throttle.enter(account, network, known)
        user = await self.people.find(login)
        if user is None or not user.active or user.factor is None:
            return False
        used = self._by_app(user, user.factor, typed) or await self._by_spare(user.factor, typed)
        if used is None or not await self._spent(login, user.factor, used):
            return False
        await self.throttle.succeeded(account, network, known)
        return True

    def _by_app(self, user: User, factor: SecondFactor, typed: str) -> SecondFactor | None:
        try:
            key = self.vault.open(factor.key, _owner(user.login))
        except Sealed:  # the installation has another key now; a spare code still opens
            log.warning("second_factor_unreadable")
            return None
        step = totp.accepted(key, _digits(typed), self.people.clock(), after=factor.step)
        return replace(factor, step=step) if step is not None else None

    async def _by_spare(self, factor: SecondFactor, typed: str) -> SecondFactor | None:
        bare = _bare(typed)
        if len(bare) != _SPARE_LENGTH:
            return None
        for kept in factor.spare:
            if await self.hashing.verify(kept, bare):
                return replace(factor, spare=tuple(s for s in factor.spare if s != kept))
        return None

    async def _spent(self, login: str, old: SecondFactor, new: SecondFactor) -> bool:
        """Whether the code was used here and now, and by nobody else at the same moment."""
        spare = len(new.spare) < len(old.spare)
        what = "codigo_reserva_usado" if spare else ""
        try:
            await self.people.set_factor(login, new, by=login, what=what, end=False, instead_of=old)
        except Changed:
            return False
        return True

    async def _hashed(self, spare: Sequence[str]) -> tuple[str, ...]:
        return tuple([await self.hashing.hashed(_bare(code)) for code in spare])


def _owner(login: str) -> str:
    return f"{login}:totp"


def _digits(typed: str) -> str:
    return "".join(typed.split())


def _bare(typed: str) -> str:
    return "".join(c for c in typed.casefold() if c.isalnum())


def _spare_codes() -> Sequence[str]:
    halves = [
        "".join(secrets.choice(_ALPHABET) for _ in range(_HALF)) for _ in range(2 * SPARE_CODES)
    ]
    return [f"{a}-{b}" for a, b in zip(halves[::2], halves[1::2], strict=True)]
