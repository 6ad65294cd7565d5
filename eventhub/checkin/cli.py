"""Commands of check-in: `flask gate`."""

from __future__ import annotations

from datetime import UTC, datetime

import click
from flask.cli import AppGroup

from eventhub.checkin import queries, service
from eventhub.kernel.cli import domain_errors, emit, json_option
from eventhub.kernel.format import stamp
from eventhub.kernel.i18n import pick
from eventhub.programme.queries import event_by_slug, gate_by_slug

gate = AppGroup("gate", help="Gates, their devices and what they scanned.")


@gate.command("pair")
@click.argument("event")
@click.argument("gate_slug", metavar="GATE")
@json_option
@domain_errors
def pair_command(event: str, gate_slug: str, as_json: bool) -> None:
    """Make a pairing code for a gate; good once, for 15 minutes."""
    row = gate_by_slug(event_by_slug(event).id, gate_slug)
    made = service.create_pairing(row.id, None)
    data = {
        "event": event,
        "gate": row.slug,
        "code": made.code,
        "url": made.url,
        "expires_at": made.expires_at.isoformat(),
    }
    human = [
        f"Gate {row.number}: {pick(row.name, 'en')}",
        f"Open {made.url}",
        f"or type {made.code} at /gate/ within 15 minutes.",
    ]
    emit(data, as_json=as_json, human=human)


@gate.command("list")
@click.argument("event")
@json_option
@domain_errors
def list_command(event: str, as_json: bool) -> None:
    """List gates with what passed today and their devices."""
    rows = queries.gate_board(event_by_slug(event))
    data = {
        "event": event,
        "gates": [
            {
                "number": row.gate.number,
                "gate": row.gate.slug,
                "name": row.gate.name,
                "zone": row.gate.zone_public_id,
                "direction": row.gate.direction,
                "state": row.gate.state,
                "admitted": row.admitted,
                "exits": row.exits,
                "refused": row.refused,
                "repeats": row.repeats,
                "devices": row.devices,
                "queue": row.queue,
            }
            for row in rows
        ],
    }
    human = [
        f"{row.gate.number:>3}  {row.gate.slug:<20} {row.gate.direction:<5} {row.gate.state:<10}"
        f" {row.admitted:>6} admitted {row.refused:>5} refused {row.devices:>3} devices"
        for row in rows
    ]
    emit(data, as_json=as_json, human=human or ["No gates yet."])


@gate.command("replay")
@click.argument("event")
@json_option
@domain_errors
def replay_command(event: str, as_json: bool) -> None:
    """Rebuild admissions from the scan log in memory and compare; exit 1 when they differ."""
    found = service.replay(event_by_slug(event).id)
    data = {
        "event": event,
        "scans": found.scans,
        "admitted": found.admitted,
        "conflicts": found.conflicts,
        "matches_projection": found.matches_projection,
    }
    verdict = "equal" if found.matches_projection else "DIFFERENT"
    human = (
        f"{found.scans} scans, {found.admitted} admitted, {found.conflicts} conflicts; "
        f"log and admissions are {verdict}."
    )
    emit(data, as_json=as_json, human=human)
    if not found.matches_projection:
        raise SystemExit(1)


@gate.command("log")
@click.argument("event")
@click.option("--limit", default=200, show_default=True, type=click.IntRange(1, 1_000_000))
@click.option("--failed", is_flag=True, help="Only scans that let nobody pass.")
@json_option
@domain_errors
def log_command(event: str, limit: int, failed: bool, as_json: bool) -> None:
    """Print the newest scans first."""
    row = event_by_slug(event)
    rows = queries.scan_log(row.id, limit=limit, only="failed" if failed else None)
    data = {
        "event": event,
        "scans": [
            {
                "at_ms": scan.at_ms,
                "device": scan.device,
                "gate": scan.gate_slug,
                "dir": scan.direction,
                "result": scan.result,
                "kind": scan.kind,
                "persons": scan.persons,
                "offline": scan.is_offline,
            }
            for scan in rows
        ],
    }
    human = [
        f"{stamp(datetime.fromtimestamp(scan.at_ms / 1000, UTC), row.zone)}  {scan.gate_slug:<16}"
        f" {scan.direction:<4} {scan.result:<16} {scan.kind:<6} {scan.device}"
        for scan in rows
    ]
    emit(data, as_json=as_json, human=human or ["Nothing has been scanned."])
