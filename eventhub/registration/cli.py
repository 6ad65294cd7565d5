"""`flask registration`: lists, counts, and the proof that places and rows agree."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click
from flask.cli import AppGroup

from eventhub.kernel.cli import REFUSED, domain_errors, emit, json_option
from eventhub.programme.queries import event_by_slug
from eventhub.registration import queries

group = AppGroup("registration", help="Registrations of an event.")


@group.command("list")
@click.argument("event")
@click.option("--query", "-q", default="", help="Name, e-mail, end of a phone number, or code.")
@click.option("--limit", default=50, show_default=True, help="Most rows.")
@json_option
@domain_errors
def list_registrations(event: str, query: str, limit: int, as_json: bool) -> None:
    """List registrations, newest first."""
    rows = queries.registrations(event_by_slug(event).id, query, limit)
    data = {"registrations": [_plain(row) for row in rows]}
    human = [f"{row.code}  {row.state:16}  {row.type_slug:16}  {row.name}" for row in rows]
    emit(data, as_json=as_json, human=human or ["No registrations."])


@group.command("counts")
@click.argument("event")
@json_option
@domain_errors
def counts(event: str, as_json: bool) -> None:
    """Print how many people are registered, by state."""
    data = asdict(queries.counts(event_by_slug(event).id))
    emit(data, as_json=as_json, human=[f"{name}: {figure}" for name, figure in data.items()])


@group.command("verify")
@click.argument("event")
@json_option
@domain_errors
def verify(event: str, as_json: bool) -> None:
    """Recount places, tickets and contacts from the rows; exit 1 on any difference."""
    wrong = queries.verify(event_by_slug(event).id)
    data = {"differences": [asdict(row) for row in wrong], "agrees": not wrong}
    human = [f"{row.what}: counted {row.counted}, expected {row.expected}" for row in wrong]
    emit(data, as_json=as_json, human=human or ["All counters agree with the rows."])
    if wrong:
        raise SystemExit(REFUSED)


def _plain(row: queries.RegistrationRow) -> dict[str, Any]:
    return {
        "code": row.code,
        "state": row.state,
        "name": row.name,
        "email": row.email,
        "phone": row.phone,
        "ticket_type": row.type_slug,
        "group_size": row.group_size,
        "source": row.source,
        "lang": row.locale,
        "created_at": row.created_at.isoformat(),
        "synthetic": row.is_synthetic,
    }
