"""Commands of the group `flask report`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from eventhub.accounts.enums import Role
from eventhub.accounts.queries import grants_of, person_by_email
from eventhub.accounts.service import normal_address
from eventhub.exposure import queries, render, service
from eventhub.exposure.errors import NoReport
from eventhub.exposure.queries import ReportRow
from eventhub.kernel.cli import REFUSED, domain_errors, emit, json_option
from eventhub.kernel.errors import NotAllowed, NotFound
from eventhub.programme.queries import EventRow, event_by_slug

# Roles whose permissions hold `report.publish`; people at a console ask the same of a session.
_PUBLISHERS = frozenset({Role.OWNER.value, Role.MEDIA.value})

group = AppGroup("report", help="Build, publish and check exposure reports.")
_version_option = click.option("--version", type=int, default=None, help="Default: the newest.")


@group.command("build")
@click.argument("event")
@click.option("--note", default="", help="Why this version is made.")
@json_option
@domain_errors
def build(event: str, note: str, as_json: bool) -> None:
    """Build the report of EVENT; unchanged data give the version that stands."""
    found = event_by_slug(event)
    row = service.build_report(service.BuildReport(event_id=found.id, note=note))
    if as_json:
        click.echo(row.text)
        return
    for line in render.plain(row):
        click.echo(line)


@group.command("list")
@click.argument("event")
@json_option
@domain_errors
def list_versions(event: str, as_json: bool) -> None:
    """List the versions of the report of EVENT, newest first."""
    rows = queries.versions(event_by_slug(event).id)
    data = {"reports": [render.summary(row) for row in rows]}
    human = [f"{r.version}  {r.status.value:10}  {r.created_at:%Y-%m-%d %H:%M}Z" for r in rows]
    emit(data, as_json=as_json, human=human or "No version yet.")


@group.command("submit")
@click.argument("event")
@_version_option
@json_option
@domain_errors
def submit(event: str, version: int | None, as_json: bool) -> None:
    """Hand in a draft for approval."""
    found = event_by_slug(event)
    row = _version(found, version)
    row = service.submit(service.SubmitReport(event_id=found.id, version=row.version))
    emit(render.summary(row), as_json=as_json, human=f"Version {row.version} is handed in.")


@group.command("publish")
@click.argument("event")
@_version_option
@click.option("--by", "approver", required=True, help="Address of the person who approves it.")
@json_option
@domain_errors
def publish(event: str, version: int | None, approver: str, as_json: bool) -> None:
    """Publish a version of the report of EVENT; its author can not approve it."""
    found = event_by_slug(event)
    row = _version(found, version)
    row = service.publish(
        service.PublishReport(
            event_id=found.id, version=row.version, approved_by=_approver(approver, found)
        )
    )
    emit(render.summary(row), as_json=as_json, human=f"Version {row.version} is published.")


@group.command("verify")
@click.argument("event")
@click.argument("version", type=int)
@json_option
@domain_errors
def verify(event: str, version: int, as_json: bool) -> None:
    """Recompute VERSION from the data and compare it with what is stored."""
    found = service.verify(event_by_slug(event).id, version)
    data: dict[str, Any] = {
        "version": found.version,
        "reproduced": found.is_reproduced,
        "intact": found.is_intact,
        "digest": found.digest,
        "recomputed_digest": found.recomputed_digest,
        "differences": [dict(item) for item in found.differences],
    }
    verdict = "is reproduced" if found.is_reproduced else "differs from the data"
    human = [f"Version {found.version} {verdict}."]
    human += [f"  {d['line']}: {d['stored']} -> {d['now']}" for d in found.differences]
    emit(data, as_json=as_json, human=human)
    if not found.is_reproduced:
        raise SystemExit(REFUSED)


@group.command("sum")
@click.argument("event")
@click.argument("lines", nargs=-1, required=True)
@_version_option
@json_option
@domain_errors
def sum_lines(event: str, lines: tuple[str, ...], version: int | None, as_json: bool) -> None:
    """Add LINES of the report of EVENT; figures that count different things are refused."""
    row = _version(event_by_slug(event), version)
    found = service.sum_of_lines(row.event_id, row.version, lines)
    human = f"{found['op']} {found['value']:,} {found['kind']}, {found['class']}"
    emit(dict(found), as_json=as_json, human=human)


@group.command("export")
@click.argument("event")
@click.option("--format", "kind", type=click.Choice(sorted(render.FORMATS)), required=True)
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True)
@_version_option
@json_option
@domain_errors
def export(event: str, kind: str, output: Path, version: int | None, as_json: bool) -> None:
    """Write a version of the report of EVENT to a file."""
    row = _version(event_by_slug(event), version)
    body = render.FORMATS[kind].make(row)
    output.write_bytes(body)
    data = {"file": str(output), "bytes": len(body), "version": row.version}
    emit(data, as_json=as_json, human=f"{output}: {len(body)} bytes, version {row.version}.")


def _version(event: EventRow, number: int | None) -> ReportRow:
    if number is not None:
        return queries.version_of(event.id, number)
    row = queries.latest(event.id)
    if row is None:
        raise NoReport()
    return row


def _approver(email: str, event: EventRow) -> int:
    person = person_by_email(normal_address(email))
    if person is None:
        raise NotFound()
    if not _may_publish(person.id, event):
        raise NotAllowed()
    return person.id


def _may_publish(person_id: int, event: EventRow) -> bool:
    return any(
        grant.organisation_id == event.organisation_id
        and grant.event_ref in (0, event.id)
        and grant.role in _PUBLISHERS
        for grant in grants_of(person_id)
    )
