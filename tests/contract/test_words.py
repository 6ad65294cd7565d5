"""One word per thing: the catalogue and the Chinese guides keep to `docs/words.md`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from eventhub.settings import ROOT
from tests.contract.test_translations import messages

PAGE = ROOT / "docs/words.md"
GUIDES = sorted((ROOT / "docs/guides").glob("*.zh.md"))
# English words of the same spelling that mean something else.
OTHER_SENSE = {
    "pair": r"\b(?:each pair|pairs of)\b",
    "reading": r"\bReading a list\b",
    "reach": r"\bnot in the reach\b",
    "release": r"\bRelease them\b|^released$",
    "show": (
        r"\bno-shows?\b|\bshows? (?:the|what|how|nothing|that|it|its|only|your|all|them)\b"
        r"|\b(?:not|to|can|will|they|that|entry|picture|link|pages|gate|it) shows?\b"
        r"|^show(?:$| (?:a|the)\b)"
    ),
}

# Blanks, quoted examples, names of files.
_NOT_WORDS = re.compile(r"%\(\w+\)s|\{\w+\}|“[^”]*”|[\w-]+\.\w+")


@dataclass(frozen=True, slots=True)
class Term:
    """One row of the table."""

    english: str
    chinese: tuple[str, ...]
    never: tuple[str, ...]

    def used_in(self, english: str) -> bool:
        """Tell whether an English text says the word, in the sense of the table."""
        other = OTHER_SENSE.get(self.english)
        bare = _NOT_WORDS.sub("", english)
        if other:
            bare = re.sub(other, "", bare, flags=re.IGNORECASE)
        return re.search(rf"\b{self.english}s?\b", bare, re.IGNORECASE) is not None


def terms(page: str) -> list[Term]:
    """Return the rows of the table of a page."""
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in page.splitlines()
        if line.startswith("| ") and not line.startswith("| English")
    ]
    return [
        Term(english, (chinese, *_listed(also)), _listed(never))
        for english, chinese, also, never, _meaning in rows
    ]


def _listed(cell: str) -> tuple[str, ...]:
    return tuple(word for word in re.split(r", *", cell) if word)


def faults(pairs: Iterable[tuple[str, str]], known: list[Term]) -> Iterator[str]:
    """Yield what pairs of an English and a Chinese text say otherwise than the table."""
    for english, chinese in pairs:
        for term in known:
            if not term.used_in(english):
                continue
            if not any(word in chinese for word in term.chinese):
                yield f"{term.english} is no {term.chinese[0]}: {english!r} {chinese!r}"
            for word in term.never:
                if word in chinese:
                    yield f"{word} is never {term.english}: {english!r} {chinese!r}"


KNOWN = terms(PAGE.read_text())


def test_the_catalogue_says_one_word_per_thing() -> None:
    assert len(KNOWN) > 30
    assert sorted(set(faults(messages(), KNOWN))) == []


@pytest.mark.parametrize(
    ("english", "chinese", "said"),
    [
        ("Open gates", "打开大门", "gate is no 闸口"),
        ("The gates open", "闸口（检票口）开放", "检票口 is never gate"),
        ("2 ticket types", "两类门票", "ticket type is no 票种"),
    ],
)
def test_a_planted_synonym_is_seen(english: str, chinese: str, said: str) -> None:
    assert said in " ".join(faults([(english, chinese)], KNOWN))


def test_a_verb_is_no_show_and_a_show_is_one() -> None:
    assert list(faults([("The page shows the code", "页面显示票码")], KNOWN)) == []
    assert list(faults([("All shows", "全部")], KNOWN)) != []


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_guides_use_no_other_word(guide: Path) -> None:
    text = guide.read_text()
    never = {word for term in KNOWN for word in term.never}
    assert {word for word in never if word in text} == set()
