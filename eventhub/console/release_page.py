"""What the page before a release shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from flask_babel import gettext as _

from eventhub.console import programme_words as words
from eventhub.console.programme_page import kind_of
from eventhub.kernel.format import stamp
from eventhub.kernel.i18n import pick
from eventhub.programme import queries as programme
from eventhub.programme import service
from eventhub.programme.enums import ChangeKind, ConflictRule
from eventhub.programme.queries import Change, EventRow, Finding, StageRow


class ChangeLine(NamedTuple):
    """One change in words: what it was and what it becomes."""

    kind: str
    word: str
    title: str
    old: str
    new: str


class FindingLine(NamedTuple):
    """One finding in words."""

    kind: str
    title: str
    text: str


def context(event: EventRow) -> dict[str, Any]:
    """Return the values of `console/programme_release.html`: the dry run of a release."""
    preview = service.preview_release(event.id)
    stages = programme.stages(event.id)
    return {
        "release": programme.released(event.id),
        "blocking": [_finding(one) for one in preview.blocking],
        "findings": [
            _finding(one) for one in preview.findings if not one.waived and kind_of(one) != "stop"
        ],
        "changes": [_change(event, stages, one) for one in preview.diff.changes],
        "touched": len(preview.diff.performance_ids()),
        "told": preview.parties,
        "people": sum(
            int(one.measure.get("people", 0))
            for one in preview.findings
            if one.rule == ConflictRule.SOLD_AND_MOVED
        ),
    }


def _finding(finding: Finding) -> FindingLine:
    title = words.rule_words().get(finding.rule, finding.rule)
    return FindingLine(kind_of(finding), title, pick(finding.message))


def _change(event: EventRow, stages: Sequence[StageRow], change: Change) -> ChangeLine:
    return ChangeLine(
        kind=change.kind,
        word=words.change_words().get(change.kind, change.kind),
        title=pick(change.title),
        old=_side(event, stages, change.kind, change.old),
        new=_side(event, stages, change.kind, change.new),
    )


def _side(
    event: EventRow, stages: Sequence[StageRow], kind: str, values: Mapping[str, Any] | None
) -> str:
    """Return one side of a change: day, time and stage, a length, or a title."""
    if not values:
        return ""
    if kind == ChangeKind.RETITLED:
        return pick(values["title"])
    if kind == ChangeKind.RESIZED:
        return _("%(minutes)s min", minutes=values["minutes"])
    if "start" not in values:
        return ""
    start = datetime.fromisoformat(values["start"])
    stage = next((stage for stage in stages if stage.slug == values["stage"]), None)
    return " · ".join(
        part for part in (stamp(start, event.zone), pick(stage.name) if stage else "") if part
    )
