"""Which characters the printed font has, so that a name is never printed as a blank."""

from __future__ import annotations

import struct
from functools import lru_cache
from pathlib import Path

from eventhub.kernel.typeset import FONTS

_FONT = "NotoSansSC-Regular.ttf"
_FULL_UNICODE = 12  # format of the table that also holds characters beyond U+FFFF
_BASIC = 4


def printable(name: str, latin_name: str | None) -> str:
    """
    Return a name as it can be printed.

    Args:
        name: As the person wrote it.

        latin_name: The same in Latin letters, if given.

    Returns:
        The name when the font has all of it, else the Latin name, else the
        name with `[U+20BB7]` in place of each character that is missing.
    """
    known = _characters()
    missing = {letter for letter in name if letter != " " and ord(letter) not in known}
    if not missing:
        return name
    if latin_name:
        return latin_name
    return "".join(f"[U+{ord(letter):04X}]" if letter in missing else letter for letter in name)


@lru_cache(maxsize=1)
def _characters() -> frozenset[int]:
    return frozenset(characters(FONTS / _FONT))


def characters(font: Path) -> set[int]:
    """
    Return the code points for which a TrueType font has a glyph.

    Source:
        OpenType specification, table `cmap`, formats 4 and 12.
    """
    data = font.read_bytes()
    start = _table(data, b"cmap")
    count = struct.unpack_from(">H", data, start + 2)[0]
    found: set[int] = set()
    for number in range(count):
        offset = start + struct.unpack_from(">I", data, start + 8 + 8 * number)[0]
        kind = struct.unpack_from(">H", data, offset)[0]
        if kind == _FULL_UNICODE:
            found |= _groups(data, offset)
        elif kind == _BASIC:
            found |= _segments(data, offset)
    return found


def _table(data: bytes, tag: bytes) -> int:
    for number in range(struct.unpack_from(">H", data, 4)[0]):
        name, _check, offset, _length = struct.unpack_from(">4sIII", data, 12 + 16 * number)
        if name == tag:
            return int(offset)
    raise ValueError("the font has no such table")


def _groups(data: bytes, offset: int) -> set[int]:
    found: set[int] = set()
    for number in range(struct.unpack_from(">I", data, offset + 12)[0]):
        first, last, _glyph = struct.unpack_from(">III", data, offset + 16 + 12 * number)
        found.update(range(first, last + 1))
    return found


def _segments(data: bytes, offset: int) -> set[int]:
    """Return the characters of format 4 whose segments map by offset alone or by table."""
    half = struct.unpack_from(">H", data, offset + 6)[0] // 2
    ends = struct.unpack_from(f">{half}H", data, offset + 14)
    starts = struct.unpack_from(f">{half}H", data, offset + 16 + 2 * half)
    pairs = zip(starts, ends, strict=True)
    return {point for first, last in pairs for point in range(first, last + 1) if point < 0xFFFF}
