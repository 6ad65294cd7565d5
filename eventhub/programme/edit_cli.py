"""Commands of `flask schedule` that change the working copy by hand."""

from __future__ import annotations

from datetime import datetime

import click

from eventhub.kernel.cli import domain_errors, emit, json_option
from eventhub.programme import queries, service
from eventhub.programme.errors import UnknownPerformance, UnknownShow, UnknownStage
from eventhub.programme.queries import EventRow, GridSlot
from eventhub.programme.schedule_cli import group
from eventhub.programme.service import Edited

__all__ = ["group"]

_ACTOR = "command line"
_LOCAL = click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"])
_DAY = click.DateTime(["%Y-%m-%d"])
_dry = click.option("--dry-run", is_flag=True, help="Only say which findings it adds and solves.")


@group.command("move")
@click.argument("event")
@click.argument("show")
@click.option("--stage", required=True, help="Slug of the stage.")
@click.option("--at", type=_LOCAL, required=True, help="Local start: 2026-11-20T19:30.")
@click.option("--number", type=int, default=None, help="Of the performance, if there are several.")
@_dry
@json_option
@domain_errors
def move(
    event: str,
    show: str,
    stage: str,
    at: datetime,
    number: int | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Place SHOW (its code), or move it, and with it what hangs on it."""
    row = queries.event_by_slug(event)
    slot = _slot(row, show.upper(), number)
    done = service.move(
        service.Move(
            event_id=row.id,
            performance_id=slot.performance_id,
            row_version=slot.row_version,
            stage_id=_stage(row, stage),
            starts_at=at.replace(tzinfo=row.zone),
            actor=_ACTOR,
            dry_run=dry_run,
        )
    )
    _tell(done, as_json=as_json)


@group.command("shift")
@click.argument("event")
@click.option("--minutes", type=click.IntRange(-1440, 1440), required=True, help="Later, or < 0.")
@click.option("--from", "start", type=_LOCAL, required=True, help="What begins from here on.")
@click.option("--until", "end", type=_LOCAL, required=True, help="And before this.")
@click.option("--stage", "stages", multiple=True, help="Only on these.")
@_dry
@json_option
@domain_errors
def shift(
    event: str,
    minutes: int,
    start: datetime,
    end: datetime,
    stages: tuple[str, ...],
    dry_run: bool,
    as_json: bool,
) -> None:
    """Move all that begins in a span, except what is pinned, as one batch."""
    row = queries.event_by_slug(event)
    done = service.shift_range(
        service.ShiftRange(
            event_id=row.id,
            minutes=minutes,
            starts_at=start.replace(tzinfo=row.zone),
            ends_at=end.replace(tzinfo=row.zone),
            stage_ids=tuple(_stage(row, stage) for stage in stages),
            actor=_ACTOR,
            dry_run=dry_run,
        )
    )
    _tell(done, as_json=as_json)


@group.command("copy-day")
@click.argument("event")
@click.argument("from_day", type=_DAY)
@click.argument("to_day", type=_DAY)
@_dry
@json_option
@domain_errors
def copy_day(
    event: str, from_day: datetime, to_day: datetime, dry_run: bool, as_json: bool
) -> None:
    """Give all of one operating day once more on another."""
    row = queries.event_by_slug(event)
    done = service.copy_day(
        service.CopyDay(
            event_id=row.id,
            from_day=from_day.date(),
            to_day=to_day.date(),
            actor=_ACTOR,
            dry_run=dry_run,
        )
    )
    _tell(done, as_json=as_json)


@group.command("undo")
@click.argument("event")
@click.argument("batch")
@json_option
@domain_errors
def undo(event: str, batch: str, as_json: bool) -> None:
    """Put every place of BATCH back as it was before it."""
    row = queries.event_by_slug(event)
    cmd = service.UndoBatch(event_id=row.id, batch=batch, actor=_ACTOR)
    _tell(service.undo(cmd), as_json=as_json)


def _slot(event: EventRow, code: str, number: int | None) -> GridSlot:
    rows = [row for row in queries.working_grid(event) if row.show_code == code]
    if not rows:
        raise UnknownShow()
    if number is None and len(rows) == 1:
        return rows[0]
    found = next((row for row in rows if row.public_no == number), None)
    if found is None:
        raise UnknownPerformance()
    return found


def _stage(event: EventRow, slug: str) -> int:
    found = next((stage.id for stage in queries.stages(event.id) if stage.slug == slug), None)
    if found is None:
        raise UnknownStage()
    return found


def _tell(done: Edited, *, as_json: bool) -> None:
    data = {
        "batch": done.batch or None,
        "changed": len(done.slots),
        "added": [service.finding_json(row) for row in done.added],
        "removed": [service.finding_json(row) for row in done.removed],
    }
    human = [f"+ {row.rule} {row.message.get('en', '')}" for row in done.added]
    human += [f"- {row.rule} {row.message.get('en', '')}" for row in done.removed]
    saved = f"changed {len(done.slots)}; undo with batch {done.batch}"
    human.append(saved if done.batch else f"would change {len(done.slots)}")
    emit(data, as_json=as_json, human=human)
