"""Which part of the event's cloth stands at the head of a ticket."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from eventhub.kernel import clock
from eventhub.kernel.db import cached_for
from eventhub.programme.queries import (
    EventRow,
    PerformanceRow,
    StageRow,
    programme,
    public_stages,
)
from eventhub.registration.queries import RegistrationFace

_KEPT_S = 30.0  # a new release shows on tickets within this time


@dataclass(frozen=True, slots=True)
class Strip:
    """One day of the programme; with a `stage_slug` only that stage's row is woven."""

    rows: tuple[PerformanceRow, ...]
    stages: tuple[StageRow, ...]
    day: date
    stage_slug: str


def strip_of(face: RegistrationFace) -> Strip:
    """Return the stage's row of the chosen show, else the ticket's day, else the event's."""
    if face.performance is None and face.window is not None:
        rows, all_stages = _woven(face.event)
        return Strip(rows, all_stages, face.window.day, "")
    return strip_for(face.event, face.performance)


def strip_for(event: EventRow, performance: PerformanceRow | None) -> Strip:
    """Return the stage's row of a show, else the event's day of today or its first one."""
    rows, all_stages = _woven(event)
    if performance is not None:
        return Strip(rows, all_stages, performance.day, performance.stage_slug)
    today, days = event.operating_day(clock.now()), event.days()
    return Strip(rows, all_stages, today if today in days or not days else days[0], "")


@cached_for(_KEPT_S)
def _woven(event: EventRow) -> tuple[tuple[PerformanceRow, ...], tuple[StageRow, ...]]:
    return tuple(programme(event)), tuple(public_stages(event.id))
