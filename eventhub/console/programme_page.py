"""What the schedule editor and the release page show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from flask_babel import gettext as _

from eventhub.console import queries
from eventhub.console.programme_forms import PlaceForm, day_choices
from eventhub.console.programme_grid import Conflict, grid, minutes_of
from eventhub.console.programme_shade import Filters
from eventhub.console.programme_words import kind_words, rule_words
from eventhub.kernel import clock
from eventhub.kernel.format import range_text, stamp
from eventhub.kernel.i18n import pick
from eventhub.programme import queries as programme
from eventhub.programme.enums import ConflictRule, PerformanceKind, Severity, ShowState
from eventhub.programme.queries import EventRow, Finding, GridSlot, ReleaseRow, StageRow
from eventhub.programme.queries.shades import times_away

SNAPS = (5, 15, 30, 60)  # minutes
_CONFLICTS_SHOWN = 50
_MINUTE = timedelta(minutes=1)
_RANK = {"stop": 0, "hold": 1, "waived": 2}
_DROPPED = (ShowState.CANCELLED, ShowState.WITHDRAWN)


class DayCount(NamedTuple):
    """How many conflicts another day has."""

    day: date
    conflicts: int


class Unplaced(NamedTuple):
    """A show that waits for a place, the length to place it with, and a thread for its edge."""

    row: GridSlot
    minutes: int
    position: int


class Effect(NamedTuple):
    """A conflict that a change would add or solve."""

    kind: str
    sign: str
    text: str


@dataclass(frozen=True, slots=True)
class Draft:
    """
    The working copy as a whole.

    `changes` counts performances that differ from the release; `stops` and
    `holds` count findings that are not waived.
    """

    release: ReleaseRow | None
    changes: int
    stops: int
    holds: int
    saved_at: datetime | None
    cursor: int
    can_undo: bool
    can_redo: bool
    elsewhere: tuple[DayCount, ...]


@dataclass(frozen=True, slots=True)
class Chosen:
    """The performance of the panel: what changed meanwhile, why it was refused, what would be."""

    row: GridSlot
    stale: str = ""
    refused: str = ""
    preview: tuple[Effect, ...] | None = None


class Known(NamedTuple):
    """The working copy as read once: its rows and the stages."""

    rows: list[GridSlot]
    stages: list[StageRow]


def read(event: EventRow) -> Known:
    """Return the rows of the working copy and the stages."""
    return Known(programme.working_grid(event), programme.stages(event.id))


def shown_day(event: EventRow, asked: str | None, *own: date) -> date:
    """Return the day of an address, else the performance's own, else today or the first one."""
    days = event.days()
    by_text = {day.isoformat(): day for day in days}
    today = event.operating_day(clock.now())
    if asked in by_text:
        return by_text[asked]
    if own:
        return own[0]
    return today if today in days or not days else days[0]


def context(
    event: EventRow,
    known: Known,
    day: date,
    actor: str,
    chosen: Chosen | None,
    filters: Filters,
) -> dict[str, Any]:
    """Return the values of `console/programme.html`."""
    days_of = {
        row.public_no: event.operating_day(row.starts_at) for row in known.rows if row.starts_at
    }
    findings = programme.check(event)
    found = conflicts_of(event, known, findings, day, days_of)
    stages = filters.stages(known.stages, known.rows)
    away = times_away(chosen.row.show_id) if chosen else ()
    return {
        "day": day,
        "grid": grid(event, stages, known.rows, found, day, programme.windows(event.id), away),
        "filters": filters,
        "venues": _venues(known.stages),
        "tracks": _tracks(event, known.rows),
        "conflicts": found,
        "draft": _draft(event, known, findings, day, actor, days_of),
        "unplaced": _unplaced(event, known),
        "chosen": chosen,
        "titles": {row.public_no: row.title for row in known.rows},
        "days_of": days_of,
        "conflicts_shown": _CONFLICTS_SHOWN,
        "snaps": SNAPS,
        "day_choices": day_choices(event),
        "kind_words": kind_words(),
    }


def _venues(stages: Sequence[StageRow]) -> dict[str, str]:
    """Return the names of the venues by slug."""
    return {stage.venue_slug: pick(stage.venue_name) for stage in stages}


def _tracks(event: EventRow, rows: Sequence[GridSlot]) -> dict[str, str]:
    """Return the names of the tracks that shows are in, by slug."""
    used = {row.track_slug for row in rows}
    return {
        track.slug: pick(track.name) for track in programme.tracks(event.id) if track.slug in used
    }


def conflicts_of(
    event: EventRow,
    known: Known,
    findings: Sequence[Finding],
    day: date,
    days_of: Mapping[int, date],
) -> list[Conflict]:
    """
    Return the numbered conflicts of one day and those of no day, worst first.

    That a show has no place is left to the list of the unplaced.
    """
    by_uuid = {row.uuid: row.public_no for row in known.rows}
    mine = [
        finding
        for finding in findings
        if day in (days := _days(event, finding, by_uuid, days_of))
        or (not days and finding.rule != ConflictRule.STATUS)
    ]
    mine.sort(key=lambda one: (_RANK[kind_of(one)], one.starts_at or clock.now(), one.fingerprint))
    return [_conflict(number, one, by_uuid) for number, one in enumerate(mine, start=1)]


def kind_of(finding: Finding) -> str:
    """Return stop, hold or waived."""
    if finding.waived:
        return "waived"
    return "hold" if finding.severity == Severity.WARN else "stop"


def effects(added: Sequence[Finding], removed: Sequence[Finding]) -> tuple[Effect, ...]:
    """Return what a change adds and solves in words; waived findings are left out."""
    words = [Effect(kind_of(one), "+", pick(one.message)) for one in added if not one.waived]
    words += [Effect("ok", "−", pick(one.message)) for one in removed if not one.waived]
    return tuple(words)


def place_text(event: EventRow, stages: Sequence[StageRow], slot: Mapping[str, Any]) -> str:
    """Return where and when a slot stands now, with who set it."""
    stage = next((stage for stage in stages if stage.id == slot.get("stage_id")), None)
    start, end = _instant(slot.get("starts_at")), _instant(slot.get("ends_at"))
    parts = [pick(stage.name)] if stage else []
    if start and end:
        parts += [stamp(start, event.zone).split(" ")[0], range_text(start, end, event.zone)]
    else:
        parts.append(_("unplaced"))
    if slot.get("updated_by"):
        parts.append(_("by %(name)s", name=slot["updated_by"]))
    return " · ".join(parts)


def fill(form: PlaceForm, event: EventRow, known: Known, row: GridSlot, day: date) -> None:
    """Put into the form where a performance stands, or what it would begin with."""
    stage = next((one for one in known.stages if one.id == row.stage_id), None)
    form.number.data, form.version.data, form.view.data = row.public_no, row.row_version, day
    form.stage.data = stage.slug if stage else None
    form.minutes.data = minutes_of(row) or row.minutes
    form.day.data = day.isoformat()
    if row.starts_at:
        form.day.data = event.operating_day(row.starts_at).isoformat()
        form.start.data = row.starts_at.astimezone(event.zone).time()


def _draft(
    event: EventRow,
    known: Known,
    findings: Sequence[Finding],
    day: date,
    actor: str,
    days_of: Mapping[int, date],
) -> Draft:
    release = programme.released(event.id)
    changes = (
        len(programme.compare(event, release.name, programme.WORKING_COPY).performance_ids())
        if release
        else 0
    )
    kinds = Counter(kind_of(finding) for finding in findings)
    steps = queries.steps(event.id, actor)
    return Draft(
        release=release,
        changes=changes,
        stops=kinds["stop"],
        holds=kinds["hold"],
        saved_at=max((row.updated_at for row in known.rows if row.updated_at), default=None),
        cursor=programme.latest_edit(event.id),
        can_undo=steps.undo is not None,
        can_redo=steps.redo is not None,
        elsewhere=_elsewhere(event, known, findings, day, days_of),
    )


def _elsewhere(
    event: EventRow,
    known: Known,
    findings: Sequence[Finding],
    day: date,
    days_of: Mapping[int, date],
) -> tuple[DayCount, ...]:
    by_uuid = {row.uuid: row.public_no for row in known.rows}
    counts: Counter[date] = Counter()
    for finding in findings:
        if not finding.waived:
            counts.update(_days(event, finding, by_uuid, days_of) - {day})
    return tuple(DayCount(one, counts[one]) for one in sorted(counts))


def _days(
    event: EventRow, finding: Finding, by_uuid: Mapping[str, int], days_of: Mapping[int, date]
) -> set[date]:
    numbers = _numbers(finding, by_uuid)
    days = {days_of[number] for number in numbers if number in days_of}
    if not days and finding.starts_at:
        days.add(event.operating_day(finding.starts_at))
    return days


def _numbers(finding: Finding, by_uuid: Mapping[str, int]) -> tuple[int, ...]:
    found = (by_uuid.get(subject.partition(":")[2]) for subject in finding.subjects)
    return tuple(number for number in found if number is not None)


def _conflict(number: int, finding: Finding, by_uuid: Mapping[str, int]) -> Conflict:
    return Conflict(
        number=number,
        kind=kind_of(finding),
        rule=finding.rule,
        fingerprint=finding.fingerprint,
        title=rule_words().get(finding.rule, finding.rule),
        text=pick(finding.message),
        was_waived=finding.was_waived,
        numbers=_numbers(finding, by_uuid),
        starts_at=finding.starts_at,
        ends_at=finding.ends_at,
    )


def _unplaced(event: EventRow, known: Known) -> list[Unplaced]:
    """Return what waits for a place; what was public keeps the length that it had there."""
    waiting = [
        row
        for row in known.rows
        if row.starts_at is None
        and row.kind == PerformanceKind.SHOW
        and row.show_state not in _DROPPED
    ]
    public = programme.programme(event) if waiting else []
    lengths = {row.performance_id: int((row.ends_at - row.starts_at) / _MINUTE) for row in public}
    positions = {row.performance_id: row.stage_position for row in public}
    return [
        Unplaced(
            row,
            lengths.get(row.performance_id, row.minutes),
            positions.get(row.performance_id, 1),
        )
        for row in waiting
    ]


def _instant(value: Any) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else value
