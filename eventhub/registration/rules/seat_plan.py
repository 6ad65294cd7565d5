"""The short text that describes the seats of a stage, and ranges of seats in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

MAX_SEATS: Final = 5000
MAX_NUMBER: Final = 999
MAX_SECTIONS: Final = 2

_ROW: Final = re.compile(r"(?P<label>[^\W_]{1,6})\s*[:：](?P<spans>[0-9,，|\-–—\s]+)(?P<kinds>.*)")
_SPAN: Final = re.compile(r"(\d{1,3})(?:\s*[-–—]\s*(\d{1,3}))?")
_KIND: Final = re.compile(r"([acrx])\s*=\s*([0-9,，\-–—]+)")
_TOKENS: Final = re.compile(r"[^\W_]{1,6}\s*[:：]\s*\d[^:：\n]*?(?=\s+[^\W_]{1,6}\s*[:：]|\s*$)")


class SeatKind(StrEnum):
    """Whom a seat is for; `restricted` sees badly, `unsellable` is no seat for guests."""

    STANDARD = "standard"
    ACCESSIBLE = "accessible"
    COMPANION = "companion"
    RESTRICTED = "restricted"
    UNSELLABLE = "unsellable"


_LETTERS: Final = {
    "a": SeatKind.ACCESSIBLE,
    "c": SeatKind.COMPANION,
    "r": SeatKind.RESTRICTED,
    "x": SeatKind.UNSELLABLE,
}


class PlanFault(StrEnum):
    """What is wrong with a plan."""

    EMPTY = "empty"
    UNREADABLE = "unreadable"
    ROW_TWICE = "row_twice"
    SEAT_TWICE = "seat_twice"
    NO_SUCH_SEAT = "no_such_seat"
    TOO_MANY = "too_many"
    SECTIONS = "sections"


class BadPlan(ValueError):
    """The plan can not be used; `part` is the piece of text it is about."""

    def __init__(self, fault: PlanFault, part: str = "") -> None:
        """Keep what is wrong and where."""
        super().__init__(f"{fault}: {part}")
        self.fault = fault
        self.part = part[:40]


@dataclass(frozen=True, slots=True)
class PlannedSeat:
    """One seat of a plan; `row_rank` counts from 1 at the runway, see `models.Seat`."""

    section: str
    row_label: str
    row_rank: int
    number: int
    position: int
    kind: SeatKind

    @property
    def label(self) -> str:
        """Return what stands on the seat."""
        return f"{self.row_label}-{self.number}"


def read_plan(text: str) -> tuple[PlannedSeat, ...]:
    """
    Return the seats that a plan describes, section by section and row by row.

    Args:
        text: Rows as `A:1-20 B:1-24`, in the order from the runway. `A:1-10|11-20`
            has an aisle between 10 and 11. Behind the numbers stand seats of
            another kind: `a=1,24` accessible, `c=2,23` companion, `r=` restricted
            view, `x=` not for guests. A line `# East` begins a side; there are
            at most two, which face each other across the runway.

    Raises:
        BadPlan: Nothing can be seated by it.
    """
    found: list[PlannedSeat] = []
    sections: list[str] = []
    labels: set[str] = set()
    section, rank = "", 0
    for line in text.splitlines():
        plain = " ".join(line.split())
        if plain.startswith("#"):
            section, rank = plain.lstrip("#").strip()[:40], 0
            if not section or section in sections:
                raise BadPlan(PlanFault.SECTIONS, plain)
            sections.append(section)
            continue
        for token in _tokens(plain):
            rank += 1
            row = _row(token, section, rank)
            if row[0].row_label in labels:
                raise BadPlan(PlanFault.ROW_TWICE, token)
            labels.add(row[0].row_label)
            found.extend(row)
            if len(found) > MAX_SEATS:
                raise BadPlan(PlanFault.TOO_MANY)
    if not found:
        raise BadPlan(PlanFault.EMPTY)
    if len(sections) > MAX_SECTIONS or (
        sections and len({s.section for s in found}) < len(sections)
    ):
        raise BadPlan(PlanFault.SECTIONS, " ".join(sections))
    return tuple(found)


def read_ranges(text: str) -> tuple[tuple[str, int], ...]:
    """
    Return the seats that ranges such as `E1:3-10,15-22 W1:3-10` name, as (row, number).

    Raises:
        BadPlan: The text is no list of ranges, or names a seat twice.
    """
    found: dict[tuple[str, int], None] = {}
    for token in _tokens(" ".join(text.split())):
        row = _ROW.fullmatch(token)
        if row is None or row["kinds"].strip():
            raise BadPlan(PlanFault.UNREADABLE, token)
        for group in _groups(row["spans"], token):
            for number in group:
                if (row["label"].upper(), number) in found:
                    raise BadPlan(PlanFault.SEAT_TWICE, f"{row['label']}-{number}")
                found[row["label"].upper(), number] = None
    if not found:
        raise BadPlan(PlanFault.EMPTY)
    return tuple(found)


def ranges_text(seats: Sequence[tuple[str, int]]) -> str:
    """Return the shortest text that `read_ranges` reads as `seats`, rows as they come."""
    rows: dict[str, list[int]] = {}
    for label, number in seats:
        rows.setdefault(label, []).append(number)
    return " ".join(f"{label}:{','.join(_spans(sorted(n)))}" for label, n in rows.items())


def _tokens(line: str) -> list[str]:
    """Return the rows of a line; raises BadPlan when anything else stands there."""
    tokens = _TOKENS.findall(line)
    if "".join("".join(tokens).split()) != "".join(line.split()):
        raise BadPlan(PlanFault.UNREADABLE, line)
    return [token.strip() for token in tokens]


def _row(token: str, section: str, rank: int) -> list[PlannedSeat]:
    row = _ROW.fullmatch(token)
    if row is None:
        raise BadPlan(PlanFault.UNREADABLE, token)
    kinds = _kinds(row["kinds"], token)
    seats: list[PlannedSeat] = []
    position = 0
    for group in _groups(row["spans"], token):
        for number in group:
            position += 1
            kind = kinds.pop(number, SeatKind.STANDARD)
            label = row["label"].upper()
            seats.append(PlannedSeat(section, label, rank, number, position, kind))
        position += 1  # the aisle
    if len({seat.number for seat in seats}) < len(seats):
        raise BadPlan(PlanFault.SEAT_TWICE, token)
    if kinds:
        raise BadPlan(PlanFault.NO_SUCH_SEAT, f"{row['label']}-{min(kinds)}")
    if not seats:
        raise BadPlan(PlanFault.EMPTY, token)
    return seats


def _groups(text: str, token: str) -> Iterator[list[int]]:
    """Yield the numbers between aisles."""
    for part in text.split("|"):
        yield list(_numbers(part, token))


def _numbers(text: str, token: str) -> Iterator[int]:
    for piece in re.split("[,，]", text.strip().rstrip(",，")):
        span = _SPAN.fullmatch(piece.strip())
        if span is None:
            raise BadPlan(PlanFault.UNREADABLE, token)
        first = int(span[1])
        last = int(span[2] or first)
        if not 1 <= first <= MAX_NUMBER or not 1 <= last <= MAX_NUMBER:
            raise BadPlan(PlanFault.UNREADABLE, token)
        step = 1 if last >= first else -1  # a side that is numbered from its other end
        yield from range(first, last + step, step)


def _kinds(text: str, token: str) -> dict[int, SeatKind]:
    found: dict[int, SeatKind] = {}
    rest = _KIND.sub("", text)
    if rest.strip(" ;；"):
        raise BadPlan(PlanFault.UNREADABLE, token)
    for letter, numbers in _KIND.findall(text):
        found |= dict.fromkeys(_numbers(numbers, token), _LETTERS[letter])
    return found


def _spans(numbers: Sequence[int]) -> Iterator[str]:
    start = last = numbers[0]
    for number in [*numbers[1:], 0]:
        if number == last + 1:
            last = number
            continue
        yield str(start) if start == last else f"{start}-{last}"
        start = last = number
