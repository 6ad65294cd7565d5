"""What the programme pages show: a day in the grid, what is on, what comes next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType

from eventhub.programme.queries import EventRow, LiveRow, PerformanceRow, StageRow
from eventhub.programme.rules.live import seen
from eventhub.programme.rules.now_next import now_and_next
from eventhub.programme.rules.publication import Publication

ROW_MIN = 5  # one row of the grid
MOST_LANES = 4
_HOUR = 60
_SHORT_MIN = 30  # below: title and time share one line
_TIGHT_MIN = 45  # below: both lines are set closer
_ONE_LINE_MIN = 45  # up to: the title keeps to one line
_HOUR_PX = 72
_DAY_MIN = (600, 1320)  # hours of a day without shows
_MINUTE = timedelta(minutes=1)
_OFF = frozenset({"cancelled", "postponed"})


@dataclass(frozen=True, slots=True)
class Listed:
    """
    A performance as a page tells it at one instant.

    `state` is one of ahead, live, held, past, cancelled, postponed; `was` is
    the start that was published before, until the performance begins.
    `[starts_at, ends_at)` has the delay in it, `row` keeps the released times.
    """

    row: PerformanceRow
    state: str
    minutes: int
    left_min: int
    was: datetime | None
    is_over: bool
    delay_min: int
    starts_at: datetime
    ends_at: datetime

    @property
    def is_live(self) -> bool:
        """Tell whether it is on now."""
        return self.state == "live"

    @property
    def stage_slug(self) -> str:
        """Return the stage, for what is on now."""
        return self.row.stage_slug

    @property
    def stage_position(self) -> int:
        """Return the place of the stage among all."""
        return self.row.stage_position

    @property
    def status(self) -> str:
        """Return cancelled or postponed for what does not take place."""
        return self.state if self.state in _OFF else self.row.status


@dataclass(frozen=True, slots=True)
class StageColumn:
    """
    One stage at one instant.

    `state` is live, changeover, before, over or none (nothing today);
    `share` is how much of the running show has passed, 0 to 1.
    """

    stage: StageRow
    state: str
    live: Listed | None
    next: Listed | None
    share: float


@dataclass(frozen=True, slots=True)
class Block:
    """A performance in the grid; `start` and `length` count rows of five minutes from 1."""

    item: Listed
    start: int
    length: int
    lane: int
    lanes: int
    height_px: int
    is_short: bool
    is_tight: bool
    is_one_line: bool


@dataclass(frozen=True, slots=True)
class GridColumn:
    """The blocks of one stage, by start."""

    stage: StageRow
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class DayGrid:
    """One operating day as columns; `hours` pairs row and wall-clock hour, `now_row` from 1."""

    columns: tuple[GridColumn, ...]
    hours: tuple[tuple[int, str], ...]
    now_row: int | None
    first_min: int
    last_min: int


def listed(
    rows: Iterable[PerformanceRow],
    told: Mapping[int, Publication],
    at: datetime,
    live: Mapping[int, LiveRow] = MappingProxyType({}),
) -> list[Listed]:
    """
    Return rows with their state at an instant, in the order given.

    Args:
        rows: What the release says.

        told: What was published of each before, by performance id.

        at: The instant.

        live: What stage managers said, by performance id.
    """
    return [
        _listed(row, told.get(row.performance_id), live.get(row.performance_id), at) for row in rows
    ]


def shown_first(items: Sequence[Listed]) -> Listed | None:
    """Return the performance a show page tells of: the next one that is not over, else the last."""
    return next((item for item in items if not item.is_over), items[-1] if items else None)


def stage_columns(
    stages: Sequence[StageRow], items: Sequence[Listed], at: datetime
) -> list[StageColumn]:
    """Return what runs on each stage now and next; `items` are those of today."""
    found = {entry.stage_slug: entry for entry in now_and_next(items, at)}
    columns = []
    for stage in stages:
        entry = found.get(stage.slug)
        live = entry.now[-1] if entry and entry.now else None
        coming = entry.next if entry else None
        played = any(i.row.stage_slug == stage.slug and i.state == "past" for i in items)
        columns.append(
            StageColumn(
                stage,
                _column_state(live, coming, played=played),
                live,
                coming,
                _share(live, at),
            )
        )
    return columns


def day_grid(
    event: EventRow,
    stages: Sequence[StageRow],
    items: Sequence[Listed],
    day: date,
    at: datetime | None,
) -> DayGrid:
    """Return the grid of one operating day; `at` only when the day is today."""
    spans = [_span(event, item.row, day) for item in items]
    first = min((start for start, _ in spans), default=_DAY_MIN[0]) // _HOUR * _HOUR
    last = -(-max((end for _, end in spans), default=_DAY_MIN[1]) // _HOUR) * _HOUR
    columns = tuple(_column(event, stage, items, day, first) for stage in stages)
    hours = tuple(
        ((minute - first) // ROW_MIN + 1, f"{minute // _HOUR % 24:02}:00")
        for minute in range(first, last + 1, _HOUR)
    )
    now_min = event.minutes_of_day(at, day) if at is not None else -1
    now_row = (now_min - first) // ROW_MIN + 1 if first <= now_min < last else None
    return DayGrid(columns, hours, now_row, first, last)


def lanes(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """
    Return (lane, lanes) for half-open spans that are sorted by start.

    Spans that overlap directly or through others share their number of lanes,
    at most `MOST_LANES`; lanes count from 1.
    """
    placed: list[tuple[int, int]] = []
    cluster: list[int] = []  # indexes of the present cluster
    ends: list[int] = []  # end of the last span per lane
    for number, (start, end) in enumerate(spans):
        if ends and start >= max(ends):
            placed = _spread(placed, cluster, len(ends))
            cluster, ends = [], []
        lane = next((n for n, busy in enumerate(ends) if busy <= start), len(ends))
        lane = min(lane, MOST_LANES - 1)
        ends[lane : lane + 1] = [max([end, *ends[lane : lane + 1]])]
        placed.append((lane + 1, 1))
        cluster.append(number)
    return _spread(placed, cluster, len(ends))


def _spread(
    placed: list[tuple[int, int]], cluster: Sequence[int], count: int
) -> list[tuple[int, int]]:
    for number in cluster:
        placed[number] = (placed[number][0], count)
    return placed


def _listed(
    row: PerformanceRow, told: Publication | None, live: LiveRow | None, at: datetime
) -> Listed:
    now = seen(row.starts_at, row.ends_at, row.status, live.word if live else None, at)
    was = told.previous_starts[-1] if told and told.previous_starts else None
    moved = now.state == "ahead" and was is not None and was != row.starts_at
    return Listed(
        row=row,
        state=now.state,
        minutes=int((row.ends_at - row.starts_at) / _MINUTE),
        left_min=now.left_min,
        was=was if moved else None,
        is_over=now.state == "past" or (now.state in _OFF and row.ends_at <= at),
        delay_min=now.delay_min,
        starts_at=now.starts_at,
        ends_at=now.ends_at,
    )


def _column_state(live: Listed | None, coming: Listed | None, *, played: bool) -> str:
    if live is not None:
        return "live"
    if coming is not None:
        return "changeover" if played else "before"
    return "over" if played else "none"


def _share(live: Listed | None, at: datetime) -> float:
    if live is None:
        return 0.0
    return min(1.0, max(0.0, (at - live.starts_at) / (live.ends_at - live.starts_at)))


def _span(event: EventRow, row: PerformanceRow, day: date) -> tuple[int, int]:
    start = event.minutes_of_day(row.starts_at, day)
    return start, start + max(ROW_MIN, int((row.ends_at - row.starts_at) / _MINUTE))


def _column(
    event: EventRow, stage: StageRow, items: Sequence[Listed], day: date, first: int
) -> GridColumn:
    mine = sorted(
        (item for item in items if item.row.stage_slug == stage.slug),
        key=lambda item: (item.row.starts_at, item.row.ends_at, item.row.public_no),
    )
    spans = [_span(event, item.row, day) for item in mine]
    blocks = [
        _block(item, span, place, first)
        for item, span, place in zip(mine, spans, lanes(spans), strict=True)
    ]
    return GridColumn(stage, tuple(blocks))


def _block(item: Listed, span: tuple[int, int], place: tuple[int, int], first: int) -> Block:
    start, end = span
    return Block(
        item=item,
        start=(start - first) // ROW_MIN + 1,
        length=max(1, (end - start) // ROW_MIN),
        lane=place[0],
        lanes=place[1],
        height_px=(end - start) * _HOUR_PX // _HOUR,
        is_short=end - start < _SHORT_MIN,
        is_tight=_SHORT_MIN <= end - start < _TIGHT_MIN,
        is_one_line=end - start <= _ONE_LINE_MIN,
    )
