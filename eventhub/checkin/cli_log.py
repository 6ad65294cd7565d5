"""`flask gate log` and `flask gate cards`: what was scanned, and who may correct it."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from eventhub.checkin import queries, service
from eventhub.checkin.queries import LogRow
from eventhub.kernel import clock
from eventhub.kernel.cli import domain_errors, emit, json_option
from eventhub.kernel.format import stamp
from eventhub.programme.queries import event_by_slug

_FIELDS = (
    *("at_ms", "device", "gate", "dir", "result", "kind", "persons", "ticket", "offline"),
    *("overridden", "override_by", "override_reason", "undone"),
)


@click.command("log")
@click.argument("event")
@click.option("--limit", default=200, show_default=True, type=click.IntRange(1, 1_000_000))
@click.option("--failed", is_flag=True, help="Only scans that let nobody pass.")
@click.option("--overrides", is_flag=True, help="Only what somebody let pass or took back.")
@click.option("--format", "form", type=click.Choice(["text", "csv", "json"]), default="text")
@json_option
@domain_errors
def log_command(
    event: str, limit: int, failed: bool, overrides: bool, form: str, as_json: bool
) -> None:
    """Print the newest scans first; no names."""
    row = event_by_slug(event)
    only = "failed" if failed else "override" if overrides else None
    rows = queries.scan_log(row.id, limit=limit, only=only)
    if form == "csv" and not as_json:
        _write_csv(rows)
        return
    data = {"event": event, "scans": [_facts(scan) for scan in rows]}
    human = [
        f"{stamp(datetime.fromtimestamp(scan.at_ms / 1000, UTC), row.zone)}  {scan.gate_slug:<16}"
        f" {scan.direction:<4} {scan.result:<16} {scan.kind:<6} {scan.device}"
        for scan in rows
    ]
    emit(data, as_json=as_json or form == "json", human=human or ["Nothing has been scanned."])


@click.command("cards")
@click.argument("event")
@click.option("--make", "names", multiple=True, metavar="NAME", help="Make a card; repeatable.")
@click.option("--supervisor", is_flag=True, help="The new cards may override refusals.")
@click.option("--hours", default=16, show_default=True, type=click.IntRange(1, 24 * 60))
@click.option("--revoke", metavar="CARD", help="Let a card count no more.")
@json_option
@domain_errors
def cards_command(
    event: str,
    names: tuple[str, ...],
    supervisor: bool,
    hours: int,
    revoke: str | None,
    as_json: bool,
) -> None:
    """List, make or end staff cards; the code of a new card is shown once."""
    row = event_by_slug(event)
    made = []
    if revoke:
        service.revoke_card(row.id, revoke)
    if names:
        until = clock.now() + timedelta(hours=hours)
        cmd = service.MakeCards(row.id, names, supervisor, until, None)
        made = service.make_cards(cmd)
    codes = {card.public_id: card.code for card in made}
    lines = queries.cards(row.id)
    data = {
        "event": event,
        "cards": [
            {
                "card": card.public_id,
                "name": card.name,
                "supervisor": card.may_override,
                "expires_at": card.expires_at.isoformat(),
                "revoked_at": card.revoked_at and card.revoked_at.isoformat(),
                "used": card.used,
                "code": codes.get(card.public_id),
            }
            for card in lines
        ],
    }
    human = [
        f"{card.public_id}  {card.name:<24} {'supervisor' if card.may_override else 'staff':<10} "
        f"{'ended' if card.revoked_at else stamp(card.expires_at, row.zone)}"
        f"{'  ' + codes[card.public_id] if card.public_id in codes else ''}"
        for card in lines
    ]
    emit(data, as_json=as_json, human=human or ["No staff cards yet."])


def _facts(scan: LogRow) -> dict[str, Any]:
    return {
        "at_ms": scan.at_ms,
        "device": scan.device,
        "gate": scan.gate_slug,
        "dir": scan.direction,
        "result": scan.result,
        "kind": scan.kind,
        "persons": scan.persons,
        "ticket": scan.ticket_id,
        "offline": scan.is_offline,
        "overridden": scan.overridden,
        "override_by": scan.override_by,
        "override_reason": scan.override_reason,
        "undone": scan.is_undone,
    }


def _write_csv(rows: Iterable[LogRow]) -> None:
    writer = csv.DictWriter(sys.stdout, _FIELDS, lineterminator="\n")
    writer.writeheader()
    for scan in rows:
        facts = _facts(scan)
        writer.writerow({name: _safe(value) for name, value in facts.items()})


def _safe(value: Any) -> Any:
    """Keep a free text from being read as a formula."""
    is_formula = isinstance(value, str) and value[:1] in set("=+-@\t\r")
    return f"'{value}" if is_formula else value
