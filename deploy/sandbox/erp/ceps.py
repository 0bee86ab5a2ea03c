"""What the sandbox knows of CEPs: which city a range belongs to, and a few streets.

The ranges are those of Correios, cut to what the sandbox's buyers use. Two of the streets are real
landmarks; the last is where the example customers of no one live.
"""

from typing import NamedTuple

from sandbox.erp.cities import CITIES, City


class Place(NamedTuple):
    """What a CEP tells: the city, and where it is known the street and the bairro."""

    city: City
    street: str = ""
    bairro: str = ""


_RANGES = (
    (1001, 5999, "3550308"), (13010, 13139, "3509502"), (20010, 23799, "3304557"),
    (29010, 29099, "3205309"), (30110, 31999, "3106200"), (40010, 42599, "2927408"),
    (50010, 52999, "2611606"), (60010, 61599, "2304400"), (66010, 66999, "1501402"),
    (69005, 69099, "1302603"), (70040, 72799, "5300108"), (74010, 74899, "5208707"),
    (80010, 82999, "4106902"), (88010, 88099, "4205407"), (90010, 91999, "4314902"),
)  # fmt: skip
"""The first five digits, from and to, and the city's IBGE code."""
_STREETS = {
    "01001000": ("Praça da Sé", "Sé"),
    "01310100": ("Avenida Paulista", "Bela Vista"),
    "90460130": ("Rua dos Ipês", "Petrópolis"),
}
DIGITS = 8


def found(cep: str) -> Place | None:
    """What is known of a CEP, with or without its dash; None where it is none we know."""
    digits = cep.replace("-", "").strip()
    if len(digits) != DIGITS or not digits.isdecimal():
        return None
    prefix = int(digits[:5])
    for first, last, ibge in _RANGES:
        if first <= prefix <= last:
            return Place(CITIES[ibge], *_STREETS.get(digits, ()))
    return None
