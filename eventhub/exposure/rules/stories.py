"""Which reports tell the same story: the same title, or nearly so, within a week."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

_WINDOW: Final = timedelta(days=7)
_GRAM: Final = 5
_ALIKE: Final = 0.85  # Jaccard similarity of the 5-grams of two titles
# A site's name after the last bar, underscore or dash, and a remark in brackets.
_SUFFIX = re.compile(r"\s*[|_–—]\s*[^|_–—]{1,30}$|\s+-\s+[^-]{1,30}$|[(（][^()（）]{1,8}[)）]$")
_PREFIX = re.compile(r"^(?:转载?|转自)\s*[:：]")
_SHORTEST: Final = 4  # a title that loses more keeps its ending


def title_key(title: str) -> str:
    """Return a title without site suffix, punctuation, spaces, width and case."""
    text = _PREFIX.sub("", unicodedata.normalize("NFKC", title).strip())
    shorter = _SUFFIX.sub("", text)
    return _letters(shorter) if len(_letters(shorter)) >= _SHORTEST else _letters(text)


def similarity(left: str, right: str) -> float:
    """Return the Jaccard similarity of the 5-grams of two title keys, 0 to 1."""
    first, second = _grams(left), _grams(right)
    return len(first & second) / len(first | second) if first or second else 1.0


@dataclass(frozen=True, slots=True)
class Told:
    """A report that is filed already: its story, its title key, when it came out."""

    story: str
    key: str
    at: datetime


class StoryFile:
    """The stories so far; a new report joins one of them or begins its own."""

    def __init__(self, told: Iterable[Told] = ()) -> None:
        """Take over the reports that are filed already."""
        self._told: list[Told] = []
        self._by_key: dict[str, list[int]] = defaultdict(list)
        self._by_gram: dict[str, list[int]] = defaultdict(list)
        for report in told:
            self._keep(report)

    def story_of(self, title: str, at: datetime) -> tuple[str, bool]:
        """Return the story of a report, and whether the report is the first of it."""
        key = title_key(title)
        found = self._same(key, at) or self._alike(key, at)
        story = found or hashlib.sha256(f"{key}\0{at.isoformat()}".encode()).hexdigest()[:24]
        self._keep(Told(story, key, at))
        return story, found is None

    def join(self, story: str, title: str, at: datetime) -> bool:
        """File a report under a story that is named; tell whether it is the first of it."""
        is_first = all(report.story != story for report in self._told)
        self._keep(Told(story, title_key(title), at))
        return is_first

    def _keep(self, report: Told) -> None:
        number = len(self._told)
        self._told.append(report)
        if report.key not in self._by_key:  # the grams of a key stand once
            for gram in _grams(report.key):
                self._by_gram[gram].append(number)
        self._by_key[report.key].append(number)

    def _same(self, key: str, at: datetime) -> str | None:
        return self._near(self._by_key.get(key, ()), at)

    def _near(self, numbers: Iterable[int], at: datetime) -> str | None:
        for number in numbers:
            if abs(self._told[number].at - at) <= _WINDOW:
                return self._told[number].story
        return None

    def _alike(self, key: str, at: datetime) -> str | None:
        """Look only under the rarest grams: one of them is shared by every title so alike."""
        grams = sorted(_grams(key), key=lambda gram: (len(self._by_gram.get(gram, ())), gram))
        needed = len(grams) - int(_ALIKE * len(grams)) + 1
        met = Counter(n for gram in grams[:needed] for n in self._by_gram.get(gram, ()))
        for number in sorted(met):
            other = self._told[number].key
            if similarity(key, other) >= _ALIKE and (story := self._same(other, at)):
                return story
        return None


def _letters(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


def _grams(key: str) -> frozenset[str]:
    if len(key) <= _GRAM:
        return frozenset({key})
    return frozenset(key[start : start + _GRAM] for start in range(len(key) - _GRAM + 1))
