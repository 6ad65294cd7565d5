"""Commands `flask schedule import` and `flask schedule export`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from eventhub.kernel.cli import domain_errors, emit, json_option
from eventhub.programme import csv_rows, queries, service
from eventhub.programme.exchange_read import FORMATS as READABLE
from eventhub.programme.exchange_read import LIMIT_MB, read_file, unpacked
from eventhub.programme.export import FORMATS, exported
from eventhub.programme.rules.exchange import Reading
from eventhub.programme.schedule_cli import group

__all__ = ["group"]


@group.command("import")
@click.argument("event")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--format", "kind", type=click.Choice(READABLE), required=True, help="Of the file.")
@click.option(
    "--map",
    "columns",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=None,
    help='JSON object for CSV: {"title": "Header of the file", ...}.',
)
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@json_option
@domain_errors
def import_file(
    event: str, file: Path, kind: str, columns: Path | None, dry_run: bool, as_json: bool
) -> None:
    """Bring the working copy of EVENT to what FILE says; rows that can not be taken are listed."""
    row = queries.event_by_slug(event)
    mapping = csv_rows.read_map(unpacked(_content(columns))) if columns else None
    reading = read_file(row, kind, _content(file), source=file.name, columns=mapping)
    cmd = service.ImportSchedule(event_id=row.id, reading=reading)
    done = service.preview_import(cmd) if dry_run else service.import_schedule(cmd)
    remarks = {
        name: [asdict(one) for one in getattr(reading, name)]
        for name in ("rejected", "duplicates", "notes")
    }
    emit(asdict(done) | remarks, as_json=as_json, human=_report(done, reading))


@group.command("export")
@click.argument("event")
@click.option("--format", "kind", type=click.Choice(FORMATS), required=True, help="Of the file.")
@click.option("--version", default=None, help="Name of a release, or wip; the newest release.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="en", help="Of the texts.")
@click.option(
    "-o", "out", type=click.Path(dir_okay=False, path_type=Path), default=None, help="File."
)
@json_option
@domain_errors
def export_file(
    event: str, kind: str, version: str | None, lang: str, out: Path | None, as_json: bool
) -> None:
    """Write the programme of EVENT to standard output, or to a file and say so."""
    data = exported(queries.event_by_slug(event), kind, version=version, lang=lang)
    if out is None:
        click.echo(data, nl=False)
        return
    out.write_bytes(data)
    human = f"Wrote {len(data):,} bytes to {out}"
    emit({"file": str(out), "format": kind, "bytes": len(data)}, as_json=as_json, human=human)


def _content(path: Path) -> bytes:
    """Return a file as it is; of a file beyond the limit only so much that this shows."""
    with path.open("rb") as file:
        return file.read(LIMIT_MB * 1024 * 1024 + 1)


def _report(done: Any, reading: Reading) -> list[str]:
    counts = ", ".join(f"{name} {count}" for name, count in asdict(done).items())
    return [
        counts,
        *(f"line {one.line}: {one.reason}" for one in reading.rejected),
        *(f"line {one.line}: repeats line {one.first_line}" for one in reading.duplicates),
        *(f"note: {one.reason}" for one in reading.notes),
    ]
