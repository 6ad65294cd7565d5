"""What the pages of the planner show: the proposals, and one of them line by line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from flask_babel import gettext as _

from eventhub.console.programme_words import rule_words
from eventhub.kernel.format import day_text, range_text
from eventhub.kernel.i18n import current_lang, pick
from eventhub.programme import planner, solver
from eventhub.programme import queries as programme
from eventhub.programme.planner import Line, Place, Proposal, Stopped
from eventhub.programme.queries import EventRow, GridSlot, StageRow
from eventhub.programme.queries.proposals import ProposalRow, proposals

WORKING = frozenset({"waiting", "running"})


class StopLine(NamedTuple):
    """What keeps a show from having a place, and when it does."""

    why: str
    windows: tuple[str, ...]


class ShownLine(NamedTuple):
    """One show of a proposal in words; `now` is empty when it has no place."""

    performance_id: int
    number: int
    title: str
    was: str
    now: str
    score: int
    parts: str
    stops: tuple[StopLine, ...]
    follow: tuple[str, ...]
    can_take: bool


def states() -> dict[str, str]:
    """Return the word of every state of a proposal."""
    return {
        "waiting": _("Waits"),
        "running": _("Being worked out"),
        "open": _("To decide"),
        "closed": _("Dealt with"),
        "stopped": _("Stopped"),
        "failed": _("Failed"),
    }


def list_context(event: EventRow) -> dict[str, Any]:
    """Return the values of `console/proposals.html`."""
    known = programme.stages(event.id)
    return {
        "rows": [(row, title(event, row, known)) for row in proposals(event.id)],
        "states": states(),
        "missing": solver.missing(),
        "extra_file": solver.FILE,
        "waiting_count": _waiting_count(event),
    }


def context(event: EventRow, row: ProposalRow) -> dict[str, Any]:
    """Return the values of `console/proposal.html`."""
    stages = programme.stages(event.id)
    proposal = planner.from_json(row.content) if row.content else None
    rows = {slot.performance_id: slot for slot in programme.working_grid(event)} if proposal else {}
    lines = _lines(event, proposal, rows, stages) if proposal else []
    return {
        "proposal": row,
        "title": title(event, row, stages),
        "states": states(),
        "is_working": row.state in WORKING,
        "is_repair": row.kind == planner.REPAIR,
        "placed": [line for line in lines if line.now],
        "without": [line for line in lines if not line.now],
        "pinned": [
            pick(rows[key].title) for key in (proposal.pinned if proposal else ()) if key in rows
        ],
        "missing": proposal.missing if proposal else "",
        "extra_file": solver.FILE,
        "is_cut": proposal.is_cut if proposal else False,
    }


def title(event: EventRow, row: ProposalRow, stages: list[StageRow]) -> str:
    """Return what a proposal is about."""
    if row.kind != planner.REPAIR:
        return _("Places for what has none")
    stage = next((one for one in stages if one.id == row.params.get("stage_id")), None)
    day = day_text(date.fromisoformat(row.params["day"]), current_lang())
    return _("%(stage)s closed on %(day)s", stage=pick(stage.name) if stage else "", day=day)


def _waiting_count(event: EventRow) -> int:
    return sum(
        1
        for row in programme.working_grid(event)
        if row.starts_at is None
        and row.kind == "show"
        and row.show_state not in ("cancelled", "withdrawn")
    )


def _lines(
    event: EventRow,
    proposal: Proposal,
    rows: Mapping[int, GridSlot],
    stages: list[StageRow],
) -> list[ShownLine]:
    names = {stage.id: pick(stage.name) for stage in stages}
    return [
        _line(event, line, rows, names) for line in proposal.lines if line.performance_id in rows
    ]


def _line(
    event: EventRow, line: Line, rows: Mapping[int, GridSlot], names: Mapping[int, str]
) -> ShownLine:
    row = rows[line.performance_id]
    words = _part_words()
    parts = " · ".join(
        f"{words[name]} {round(100 * value)}"
        for name, value in (line.parts or {}).items()
        if name in words
    )
    return ShownLine(
        performance_id=line.performance_id,
        number=row.public_no,
        title=pick(row.title),
        was=_place(event, line.was, names),
        now=_place(event, line.now, names),
        score=round(100 * line.score),
        parts=parts,
        stops=tuple(_stop(event, stop) for stop in line.stops),
        follow=tuple(
            f"{pick(rows[one.performance_id].title)}: {_place(event, one.now, names)}"
            for one in line.follow
            if one.performance_id in rows
        ),
        can_take=line.now is not None or line.was is not None,
    )


def _place(event: EventRow, place: Place | None, names: Mapping[int, str]) -> str:
    if place is None:
        return ""
    return " · ".join(
        part
        for part in (_span(event, place.starts_at, place.ends_at), names.get(place.stage_id or 0))
        if part
    )


def _span(event: EventRow, start: datetime, end: datetime) -> str:
    day = event.operating_day(start)
    return f"{day_text(day, current_lang())} {range_text(start, end, event.zone)}"


def _stop(event: EventRow, stop: Stopped) -> StopLine:
    words = rule_words() | {
        "too_small": _("No stage is large enough"),
        "no_gap": _("No free time that is long enough"),
        "not_tried": _("The time was up before this one"),
    }
    windows = tuple(_span(event, start, end) for start, end in stop.windows)
    return StopLine(words.get(stop.rule, stop.rule), windows)


def _part_words() -> dict[str, str]:
    return {
        "near": _("close to before"),
        "fit": _("size"),
        "slack": _("room around"),
        "preferred": _("wished time"),
        "travel": _("short ways"),
    }
