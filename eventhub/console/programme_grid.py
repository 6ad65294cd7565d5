"""One day of the working copy as a grid: blocks, hatches and numbers of conflicts; pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from eventhub.console.programme_shade import Shade, shades
from eventhub.programme.board import ROW_MIN, lanes
from eventhub.programme.queries import EventRow, GridSlot, StageRow
from eventhub.programme.queries.shades import Span

_HOUR = 60
_ROW_PX = 6
_OPENS_MIN = 600  # 10:00
_CLOSES_MIN = 1560  # 02:00 on the next date
_SHORT_MIN = 30  # below: title and time share one line
_TIGHT_MIN = 45  # below: both lines are set closer; up to it the title keeps to one line
_DAY_ROWS = 24 * _HOUR // ROW_MIN
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Conflict:
    """
    A finding as the editor numbers it.

    `kind` is stop, hold or waived; `numbers` are the performances it is about;
    `starts_at` and `ends_at` are the time that is hatched, if any.
    """

    number: int
    kind: str
    rule: str
    fingerprint: str
    title: str
    text: str
    was_waived: bool
    numbers: tuple[int, ...]
    starts_at: datetime | None
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Block:
    """
    A performance in the grid; `start` and `length` count rows of five minutes from 1.

    `start_min` and `minutes` are wall-clock minutes of the day and the length.
    """

    row: GridSlot
    start: int
    length: int
    lane: int
    lanes: int
    start_min: int
    minutes: int
    kind: str
    conflicts: tuple[Conflict, ...]

    @property
    def height_px(self) -> int:
        """Return the height at 72 px an hour."""
        return self.length * _ROW_PX

    @property
    def classes(self) -> str:
        """Return the classes that place and set the block."""
        words = [f"gs-{self.start}", f"gl-{self.length}"]
        if self.lanes > 1:
            words.append(f"lane-{self.lane}-{self.lanes}")
        if self.minutes < _SHORT_MIN:
            words.append("is-short")
        elif self.minutes < _TIGHT_MIN:
            words.append("is-tight")
        if self.minutes <= _TIGHT_MIN:
            words.append("is-one-line")
        if self.kind:
            words.append(f"has-{self.kind}")
        if self.row.status in ("cancelled", "postponed"):
            words.append(f"is-{self.row.status}")
        return " ".join(words)


@dataclass(frozen=True, slots=True)
class Hatch:
    """A clashing time in a column; `is_gap` fills a gap between two blocks."""

    start: int
    length: int
    kind: str
    is_gap: bool


@dataclass(frozen=True, slots=True)
class Column:
    """One stage of the day."""

    stage: StageRow
    blocks: tuple[Block, ...]
    hatches: tuple[Hatch, ...]
    shades: tuple[Shade, ...] = ()


@dataclass(frozen=True, slots=True)
class Grid:
    """One operating day; `hours` pairs row and wall-clock hour."""

    columns: tuple[Column, ...]
    hours: tuple[tuple[int, str], ...]
    first_min: int
    last_min: int


def grid(
    event: EventRow,
    stages: Sequence[StageRow],
    rows: Sequence[GridSlot],
    conflicts: Sequence[Conflict],
    day: date,
    windows: Sequence[Any] = (),
    away: Sequence[Span] = (),
) -> Grid:
    """
    Return the grid of one operating day, at least from 10:00 to 02:00.

    Args:
        windows: When stages and venues are open or closed.

        away: When somebody of the chosen show can not.
    """
    mine = [row for row in rows if row.starts_at and event.operating_day(row.starts_at) == day]
    spans = {row.public_no: _span(event, row, day) for row in mine}
    first = min([_OPENS_MIN, *(start for start, _end in spans.values())]) // _HOUR * _HOUR
    last = max([_CLOSES_MIN, *(end for _start, end in spans.values())])
    last = min(-(-last // _HOUR) * _HOUR, first + 24 * _HOUR)
    columns = tuple(
        replace(
            _column(event, stage, mine, spans, conflicts, day, first),
            shades=tuple(shades(event, stage, windows, away, day, (first, last))),
        )
        for stage in stages
    )
    hours = tuple(
        ((minute - first) // ROW_MIN + 1, f"{minute // _HOUR % 24:02}:00")
        for minute in range(first, last + 1, _HOUR)
    )
    return Grid(columns, hours, first, last)


def minutes_of(row: GridSlot) -> int:
    """Return the length of a placed performance in minutes."""
    if row.starts_at is None or row.ends_at is None:
        return 0
    return int((row.ends_at - row.starts_at) / _MINUTE)


def worst(conflicts: Sequence[Conflict]) -> str:
    """Return the kind that a block shows: stop before hold; waived ones show nothing."""
    kinds = {conflict.kind for conflict in conflicts}
    return next((kind for kind in ("stop", "hold") if kind in kinds), "")


def _span(event: EventRow, row: GridSlot, day: date) -> tuple[int, int]:
    start = event.minutes_of_day(row.starts_at, day) if row.starts_at else 0
    return start, start + max(ROW_MIN, minutes_of(row))


def _column(
    event: EventRow,
    stage: StageRow,
    rows: Sequence[GridSlot],
    spans: Mapping[int, tuple[int, int]],
    conflicts: Sequence[Conflict],
    day: date,
    first: int,
) -> Column:
    mine = sorted(
        (row for row in rows if row.stage_id == stage.id),
        key=lambda row: (*spans[row.public_no], row.public_no),
    )
    places = lanes([spans[row.public_no] for row in mine])
    about = _by_performance(conflicts)
    blocks = tuple(
        _block(row, spans[row.public_no], place, tuple(about[row.public_no]), first)
        for row, place in zip(mine, places, strict=True)
    )
    here = {row.public_no for row in mine}
    hatches = tuple(
        _hatch(event, conflict, day, first)
        for conflict in conflicts
        if conflict.rule in ("stage_overlap", "changeover")
        and conflict.kind != "waived"
        and here.intersection(conflict.numbers)
        and conflict.starts_at
    )
    return Column(stage, blocks, hatches)


def _by_performance(conflicts: Sequence[Conflict]) -> dict[int, list[Conflict]]:
    found: dict[int, list[Conflict]] = defaultdict(list)
    for conflict in conflicts:
        for number in set(conflict.numbers):
            found[number].append(conflict)
    return found


def _block(
    row: GridSlot,
    span: tuple[int, int],
    place: tuple[int, int],
    mine: tuple[Conflict, ...],
    first: int,
) -> Block:
    start, end = span
    top = (start - first) // ROW_MIN + 1
    return Block(
        row=row,
        start=top,
        length=max(1, min((end - start) // ROW_MIN, _DAY_ROWS - top + 1)),
        lane=place[0],
        lanes=place[1],
        start_min=start,
        minutes=end - start,
        kind=worst(mine),
        conflicts=mine,
    )


def _hatch(event: EventRow, conflict: Conflict, day: date, first: int) -> Hatch:
    start = event.minutes_of_day(conflict.starts_at, day) if conflict.starts_at else first
    end = event.minutes_of_day(conflict.ends_at, day) if conflict.ends_at else start
    top = max(1, (start - first) // ROW_MIN + 1)
    length = max(1, min((end - start) // ROW_MIN, _DAY_ROWS - top + 1))
    return Hatch(top, length, conflict.kind, conflict.rule == "changeover")
