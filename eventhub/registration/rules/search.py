"""
Whether a typed text finds a name, and how well: Han characters, pinyin, Latin names.

A reading is a name as syllables (`wang fang`); a Latin name has one per word
that it can be found from (`ana maria`, `maria`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
MIN_LETTERS = 2
MIN_DIGITS = 4


class Rank(IntEnum):
    """How well a name is found; better ones first."""

    EXACT = 0
    PREFIX = 1
    INITIALS = 2
    REST = 3


@dataclass(frozen=True, slots=True)
class Keys:
    """What a name is found by: folded without blanks, and its readings in syllables."""

    name_norm: str
    readings: tuple[tuple[str, ...], ...]


def fold(text: str) -> str:
    """Return text in small letters without accents, width and punctuation; blanks stay."""
    wide = unicodedata.normalize("NFKC", text).lower()
    bare = "".join(c for c in unicodedata.normalize("NFD", wide) if not unicodedata.combining(c))
    kept = "".join(c if c.isalnum() else " " for c in unicodedata.normalize("NFC", bare))
    return " ".join(kept.split())


def joined(text: str) -> str:
    """Return folded text without blanks."""
    return fold(text).replace(" ", "")


def queries(typed: str) -> tuple[str, ...]:
    """Return what a typed text can mean; `ü` is `v` to those who type pinyin, else `u`."""
    as_pinyin = unicodedata.normalize("NFC", typed.lower()).replace("ü", "v")
    return tuple(dict.fromkeys((joined(typed), joined(as_pinyin))))


def is_enough(typed: str) -> bool:
    """Tell whether a text is long enough to search for: 1 Han, 2 letters or 4 digits."""
    text = joined(typed)
    if HAN.search(text):
        return True
    return len(text) >= (MIN_DIGITS if text.isdecimal() else MIN_LETTERS)


def rank(asked: Iterable[str], keys: Keys) -> Rank | None:
    """Return how well one of `queries(typed)` finds a name, None when none does."""
    found = [one for query in asked if (one := _rank(query, keys)) is not None]
    return min(found, default=None)


def _rank(query: str, keys: Keys) -> Rank | None:
    if not query:
        return None
    if query == keys.name_norm or any(query == "".join(words) for words in keys.readings):
        return Rank.EXACT
    if HAN.search(query):
        at = keys.name_norm.find(query)
        return None if at < 0 else Rank.PREFIX if at == 0 else Rank.REST
    if not any(splits(query, words) for words in keys.readings):
        return None
    if any("".join(words).startswith(query) for words in keys.readings):
        return Rank.PREFIX
    if any(query == "".join(word[0] for word in words) for words in keys.readings):
        return Rank.INITIALS
    return Rank.REST


def splits(query: str, syllables: Sequence[str]) -> bool:
    """Tell whether `query` is made of prefixes of consecutive syllables from the first."""
    reached = {0}  # characters of the query that can be used up before the next syllable
    for syllable in syllables:
        further: set[int] = set()
        for start in reached:
            length = 0
            while (
                start + length < len(query)
                and length < len(syllable)
                and query[start + length] == syllable[length]
            ):
                length += 1
                further.add(start + length)
        if len(query) in further:
            return True
        if not further:
            return False
        reached = further
    return False


def pack(readings: Iterable[Sequence[str]]) -> str:
    """Return readings as they are kept, each between bars: `|wang fang|`."""
    return "|" + "".join(" ".join(words) + "|" for words in readings)


def unpack(packed: str) -> tuple[tuple[str, ...], ...]:
    """Return readings that were packed."""
    return tuple(tuple(words.split(" ")) for words in packed.strip("|").split("|") if words)
