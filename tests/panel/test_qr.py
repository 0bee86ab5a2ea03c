"""A telephone reads the code: module for module it is what another implementation draws."""

import hashlib

import pytest

from panel import qr, totp


@pytest.mark.parametrize(
    ("text", "digest"),
    [
        (
            totp.address("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "maria.silva@loja.com.br"),
            "2069c560b840f1c0284ad4d2378b346b",
        ),
        ("ção €", "38ec4dfbc6cba0e21d0db669683769b6"),
        ("a" * qr.MOST_BYTES, "140af714cdea77529c271d4510c99166"),
    ],
)
def test_a_code_is_the_one_that_another_implementation_draws(text: str, digest: str) -> None:
    """The digests are of what python-qrcode 8.2 draws at version 6-L, byte mode, mask 4."""
    modules = qr.code(text)

    assert modules is not None
    drawn = "".join("01"[module] for row in modules for module in row)
    assert hashlib.sha256(drawn.encode()).hexdigest()[:32] == digest


def test_a_text_that_does_not_fit_has_no_code() -> None:
    assert qr.code("a" * (qr.MOST_BYTES + 1)) is None


def test_the_longest_login_fits() -> None:
    assert qr.code(totp.address("A" * 32, "maria+silva@" + "x" * 52)) is not None


def test_the_drawing_has_every_dark_module_once() -> None:
    modules = qr.code("Esteira")
    assert modules is not None

    pieces = [piece.split("h") for piece in qr.path(modules).removesuffix("z").split("zM")]
    widths = [int(piece[1].partition("v")[0]) for piece in pieces]

    assert sum(widths) == sum(map(sum, modules))
    assert qr.path(modules).startswith(f"M{qr.QUIET} {qr.QUIET}h7v1h-7z")
