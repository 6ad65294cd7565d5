"""Commands of the group `flask audience`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, time
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo, available_timezones

import click
from flask.cli import AppGroup

from eventhub.audience import queries, reference, service
from eventhub.audience.errors import UnreadableSource
from eventhub.audience.service import FileFormat, Imported, ImportFile
from eventhub.audience.sources import nginx_rtmp
from eventhub.audience.sources.reading import CounterFile, UnreadableFile
from eventhub.audience.sources.text import MAX_BYTES
from eventhub.kernel.cli import REFUSED, domain_errors, emit, json_option
from eventhub.programme.queries import event_by_slug

NGINX_RTMP: Final = "nginx-rtmp"
FORMATS: Final = tuple(fmt.value for fmt in FileFormat)
KINDS: Final = (NGINX_RTMP, *FORMATS)

audience = AppGroup("audience", help="Footfall and livestreams.")
_file = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)


def _zone(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    if value is not None and value not in available_timezones():
        raise click.BadParameter(f"{value!r} is no time zone")
    return value


def _time(_ctx: click.Context, _param: click.Parameter, value: str | None) -> time | None:
    try:
        return None if value is None else time.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is no time") from None


@audience.command("parse")
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("files", metavar="FILE...", type=_file, nargs=-1, required=True)
@click.option("--timezone", callback=_zone, default="UTC", help="Of times without an offset.")
@json_option
@domain_errors
def parse(kind: str, files: tuple[Path, ...], timezone: str, as_json: bool) -> None:
    """Show what FILE says; several files are answers one after the other. Nothing is stored."""
    if kind == NGINX_RTMP:
        data = _server([_read(path) for path in files])
    else:
        zone = ZoneInfo(timezone)
        counter = files[-1].stem
        file = service.read_file(FileFormat(kind), _read(files[-1]), zone=zone, counter=counter)
        data = _counters(file)
    emit(data, as_json=as_json, human=_parse_lines(data))


@audience.command("import")
@click.argument("event_slug", metavar="EVENT")
@click.argument("file", type=_file)
@click.option("--source", "source_name", required=True, help="Name of the counter or export.")
@click.option("--format", "file_format", required=True, type=click.Choice(FORMATS))
@click.option("--timezone", callback=_zone, help="Of times without an offset; default the event's.")
@click.option("--day-start", callback=_time, help="Start of the file's day; default as it shows.")
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
    done = service.import_file(
        ImportFile(
            event_id=event.id,
            source_name=source_name,
            file_format=FileFormat(file_format),
            file_name=file.name,
            data=_read(file),
            timezone=timezone or event.timezone,
            day_start=day_start,
            imported_by="command line",
            is_synthetic=event.is_synthetic,
        )
    )
    emit(_imported(done, ZoneInfo(timezone or event.timezone)), as_json=as_json, human=_lines(done))
    if done.rejected and not (done.accepted or done.duplicates or done.revisions):
        raise SystemExit(REFUSED)


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


def _read(path: Path) -> bytes:
    if path.stat().st_size > MAX_BYTES:
        raise UnreadableSource(code="file-too-large")
    return path.read_bytes()


def _server(answers: list[bytes]) -> dict[str, Any]:
    try:
        readings = [nginx_rtmp.parse(answer) for answer in answers]
    except UnreadableFile as error:
        raise UnreadableSource(code=error.code, details={"detail": error.detail}) from error
    streams = [
        {
            "name": stream.name,
            "viewers": stream.viewers,
            "state": stream.state,
            "application": stream.application,
        }
        for stream in readings[-1].streams
    ]
    return {
        "streams": streams,
        "warnings": [*readings[-1].warnings, *nginx_rtmp.changes(readings)],
    }


def _counters(file: CounterFile) -> dict[str, Any]:
    found: dict[str, dict[str, Any]] = {}
    for row in file.readings:
        entry = found.setdefault(
            row.counter, {"name": row.counter, "readings": 0, "in": 0, "out": 0, "count": 0}
        )
        entry["readings"] += 1
        for key, value in (("in", row.entered), ("out", row.left), ("count", row.passed)):
            entry[key] += value or 0
    return {
        "streams": [],
        "counters": list(found.values()),
        "rows": file.rows,
        "rejected": [{"line": bad.line, "reason": bad.reason} for bad in file.rejected],
        "surplus_lines": list(file.surplus),
        "warnings": list(file.warnings),
    }


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


def _parse_lines(data: Mapping[str, Any]) -> list[str]:
    lines = [
        f"{stream['name']}: {stream['state']}, {stream['viewers']} viewers"
        for stream in data["streams"]
    ]
    lines += [
        f"{counter['name']}: {counter['readings']} readings, in {counter['in']}, "
        f"out {counter['out']}, both {counter['count']}"
        for counter in data.get("counters", [])
    ]
    lines += [f"line {bad['line']}: {bad['reason']}" for bad in data.get("rejected", [])]
    lines += [f"warning: {warning}" for warning in data["warnings"]]
    return lines or ["No stream: offline."]
