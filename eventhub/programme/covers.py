"""Cloths of an event: which rows, hours and shows are woven for a page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from eventhub.kernel.format import day_text, time_text
from eventhub.kernel.i18n import current_lang, pick
from eventhub.programme.queries import EventRow, PerformanceRow, StageRow
from eventhub.programme.rules import cloth
from eventhub.programme.rules.cloth import ClothShow, ClothSpec

_OPENS_MIN = 600  # 10:00
_CLOSES_MIN = 1560  # 02:00 on the next date
_HOUR = 60
_WINDOW_MIN = 300  # the five hours around a show
_OFF = frozenset({"cancelled", "postponed"})
_COVER = (1384, 640)
_PHONE_COVER = (390, 540)
_LIST_COVER = (760, 260)
_STRIP = (1384, 60)
_SHOW_STRIP = (1384, 250)


def cover(
    event: EventRow, rows: Sequence[PerformanceRow], stages: Sequence[StageRow], today: date
) -> Markup:
    """Return the home cover: three days, today in the middle when it can be."""
    days = nearest(event.days(), today, 3)
    return _woven(event, rows, stages, days, _COVER)


def phone_cover(
    event: EventRow, rows: Sequence[PerformanceRow], stages: Sequence[StageRow], today: date
) -> Markup:
    """Return the home cover of a phone: two days from today on, time running down."""
    days = event.days()
    start = max(0, min(days.index(today), len(days) - 2)) if today in days else 0
    return _woven(event, rows, stages, days[start : start + 2], _PHONE_COVER, turned=True)


def list_cover(
    event: EventRow, rows: Sequence[PerformanceRow], stages: Sequence[StageRow], today: date
) -> Markup:
    """Return the low cover of the list of events: two days."""
    return _woven(event, rows, stages, nearest(event.days(), today, 2), _LIST_COVER)


def day_strip(
    event: EventRow,
    rows: Sequence[PerformanceRow],
    stages: Sequence[StageRow],
    day: date,
    at: datetime | None = None,
) -> Markup:
    """Return one day as a strip, with the line for now when `at` is given."""
    if not stages or all(row.day != day for row in rows):
        return unwoven()
    spec = _spec(event, rows, stages, [day])
    now_min = event.minutes_of_day(at, day) if at is not None else None
    label = _label(event, rows, [day])
    drawn = cloth.strip(spec, width=_STRIP[0], height=_STRIP[1], label=label, now_min=now_min)
    return Markup(drawn)  # noqa: S704 - numbers and an escaped label


def stage_strip(
    event: EventRow, rows: Sequence[PerformanceRow], stage_slug: str, day: date
) -> Markup:
    """Return one stage's day as a strip, for tickets."""
    mine = [row for row in rows if row.stage_slug == stage_slug and row.day == day]
    if not mine:
        return unwoven()
    first, last = _hours(event, mine)
    shows = tuple(_show(event, row, 0) for row in mine if row.status not in _OFF)
    spec = ClothSpec((mine[0].stage_position,), shows, first, last)
    drawn = cloth.strip(spec, width=564, height=80)
    return Markup(drawn)  # noqa: S704 - made of numbers alone


def show_strip(
    event: EventRow,
    rows: Sequence[PerformanceRow],
    stages: Sequence[StageRow],
    shown: PerformanceRow,
) -> Markup:
    """Return the five hours around one performance, everything else dimmed."""
    start = event.minutes_of_day(shown.starts_at, shown.day)
    end = event.minutes_of_day(shown.ends_at, shown.day)
    around = max(_WINDOW_MIN, end - start + 120)
    first = (start + end - around) // 2 // cloth.CELL_MIN * cloth.CELL_MIN
    spec = _spec(event, rows, stages, [shown.day], lit=shown.performance_id)
    spec = ClothSpec(spec.rows, spec.shows, first, first + around)
    label = _(
        "%(title)s among the shows around it, %(day)s from %(start)s.",
        title=pick(shown.title),
        day=day_text(shown.day, current_lang()),
        start=time_text(shown.starts_at, event.zone),
    )
    width, height = _SHOW_STRIP
    return Markup(  # noqa: S704 - numbers and an escaped label
        cloth.weave(spec, width=width, height=height, label=label)
    )


def unwoven() -> Markup:
    """Return bare warp, the cover of what has no times; it keeps its measure at any size."""
    label = _("Bare warp: no times have been published.")
    return Markup('<div class="bare-field" role="img" aria-label="{}"></div>').format(label)


def nearest(days: Sequence[date], today: date, count: int) -> list[date]:
    """Return up to `count` days with `today` in the middle, else the first ones."""
    start = days.index(today) - count // 2 if today in days else 0
    start = max(0, min(start, len(days) - count))
    return list(days[start : start + count])


def _woven(
    event: EventRow,
    rows: Sequence[PerformanceRow],
    stages: Sequence[StageRow],
    days: Sequence[date],
    size: tuple[int, int],
    *,
    turned: bool = False,
) -> Markup:
    if not rows or not stages or not days:
        return unwoven()
    drawn = cloth.weave(
        _spec(event, rows, stages, days),
        width=size[0],
        height=size[1],
        label=_label(event, rows, days),
        orientation="vertical" if turned else "horizontal",
        sub_rows=6 if len(days) == 1 else 4,
    )
    return Markup(drawn)  # noqa: S704 - numbers and an escaped label


def _spec(
    event: EventRow,
    rows: Sequence[PerformanceRow],
    stages: Sequence[StageRow],
    days: Sequence[date],
    lit: int | None = None,
) -> ClothSpec:
    order = [(day, stage.slug) for day in days for stage in stages]
    place = {key: number for number, key in enumerate(order)}
    first, last = _hours(event, rows)
    shows = tuple(
        _show(event, row, place[row.day, row.stage_slug], lit=lit in (None, row.performance_id))
        for row in rows
        if (row.day, row.stage_slug) in place and row.status not in _OFF
    )
    positions = tuple(stage.position for _day in days for stage in stages)
    return ClothSpec(positions, shows, first, last)


def _show(event: EventRow, row: PerformanceRow, place: int, *, lit: bool = True) -> ClothShow:
    start = event.minutes_of_day(row.starts_at, row.day)
    length = int((row.ends_at - row.starts_at) / timedelta(minutes=1))
    return ClothShow(place, start, start + length, row.stage_position, lit)


def _hours(event: EventRow, rows: Iterable[PerformanceRow]) -> tuple[int, int]:
    """Return the whole hours that hold all rows, in minutes; at least 10:00 to 02:00."""
    first, last = _OPENS_MIN, _CLOSES_MIN
    for row in rows:
        first = min(first, event.minutes_of_day(row.starts_at, row.day) // _HOUR * _HOUR)
        last = max(last, -(-event.minutes_of_day(row.ends_at, row.day) // _HOUR) * _HOUR)
    return first, last


def _label(event: EventRow, rows: Sequence[PerformanceRow], days: Sequence[date]) -> str:
    count = sum(row.day in days for row in rows)
    span = day_text(days[0], current_lang())
    if len(days) > 1:
        span += f" – {day_text(days[-1], current_lang())}"
    return ngettext(
        "Cloth of %(event)s, %(span)s: %(num)s show.",
        "Cloth of %(event)s, %(span)s: %(num)s shows.",
        count,
        event=pick(event.title),
        span=span,
    )
