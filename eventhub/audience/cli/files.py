"""`flask audience import`, `dictionary` and `totals`."""

from __future__ import annotations

from datetime import UTC, time
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import click

from eventhub.audience import queries, reference, service
from eventhub.audience.cli.group import (
    audience,
    file_argument,
    read_bytes,
    time_option,
    zone_option,
)
from eventhub.audience.cli.parse import HLS_LOG
from eventhub.audience.service import FileFormat, Imported, ImportFile, ImportHlsLog
from eventhub.kernel.cli import REFUSED, domain_errors, emit, json_option
from eventhub.programme.queries import EventRow, event_by_slug

EXPORT: Final = "platform-export"
IMPORTS: Final = (*(one.value for one in FileFormat), HLS_LOG, EXPORT)


@audience.command("import")
@click.argument("event_slug", metavar="EVENT")
@click.argument("file", type=file_argument)
@click.option("--source", "source_name", required=True, help="Name of the counter or export.")
@click.option("--format", "file_format", required=True, type=click.Choice(IMPORTS))
@click.option(
    "--timezone", callback=zone_option, help="Of times without an offset; default the event's."
)
@click.option(
    "--day-start", callback=time_option, help="Start of the file's day; default as it shows."
)
@json_option
@domain_errors
def import_(
    event_slug: str,
    file: Path,
    source_name: str,
    file_format: str,
    timezone: str | None,
    day_start: time | None,
    as_json: bool,
) -> None:
    """Import counter readings from FILE into EVENT; good lines go in, bad ones are listed."""
    event = event_by_slug(event_slug)
    if file_format == HLS_LOG:
        _import_log(event, file, source_name, as_json=as_json)
        return
    if file_format == EXPORT:
        _import_export(event, file, source_name, as_json=as_json)
        return
    done = service.import_file(
        ImportFile(
            event_id=event.id,
            source_name=source_name,
            file_format=FileFormat(file_format),
            file_name=file.name,
            data=read_bytes(file),
            timezone=timezone or event.timezone,
            day_start=day_start,
            imported_by="command line",
            is_synthetic=event.is_synthetic,
        )
    )
    emit(_imported(done, ZoneInfo(timezone or event.timezone)), as_json=as_json, human=_lines(done))
    if done.rejected and not (done.accepted or done.duplicates or done.revisions):
        raise SystemExit(REFUSED)


def _import_log(event: EventRow, file: Path, slug: str, *, as_json: bool) -> None:
    done = service.import_hls_log(
        ImportHlsLog(
            event_id=event.id,
            slug=slug,
            data=read_bytes(file, large=True),
            file_name=file.name,
            imported_by="command line",
            is_synthetic=event.is_synthetic,
        )
    )
    data = {
        "accepted": done.accepted,
        "duplicates": done.duplicates,
        "revisions": done.revisions,
        "quarantined": done.quarantined,
        "rejected": [{"line": one.index, "reason": one.reason} for one in done.rejected],
        "metric": "live.ama",
    }
    human = f"{done.accepted} minutes accepted, {done.duplicates} duplicates"
    emit(data, as_json=as_json, human=human)


def _import_export(event: EventRow, file: Path, slug: str, *, as_json: bool) -> None:
    done = service.import_export(
        service.ImportExport(
            event_id=event.id,
            slug=slug,
            platform=slug,
            file_name=file.name,
            data=read_bytes(file),
            timezone=event.timezone,
            imported_by="command line",
            is_synthetic=event.is_synthetic,
        )
    )
    data = {
        "rows": done.rows,
        "accepted": done.accepted,
        "duplicates": done.duplicates,
        "revisions": done.revisions,
        "rejected": [{"line": one.line, "reason": one.reason} for one in done.rejected],
        "unused": list(done.unused),
        "known_file": done.is_known,
    }
    lines = [f"{done.accepted} figures accepted, {done.duplicates} duplicates"]
    lines += [f"line {one.line}: {one.reason}" for one in done.rejected]
    emit(data, as_json=as_json, human=lines)


@audience.command("undo")
@click.argument("event_slug", metavar="EVENT")
@click.argument("sha256")
@click.option("--reason", required=True, help="Why; kept with the file.")
@click.option("--source", "source_name", default="", help="Where two sources have the same file.")
@json_option
@domain_errors
def undo(event_slug: str, sha256: str, reason: str, source_name: str, as_json: bool) -> None:
    """Take back the imported file of EVENT whose hash begins with SHA256."""
    taken = service.undo_file(
        service.UndoFile(
            event_id=event_by_slug(event_slug).id,
            key=sha256.lower(),
            reason=reason,
            by="command line",
            source_name=source_name,
        )
    )
    emit({"removed": taken}, as_json=as_json, human=f"{taken} rows are taken back.")


@audience.command("dictionary")
@json_option
def dictionary(as_json: bool) -> None:
    """Print the metric dictionary; docs/metrics.md is its output."""
    emit(reference.metrics_data(), as_json=as_json, human=reference.metrics_page().rstrip())


@audience.command("totals")
@click.argument("event_slug", metavar="EVENT")
@json_option
@domain_errors
def totals(event_slug: str, as_json: bool) -> None:
    """Print passages and visits of EVENT by operating day, with coverage."""
    event = event_by_slug(event_slug)
    days = [
        {
            "day": row.day.isoformat(),
            "counter": row.counter.name,
            "metric": "footfall.passages",
            "value": row.passages,
            "in": row.entered,
            "out": row.left,
            "coverage": round(row.coverage, 4),
            "missing_hours": [at.astimezone(event.zone).isoformat() for at in row.missing],
        }
        for row in queries.footfall_days(event)
    ]
    sums = [
        {
            "day": row.day.isoformat(),
            "metric": "footfall.visits",
            "value": row.count,
            "op": row.op,
            "class": row.cls,
            "rel_sd": round(row.rel_sd, 4),
            "counters": row.counter_names,
        }
        for row in queries.visits(event)
    ]
    human = [f"{d['day']}  {d['counter']}: {d['value']} passages" for d in days]
    human += [f"{d['day']}  visits {d['op']} {d['value']} ({d['class']})" for d in sums]
    data = {"passages": days, "visits": sums, "day_start": event.day_start_local.isoformat()}
    emit(data, as_json=as_json, human=human or ["No readings."])


def _imported(done: Imported, zone: ZoneInfo) -> dict[str, Any]:
    data: dict[str, Any] = {
        "rows": done.rows,
        "accepted": done.accepted,
        "duplicates": done.duplicates,
        "revisions": done.revisions,
        "quarantined": done.quarantined,
        "rejected": [{"line": bad.line, "reason": bad.reason} for bad in done.rejected],
        "surplus_lines": list(done.surplus),
        "metric": "footfall.passages",
        "passages": dict(done.passages),
        "known_file": done.is_known,
    }
    if done.day_start is not None:
        data |= {
            "file_day_start": done.day_start.isoformat("minutes"),
            "expected_hours": done.expected,
            "received_hours": done.received,
            "coverage": round(done.received / done.expected, 4) if done.expected else 0.0,
            "missing_hours": [at.astimezone(zone).isoformat() for at in done.missing],
        }
    return data


def _lines(done: Imported) -> list[str]:
    lines = [
        f"{done.rows} rows: {done.accepted} readings accepted, {done.duplicates} duplicates, "
        f"{done.revisions} revisions, {len(done.rejected)} lines rejected"
    ]
    if done.is_known:
        lines.append("This file was imported before; nothing changed.")
    lines += [f"line {bad.line}: {bad.reason}" for bad in done.rejected]
    lines += [f"missing {at.astimezone(UTC):%Y-%m-%d %H:%M} UTC" for at in done.missing]
    return lines
