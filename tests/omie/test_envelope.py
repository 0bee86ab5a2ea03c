"""What goes over the wire, and what comes back."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from omie import envelope
from omie.envelope import Account
from omie.faults import Fault, FaultKind

NOON = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
ACCOUNT = Account("4107733109921", SecretStr("0f3c9d1b7a5e4c2d8f6b1a0e9d7c5b3a"))


def read(status: int, body: object, *, write: bool = True) -> dict[str, object]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return envelope.read(status, raw, write=write, at=NOON)


def test_a_call_has_exactly_the_four_keys_and_one_parameter_object() -> None:
    body = json.loads(envelope.encode(ACCOUNT, "ConsultarPedido", {"codigo_pedido": 7799345120}))

    assert body == {
        "call": "ConsultarPedido",
        "app_key": "4107733109921",
        "app_secret": "0f3c9d1b7a5e4c2d8f6b1a0e9d7c5b3a",
        "param": [{"codigo_pedido": 7799345120}],
    }


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2))
def test_an_amount_travels_with_exactly_its_digits(amount: Decimal) -> None:
    body = envelope.encode(ACCOUNT, "IncluirPedido", {"valor": amount})

    assert f'"valor":{amount:f}'.encode() in body
    assert json.loads(body, parse_float=Decimal, parse_int=Decimal)["param"][0]["valor"] == amount


def test_an_amount_comes_back_exactly() -> None:
    answer = read(200, b'{"valor_total_pedido": 138.10}')

    assert answer["valor_total_pedido"] == Decimal("138.10")
    assert str(answer["valor_total_pedido"]) == "138.10"


def test_the_order_of_parameters_makes_no_other_read() -> None:
    one = envelope.canonical({"a": 1, "b": {"c": 2, "d": Decimal("1.50")}})
    other = envelope.canonical({"b": {"d": Decimal("1.50"), "c": 2}, "a": 1})

    assert one == other


def test_keys_are_trimmed_and_the_secret_never_shows() -> None:
    account = Account(" 4107733109921\n", SecretStr("\tc0ffee "))

    assert account.app_key == "4107733109921"
    assert account.app_secret.get_secret_value() == "c0ffee"
    assert "c0ffee" not in f"{account!r} {account}"


@pytest.mark.parametrize("status", [200, 403, 500])
def test_a_fault_is_a_fault_whatever_the_status(status: int) -> None:
    with pytest.raises(Fault) as raised:
        read(
            status,
            {
                "faultstring": "ERROR: Pedido não cadastrado para o Código [1] !",
                "faultcode": "SOAP-ENV:Client-105",
            },
        )

    assert raised.value.kind is FaultKind.NOT_FOUND
    assert raised.value.code == "SOAP-ENV:Client-105"


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("codigo_status", "descricao_status"),
        ("cCodStatus", "cDesStatus"),
        ("cCodStatus", "cDescStatus"),
        ("status", "descricao"),
    ],
)
@pytest.mark.parametrize("value", ["5", 5, "0005"])
def test_a_good_answer_with_a_bad_status_block_is_a_refusal(
    code: str, text: str, value: object
) -> None:
    with pytest.raises(Fault) as raised:
        read(200, {"nCodPed": 1, code: value, text: "Não é possível cancelar o pedido."})

    assert raised.value.kind is FaultKind.VALIDATION
    assert raised.value.text == "Não é possível cancelar o pedido."


@pytest.mark.parametrize("value", ["0", 0, "", "000", None])
def test_status_zero_is_success_however_it_is_spelt(value: object) -> None:
    answer = {"codigo_status": value, "descricao_status": "ok", "codigo_pedido": 1}

    assert read(200, answer) == answer


def test_a_field_named_status_is_just_data_in_what_is_read() -> None:
    answer = {"status": "10", "descricao": "Caneca"}

    assert read(200, answer, write=False) == answer


@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf", b"\r\n "])
def test_an_answer_is_read_with_what_php_may_leave_in_front_of_it(before: bytes) -> None:
    assert read(200, before + b'{"total": 10.10}') == {"total": Decimal("10.10")}
    assert read(200, before + b'{"cut": "\xed\xa0\xbd"}') == {"cut": "\ud83d"}


@pytest.mark.parametrize("body", [b"", b"<html>503</html>", b"[]", b'"no"', b"\xff\xfe", b"{"])
def test_an_unreadable_answer_leaves_a_write_unclear_and_a_read_to_be_repeated(body: bytes) -> None:
    for status in (200, 500, 503):
        with pytest.raises(Fault) as raised:
            read(status, body)
        assert raised.value.kind is FaultKind.UNCLEAR
        with pytest.raises(Fault) as raised:
            read(status, body, write=False)
        assert raised.value.kind is FaultKind.TRANSIENT


@pytest.mark.parametrize(
    ("status", "kind"),
    [(403, FaultKind.AUTH), (425, FaultKind.BLOCKED), (429, FaultKind.THROTTLED)],
)
def test_an_unreadable_refusal_is_told_by_its_status(status: int, kind: FaultKind) -> None:
    with pytest.raises(Fault) as raised:
        read(status, b"<html></html>")

    assert raised.value.kind is kind
