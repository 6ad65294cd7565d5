"""Commands that import media and choose what a report is set beside."""

from __future__ import annotations

import json
from pathlib import Path

import click

from eventhub.exposure import service
from eventhub.exposure.cli.reports import group
from eventhub.exposure.enums import MediaFormat
from eventhub.exposure.service import ImportedMedia
from eventhub.kernel.cli import domain_errors, emit, json_option
from eventhub.programme.queries import event_by_slug

_file = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
_formats = click.Choice([item.value for item in MediaFormat])


def _columns(
    _ctx: click.Context, _param: click.Parameter, value: Path | None
) -> dict[str, str] | None:
    if value is None:
        return None
    try:
        found = json.loads(value.read_text("utf-8"))
    except ValueError:
        raise click.BadParameter("is no JSON") from None
    if not isinstance(found, dict) or not all(isinstance(name, str) for name in found.values()):
        raise click.BadParameter("needs an object of field: column")
    return {str(field): column for field, column in found.items()}


@group.command("import-media")
@click.argument("event")
@click.argument("file", type=_file)
@click.option("--format", "file_format", type=_formats, required=True)
@click.option("--map", "columns", type=_file, callback=_columns, help="JSON: field to column.")
@click.option("--dry-run", is_flag=True, help="Say what would happen, keep nothing.")
@json_option
@domain_errors
def import_media(
    event: str,
    file: Path,
    file_format: str,
    columns: dict[str, str] | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Import a monitoring export into EVENT; the same file twice changes nothing."""
    found = service.import_media(
        service.ImportMedia(
            event_id=event_by_slug(event).id,
            file_format=MediaFormat(file_format),
            file_name=file.name,
            data=file.read_bytes(),
            columns=columns,
            is_dry_run=dry_run,
        )
    )
    data = {
        "rows": found.rows,
        "accepted": found.accepted,
        "duplicates": found.duplicates,
        "rejected": [{"line": bad.line, "reason": bad.reason} for bad in found.rejected],
    }
    emit(data, as_json=as_json, human=_lines(found, is_dry_run=dry_run))


@group.command("undo-media")
@click.argument("event")
@click.argument("sha256")
@click.option("--reason", required=True, help="Why; kept with the file.")
@json_option
@domain_errors
def undo_media(event: str, sha256: str, reason: str, as_json: bool) -> None:
    """Take back the rows of the imported file whose hash begins with SHA256."""
    taken = service.undo_media(
        service.UndoMedia(
            event_id=event_by_slug(event).id,
            key=sha256.lower(),
            reason=reason,
            undone_by="command line",
        )
    )
    emit({"removed": taken}, as_json=as_json, human=f"{taken} rows are taken back.")


@group.command("compare")
@click.argument("event")
@click.argument("other", required=False)
@json_option
@domain_errors
def compare(event: str, other: str | None, as_json: bool) -> None:
    """Set the report of OTHER beside that of EVENT from its next version on; none ends it."""
    beside = event_by_slug(other) if other else None
    service.compare_reports(
        service.CompareReports(
            event_id=event_by_slug(event).id, compare_event_id=beside.id if beside else None
        )
    )
    said = f"The next version compares with {other}." if other else "No comparison."
    emit({"event": event, "compared_with": other}, as_json=as_json, human=said)


def _lines(found: ImportedMedia, *, is_dry_run: bool) -> list[str]:
    verb = "would be new" if is_dry_run else "new"
    head = (
        f"{found.rows} rows: {found.accepted} {verb}, {found.duplicates} known already, "
        f"{len(found.rejected)} rejected."
    )
    return [head, *(f"  line {bad.line}: {bad.reason}" for bad in found.rejected)]
