"""Commands of the group `flask event`."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import click
from flask.cli import AppGroup

from eventhub.accounts import queries as accounts
from eventhub.accounts import service as accounts_service
from eventhub.kernel.cli import domain_errors, emit, json_option
from eventhub.kernel.errors import NotFound
from eventhub.kernel.i18n import pick
from eventhub.programme import queries, service
from eventhub.programme.queries import EventRow
from eventhub.settings import current_settings

group = AppGroup("event", help="Fashion weeks and festivals.")
_day_option = click.DateTime(["%Y-%m-%d"])


@group.command("create")
@click.argument("slug")
@click.option("--name-zh", required=True, help="Name in Chinese.")
@click.option("--name-en", required=True, help="Name in English.")
@click.option("--timezone", required=True, help="IANA name, such as Asia/Shanghai.")
@click.option("--starts", type=_day_option, required=True, help="First operating day.")
@click.option("--ends", type=_day_option, required=True, help="Last operating day.")
@click.option(
    "--organisation", default=None, help="Short name of the owner; the first when left out."
)
@json_option
@domain_errors
def create(
    slug: str,
    name_zh: str,
    name_en: str,
    timezone: str,
    starts: datetime,
    ends: datetime,
    organisation: str | None,
    as_json: bool,
) -> None:
    """Create an event with the address /e/SLUG/."""
    event_id = service.create_event(
        service.CreateEvent(
            organisation_id=_organisation(organisation),
            slug=slug,
            title={"zh": name_zh, "en": name_en},
            timezone=timezone,
            uid_domain=urlsplit(current_settings().base_url).hostname or "localhost",
            starts_on=starts.date(),
            ends_on=ends.date(),
        )
    )
    event = queries.event_by_id(event_id)
    data = {"slug": event.slug, "uuid": event.uuid}
    emit(data, as_json=as_json, human=f"Created /e/{event.slug}/")


@group.command("list")
@json_option
@domain_errors
def list_events(as_json: bool) -> None:
    """List all events with their counts."""
    rows = queries.all_events(accounts.organisation_ids())
    data = [_summary(event) | {"counts": queries.event_counts(event.id)} for event in rows]
    human = [f"{event.slug:24} {_period(event):24} {pick(event.title, 'en')}" for event in rows]
    emit({"events": data}, as_json=as_json, human=human or "There are no events.")


@group.command("show")
@click.argument("event")
@json_option
@domain_errors
def show(event: str, as_json: bool) -> None:
    """Print places, ticket types and counts of EVENT (its slug)."""
    found = queries.event_by_slug(event)
    release = queries.released(found.id)
    types = queries.ticket_type_states(found)
    gates = queries.gates(found.id)
    stages = queries.stages(found.id)
    counts = queries.event_counts(found.id)
    data = _summary(found) | {
        "release": release.name if release else None,
        "ticket_types": [{"slug": row.slug, "open": row.is_open} for row in types],
        "gates": [{"slug": gate.slug, "number": gate.number} for gate in gates],
        "stages": [
            {"slug": row.slug, "name": row.name, "capacity": row.capacity} for row in stages
        ],
        "counts": counts,
    }
    human = [
        f"{found.slug}: {pick(found.title, 'en')}, {_period(found)}",
        f"  release       {release.name if release else '-'}",
        f"  ticket types  {', '.join(row.slug for row in types) or '-'}",
        f"  gates         {', '.join(gate.slug for gate in gates) or '-'}",
        f"  stages        {', '.join(row.slug for row in stages) or '-'}",
        *(f"  {name:13} {count:,}" for name, count in counts.items()),
    ]
    emit(data, as_json=as_json, human=human)


@group.command("embed")
@click.argument("event")
@click.argument("origins", nargs=-1)
@json_option
@domain_errors
def embed(event: str, origins: tuple[str, ...], as_json: bool) -> None:
    """Let the sites ORIGINS (https://www.example.org) frame the list of EVENT; none: nobody."""
    service.allow_embedding(queries.event_by_slug(event).id, origins)
    sites = (queries.event_by_slug(event).embed_hosts or "").split()
    emit({"sites": sites}, as_json=as_json, human=" ".join(sites) or "no site may")


def _organisation(slug: str | None) -> int:
    if slug is None:
        return accounts_service.default_organisation()
    found = accounts.organisation_by_slug(slug)
    if found is None:
        raise NotFound("There is no organisation with this short name.")
    return found


def _summary(event: EventRow) -> dict[str, Any]:
    return {
        "slug": event.slug,
        "uuid": event.uuid,
        "title": event.title,
        "timezone": event.timezone,
        "starts_on": event.starts_on.isoformat() if event.starts_on else None,
        "ends_on": event.ends_on.isoformat() if event.ends_on else None,
        "is_registration_open": event.is_registration_open,
        "synthetic": event.is_synthetic,
    }


def _period(event: EventRow) -> str:
    if event.starts_on and event.ends_on:
        return f"{event.starts_on} to {event.ends_on}"
    return pick(event.period_text, "en") or "no dates"
