"""A small draft of a schedule, and how it stands, for tests of the editor."""

from __future__ import annotations

from datetime import time, timedelta

from eventhub.programme import queries
from eventhub.programme.queries import EventRow, GridSlot
from tests.factories.programme import (
    make_event,
    make_performance,
    make_show,
    make_slot,
    make_stage,
    release,
)


def make_draft(organisation_id: int) -> EventRow:
    """Create a released day with two shows on one of two stages, and one show without a place."""
    made = make_event(slug="loom", organisation_id=organisation_id)
    stages = [make_stage(made, "runway"), make_stage(made, "court")]
    first = made.instant(made.days()[0], time(18, 0))
    for number, code in enumerate(("AAAAAA", "BBBBBB")):
        show = make_show(made, code, title={"zh": f"场{number}", "en": f"Show {number}"})
        make_slot(
            made,
            performance_id=make_performance(made, show),
            stage_id=stages[0],
            starts_at=first + timedelta(hours=2 * number),
        )
    release(made, "v1")
    make_performance(made, make_show(made, "CCCCCC", title={"zh": "迟到", "en": "Latecomer"}))
    return made


def slot(event: EventRow, code: str = "AAAAAA") -> GridSlot:
    """Return a performance of the draft by the code of its show."""
    return next(row for row in queries.working_grid(event) if row.show_code == code)


def at(event: EventRow, code: str = "AAAAAA") -> str:
    """Return where a performance of the draft stands: stage and local times."""
    row = slot(event, code)
    if row.starts_at is None or row.ends_at is None:
        return "unplaced"
    stage = next(one.slug for one in queries.stages(event.id) if one.id == row.stage_id)
    start, end = (one.astimezone(event.zone) for one in (row.starts_at, row.ends_at))
    return f"{stage} {start:%H:%M}-{end:%H:%M}"
