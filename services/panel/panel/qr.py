"""A QR code (ISO/IEC 18004) of version 6 at level L, for texts up to 134 bytes. Pure.

One size is enough for the only text that is shown so, an `otpauth` address.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Final

SIZE: Final = 41
QUIET: Final = 4
"""Modules that stay white around the code."""
MOST_BYTES: Final = 134
_BLOCKS: Final = 2
_DATA: Final = 136
_CHECKS: Final = 18
_ALIGNED: Final = 34
_TIMING: Final = 6
_FORMAT_L: Final = 0b01 << 3
_MASKS: Final[tuple[Callable[[int, int], bool], ...]] = (
    lambda y, x: (y + x) % 2 == 0,
    lambda y, _: y % 2 == 0,
    lambda _, x: x % 3 == 0,
    lambda y, x: (y + x) % 3 == 0,
    lambda y, x: (y // 2 + x // 3) % 2 == 0,
    lambda y, x: y * x % 2 + y * x % 3 == 0,
    lambda y, x: (y * x % 2 + y * x % 3) % 2 == 0,
    lambda y, x: ((y + x) % 2 + y * x % 3) % 2 == 0,
)
_Grid = list[list[bool | None]]
Code = Sequence[Sequence[bool]]


def code(text: str) -> Code | None:
    """The modules of a code of this text, dark ones true; None for a longer text."""
    data = text.encode()
    if len(data) > MOST_BYTES:
        return None
    frame, bits = _frame(), list(_bits(_codewords(data)))
    found = [_filled(frame, bits, mask) for mask in range(len(_MASKS))]
    return min(found, key=_unrest)


def path(modules: Code) -> str:
    """The dark modules as the path of an SVG, one unit each, inside the quiet zone."""
    parts = []
    for y, row in enumerate(modules, QUIET):
        x = 0
        while x < SIZE:
            width = next((n for n in range(SIZE - x) if not row[x + n]), SIZE - x)
            if width:
                parts.append(f"M{x + QUIET} {y}h{width}v1h-{width}z")
            x += width or 1
    return "".join(parts)


def _codewords(data: bytes) -> bytes:
    """Data and check words of both blocks, by turns."""
    length = len(data)
    head = bytes([0x40 | length >> 4, (length & 0xF) << 4])
    packed = int.from_bytes(head + b"\0" * length, "big") | int.from_bytes(data, "big") << 4
    words = packed.to_bytes(length + 2, "big")
    pads = (b"\xec\x11" * _DATA)[: _DATA - len(words)]
    size = _DATA // _BLOCKS
    blocks = [(words + pads)[place : place + size] for place in range(0, _DATA, size)]
    checks = [_checks(block) for block in blocks]
    mixed = [zip(*blocks, strict=True), zip(*checks, strict=True)]
    return bytes(word for part in mixed for words in part for word in words)


def _times(a: int, b: int) -> int:
    """The product in the field of 256 with x⁸ + x⁴ + x³ + x² + 1."""
    product = 0
    while b:
        product ^= a if b & 1 else 0
        a = a << 1 ^ (0x11D if a & 0x80 else 0)
        b >>= 1
    return product


def _checks(block: bytes) -> bytes:
    """The Reed-Solomon check words of a block."""
    generator, root = [1], 1
    for _ in range(_CHECKS):
        shifted = [*generator, 0]
        scaled = [0, *(_times(factor, root) for factor in generator)]
        generator = [a ^ b for a, b in zip(shifted, scaled, strict=True)]
        root = _times(root, 2)
    rest = [0] * _CHECKS
    for word in block:
        lead = word ^ rest[0]
        rest = [r ^ _times(g, lead) for r, g in zip([*rest[1:], 0], generator[1:], strict=True)]
    return bytes(rest)


def _bits(words: bytes) -> Iterator[bool]:
    for word in words:
        yield from (bool(word >> place & 1) for place in range(7, -1, -1))


def _frame() -> _Grid:
    """What every code has; None where data goes, False where the format is to be told."""
    grid: _Grid = [[None] * SIZE for _ in range(SIZE)]
    last = SIZE - 7
    for top, left in ((0, 0), (0, last), (last, 0)):
        for y in range(max(top - 1, 0), min(top + 8, SIZE)):
            for x in range(max(left - 1, 0), min(left + 8, SIZE)):
                ring = max(abs(y - top - 3), abs(x - left - 3))
                grid[y][x] = ring not in {2, 4}
    for place in range(8, SIZE - 8):
        grid[_TIMING][place] = grid[place][_TIMING] = place % 2 == 0
    for y in range(-2, 3):
        for x in range(-2, 3):
            grid[_ALIGNED + y][_ALIGNED + x] = max(abs(y), abs(x)) != 1
    for y, x, _ in _format_places():
        grid[y][x] = False
    grid[SIZE - 8][8] = True
    return grid


def _format_places() -> Iterator[tuple[int, int, int]]:
    """Where each bit of the format stands, twice."""
    around = [0, 1, 2, 3, 4, 5, 7, 8]
    for bit in range(15):
        short = around[bit] if bit < 8 else 8  # noqa: PLR2004
        yield (short, 8, bit) if bit < 8 else (8, around[14 - bit], bit)  # noqa: PLR2004
        yield (8, SIZE - 1 - bit, bit) if bit < 8 else (SIZE - 15 + bit, 8, bit)  # noqa: PLR2004


def _filled(frame: _Grid, bits: Sequence[bool], mask: int) -> list[list[bool]]:
    grid = [list(row) for row in frame]
    told, inverted = iter(bits), _MASKS[mask]
    for number, right in enumerate([*range(SIZE - 1, _TIMING, -2), *range(_TIMING - 1, 0, -2)]):
        for y in range(SIZE - 1, -1, -1) if number % 2 == 0 else range(SIZE):
            for x in (right, right - 1):
                if grid[y][x] is None:
                    grid[y][x] = next(told, False) ^ inverted(y, x)
    format_ = _format(_FORMAT_L | mask)
    for y, x, bit in _format_places():
        grid[y][x] = bool(format_ >> bit & 1)
    return [[bool(module) for module in row] for row in grid]


def _format(told: int) -> int:
    """Level and mask with their ten check bits."""
    rest = told << 10
    for place in range(14, 9, -1):
        if rest >> place & 1:
            rest ^= 0x537 << place - 10
    return (told << 10 | rest) ^ 0x5412


def _unrest(modules: Code) -> int:
    """How hard it is to read: long runs of one colour, and squares of it."""
    runs = 0
    for line in (*modules, *zip(*modules, strict=True)):
        length = 1
        for before, now in pairwise(line):
            length = length + 1 if before == now else 1
            runs += 3 if length == 5 else length > 5  # noqa: PLR2004 - as the standard weighs them
    squares = sum(
        len({a, b, c, d}) == 1
        for upper, lower in pairwise(modules)
        for a, b, c, d in zip(upper, upper[1:], lower, lower[1:], strict=False)
    )
    return runs + 3 * squares
