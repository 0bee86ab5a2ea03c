"""Personal data as lists may show it. Pure."""

from typing import Final

_CPF: Final = 11
_CNPJ: Final = 14


def document(digits: str | None) -> str | None:
    """A CPF as `***.982.247-**`, a CNPJ as `**.ABC.345/****-**`; anything else hidden whole."""
    if not digits:
        return None
    if len(digits) == _CPF:
        return f"***.{digits[3:6]}.{digits[6:9]}-**"
    if len(digits) == _CNPJ:
        return f"**.{digits[2:5]}.{digits[5:8]}/****-**"
    return "*" * len(digits[:_CNPJ])
