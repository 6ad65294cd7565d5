"""Search keys of names; imports the pinyin tables, which only the indexing job needs."""

from __future__ import annotations

import itertools
import os
from collections.abc import Sequence

from eventhub.registration.rules.search import HAN, Keys, fold, joined

MAX_READINGS = 8
# What these characters are read as when they are a surname; the library gives another reading.
_SURNAMES = {
    "单": "shan",
    "曾": "zeng",
    "仇": "qiu",
    "解": "xie",
    "区": "ou",
    "查": "zha",
    "朴": "piao",
    "乐": "yue",
    "任": "ren",
    "盖": "ge",
    "华": "hua",
    "冼": "xian",
    "折": "she",
    "缪": "miao",
    "员": "yun",
    "翟": "zhai",
    "繁": "po",
    "逄": "pang",
    "秘": "bi",
    "召": "shao",
    "尉": "yu",
    "长": "zhang",
}


def keys_of(name: str) -> Keys:
    """
    Return what a name is found by.

    Names with Han characters get all readings of the first character times
    the usual reading of the rest, at most eight; Latin names one reading per
    word that a search may begin at.
    """
    words = _words(name)
    if any(HAN.search(word) for word in words):
        readings = _han_readings(words)
    else:
        readings = [tuple(words[start:]) for start in range(len(words))]
    return Keys(joined(name), tuple(dict.fromkeys(readings))[:MAX_READINGS])


def _words(name: str) -> list[str]:
    """Return Latin words and single Han characters in their order."""
    spaced = "".join(f" {c} " if HAN.match(c) else c for c in fold(name))
    return spaced.split()


def _han_readings(words: Sequence[str]) -> list[tuple[str, ...]]:
    # Characters are read one by one; the table of phrases would cost 45 MB for nothing.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    from pypinyin import Style, lazy_pinyin, pinyin  # noqa: PLC0415 - slow import

    usual = [
        lazy_pinyin(word, style=Style.NORMAL)[0] if HAN.match(word) else word for word in words
    ]
    first = words[0]
    firsts = [usual[0]]
    if HAN.match(first):
        firsts = [_SURNAMES[first]] if first in _SURNAMES else []
        firsts += [usual[0], *pinyin(first, style=Style.NORMAL, heteronym=True)[0]]
    choices = [_spellings(reading) for reading in dict.fromkeys(firsts)]
    rest = [_spellings(reading) for reading in usual[1:]]
    readings = []
    # every spelling of the first character with the usual one of the rest comes before others
    for tails in itertools.islice(itertools.product(*rest), MAX_READINGS):
        readings += [(head, *tails) for heads in choices for head in heads]
    return readings


def _spellings(reading: str) -> list[str]:
    """Return a reading as people type it; `ü` is `v`, `u` or `yu`."""
    if "v" not in reading:
        return [reading]
    return [reading, reading.replace("v", "u"), reading.replace("v", "yu")]
