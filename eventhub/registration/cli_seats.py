"""`flask registration seats`: by rule, freed, and the chart on paper."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from eventhub.kernel import clock
from eventhub.kernel.cli import domain_errors, emit, json_option
from eventhub.kernel.errors import NotFound
from eventhub.kernel.i18n import in_lang
from eventhub.programme.queries import EventRow, PerformanceRow, event_by_slug, performances_of
from eventhub.registration import seat_print, service
from eventhub.registration.cli import group
from eventhub.registration.queries import seats as queries

_OUT = click.Path(dir_okay=False, writable=True, path_type=Path)
_show = click.option("--show", "number", type=int, help="Public number; without it all with seats.")


@group.group("seats")
def seats() -> None:
    """Seats of the performances of an event."""


@seats.command("allocate")
@click.argument("event")
@_show
@click.option("--dry-run", is_flag=True, help="Say what would be done and change nothing.")
@json_option
@domain_errors
def allocate(event: str, number: int | None, dry_run: bool, as_json: bool) -> None:
    """Seat everybody who has no seat by rule; who sits stays."""
    found = event_by_slug(event)
    lines = []
    for show in _shows(found, number):
        made = service.allocate_seats(found, show, is_trial=dry_run)
        lines.append({"show": show.public_no, "seated": len(made.seats), "left": made.left})
    human = [f"{line['show']:>5}  seated {line['seated']}, left {line['left']}" for line in lines]
    emit({"performances": lines}, as_json=as_json, human=human)


@seats.command("release")
@click.argument("event")
@_show
@json_option
@domain_errors
def release(event: str, number: int | None, as_json: bool) -> None:
    """Free the seats whose time has come and that nobody came for."""
    found = event_by_slug(event)
    lines: list[dict[str, Any]] = []
    for show in _shows(found, number):
        freed = service.release_unclaimed(found, show, at=clock.now())
        lines.append({"show": show.public_no, "released": freed})
    human = [f"{line['show']:>5}  {len(line['released'])} released" for line in lines]
    emit({"performances": lines}, as_json=as_json, human=human)


@seats.command("chart")
@click.argument("event")
@click.option("--show", "number", type=int, required=True, help="Public number.")
@click.option("--door-list", is_flag=True, help="The list by row and name instead of the chart.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@click.option("-o", "out", type=_OUT, required=True, help="The PDF.")
@json_option
@domain_errors
def chart(event: str, number: int, door_list: bool, lang: str, out: Path, as_json: bool) -> None:
    """Write the seating chart (A3) or the door list (A4) as PDF."""
    found = event_by_slug(event)
    (show,) = _shows(found, number)
    plan = queries.plan_of(show.performance_id)
    if plan is None:
        raise NotFound()
    rows = queries.seat_rows(plan)
    with in_lang(lang):
        if door_list:
            made = seat_print.door_list_pdf(found, show, rows)
        else:
            blocks = queries.block_rows(show.performance_id)
            made = seat_print.chart_pdf(found, show, rows, blocks)
    out.write_bytes(made)
    data = {"file": str(out), "bytes": len(made), "seats": len(rows)}
    emit(data, as_json=as_json, human=f"{out}: {len(rows)} seats")


def _shows(event: EventRow, number: int | None) -> list[PerformanceRow]:
    """Return one performance, or all that have seats; raises NotFound when there is none."""
    if number is not None:
        return [queries.performance_no(event, number)]
    found = performances_of(event, queries.plan_counts(event.id))
    if not found:
        raise NotFound()
    return found
