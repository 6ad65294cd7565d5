"""Commands `flask schedule import` and `flask schedule export`."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import click

from eventhub.kernel.cli import domain_errors, emit, json_option
from eventhub.programme import csv_rows, frab, ical, queries, service
from eventhub.programme.errors import ImportUnreadable
from eventhub.programme.export import FORMATS, exported
from eventhub.programme.queries import EventRow
from eventhub.programme.rules.exchange import Reading
from eventhub.programme.schedule_cli import group

__all__ = ["group"]

LIMIT_MB: Final = 20
_LIMIT: Final = LIMIT_MB * 1024 * 1024
_READERS: Final[dict[str, Callable[[EventRow, bytes], Reading]]] = {
    "frab-xml": frab.read_xml,
    "frab-json": frab.read_json,
    "ical": ical.read,
}


@group.command("import")
@click.argument("event")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--format", "kind", type=click.Choice([*_READERS, "csv"]), required=True, help="Of the file."
)
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
    data = _content(file)
    if kind == "csv":
        mapping = csv_rows.read_map(_content(columns)) if columns else None
        reading = csv_rows.read(row, data, source=file.name, columns=mapping)
    else:
        reading = _READERS[kind](row, data)
    _note_outside(row, reading)
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
    """Return a file, unpacked when it is gzip; never more than the limit."""
    with path.open("rb") as file:
        data = file.read(_LIMIT + 1)
    if data[:2] == b"\x1f\x8b" and len(data) <= _LIMIT:
        unpacking = zlib.decompressobj(wbits=31)
        try:
            data = unpacking.decompress(data, _LIMIT + 1)
        except zlib.error as error:
            raise ImportUnreadable.because("not a gzip file that can be read", line=0) from error
    if len(data) > _LIMIT:
        raise ImportUnreadable.because(f"the file is larger than {LIMIT_MB} MB", line=0)
    return data


def _note_outside(event: EventRow, reading: Reading) -> None:
    """Say how many rows are on days that the event does not have."""
    days = event.days()
    outside = [item for item in reading.items if event.operating_day(item.starts_at) not in days]
    if outside:
        first = min(item.line for item in outside)
        reading.note(first, f"outside: on no day of the event, {len(outside)} in all")


def _report(done: Any, reading: Reading) -> list[str]:
    counts = ", ".join(f"{name} {count}" for name, count in asdict(done).items())
    return [
        counts,
        *(f"line {one.line}: {one.reason}" for one in reading.rejected),
        *(f"line {one.line}: repeats line {one.first_line}" for one in reading.duplicates),
        *(f"note: {one.reason}" for one in reading.notes),
    ]
