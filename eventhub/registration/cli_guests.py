"""`flask registration import|import-undo|export|invite|remind`: guest lists in and out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from eventhub.kernel.cli import domain_errors, emit, json_option
from eventhub.kernel.i18n import in_lang
from eventhub.programme.queries import event_by_slug
from eventhub.registration import service
from eventhub.registration.cli import group
from eventhub.registration.queries import guests as queries
from eventhub.registration.queries.invitations import campaign_by_name
from eventhub.registration.rules.guests import Verdict

_OUT = click.Path(dir_okay=False, writable=True, path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)


@group.command("import")
@click.argument("event")
@click.argument("file", type=_FILE)
@click.option("--type", "ticket_type", help="Ticket type of lines that name none.")
@click.option("--dry-run", is_flag=True, help="Say what would be done and change no guest.")
@json_option
@domain_errors
def import_guests(
    event: str, file: Path, ticket_type: str | None, dry_run: bool, as_json: bool
) -> None:
    """Read a guest list (CSV or XLSX); sends no message."""
    found = event_by_slug(event)
    public_id = service.preview_file(
        service.PreviewFile(found.id, file.read_bytes(), file.name, ticket_type, "flask")
    )
    batch = queries.batch_by_public_id(found.id, public_id)
    if not dry_run:
        service.apply_batch(batch.id)
        batch = queries.batch_by_public_id(found.id, public_id)
    data = _figures(batch)
    human = [f"{name}: {data[name]}" for name in ("new", "updated", "unchanged", "duplicate")]
    lines = [f"line {row['line']}: {row['reason']} {row['detail']}" for row in data["rejected"]]
    emit(data, as_json=as_json, human=[*human, f"rejected: {len(lines)}", *lines])


@group.command("import-undo")
@click.argument("event")
@click.argument("batch")
@json_option
@domain_errors
def undo_import(event: str, batch: str, as_json: bool) -> None:
    """Take an imported guest list back, but for guests who were touched since."""
    found = queries.batch_by_public_id(event_by_slug(event).id, batch)
    service.undo_batch(found.id)
    outcomes = queries.batch_by_public_id(event_by_slug(event).id, batch).outcomes
    kept = [line.line_no for line in queries.troubled_lines(found.id) if line.outcome == "kept"]
    data = {"batch": batch, "undone": outcomes.get(queries.UNDONE, 0), "kept": kept}
    human = [f"undone: {data['undone']}", f"kept: {len(kept)}"]
    emit(data, as_json=as_json, human=human)


@group.command("export")
@click.argument("event")
@click.option("--format", "kind", type=click.Choice(["csv", "xlsx"]), required=True)
@click.option("--out", type=_OUT, required=True, help="Where the file goes.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@json_option
@domain_errors
def export(event: str, kind: str, out: Path, lang: str, as_json: bool) -> None:
    """Write all registered people into a file; it holds personal data."""
    found = event_by_slug(event)
    service.note_export(found.id, kind)
    with in_lang(lang), out.open("wb") as file:
        if kind == "csv":
            file.writelines(service.export_csv(found))
        else:
            file.write(service.export_xlsx(found))
    data = {"file": str(out), "bytes": out.stat().st_size}
    emit(data, as_json=as_json, human=f"{data['file']}: {data['bytes']} bytes")


@group.command("invite")
@click.argument("event")
@click.argument("campaign")
@click.option("--file", type=_FILE, help="Guest list (CSV or XLSX) to add first.")
@json_option
@domain_errors
def invite(event: str, campaign: str, file: Path | None, as_json: bool) -> None:
    """Send the invitations of a campaign that were not sent yet."""
    found = campaign_by_name(event_by_slug(event).id, campaign)
    listed = service.Listed(0, 0, ())
    if file is not None:
        listed = service.list_file(found, file.read_bytes())
    data = {
        "new": listed.new,
        "known": listed.known,
        "refused": list(listed.refused),
        "sent": service.send_invitations(found.id),
    }
    emit(data, as_json=as_json, human=[f"{name}: {figure}" for name, figure in data.items()])


@group.command("remind")
@click.argument("event")
@json_option
@domain_errors
def remind(event: str, as_json: bool) -> None:
    """Remind invited people who have not answered, as the campaigns plan it."""
    count = service.remind_as_planned(event_by_slug(event).id)
    emit({"reminded": count}, as_json=as_json, human=f"reminded: {count}")


def _figures(batch: queries.BatchRow) -> dict[str, Any]:
    rejected = queries.troubled_lines(batch.id)
    refused = [row for row in rejected if row.verdict != Verdict.ERROR]
    done = {
        verdict: batch.verdicts.get(verdict, 0) - sum(row.verdict == verdict for row in refused)
        for verdict in Verdict
    }
    return {
        "new": done[Verdict.NEW],
        "updated": done[Verdict.UPDATE],
        "unchanged": done[Verdict.UNCHANGED],
        "duplicate": done[Verdict.DUPLICATE],
        "rejected": [
            {"line": row.line_no, "reason": row.outcome or row.reason, "detail": row.detail}
            for row in rejected
        ],
        "batch": batch.public_id,
        "state": batch.state,
    }
