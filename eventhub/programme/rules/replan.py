"""
Places for several performances at once: after a stage closes, or for all without a place.

First fit, hardest first, always works. A chooser (the solver, where it is
installed) may find a better combination; its choice is checked with the same
rules and taken only when it is better. Whatever else stands in the plan stays.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from eventhub.programme.enums import ConflictRule
from eventhub.programme.rules import conflicts
from eventhub.programme.rules.conflicts import Finding, Setting
from eventhub.programme.rules.conflicts.spans import Span, merged
from eventhub.programme.rules.facts import Facts, Item
from eventhub.programme.rules.suggest import Scene, Try, opening

_MINUTE = 60
_DAY_S = 86_400
_OPTIONS_MAX = 60  # places of one performance that a chooser looks at
_CHOSEN_MAX = 150  # performances that a chooser gets at once
_NEAR = 0.6  # share of the score that staying close to the old time is worth
_TRIES_EXPLAINED = 240
_STOPS_TOLD, _WINDOWS_TOLD = 4, 6
TOO_SMALL: Final = "too_small"  # every stage holds fewer people
NO_GAP: Final = "no_gap"  # nothing that is open and free is long enough
NOT_TRIED: Final = "not_tried"  # the time was up


@dataclass(frozen=True, slots=True)
class Task:
    """
    A performance to be placed.

    `followers` hang on it and move with it; `bearable` are rules that it breaks
    already and that stop nothing. An item with times is where it can not stay.
    """

    item: Item
    minutes: int
    followers: tuple[Item, ...] = ()
    bearable: frozenset[ConflictRule] = frozenset()


@dataclass(frozen=True, slots=True)
class Option:
    """One place of one task; `pause_s` is kept free behind it on the stage."""

    stage_id: int
    start_s: int
    end_s: int
    pause_s: int
    score: float
    party_ids: frozenset[int]
    may_overlap: bool


@dataclass(frozen=True, slots=True)
class Stop:
    """Why a task has no place: a rule or one of the words above, and when it stands in the way."""

    rule: str
    count: int
    windows: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a proposal; `items` are the performance and its followers where they go."""

    task: Task
    items: tuple[Item, ...] = ()
    score: float = 0.0
    parts: Mapping[str, float] | None = None
    stops: tuple[Stop, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What is proposed; `method` is greedy or solver, whichever was better."""

    steps: tuple[Step, ...]
    method: str
    facts: Facts


# options per task -> index of the option per task, None where it gets no place
Chooser = Callable[[Sequence[Sequence[Option]], Sequence[int | None]], Sequence[int | None]]


def replan(
    facts: Facts,
    tasks: Sequence[Task],
    *,
    settings: Mapping[ConflictRule, Setting],
    choose: Chooser | None = None,
    seed: int = 1,
    is_over: Callable[[], bool] = lambda: False,
) -> Plan:
    """
    Return a place for every task that can have one, and why the others can not.

    The same arguments give the same plan, unless `is_over` cuts it short.

    Args:
        facts: The version, with the tasks where they stand now.

        tasks: What is to be placed; everything else is fixed.

        settings: Severity per rule.

        choose: Finds a better combination than first fit.

        seed: Decides between tasks that are equally hard.

        is_over: Asked before each task; those not tried by then stay as they are.
    """
    moving = {one.id for task in tasks for one in (task.item, *task.followers)}
    rest = replace(facts, items=[item for item in facts.items if item.id not in moving])
    ordered = _hardest_first(tasks, rest, settings, seed)
    best = _first_fit(rest, ordered, settings, {}, is_over)
    method = "greedy"
    if choose is not None and not is_over():
        wished = _chosen(rest, ordered, settings, best, choose, is_over)
        other = _first_fit(rest, ordered, settings, wished, is_over)
        if _worth(other) > _worth(best):
            best, method = other, "solver"
    steps, after = best
    told = [_explained(step, after, settings, is_over) for step in steps]
    by_id = {step.task.item.id: step for step in told}
    return Plan(tuple(by_id[task.item.id] for task in tasks), method, after)


def stopping(facts: Facts, settings: Mapping[ConflictRule, Setting]) -> set[str]:
    """Return the names of what would stop a release."""
    found = conflicts.check(facts, settings=settings)
    return {one.fingerprint for one in found if one.blocks_release}


_Fitted = tuple[list[Step], Facts]


def _worth(fitted: _Fitted) -> tuple[int, float]:
    steps = fitted[0]
    placed = sum(1 for step in steps if step.items)
    return placed, round(sum(step.score for step in steps), 4)


def _hardest_first(
    tasks: Sequence[Task], rest: Facts, settings: Mapping[ConflictRule, Setting], seed: int
) -> list[Task]:
    rng = random.Random(seed)  # noqa: S311 - no secret, and the same each time
    keyed = []
    for task in sorted(tasks, key=lambda task: task.item.id):
        scene = Scene(rest, task.item, settings, task.followers)
        count = sum(1 for _ in scene.tries(task.minutes * _MINUTE, task.item.start_s))
        keyed.append(((count, -task.minutes, rng.random()), task))
    return [task for _key, task in sorted(keyed, key=lambda row: row[0])]


def _first_fit(
    rest: Facts,
    tasks: Sequence[Task],
    settings: Mapping[ConflictRule, Setting],
    wished: Mapping[int, Span],
    is_over: Callable[[], bool],
) -> _Fitted:
    """Place one after the other, each at its wished stage and start if that is free."""
    steps, now = [], rest
    for task in tasks:
        if is_over():
            steps.append(Step(task, stops=(Stop(NOT_TRIED, 0, ()),)))
            continue
        scene = Scene(now, task.item, settings, task.followers)
        wish = wished.get(task.item.id)
        ranked = sorted(
            _ranked(scene, task), key=lambda row: (row[1].stage.id, row[1].start_s) != wish
        )
        step = Step(task)
        for score, row in ranked:
            if scene.is_free(row, task.bearable):
                items = tuple(scene.placed(row))
                now = replace(now, items=[*now.items, *items])
                step = Step(task, items, score, _parts(task, row))
                break
        steps.append(step)
    return steps, now


def _chosen(
    rest: Facts,
    tasks: Sequence[Task],
    settings: Mapping[ConflictRule, Setting],
    fitted: _Fitted,
    choose: Chooser,
    is_over: Callable[[], bool],
) -> dict[int, Span]:
    """Return stage and start that the chooser wants, by item."""
    found: dict[int, Span] = {}
    placed = {step.task.item.id: step.items[0] for step in fitted[0] if step.items}
    longest_s = max((rest.shows[t.item.show_id].changeover_before_min for t in tasks), default=0)
    for at in range(0, len(tasks), _CHOSEN_MAX):
        part = tasks[at : at + _CHOSEN_MAX]
        options = [_options(rest, task, settings, longest_s * _MINUTE, is_over) for task in part]
        hints = [
            _index_of(placed.get(task.item.id), mine)
            for task, mine in zip(part, options, strict=True)
        ]
        for task, mine, index in zip(part, options, choose(options, hints), strict=True):
            if index is not None:
                found[task.item.id] = (mine[index].stage_id, mine[index].start_s)
        # what this part got is taken for the next one
        items = [
            replace(
                task.item,
                stage_id=found[task.item.id][0],
                start_s=found[task.item.id][1],
                end_s=found[task.item.id][1] + task.minutes * _MINUTE,
            )
            for task in part
            if task.item.id in found
        ]
        rest = replace(rest, items=[*rest.items, *items])
    return found


def _options(
    rest: Facts,
    task: Task,
    settings: Mapping[ConflictRule, Setting],
    before_s: int,
    is_over: Callable[[], bool],
) -> list[Option]:
    scene = Scene(rest, task.item, settings, task.followers)
    show = rest.shows[task.item.show_id]
    found: list[Option] = []
    for score, row in _ranked(scene, task):
        if len(found) == _OPTIONS_MAX or is_over():
            break
        if scene.is_free(row, task.bearable):
            after_s = max(row.stage.min_changeover_min, show.changeover_after_min) * _MINUTE
            found.append(
                Option(
                    row.stage.id,
                    row.start_s,
                    row.end_s,
                    max(after_s, before_s),
                    score,
                    frozenset(scene.party_ids),
                    row.stage.allow_overlap,
                )
            )
    return found


def _index_of(item: Item | None, options: Sequence[Option]) -> int | None:
    if item is None:
        return None
    at = (item.stage_id, item.start_s)
    return next((n for n, one in enumerate(options) if (one.stage_id, one.start_s) == at), None)


def _ranked(scene: Scene, task: Task) -> list[tuple[float, Try]]:
    """Return the places of a task, best first; one that had a place wants to stay near it."""
    found = [
        (_score(task, row), row)
        for row in scene.tries(task.minutes * _MINUTE, task.item.start_s)
        if (row.stage.id, row.start_s) != (task.item.stage_id, task.item.start_s)
    ]
    found.sort(key=lambda pair: (-pair[0], pair[1].start_s, pair[1].stage.id))
    return found


def _score(task: Task, row: Try) -> float:
    if task.item.start_s is None:
        return row.score
    return round(_NEAR * _nearness(task, row) + (1 - _NEAR) * row.score, 4)


def _nearness(task: Task, row: Try) -> float:
    return max(0.0, 1.0 - abs(row.start_s - (task.item.start_s or 0)) / _DAY_S)


def _parts(task: Task, row: Try) -> dict[str, float]:
    if task.item.start_s is None:
        return row.parts
    return {"near": round(_nearness(task, row), 3), **row.parts}


def _explained(
    step: Step,
    after: Facts,
    settings: Mapping[ConflictRule, Setting],
    is_over: Callable[[], bool],
) -> Step:
    """Add to a task without a place what stops it, most frequent first."""
    if step.items or step.stops or is_over():
        return step
    task = step.task
    show = after.shows[task.item.show_id]
    stages = [one for one in after.stages.values() if one.id != task.item.stage_id]
    expected = show.expected_audience or 0
    wide = [one for one in stages if not one.capacity or one.capacity >= expected]
    if not wide:
        return replace(step, stops=(Stop(TOO_SMALL, len(stages), ()),))
    scene = Scene(after, task.item, settings, task.followers)
    rows = list(_anywhere(scene, task, after, {one.id for one in wide}))
    counts: Counter[str] = Counter()
    spans: dict[str, list[Span]] = defaultdict(list)
    for row in rows[:: len(rows) // _TRIES_EXPLAINED + 1]:
        rules = {one.rule for one in scene.findings(row) if one.rule not in task.bearable}
        for rule in rules:
            counts[rule] += 1
            spans[rule].append((row.start_s, row.end_s))
    if not counts:
        open_spans = merged(span for one in wide for span in opening(after, one))
        return replace(step, stops=(Stop(NO_GAP, len(wide), tuple(open_spans[:_WINDOWS_TOLD])),))
    stops = (
        Stop(str(rule), count, tuple(merged(spans[rule])[:_WINDOWS_TOLD]))
        for rule, count in sorted(counts.items(), key=lambda row: (-row[1], row[0]))[:_STOPS_TOLD]
    )
    return replace(step, stops=tuple(stops))


def _anywhere(scene: Scene, task: Task, facts: Facts, stage_ids: set[int]) -> Iterator[Try]:
    """Yield every half hour within opening hours, free or not."""
    length_s = task.minutes * _MINUTE
    for stage_id in sorted(stage_ids):
        stage = facts.stages[stage_id]
        for span in opening(facts, stage):
            for start_s in range(span[0], span[1] - length_s + 1, 30 * _MINUTE):
                yield Try(stage, start_s, start_s + length_s, span, 0.0, {})


def broken_by(facts: Facts, settings: Mapping[ConflictRule, Setting]) -> dict[str, list[Finding]]:
    """Return the findings of each item, by its uuid."""
    found: dict[str, list[Finding]] = defaultdict(list)
    for one in conflicts.check(facts, settings=settings):
        for subject in one.subjects:
            kind, _, uuid = subject.partition(":")
            if kind == "performance":
                found[uuid].append(one)
    return found
