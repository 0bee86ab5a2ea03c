import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.vault import PREFIX, Sealed, Vault


def key(byte: int = 1) -> str:
    return base64.b64encode(bytes([byte]) * 32).decode()


VAULT = Vault(key())


@given(st.text(), st.text())
def test_a_sealed_secret_opens_for_its_owner(secret: str, owner: str):
    assert VAULT.open(VAULT.seal(secret, owner), owner) == secret


@given(st.text(), st.text(), st.text())
def test_a_sealed_secret_opens_for_nobody_else(secret: str, owner: str, other: str):
    sealed = VAULT.seal(secret, owner)

    if other != owner:
        with pytest.raises(Sealed):
            VAULT.open(sealed, other)


def test_a_secret_sealed_with_another_key_stays_sealed():
    with pytest.raises(Sealed):
        Vault(key(2)).open(VAULT.seal("segredo", "store:token"), "store:token")


@given(st.data())
def test_a_single_changed_bit_keeps_it_sealed(data: st.DataObject):
    raw = bytearray(base64.urlsafe_b64decode(VAULT.seal("segredo", "o").removeprefix(PREFIX)))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))

    with pytest.raises(Sealed):
        VAULT.open(PREFIX + base64.urlsafe_b64encode(raw).decode(), "o")


@given(st.text() | st.text().map(lambda text: PREFIX + text))
def test_what_was_never_sealed_does_not_open(text: str):
    with pytest.raises(Sealed) as refused:
        VAULT.open(text, "o")

    assert len(text) < 6 or text not in str(refused.value)


def test_the_same_secret_never_looks_the_same_twice_nor_like_itself():
    one, other = VAULT.seal("segredo", "o"), VAULT.seal("segredo", "o")

    assert one != other
    assert "segredo" not in one


@pytest.mark.parametrize(
    "bad", ["", "not base64!", base64.b64encode(b"short").decode(), key()[:-4], key() + "AAAA"]
)
def test_a_key_of_the_wrong_size_or_alphabet_is_refused_without_quoting_it(bad: str):
    with pytest.raises(ValueError, match="32 bytes in base64") as refused:
        Vault(bad)

    assert not bad or bad not in str(refused.value)
