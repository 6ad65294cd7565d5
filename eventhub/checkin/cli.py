"""Commands of check-in: `flask gate`."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import click
from flask.cli import AppGroup

from eventhub.checkin import queries, service
from eventhub.checkin.cli_log import cards_command, log_command
from eventhub.checkin.looks import sentence
from eventhub.checkin.queries.lists import Entry
from eventhub.kernel import clock
from eventhub.kernel.cli import domain_errors, emit, json_option
from eventhub.kernel.errors import NotFound
from eventhub.kernel.format import stamp
from eventhub.kernel.i18n import pick
from eventhub.programme.queries import event_by_slug, gate_by_slug

gate = AppGroup("gate", help="Gates, their devices and what they scanned.")
gate.add_command(log_command)
gate.add_command(cards_command)


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
                "reasons": dict(row.reasons),
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


@gate.command("devices")
@click.argument("event")
@json_option
@domain_errors
def devices_command(event: str, as_json: bool) -> None:
    """List devices, those in service first."""
    row = event_by_slug(event)
    rows = queries.devices_of(row.id)
    data = {
        "event": event,
        "devices": [
            {
                "device": line.public_id,
                "name": line.name,
                "gate": line.gate_slug,
                "paired_at": line.paired_at.isoformat(),
                "last_seen_at": line.last_seen_at and line.last_seen_at.isoformat(),
                "revoked_at": line.revoked_at and line.revoked_at.isoformat(),
                "queue": line.queue,
                "battery": line.battery_share,
                "offset_ms": line.offset_ms,
                "version": line.version,
            }
            for line in rows
        ],
    }
    human = [
        f"{line.public_id:<16} {line.gate_slug:<16} {line.name:<24} {line.queue:>5} to sync  "
        f"{'revoked' if line.revoked_at else 'in service'}"
        for line in rows
    ]
    emit(data, as_json=as_json, human=human or ["No devices yet."])


@gate.command("revoke")
@click.argument("event")
@click.argument("device")
@json_option
@domain_errors
def revoke_command(event: str, device: str, as_json: bool) -> None:
    """Take a device out of service; its next contact hands in what it has."""
    known = {line.public_id for line in queries.devices_of(event_by_slug(event).id)}
    if device not in known:
        raise NotFound()
    service.revoke_device(device)
    emit({"event": event, "device": device}, as_json=as_json, human=f"{device} is out of service.")


@gate.command("conflicts")
@click.argument("event")
@click.option("--open", "only_open", is_flag=True, help="Only those nobody has looked at.")
@json_option
@domain_errors
def conflicts_command(event: str, only_open: bool, as_json: bool) -> None:
    """List tickets that two gates let in, with both entries."""
    row = event_by_slug(event)
    rows = queries.conflicts(row.id, only_open=only_open)
    data = {
        "event": event,
        "conflicts": [
            {
                "id": line.id,
                "type": line.ticket_type,
                "scope": line.scope,
                "state": line.state,
                "first": _entry(line.winner),
                "second": _entry(line.loser),
            }
            for line in rows
        ],
    }
    human = [
        f"{line.id:>5}  {stamp(line.winner.at, row.zone)} {line.winner.gate_slug}, then "
        f"{stamp(line.loser.at, row.zone)} {line.loser.gate_slug}: {line.state}"
        for line in rows
    ]
    emit(data, as_json=as_json, human=human or ["No ticket was let in twice."])


@gate.command("simulate")
@click.argument("event")
@click.option("--code", required=True, help="Text of the ticket's code.")
@click.option("--gate", "gate_slug", required=True, help="Gate where it is shown.")
@click.option("--at", help="Wall-clock time of the event, 2026-09-25T19:30; now when left out.")
@click.option("--out", "is_exit", is_flag=True, help="An exit.")
@json_option
@domain_errors
def simulate_command(
    event: str, code: str, gate_slug: str, at: str | None, is_exit: bool, as_json: bool
) -> None:
    """Say what a gate would answer and which check refuses; write nothing."""
    row = event_by_slug(event)
    moment = _moment(at, row.zone) if at else clock.now()
    found = service.simulate(
        row.id,
        code=code,
        gate_id=gate_by_slug(row.id, gate_slug).id,
        at=moment,
        direction="out" if is_exit else "in",
    )
    data = {
        "event": event,
        "gate": gate_slug,
        "at": moment.isoformat(),
        "result": found.result.value,
        "scope": found.scope,
        "passed": list(found.passed),
        "refused_by": found.refused_by,
        "question": found.question.row.slug if found.question else None,
    }
    human = [f"{found.result.value}: {sentence(found.result, 'en')}"]
    human += [f"  passed {name}" for name in found.passed]
    human += [f"  refused by {found.refused_by}"] if found.refused_by else []
    emit(data, as_json=as_json, human=human)


def _entry(entry: Entry) -> dict[str, object]:
    return {
        "gate": entry.gate_slug,
        "device": entry.device,
        "at": entry.at.isoformat(),
        "offline": entry.is_offline,
    }


def _moment(text: str, zone: ZoneInfo) -> datetime:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)
    except ValueError:
        raise click.BadParameter(text, param_hint="--at") from None
