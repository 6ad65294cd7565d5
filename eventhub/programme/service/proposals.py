"""Ask the planner for a proposal, stop it, take it over as one batch or drop it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update

from eventhub.kernel import audit, clock, ids
from eventhub.kernel.db import command, db
from eventhub.kernel.errors import Invalid
from eventhub.programme import planner, queries
from eventhub.programme.enums import WindowKind
from eventhub.programme.errors import PlacementBlocked, UnknownProposal, UnknownStage
from eventhub.programme.models import OpeningWindow, PlanProposal, Stage
from eventhub.programme.planner import AUTOPLAN, REPAIR, Line, Proposal
from eventhub.programme.service.batch import Desk, Edit, Edited, SlotState, finding_json, run

LONGEST_S = 120
_STALE = timedelta(minutes=10)  # a job that runs so long has lost its process


@dataclass(frozen=True, slots=True, kw_only=True)
class AskPlan:
    """What the planner shall do; a stage and a day make it a repair."""

    event_id: int
    stage_id: int | None = None
    day: date | None = None
    seed: int = 1
    limit_s: int = planner.LIMIT_S
    actor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptProposal:
    """
    A proposal and which lines of it (by performance) are taken over; all when None.

    `closes` is the stage and operating day of a repair, which is closed with it.
    """

    event_id: int
    proposal: Proposal
    only: Collection[int] | None = None
    closes: tuple[int, date] | None = None
    actor: str = ""


def work_out(cmd: AskPlan, is_stopped: planner.Stop = lambda: False) -> Proposal:
    """
    Return what the planner proposes; writes nothing.

    Raises:
        UnknownStage: The event has no such stage.
    """
    event = queries.event_by_id(cmd.event_id)
    options: dict[str, Any] = {
        "seed": cmd.seed,
        "limit_s": cmd.limit_s,
        "is_stopped": is_stopped,
    }
    if cmd.stage_id is None or cmd.day is None:
        return planner.propose_unplaced(event, **options)
    _check_stage(cmd.event_id, cmd.stage_id)
    return planner.propose_repair(event, cmd.stage_id, cmd.day, **options)


@command
def ask_plan(cmd: AskPlan) -> str:
    """
    Let the planner work in the background; return the public id of the proposal to come.

    Raises:
        UnknownStage: The event has no such stage.

        Invalid: A limit that is not sensible.
    """
    if not 1 <= cmd.limit_s <= LONGEST_S:
        raise Invalid(fields={"limit_s": [_l("Give 1 to 120 seconds.")]})
    is_repair = cmd.stage_id is not None and cmd.day is not None
    if cmd.stage_id is not None:
        _check_stage(cmd.event_id, cmd.stage_id)
    row = PlanProposal(
        event_id=cmd.event_id,
        public_id=ids.new_public_id(),
        kind=REPAIR if is_repair else AUTOPLAN,
        state="waiting",
        params={"stage_id": cmd.stage_id, "day": cmd.day.isoformat() if cmd.day else None},
        seed=cmd.seed,
        limit_s=cmd.limit_s,
        created_at=clock.now(),
        created_by=cmd.actor,
    )
    db.session.add(row)
    db.session.flush()
    return row.public_id


def plan_waiting() -> int:
    """Work out every proposal that waits; the leader's job. Return how many."""
    count = 0
    while (claimed := _claim()) is not None:
        row_id, cmd = claimed
        try:
            content = planner.as_json(work_out(cmd, _Watch(row_id)))
        except Exception:
            _finish(row_id, None)
            raise
        _finish(row_id, content)
        count += 1
    return count


@command
def stop_plan(event_id: int, public_id: str) -> None:
    """Stop the planner, or drop what it proposes; raises UnknownProposal."""
    row = proposal_row(event_id, public_id)
    row.state = "stopped" if row.state in {"waiting", "running"} else "closed"
    row.done_at = row.done_at or clock.now()


@command
def accept_stored(
    event_id: int, public_id: str, only: Collection[int] | None, actor: str
) -> Edited:
    """
    Take over lines of a stored proposal as one batch; what is left stays open.

    Raises:
        UnknownProposal: None that is open.

        StaleEdit, SlotPinned, PlacementBlocked: As `accept_proposal`.
    """
    row = proposal_row(event_id, public_id)
    if row.state != "open" or row.content is None:
        raise UnknownProposal()
    proposal = planner.from_json(row.content)
    edited = accept_proposal(
        AcceptProposal(
            event_id=event_id,
            proposal=proposal,
            only=only,
            closes=closes(row.params),
            actor=actor,
        )
    )
    left = [line for line in proposal.lines if only is not None and line.performance_id not in only]
    row.content = planner.as_json(replace(proposal, lines=tuple(left)))
    if not any(_does_something(line) for line in left):
        row.state = "closed"
    row.done_at = clock.now()
    return edited


@command
def accept_proposal(cmd: AcceptProposal) -> Edited:
    """
    Write lines of a proposal as one batch, and close the stage that a repair is about.

    Raises:
        StaleEdit: Somebody has changed one of them since; nothing is written.

        SlotPinned: Somebody has pinned one of them.

        PlacementBlocked: Something else has changed so that a release would now be stopped.
    """
    lines = [
        line
        for line in cmd.proposal.lines
        if _does_something(line) and (cmd.only is None or line.performance_id in cmd.only)
    ]
    if cmd.closes:
        _close(cmd.event_id, *cmd.closes)

    def plan(desk: Desk) -> list[SlotState]:
        return [
            _moved(desk, one)
            for line in lines
            for one in (line, *(line.follow if line.now else ()))
        ]

    edited = run(Edit(event_id=cmd.event_id, actor=cmd.actor), cmd.proposal.kind, plan)
    stopping = [finding for finding in edited.added if finding.blocks_release]
    if stopping:
        raise PlacementBlocked(details={"findings": [finding_json(one) for one in stopping]})
    audit.record(
        "schedule.plan",
        f"batch:{edited.batch}",
        event_id=cmd.event_id,
        after={"shows": len(lines)},
    )
    return edited


def proposal_row(event_id: int, public_id: str) -> PlanProposal:
    """Return a stored proposal; raises UnknownProposal."""
    found = db.session.scalar(
        select(PlanProposal).where(
            PlanProposal.event_id == event_id, PlanProposal.public_id == public_id
        )
    )
    if found is None:
        raise UnknownProposal()
    return found


def closes(params: Mapping[str, Any]) -> tuple[int, date] | None:
    """Return the stage and day that a stored proposal repairs, None for an autoplan."""
    if not params.get("stage_id") or not params.get("day"):
        return None
    return int(params["stage_id"]), date.fromisoformat(params["day"])


def _does_something(line: Line) -> bool:
    return line.now is not None or (line.was is not None and not _was_not_tried(line))


def _was_not_tried(line: Line) -> bool:
    return any(stop.rule == "not_tried" for stop in line.stops)


def _moved(desk: Desk, line: Line) -> SlotState:
    slot = desk.movable(line.performance_id, line.row_version)
    if line.now is None:
        return replace(slot, stage_id=None, starts_at=None, ends_at=None)
    now = line.now
    return replace(slot, stage_id=now.stage_id, starts_at=now.starts_at, ends_at=now.ends_at)


def _close(event_id: int, stage_id: int, day: date) -> None:
    start, end = queries.event_by_id(event_id).day_bounds(day)
    known = select(OpeningWindow.id).where(
        OpeningWindow.stage_id == stage_id,
        OpeningWindow.kind == WindowKind.CLOSED,
        OpeningWindow.starts_at <= start,
        OpeningWindow.ends_at >= end,
    )
    if db.session.scalar(known.limit(1)) is None:
        db.session.add(
            OpeningWindow(
                event_id=event_id,
                stage_id=stage_id,
                starts_at=start,
                ends_at=end,
                kind=WindowKind.CLOSED,
            )
        )
        db.session.flush()


def _check_stage(event_id: int, stage_id: int) -> None:
    known = select(Stage.id).where(Stage.id == stage_id, Stage.event_id == event_id)
    if db.session.scalar(known) is None:
        raise UnknownStage()


@command
def _claim() -> tuple[int, AskPlan] | None:
    lost = (PlanProposal.state == "running") & (PlanProposal.done_at < clock.now() - _STALE)
    row = db.session.scalar(
        select(PlanProposal)
        .where((PlanProposal.state == "waiting") | lost)
        .order_by(PlanProposal.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if row is None:
        return None
    row.state = "running"
    row.done_at = clock.now()  # until it is done: since when it runs
    repair = closes(row.params)
    stage_id, day = repair or (None, None)
    return row.id, AskPlan(
        event_id=row.event_id,
        stage_id=stage_id,
        day=day,
        seed=row.seed,
        limit_s=row.limit_s,
        actor=row.created_by,
    )


class _Watch:
    """Tells whether somebody has stopped a proposal; looks once a second."""

    def __init__(self, row_id: int) -> None:
        self._row_id = row_id
        self._looked_at = clock.monotonic_s()
        self._is_stopped = False

    def __call__(self) -> bool:
        now = clock.monotonic_s()
        if now - self._looked_at >= 1 and not self._is_stopped:
            self._looked_at = now
            db.session.rollback()  # a new look at what others have written
            state = select(PlanProposal.state).where(PlanProposal.id == self._row_id)
            self._is_stopped = db.session.scalar(state) != "running"
        return self._is_stopped


@command
def _finish(row_id: int, content: dict[str, Any] | None) -> None:
    db.session.execute(
        update(PlanProposal)
        .where(PlanProposal.id == row_id, PlanProposal.state == "running")
        .values(
            state="failed" if content is None else "open",
            content=content,
            done_at=clock.now(),
        )
    )
