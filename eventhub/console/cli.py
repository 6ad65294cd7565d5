"""Commands of the group `flask ops`."""

from __future__ import annotations

import signal
from dataclasses import asdict
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from eventhub.console import backup, capacity, queries
from eventhub.kernel import audit
from eventhub.kernel.cli import REFUSED, domain_errors, emit, json_option
from eventhub.kernel.scheduler import Leader

group = AppGroup("ops", help="Running an installation.")


@group.command("check")
@json_option
def check(as_json: bool) -> None:
    """Say whether the database answers and has the newest migration; exit code 1 if not."""
    state = queries.database_state()
    data = {"ready": state.is_ready, "migration": state.present, "needed": state.needed}
    emit(
        data, as_json=as_json, human="ready" if state.is_ready else "not ready: run the migrations"
    )
    if not state.is_ready:
        raise SystemExit(REFUSED)


@group.command("scheduler")
def scheduler() -> None:
    """Run the leader's jobs without a web worker, until SIGTERM or SIGINT."""
    leader = Leader(current_app._get_current_object())  # type: ignore[attr-defined]  # the proxy hides it
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: leader.stop())
    leader.run()


@group.command("backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@json_option
@domain_errors
def write_backup(file: Path, as_json: bool) -> None:
    """Write the whole database into FILE while the site runs."""
    made = backup.write_backup(file)
    data = {
        "file": str(file),
        "bytes": made.size,
        "sha256": made.sha256,
        "audit_entries": made.audit_entries,
        "audit_hash": made.newest_hash,
    }
    human = [
        f"{file}: {made.size:,} bytes, sha256 {made.sha256}",
        f"audit log: {made.audit_entries} entries, newest {made.newest_hash}",
        "The secret key is not in it: keep instance/secret-key with it, apart.",
    ]
    emit(data, as_json=as_json, human=human)


@group.command("restore")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--force", is_flag=True, help="Replace the events that the database holds.")
@json_option
@domain_errors
def restore(file: Path, force: bool, as_json: bool) -> None:
    """Read FILE into the configured database; stop the site first."""
    found = backup.restore(file, replace=force)
    data = {
        "events": found.events,
        "tickets": found.tickets,
        "scans": found.scans,
        "audit_entries": found.audit.entries,
        "audit_hash": found.audit.newest_hash,
        "audit_whole": found.audit.is_whole,
    }
    human = (
        f"{found.events} events, {found.tickets} tickets, {found.scans} scans; audit log "
        f"{'whole' if found.audit.is_whole else 'BROKEN'}, newest {found.audit.newest_hash}"
    )
    emit(data, as_json=as_json, human=human)


@group.command("verify-audit")
@json_option
def verify_audit(as_json: bool) -> None:
    """Recompute the chain of the audit log; exit code 1 and the first wrong entry if broken."""
    state = audit.note_checkpoint(from_start=True)
    data = {
        "entries": state.entries,
        "newest_hash": state.newest_hash,
        "first_bad": state.first_bad,
        "whole": state.is_whole,
    }
    if state.is_whole:
        human = f"{state.entries} entries, whole; newest {state.newest_hash}"
    else:
        human = f"entry {state.first_bad} of {state.entries} was changed, removed or slipped in"
    emit(data, as_json=as_json, human=human)
    if not state.is_whole:
        raise SystemExit(REFUSED)


@group.command("plan")
@click.option("--visits-per-hour", type=click.IntRange(0), required=True, help="At the peak.")
@click.option("--gates", type=click.IntRange(1), required=True, help="Devices that scan.")
@click.option("--viewers", type=click.IntRange(0), default=0, help="Watching at the same time.")
@click.option("--registrations-per-hour", type=click.IntRange(0), default=0, help="At the peak.")
@json_option
def plan(
    visits_per_hour: int, gates: int, viewers: int, registrations_per_hour: int, as_json: bool
) -> None:
    """Say from measured costs what machines the busiest hour needs; 1 if the gates are too few."""
    found = capacity.plan(
        capacity.Load(
            visits_per_hour=visits_per_hour,
            gates=gates,
            viewers=viewers,
            registrations_per_hour=registrations_per_hour,
        )
    )
    human = [
        f"{found.scans_per_s} scans a second, {found.lanes} staffed lanes at 900 people an hour"
        + ("" if found.has_enough_gates else f": {gates} gates are too few"),
        *(f"  {name:13} {ms:>8.1f} ms CPU a second" for name, ms in found.busy_ms.items()),
        f"{found.cores} cores half busy, on {found.hosts} application host(s)",
        f"{found.workers} workers, {found.memory_mb} MB, {found.database}"
        + (", Redis for shared limits" if found.needs_redis else ""),
    ]
    emit(asdict(found), as_json=as_json, human=human)
    if not found.has_enough_gates:
        raise SystemExit(REFUSED)
