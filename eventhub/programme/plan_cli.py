"""Commands of `flask schedule` that look at the working copy, release it and go back."""

from __future__ import annotations

from collections.abc import Iterable

import click

from eventhub.kernel.cli import REFUSED, domain_errors, emit, json_option
from eventhub.kernel.i18n import pick
from eventhub.programme import queries, service, wire
from eventhub.programme.enums import ConflictRule
from eventhub.programme.errors import ReleaseBlocked
from eventhub.programme.rules.conflicts import Finding
from eventhub.programme.rules.diff import Diff
from eventhub.programme.schedule_cli import group

_KINDS = ("new", "removed", "moved", "resized", "retitled")


@group.command("check")
@click.argument("event")
@click.option("--rule", "names", default="", help="Only these rules, comma between.")
@json_option
@domain_errors
def check(event: str, names: str, as_json: bool) -> None:
    """List what is wrong with the working copy of EVENT; exit 1 when something blocks."""
    rules = _rules(names)
    findings = queries.check(queries.event_by_slug(event), rules)
    data = wire.findings_data(findings, rules)
    emit(data, as_json=as_json, human=_finding_lines(findings))
    if any(row.blocks_release for row in findings):
        raise SystemExit(REFUSED)


@group.command("release")
@click.argument("event")
@click.option("--name", required=True, help="Of the version.")
@click.option("--note", default="", help="What to tell about it.")
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@json_option
@domain_errors
def release(event: str, name: str, note: str, dry_run: bool, as_json: bool) -> None:
    """Release the working copy of EVENT; exit 1 and no change when findings block."""
    row = queries.event_by_slug(event)
    preview = service.preview_release(row.id)
    data = {
        "name": name,
        "released": False,
        **wire.diff_data(preview.diff),
        "findings": [wire.finding_data(found) for found in preview.findings],
        "told": {"parties": preview.parties},
    }
    if preview.blocking:
        emit(data, as_json=as_json, human=_finding_lines(preview.blocking))
        if dry_run:
            raise SystemExit(REFUSED)
        raise ReleaseBlocked()
    if not dry_run:
        comment = {"zh": note, "en": note} if note else None
        service.release(
            service.ReleaseSchedule(
                event_id=row.id, name=name, comment=comment, based_on=preview.based_on
            )
        )
        data["released"] = True
    emit(data, as_json=as_json, human=[*_diff_lines(preview.diff), "" if dry_run else name])


@group.command("diff")
@click.argument("event")
@click.argument("a")
@click.argument("b")
@json_option
@domain_errors
def diff(event: str, a: str, b: str, as_json: bool) -> None:
    """Say what changes from version A to version B (`wip`, `latest` or a name)."""
    changes = queries.compare(queries.event_by_slug(event), a, b)
    emit(wire.diff_data(changes), as_json=as_json, human=_diff_lines(changes))


@group.command("suggest")
@click.argument("event")
@click.argument("show")
@click.option("--limit", type=click.IntRange(1, 200), default=20, help="How many at most.")
@json_option
@domain_errors
def suggest(event: str, show: str, limit: int, as_json: bool) -> None:
    """List places for SHOW (its code) that add no finding, best first."""
    row = queries.event_by_slug(event)
    slots = wire.suggestions_data(row, queries.suggest(row, show.upper(), limit))
    human = [f"{slot['starts_at']}  {slot['stage']:24} {slot['score']}" for slot in slots]
    emit({"slots": slots}, as_json=as_json, human=human or "There is no free place.")


@group.command("rules")
@click.argument("event")
@json_option
@domain_errors
def rules(event: str, as_json: bool) -> None:
    """List the rules of EVENT with severity and numbers."""
    found = queries.settings(queries.event_by_slug(event).id)
    data = wire.rules_data(found)
    human = [f"{row['rule']:24} {row['severity']}" for row in data]
    emit({"rules": data}, as_json=as_json, human=human)


@group.command("versions")
@click.argument("event")
@json_option
@domain_errors
def versions(event: str, as_json: bool) -> None:
    """List the working copy and the releases of EVENT, newest first."""
    data = [
        {
            "name": row.name,
            "state": row.state,
            "released_at": row.released_at.isoformat() if row.released_at else None,
        }
        for row in queries.versions(queries.event_by_slug(event).id)
    ]
    human = [f"{row['name']:24} {row['state']:10} {row['released_at'] or ''}" for row in data]
    emit({"versions": data}, as_json=as_json, human=human)


@group.command("rollback")
@click.argument("event")
@click.argument("version")
@json_option
@domain_errors
def rollback(event: str, version: str, as_json: bool) -> None:
    """Make the working copy of EVENT what VERSION was; the public sees it after a release."""
    row = queries.event_by_slug(event)
    done = service.rollback(service.RollBack(event_id=row.id, name=version, actor="command line"))
    data = {"batch": done.batch, "changed": len(done.slots)}
    emit(data, as_json=as_json, human=f"Changed {len(done.slots)}; undo with batch {done.batch}")


@group.command("waive")
@click.argument("event")
@click.argument("fingerprint")
@click.option("--reason", required=True, help="Why it may stand.")
@json_option
@domain_errors
def waive(event: str, fingerprint: str, reason: str, as_json: bool) -> None:
    """Accept a finding of EVENT as it is now."""
    row = queries.event_by_slug(event)
    accepted = service.Waive(
        event_id=row.id, fingerprint=fingerprint, reason=reason, actor="command line"
    )
    service.waive(accepted)
    emit({"fingerprint": fingerprint}, as_json=as_json, human=f"Accepted {fingerprint}")


def _rules(names: str) -> list[ConflictRule] | None:
    found, unknown = wire.rules_named(names)
    if unknown:
        raise click.BadParameter(f"no such rule: {', '.join(unknown)}", param_hint="--rule")
    return found


def _finding_lines(findings: Iterable[Finding]) -> list[str]:
    lines = [
        f"{row.severity:16} {row.rule:20} {pick(row.message, 'en')}"
        + (" (accepted)" if row.waived else "")
        for row in findings
    ]
    return lines or ["Nothing is wrong."]


def _diff_lines(changes: Diff) -> list[str]:
    counts = changes.counts()
    head = ", ".join(f"{counts[kind]} {kind}" for kind in _KINDS)
    return [head, *(f"{row.kind:10} {row.show_code} {row.new or ''}" for row in changes.changes)]
