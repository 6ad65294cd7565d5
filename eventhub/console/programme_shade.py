"""What the editor leaves out and shades: filters, closed stages, times somebody can not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from eventhub.programme.board import ROW_MIN
from eventhub.programme.queries import EventRow, GridSlot, StageRow
from eventhub.programme.queries.shades import Span

_MINUTE_S = 60


@dataclass(frozen=True, slots=True)
class Filters:
    """Slugs of the venue and the track that the reader wants to see; empty: all."""

    venue: str = ""
    track: str = ""

    @classmethod
    def of(cls, args: Mapping[str, str]) -> Filters:
        """Return the filters of an address."""
        return cls(args.get("venue", "")[:64], args.get("track", "")[:64])

    @property
    def kept(self) -> dict[str, str]:
        """Return the filters that are set, for the addresses of the page."""
        pairs = {"venue": self.venue, "track": self.track}
        return {name: value for name, value in pairs.items() if value}

    def stages(self, known: Sequence[StageRow], rows: Sequence[GridSlot]) -> list[StageRow]:
        """Return the columns: of the venue, hidden stages only while something stands on them."""
        used = {row.stage_id for row in rows if row.starts_at}
        shown = [stage for stage in known if not stage.is_hidden or stage.id in used]
        mine = [stage for stage in shown if stage.venue_slug == self.venue]
        return mine or shown


@dataclass(frozen=True, slots=True)
class Shade:
    """A part of a column: `closed`, or `away` when somebody of the chosen show can not."""

    start: int
    length: int
    kind: str


def shades(
    event: EventRow,
    stage: StageRow,
    windows: Sequence[Any],
    away: Sequence[Span],
    day: date,
    minutes: tuple[int, int],
) -> list[Shade]:
    """Return the shaded parts of one column between two minutes of the day."""
    opens_at = event.day_bounds(day)[0]
    midnight_min = event.minutes_of_day(opens_at, day)
    zero = opens_at - timedelta(minutes=midnight_min)
    base_s = int(zero.timestamp())
    mine = [row for row in windows if stage.id == row.stage_id or stage.venue_id == row.venue_id]

    def kind_at(minute: int) -> str:
        span = (base_s + minute * _MINUTE_S, base_s + (minute + ROW_MIN) * _MINUTE_S)
        if _is_closed(span, mine, stage.id):
            return "closed"
        return "away" if any(_meets(span, one) for one in away) else ""

    return list(_runs(kind_at, minutes))


def _runs(kind_at: Any, minutes: tuple[int, int]) -> Iterator[Shade]:
    first, last = minutes
    begun, kind = first, kind_at(first)
    for minute in range(first + ROW_MIN, last + ROW_MIN, ROW_MIN):
        now = kind_at(minute) if minute < last else None
        if now == kind:
            continue
        if kind:
            yield Shade((begun - first) // ROW_MIN + 1, (minute - begun) // ROW_MIN, kind)
        begun, kind = minute, now


def _is_closed(span: Span, windows: Sequence[Any], stage_id: int) -> bool:
    for is_own in (True, False):
        here = [row for row in windows if (row.stage_id == stage_id) is is_own]
        if any(row.kind == "closed" and _meets(span, (row.start_s, row.end_s)) for row in here):
            return True
        is_open = [row for row in here if row.kind == "open"]
        if is_open and not any(row.start_s <= span[0] < row.end_s for row in is_open):
            return True
    return False


def _meets(a: Span, b: Span) -> bool:
    return a[0] < b[1] and b[0] < a[1]
