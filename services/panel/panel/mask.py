"""Personal data as lists may show it. Pure."""

from typing import Final

_CPF: Final = 11
_CNPJ: Final = 14
_PHONES: Final = frozenset({10, 11})


def whole(document: str | None) -> str | None:
    """A CPF as `529.982.247-25`, a CNPJ as `12.ABC.345/01DE-35`; anything else as it is."""
    d = document or ""
    if len(d) == _CPF:
        return f"{d[:3]}.{d[3:6]}.{d[6:9]}-{d[9:]}"
    if len(d) == _CNPJ:
        return f"{d[:2]}.{d[2:5]}.{d[5:8]}/{d[8:12]}-{d[12:]}"
    return document


def whole_phone(text: str | None) -> str | None:
    """`(11) 91234-5678`; a number of another shape as it is."""
    digits = text or ""
    if digits.isdecimal() and len(digits) in _PHONES:
        return f"({digits[:2]}) {digits[2:-4]}-{digits[-4:]}"
    return text


def document(digits: str | None) -> str | None:
    """A CPF as `***.982.247-**`, a CNPJ as `**.ABC.345/****-**`; anything else hidden whole."""
    if not digits:
        return None
    if len(digits) == _CPF:
        return f"***.{digits[3:6]}.{digits[6:9]}-**"
    if len(digits) == _CNPJ:
        return f"**.{digits[2:5]}.{digits[5:8]}/****-**"
    return "*" * len(digits[:_CNPJ])


def email(address: str | None) -> str | None:
    """The first letter and the domain: `i***@exemplo.com.br`."""
    if not address:
        return None
    name, _, domain = address.rpartition("@")
    return f"{name[:1]}***@{domain}"


def phone(digits: str | None) -> str | None:
    """The last four digits."""
    return f"***{digits[-4:]}" if digits else None
