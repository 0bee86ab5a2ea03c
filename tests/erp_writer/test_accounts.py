"""Which keys open which account."""

import base64
from datetime import timedelta

from chassis.table import Table
from chassis.vault import Vault
from contracts.stores import StoreConfigured
from erp_writer.accounts import Accounts
from erp_writer.erp import Erp
from omie.client import Omie
from omie.envelope import Account
from tests.support.builders import ACCOUNT, PAID_AT, a_store
from tests.support.erp_bench import VAULT, a_keyed_store

OTHER_VAULT = Vault(base64.b64encode(bytes(31) + b"1").decode())


class Opened:
    """Accounts over a stores table, and the keys they were opened with."""

    def __init__(self, *stores: StoreConfigured) -> None:
        self.stores: Table[StoreConfigured] = Table(StoreConfigured)
        for store in stores:
            self.stores.put(store)
        self.secrets: list[str] = []
        self.news = 0
        self.accounts = Accounts(self.stores, VAULT, self._connect, self._changed)

    def _connect(self, _: str, account: Account) -> Erp:
        self.secrets.append(account.app_secret.get_secret_value())
        omie = Omie(http=None, account=account, pacing=None)  # type: ignore[arg-type]  # never asked
        return Erp(omie, lambda: 0.0)

    def _changed(self, _: str) -> None:
        self.news += 1


def test_an_account_is_open_once_a_store_brings_keys_for_it() -> None:
    opened = Opened(a_store())
    assert opened.accounts.erp(ACCOUNT) is None

    opened.stores.put(a_keyed_store("segredo"))
    assert opened.accounts.erp(ACCOUNT) is not None
    assert (opened.secrets, opened.news) == (["segredo"], 1)


def test_stores_that_were_there_before_count_too() -> None:
    assert Opened(a_keyed_store()).accounts.erp(ACCOUNT) is not None


def test_new_keys_start_with_a_clean_slate_and_the_same_keys_change_nothing() -> None:
    opened = Opened(a_keyed_store("um"))
    first = opened.accounts.erp(ACCOUNT)

    opened.stores.put(a_keyed_store("um", version=2, name="Outro Nome"))
    assert opened.accounts.erp(ACCOUNT) is first

    opened.stores.put(a_keyed_store("dois", version=3))
    assert opened.accounts.erp(ACCOUNT) is not first
    assert opened.secrets == ["um", "dois"]


def test_of_two_stores_on_one_account_the_newest_keys_rule() -> None:
    opened = Opened(a_keyed_store("velho"))
    later = PAID_AT + timedelta(days=1)
    opened.stores.put(a_keyed_store("novo", store_id="outra-loja", occurred_at=later))
    opened.stores.put(a_keyed_store("antigo", store_id="terceira-loja"))

    assert opened.secrets == ["velho", "novo"]


def test_keys_this_installation_cannot_open_leave_the_account_as_it_was() -> None:
    opened = Opened(a_keyed_store("bom"))
    before = opened.accounts.erp(ACCOUNT)
    sealed = OTHER_VAULT.seal("x", "demo-shopify:erp_app_secret")
    opened.stores.put(a_store(erp_app_secret=sealed, version=2))

    assert opened.accounts.erp(ACCOUNT) is before


def test_keys_sealed_for_another_store_do_not_open_this_ones_account() -> None:
    moved = a_keyed_store().model_copy(update={"store_id": "outra-loja"})

    assert Opened(moved).accounts.erp(ACCOUNT) is None


def test_keys_of_one_account_open_no_other() -> None:
    assert Opened(a_keyed_store()).accounts.erp("omie-1") is None


def test_a_store_that_is_merely_configured_again_does_not_bring_its_old_keys_back() -> None:
    opened = Opened(a_keyed_store("velho"))
    later = PAID_AT + timedelta(days=1)
    opened.stores.put(a_keyed_store("novo", store_id="outra-loja", occurred_at=later))
    much_later = PAID_AT + timedelta(days=2)
    opened.stores.put(a_keyed_store("velho", version=2, name="Novo Nome", occurred_at=much_later))

    assert opened.secrets == ["velho", "novo"]


def test_a_wrong_secret_put_right_is_left_though_a_sister_store_knew_the_right_one() -> None:
    opened = Opened(a_keyed_store("certo"), a_keyed_store("certo", store_id="irma"))
    for version, secret in ((2, "errado"), (3, "certo")):
        at = PAID_AT + timedelta(minutes=version)
        opened.stores.put(a_keyed_store(secret, version=version, occurred_at=at))

    assert opened.secrets == ["certo", "errado", "certo"]
    assert opened.news == 2


def test_a_store_that_moves_to_another_account_takes_its_keys_along() -> None:
    opened = Opened(a_keyed_store("um"))
    opened.stores.put(a_keyed_store("dois", account_id="omie-2", erp_app_key="2", version=2))
    opened.stores.put(a_keyed_store("um", store_id="outra-loja"))

    assert opened.accounts.erp("omie-2") is not None
    # Orders that were posted there may still have to be undone.
    assert opened.accounts.erp(ACCOUNT) is not None
