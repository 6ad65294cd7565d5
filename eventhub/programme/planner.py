"""
Proposals for the working copy: repair a closed stage, place what has no place.

Only reads. `service.accept_proposal` writes what a person takes over.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from eventhub.kernel import clock
from eventhub.programme import queries, solver
from eventhub.programme.enums import PerformanceKind
from eventhub.programme.queries import EventRow, GridSlot
from eventhub.programme.rules.facts import OFF_STATES, OFF_STATUSES, Facts, Item, Window, instant
from eventhub.programme.rules.replan import NOT_TRIED, Plan, Step, Task, broken_by, replan

REPAIR: Final = "repair"
AUTOPLAN: Final = "autoplan"
LIMIT_S: Final = 30


@dataclass(frozen=True, slots=True)
class Place:
    """Stage and time of a performance."""

    stage_id: int | None
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Stopped:
    """A rule, or why else, that keeps a show from having a place, and when it does."""

    rule: str
    windows: tuple[tuple[datetime, datetime], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One performance of a proposal; `now` None: it has no place, `stops` say why."""

    performance_id: int
    row_version: int
    was: Place | None
    now: Place | None
    score: float = 0.0
    parts: Mapping[str, float] | None = None
    stops: tuple[Stopped, ...] = ()
    follow: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """
    What the planner proposes.

    `pinned` stay although they can not; `missing` names a library without
    which only first fit was tried; `is_cut`: the time was up before the end.
    """

    kind: str
    lines: tuple[Line, ...]
    pinned: tuple[int, ...] = ()
    method: str = "greedy"
    missing: str = ""
    is_cut: bool = False


Stop = Callable[[], bool]


def propose_repair(
    event: EventRow,
    stage_id: int,
    day: date,
    *,
    seed: int = 1,
    limit_s: float = LIMIT_S,
    is_stopped: Stop = lambda: False,
) -> Proposal:
    """
    Return other places for everything on a stage that is closed for an operating day.

    Nothing else moves. What is pinned is named and stays.
    """
    rows = {row.performance_id: row for row in queries.working_grid(event)}
    start, end = (int(at.timestamp()) for at in event.day_bounds(day))
    facts = queries.facts(event)
    closed = Window("closed", start, end, stage_id=stage_id)
    facts = replace(facts, windows=[*facts.windows, closed])
    hit = [
        item
        for item in facts.items
        if item.stage_id == stage_id
        and item.start_s is not None
        and item.end_s is not None
        and item.start_s < end
        and item.end_s > start
        and _takes_place(item, facts)
    ]
    pinned = tuple(item.id for item in hit if rows[item.id].is_pinned)
    tasks = _tasks(facts, [item for item in hit if item.id not in pinned], rows, event)
    plan, is_cut = _plan(event, facts, tasks, seed, limit_s, is_stopped)
    return _proposal(REPAIR, plan, rows, pinned, is_cut=is_cut)


def propose_unplaced(
    event: EventRow,
    *,
    seed: int = 1,
    limit_s: float = LIMIT_S,
    is_stopped: Stop = lambda: False,
) -> Proposal:
    """Return places for all shows that have none; nothing that stands moves."""
    rows = {row.performance_id: row for row in queries.working_grid(event)}
    facts = queries.facts(event)
    waiting = [
        item
        for item in facts.items
        if item.start_s is None and item.kind == PerformanceKind.SHOW and _takes_place(item, facts)
    ]
    tasks = _tasks(facts, waiting, rows, event)
    plan, is_cut = _plan(event, facts, tasks, seed, limit_s, is_stopped)
    return _proposal(AUTOPLAN, plan, rows, (), is_cut=is_cut)


def as_json(proposal: Proposal) -> dict[str, Any]:
    """Return a proposal as JSON values."""
    values: dict[str, Any] = _plain(asdict(proposal))
    return values


def from_json(values: Mapping[str, Any]) -> Proposal:
    """Return the proposal that `as_json` wrote."""
    lines = tuple(_line_from(line) for line in values["lines"])
    return Proposal(**{**values, "lines": lines, "pinned": tuple(values["pinned"])})


def _takes_place(item: Item, facts: Facts) -> bool:
    return item.status not in OFF_STATUSES and facts.shows[item.show_id].state not in OFF_STATES


def _tasks(
    facts: Facts, items: Sequence[Item], rows: Mapping[int, GridSlot], event: EventRow
) -> list[Task]:
    """Return tasks; rehearsals and the like of an item go with it unless they are pinned."""
    chosen = {item.id for item in items}
    broken = broken_by(facts, queries.settings(event.id)) if items else {}
    found = []
    for item in items:
        if item.for_id in chosen:
            continue
        followers = tuple(
            one
            for one in facts.items
            if one.for_id == item.id and one.start_s is not None and not rows[one.id].is_pinned
        )
        mine = [one for each in (item, *followers) for one in broken.get(each.uuid, ())]
        bearable = frozenset(one.rule for one in mine if not one.blocks_release)
        minutes = rows[item.id].minutes
        found.append(Task(item, minutes, followers, bearable if item.start_s else frozenset()))
    return found


def _plan(
    event: EventRow,
    facts: Facts,
    tasks: Sequence[Task],
    seed: int,
    limit_s: float,
    is_stopped: Stop,
) -> tuple[Plan, bool]:
    until = clock.monotonic_s() + limit_s
    plan = replan(
        facts,
        tasks,
        settings=queries.settings(event.id),
        choose=solver.chooser(seed=seed, limit_s=limit_s / 2) if tasks else None,
        seed=seed,
        is_over=lambda: clock.monotonic_s() > until or is_stopped(),
    )
    is_cut = any(stop.rule == NOT_TRIED for step in plan.steps for stop in step.stops)
    return plan, is_cut


def _proposal(
    kind: str,
    plan: Plan,
    rows: Mapping[int, GridSlot],
    pinned: tuple[int, ...],
    *,
    is_cut: bool,
) -> Proposal:
    return Proposal(
        kind=kind,
        lines=tuple(_line(step, rows) for step in plan.steps),
        pinned=pinned,
        method=plan.method,
        missing=solver.missing(),
        is_cut=is_cut,
    )


def _line(step: Step, rows: Mapping[int, GridSlot]) -> Line:
    item = step.task.item
    followers = step.task.followers if step.items else ()
    return Line(
        performance_id=item.id,
        row_version=rows[item.id].row_version,
        was=_place(item),
        now=_place(step.items[0]) if step.items else None,
        score=step.score,
        parts=step.parts,
        stops=tuple(
            Stopped(stop.rule, tuple((instant(a), instant(b)) for a, b in stop.windows))
            for stop in step.stops
        ),
        follow=tuple(
            Line(
                performance_id=one.id,
                row_version=rows[one.id].row_version,
                was=_place(one),
                now=_place(there),
            )
            for one, there in zip(followers, step.items[1:], strict=True)
            if _place(one) != _place(there)
        ),
    )


def _place(item: Item) -> Place | None:
    if item.start_s is None or item.end_s is None:
        return None
    return Place(item.stage_id, instant(item.start_s), instant(item.end_s))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value


def _line_from(values: Mapping[str, Any]) -> Line:
    return Line(
        **{
            **values,
            "was": _place_from(values["was"]),
            "now": _place_from(values["now"]),
            "stops": tuple(
                Stopped(
                    stop["rule"],
                    tuple((_at(start), _at(end)) for start, end in stop["windows"]),
                )
                for stop in values["stops"]
            ),
            "follow": tuple(_line_from(line) for line in values["follow"]),
        }
    )


def _place_from(values: Mapping[str, Any] | None) -> Place | None:
    if values is None:
        return None
    return Place(values["stage_id"], _at(values["starts_at"]), _at(values["ends_at"]))


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)
