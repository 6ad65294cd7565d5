"""JSON that API and commands share: slots, findings, differences, places, proposals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from eventhub.kernel.i18n import pick
from eventhub.programme import queries, service
from eventhub.programme.enums import ConflictRule
from eventhub.programme.planner import Line, Place, Proposal
from eventhub.programme.queries import EventRow, GridSlot
from eventhub.programme.rules.conflicts import Finding, Setting
from eventhub.programme.rules.diff import Diff
from eventhub.programme.rules.suggest import Suggestion
from eventhub.programme.service import Edited, ReleasePreview, SlotState

Data = dict[str, Any]
_MOST_NAMED = 5_000  # names in one statement; SQLite takes at most 32,766


def slot_data(row: GridSlot, stages: Mapping[int, str]) -> Data:
    """Return a performance as the working copy has it; times in UTC."""
    return {
        **_named(row),
        "minutes": row.minutes,
        **_standing(row, stages),
        "version": row.row_version,
        "updated_by": row.updated_by,
    }


def edited_data(event: EventRow, done: Edited) -> Data:
    """Return what a batch did, or would do: slots after it, findings that it adds and solves."""
    keys = [slot.performance_id for slot in done.slots]
    stages = stage_slugs(event.id)
    few = keys if len(keys) <= _MOST_NAMED else None
    rows = {row.performance_id: row for row in queries.working_grid(event, ids=few)}
    return {
        "batch": done.batch or None,
        "slots": [
            _state_data(rows[slot.performance_id], slot, stages)
            for slot in done.slots
            if slot.performance_id in rows  # a copy that was taken back is no more
        ],
        "added": [finding_data(row) for row in done.added],
        "removed": [finding_data(row) for row in done.removed],
    }


def finding_data(row: Finding) -> Data:
    """Return a finding; `message` is English, `messages` has both languages."""
    data = service.finding_json(row)
    return data | {"message": pick(row.message, "en"), "messages": row.message}


def findings_data(findings: Sequence[Finding], rules: Sequence[ConflictRule] | None) -> Data:
    """Return findings and how many there are by rule, zeros included."""
    counts = Counter(row.rule for row in findings)
    return {
        "findings": [finding_data(row) for row in findings],
        "counts": {rule.value: counts[rule] for rule in rules or ConflictRule},
    }


def rules_named(names: str) -> tuple[list[ConflictRule] | None, list[str]]:
    """Return the rules with these names (None: no names, so all) and the names of no rule."""
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    known = {rule.value: rule for rule in ConflictRule}
    unknown = [name for name in wanted if name not in known]
    return [known[name] for name in wanted if name in known] or None, unknown


def rules_data(found: Mapping[ConflictRule, Setting]) -> list[Data]:
    """Return the rules with severity and numbers."""
    return [
        {"rule": rule.value, "severity": setting.severity.value, "params": dict(setting.params)}
        for rule, setting in found.items()
    ]


def release_data(preview: ReleasePreview, name: str, *, based_on: str, is_out: bool) -> Data:
    """Return what a release says, or would say."""
    return {
        "name": name,
        "released": is_out,
        "based_on": based_on,
        **diff_data(preview.diff),
        "findings": [finding_data(row) for row in preview.findings],
        "blocking": [row.fingerprint for row in preview.blocking],
        "told": {"parties": preview.parties},
    }


def diff_data(changes: Diff) -> Data:
    """Return what changes between two versions, counts by kind first."""
    return {
        **changes.counts(),
        "changes": [
            {
                "performance": row.uuid,
                "show": row.show_code,
                "title": row.title,
                "kind": row.kind.value,
                "old": row.old,
                "new": row.new,
            }
            for row in changes.changes
        ],
    }


def suggestions_data(event: EventRow, found: Iterable[Suggestion]) -> list[Data]:
    """Return places with their scores; times in the event's zone."""
    stages = stage_slugs(event.id)
    return [
        {
            "stage": stages[slot.stage_id],
            "starts_at": slot.starts_at.astimezone(event.zone).isoformat(),
            "ends_at": slot.ends_at.astimezone(event.zone).isoformat(),
            "score": slot.score,
            "parts": slot.parts,
        }
        for slot in found
    ]


def proposal_data(event: EventRow, proposal: Proposal) -> list[Data]:
    """Return the lines of a proposal, then what is pinned and stays; times in the event's zone."""
    lines = [*proposal.lines, *(one for line in proposal.lines for one in line.follow)]
    keys = [*(line.performance_id for line in lines), *proposal.pinned]
    rows = {row.performance_id: row for row in queries.working_grid(event, ids=keys)}
    stages = stage_slugs(event.id)
    data = [_line_data(event, line, rows, stages) for line in proposal.lines]
    data += [
        {**_head(rows[key]), "was": None, "now": None, "reason": "pinned"}
        for key in proposal.pinned
    ]
    return data


def stage_slugs(event_id: int) -> dict[int, str]:
    """Return the slugs of all stages by id."""
    return {stage.id: stage.slug for stage in queries.stages(event_id)}


def _named(row: GridSlot) -> Data:
    return {
        "performance": row.public_no,
        "uuid": row.uuid,
        "show": row.show_code,
        "kind": row.kind,
        "title": row.title,
    }


def _standing(slot: GridSlot | SlotState, stages: Mapping[int, str]) -> Data:
    return {
        "stage": stages.get(slot.stage_id or 0),
        "starts_at": slot.starts_at.isoformat() if slot.starts_at else None,
        "ends_at": slot.ends_at.isoformat() if slot.ends_at else None,
        "status": str(slot.status),
        "pinned": slot.is_pinned,
    }


def _state_data(row: GridSlot, slot: SlotState, stages: Mapping[int, str]) -> Data:
    minutes = int(slot.length.total_seconds() // 60) if slot.length else row.minutes
    return {
        **_named(row),
        "minutes": minutes,
        **_standing(slot, stages),
        "version": slot.row_version,
        "updated_by": slot.updated_by,
    }


def _head(row: GridSlot) -> Data:
    return {"performance": row.uuid, "show": row.show_code, "title": row.title}


def _line_data(
    event: EventRow, line: Line, rows: Mapping[int, GridSlot], stages: Mapping[int, str]
) -> Data:
    return {
        **_head(rows[line.performance_id]),
        "was": _place_data(event, line.was, stages),
        "now": _place_data(event, line.now, stages),
        "reason": "stage_closed" if line.was else "unplaced",
        "score": line.score,
        "parts": dict(line.parts or {}),
        "stops": [
            {
                "rule": stop.rule,
                "windows": [_span(event, window) for window in stop.windows],
            }
            for stop in line.stops
        ],
        "moves_with": [_line_data(event, one, rows, stages) for one in line.follow],
    }


def _place_data(event: EventRow, place: Place | None, stages: Mapping[int, str]) -> Data | None:
    if place is None:
        return None
    start, end = _span(event, (place.starts_at, place.ends_at))
    return {"stage": stages.get(place.stage_id or 0, ""), "starts_at": start, "ends_at": end}


def _span(event: EventRow, window: Sequence[Any]) -> list[str]:
    return [at.astimezone(event.zone).isoformat() for at in window]
