"""The books on disk: what is kept in memory of them never differs, and every number comes back."""

from decimal import Decimal

import pytest

from sandbox.erp.store import Store, Table, dumps, loads

MEANS = Table("means", key=lambda means: means["code"], columns={"name": lambda m: m["name"]})


@pytest.fixture
def store(tmp_path):
    """Empty books."""
    store = Store(tmp_path / "books.sqlite")
    store.prepare(MEANS)
    yield store
    store.close()


def named(store, code):
    """What the books say a means of payment is called."""
    found = store.look("key", MEANS, "key", code)
    return found and found["name"]


def test_what_is_looked_up_follows_every_write(store):
    said = [named(store, "15")]
    for name in ("Boleto", "Boleto bancário"):
        store.put("key", MEANS, {"code": "15", "name": name})
        said.append(named(store, "15"))
    store.remove("key", MEANS, "15")

    assert [*said, named(store, "15")] == [None, "Boleto", "Boleto bancário", None]


def rename_to_pix_and_fail(store):
    with store.transaction():
        store.put("key", MEANS, {"code": "15", "name": "Pix"})
        assert named(store, "15") == "Pix"
        store.put("key", MEANS, {"name": "without a code"})


def test_what_was_rolled_back_is_not_remembered(store):
    store.put("key", MEANS, {"code": "15", "name": "Boleto"})
    with pytest.raises(KeyError):
        rename_to_pix_and_fail(store)

    assert named(store, "15") == "Boleto"


def test_one_companys_record_is_not_anothers(store):
    store.put("key", MEANS, {"code": "15", "name": "Boleto"})

    assert named(store, "15") == "Boleto"
    assert store.look("other", MEANS, "key", "15") is None


def test_a_record_written_again_keeps_its_place_among_all(store):
    for code in ("17", "15"):
        store.put("key", MEANS, {"code": code, "name": ""})
    store.put("key", MEANS, {"code": "17", "name": "Pix"})

    assert [record["code"] for _, record in store.everyones(MEANS)] == ["17", "15"]


@pytest.mark.parametrize("number", ["19.9", "0.01", "10", "-3", "99999999999.99", "1" + 22 * "0"])
def test_an_amount_comes_back_as_it_was_written(number):
    assert loads(dumps({"valor": Decimal(number)})) == {"valor": Decimal(number)}


def test_accents_leave_as_escapes():
    assert dumps({"nome": "São João"}) == b'{"nome":"S\\u00e3o Jo\\u00e3o"}'
