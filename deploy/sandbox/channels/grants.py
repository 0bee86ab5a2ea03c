"""What channels grant to apps: codes, access tokens and refresh tokens, and when each ends.

Only the newest refresh token of a store works, and only once; where a channel's access tokens
live for ever, a new one ends the one before.
"""

import secrets
from collections.abc import Mapping

from sandbox.channels.archive import Archive
from sandbox.channels.channel import Channel, Store, TokenRules

CODE, ACCESS, REFRESH = "code", "access", "refresh"
_FOR_EVER = float(2**40)  # far in the future, in seconds since the epoch


class Grants:
    """The grants of all stores."""

    def __init__(self, archive: Archive, channels: Mapping[str, Channel]) -> None:
        self._db = archive.db
        self._archive = archive
        self._channels = channels

    def adopt(self, store: Store, now: float) -> None:
        """Let the tokens of the store's settings be good, unless they are known already."""
        rules = self._channels[store.channel].tokens
        if rules is None:
            return
        given = {ACCESS: store.access_token, REFRESH: store.refresh_token}
        for kind, token in given.items():
            if token and not self._known(store, token):
                self._issue(store.id, kind, token, rules, now)

    def code(self, store: Store, rules: TokenRules, now: float) -> str:
        """The shop lets the app in: a code that the app exchanges for tokens."""
        code = secrets.token_hex(20)
        self._issue(store.id, CODE, code, rules, now)
        return code

    def exchange(
        self,
        token: str,
        kind: str,
        new: Mapping[str, str],
        now: float,
        rules: TokenRules | None = None,
    ) -> Store | None:
        """Spend a code or a refresh token on `new` tokens by kind; whose, None if it is no good.

        `rules` are those of the channel, unless these tokens have their own.
        """
        with self._archive.transaction():
            store = self.holder(token, kind, now)
            rules = rules or (self._channels[store.channel].tokens if store else None)
            if store is None or rules is None:
                return None
            if kind == REFRESH and rules.lenient:
                self._retire_all_but(store.id, token)
            else:
                self._db.execute("UPDATE grants SET alive = 0 WHERE token = ?", (token,))
            for new_kind, new_token in new.items():
                self._issue(store.id, new_kind, new_token, rules, now)
        return store

    def holder(self, token: str, kind: str, now: float) -> Store | None:
        """The store whose token this is, while it is good."""
        row = self._db.execute(
            "SELECT store_id FROM grants WHERE token = ? AND kind = ? AND alive AND expires_at > ?",
            (token, kind, now),
        ).fetchone()
        return self._archive.store(row["store_id"]) if row else None

    def holds(self, store: Store, token: str, now: float) -> bool:
        """Whether this is an access token of the store."""
        row = self._db.execute(
            "SELECT 1 FROM grants WHERE token = ? AND store_id = ? AND kind = ? AND alive "
            "AND expires_at > ?",
            (token, store.id, ACCESS, now),
        ).fetchone()
        return row is not None

    def revoke(self, store: Store) -> None:
        """The shop removes the app: nothing that was granted works any more."""
        self._db.execute("UPDATE grants SET alive = 0 WHERE store_id = ?", (store.id,))

    def revoked(self, store: Store) -> bool:
        """Whether the shop removed the app and has not let it in again."""
        row = self._db.execute(
            "SELECT max(alive) AS alive FROM grants WHERE store_id = ?", (store.id,)
        ).fetchone()
        return bool(row["alive"] == 0)

    def _retire_all_but(self, store_id: str, token: str) -> None:
        self._db.execute(
            "UPDATE grants SET alive = 0 WHERE store_id = ? AND kind = ? AND token <> ?",
            (store_id, REFRESH, token),
        )

    def _known(self, store: Store, token: str) -> bool:
        found = self._db.execute(
            "SELECT 1 FROM grants WHERE token = ? AND store_id = ?", (token, store.id)
        ).fetchone()
        return found is not None

    def _issue(self, store_id: str, kind: str, token: str, rules: TokenRules, now: float) -> None:
        lives = {CODE: rules.code_life, ACCESS: rules.access_life, REFRESH: rules.refresh_life}
        life = lives[kind]
        if (kind == REFRESH and not rules.lenient) or life is None:
            self._db.execute(
                "UPDATE grants SET alive = 0 WHERE store_id = ? AND kind = ?", (store_id, kind)
            )
        self._db.execute(
            "INSERT INTO grants (token, store_id, kind, expires_at) VALUES (?, ?, ?, ?)",
            (token, store_id, kind, _FOR_EVER if life is None else now + life),
        )
