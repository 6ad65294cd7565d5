"""Invented people: names from the pools of the festival, one contact each."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any, Final

_DRAMA_NUMBERS: Final = 1000  # +44 7700 900000 to 900999 are kept for fiction by Ofcom
_PHONE_EVERY: Final = 10  # every tenth person gives a phone number and no address
_LATIN_SHARE: Final = 0.34


@dataclass(frozen=True, slots=True)
class Name:
    """One invented person; `latin` is the romanised form of a Chinese name."""

    display: str
    latin: str | None
    locale: str
    email: str | None
    phone: str | None


def people(pools: dict[str, list[Any]], rng: Random) -> Iterator[Name]:
    """Yield people without end: every name of the pools first, then new pairs of their parts."""
    names = _names(pools, rng)
    phones = 0
    for number, (display, latin, locale) in enumerate(names, 1):
        if number % _PHONE_EVERY == 0 and phones < _DRAMA_NUMBERS:
            yield Name(display, latin, locale, None, f"+447700900{phones:03d}")
            phones += 1
        else:
            yield Name(display, latin, locale, _address(latin or display, number), None)


def _names(pools: dict[str, list[Any]], rng: Random) -> Iterator[tuple[str, str | None, str]]:
    first: list[tuple[str, str | None, str]] = [
        *((row["name"], row["latin"], "zh") for row in pools["zh"]),
        *((name, None, "en") for name in pools["latin"]),
    ]
    rng.shuffle(first)
    yield from first
    chinese = [row for row in pools["zh"] if row["family"]]
    while True:
        if rng.random() < _LATIN_SHARE:
            given, family = rng.choice(pools["latin"]), rng.choice(pools["latin"])
            yield f"{given.split()[0]} {family.split()[-1]}", None, "en"
            continue
        one, two = rng.choice(chinese), rng.choice(chinese)
        latin = f"{one['latin'].split()[0]} {two['latin'].split()[-1]}"
        yield one["family"] + two["given"], latin, "zh"


def _address(name: str, number: int) -> str:
    """Return an address under a name that never resolves."""
    plain = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z]+", plain) or ["guest"]
    return f"{'.'.join(words)}.{number}@guest.example"
