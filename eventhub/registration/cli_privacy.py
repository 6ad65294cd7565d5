"""`flask registration retention|erase|my-data|reapply-erasures`: personal data goes in time."""

from __future__ import annotations

import sys

import click

from eventhub.kernel.cli import domain_errors, emit, json_option
from eventhub.programme.queries import event_by_slug
from eventhub.registration import queries, service
from eventhub.registration.cli import group


@group.command("retention")
@click.argument("event")
@click.option("--dry-run", is_flag=True, help="Count what would go and remove nothing.")
@json_option
@domain_errors
def retention(event: str, dry_run: bool, as_json: bool) -> None:
    """Remove personal data whose time is over, class by class."""
    lines = service.retain(event_by_slug(event).id, is_dry_run=dry_run)
    data = {"dry_run": dry_run, "classes": [line.as_json() for line in lines]}
    human = [
        f"{line.field_class:10} {line.count:7}  kept {line.keep_days} days, "
        f"cut-off {line.cut_off:%Y-%m-%d}"
        for line in lines
    ]
    emit(data, as_json=as_json, human=human or ["Nothing is over its time."])


@group.command("erase")
@click.argument("event")
@click.argument("code")
@click.option("--reason", required=True, help="Why, for the log; no names.")
@json_option
@domain_errors
def erase(event: str, code: str, reason: str, as_json: bool) -> None:
    """Erase one registration; before the show it is cancelled first."""
    found = event_by_slug(event)
    registration_id = queries.by_code(code, {found.id})
    service.erase_by_staff(found.id, registration_id, reason=reason)
    emit({"erased": code.upper()}, as_json=as_json, human=[f"erased: {code.upper()}"])


@group.command("my-data")
@click.argument("event")
@click.argument("code")
@domain_errors
def my_data(event: str, code: str) -> None:
    """Write all data of one registration as a ZIP to standard output."""
    found = event_by_slug(event)
    sys.stdout.buffer.write(service.export_data(queries.by_code(code, {found.id}), by="staff"))


@group.command("reapply-erasures")
@json_option
@domain_errors
def reapply_erasures(as_json: bool) -> None:
    """Erase again what an older copy of the database brought back."""
    count = service.reapply()
    emit({"erased": count}, as_json=as_json, human=[f"erased again: {count}"])
