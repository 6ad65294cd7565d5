"""Crockford base32 as ticket and pairing codes use it: upper case, no padding."""

from __future__ import annotations

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUE = {letter: value for value, letter in enumerate(ALPHABET)}
_READ = str.maketrans({"I": "1", "L": "1", "O": "0", "-": None})


def encode(data: bytes) -> str:
    """Return `data` as base32 text, most significant bit first, zero-padded to 5 bits."""
    length = -(-len(data) * 8 // 5)
    number = int.from_bytes(data, "big") << (length * 5 - len(data) * 8)
    return "".join(ALPHABET[(number >> (5 * (length - 1 - i))) & 31] for i in range(length))


def decode(text: str, *, size: int) -> bytes:
    """
    Return the `size` bytes that `text` spells.

    Args:
        text: Normalised text (see `normalise`).

        size: Expected number of bytes.

    Raises:
        ValueError: Wrong length, foreign character or non-zero pad bits, so
            that one value has exactly one spelling.
    """
    length = -(-size * 8 // 5)
    if len(text) != length:
        raise ValueError("wrong length")
    number = 0
    for letter in text:
        if letter not in _VALUE:
            raise ValueError("foreign character")
        number = number << 5 | _VALUE[letter]
    pad = length * 5 - size * 8
    if number & ((1 << pad) - 1):
        raise ValueError("pad bits are not zero")
    return (number >> pad).to_bytes(size, "big")


def normalise(text: str) -> str:
    """Return what a person typed or a scanner read in the one spelling that codes have."""
    return text.strip().upper().translate(_READ)
