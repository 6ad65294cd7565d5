"""Rules about one stage: overlap, changeover, opening, curfew, name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from eventhub.programme.enums import ConflictRule
from eventhub.programme.rules.conflicts import spans
from eventhub.programme.rules.conflicts.finding import Hit
from eventhub.programme.rules.conflicts.spans import Span, performance
from eventhub.programme.rules.conflicts.texts import say
from eventhub.programme.rules.facts import Facts, Placed, StageFacts

_PREPARATIONS = frozenset({"rehearsal", "soundcheck", "load_in"})
_MINUTE = 60


def stage_overlap(facts: Facts, _params: Mapping[str, float]) -> Iterator[Hit]:
    """Find items that are on one stage at once, where the stage allows no overlap (C1)."""
    for stage_id, rows in facts.by_stage.items():
        stage = facts.stages[stage_id]
        if stage.allow_overlap:
            continue
        for a, b in spans.overlapping(rows):
            start_s, end_s = b.start_s, min(a.end_s, b.end_s)
            yield _pair(
                facts, ConflictRule.STAGE_OVERLAP, stage, a, b, (start_s, end_s),
                minutes=spans.minutes(end_s - start_s),
            )  # fmt: skip


def changeover(facts: Facts, _params: Mapping[str, float]) -> Iterator[Hit]:
    """Find items that follow the one before too soon; not within one bill (C2)."""
    for stage_id, rows in facts.by_stage.items():
        stage = facts.stages[stage_id]
        if stage.allow_overlap:
            continue
        for a, b in spans.followers(rows):
            gap_s = b.start_s - a.end_s
            needed = _changeover_min(facts, stage, a, b)
            if gap_s < needed * _MINUTE and not _one_act(facts, a, b):
                yield _pair(
                    facts, ConflictRule.CHANGEOVER, stage, a, b, (a.end_s, b.start_s),
                    gap=spans.minutes(gap_s), needed=needed,
                )  # fmt: skip


def stage_closed(facts: Facts, _params: Mapping[str, float]) -> Iterator[Hit]:
    """Find items outside the opening windows of their stage or venue (C6)."""
    windows = _Windows(facts)
    for stage_id, rows in facts.by_stage.items():
        stage = facts.stages[stage_id]
        for row in rows:
            if windows.is_closed(stage, row):
                yield _single(facts, ConflictRule.STAGE_CLOSED, stage, row, {})


def curfew(facts: Facts, params: Mapping[str, float]) -> Iterator[Hit]:
    """Find items that sound into a curfew, with the overrun that is allowed for (C7)."""
    windows = _Windows(facts)
    overrun_s = int(params["overrun_min"]) * _MINUTE
    for stage_id, rows in facts.by_stage.items():
        stage = facts.stages[stage_id]
        quiet = windows.of(stage, "curfew")
        for row in rows if quiet else ():
            late = spans.common((row.start_s, row.end_s + overrun_s), quiet)
            if late:
                yield _single(
                    facts, ConflictRule.CURFEW, stage, row, {"minutes": spans.minutes(late)}
                )


def duplicate_stage_name(facts: Facts, _params: Mapping[str, float]) -> Iterator[Hit]:
    """Find stages of one venue that share a public name in one language (C15)."""
    named: dict[tuple[int, str, str], list[StageFacts]] = defaultdict(list)
    for stage in facts.stages.values():
        for lang, name in stage.name.items():
            if name.strip():
                named[stage.venue_id, lang, name.strip().casefold()].append(stage)
    told: set[tuple[str, ...]] = set()
    for same in named.values():
        subjects = tuple(sorted(f"stage:{stage.uuid}" for stage in same))
        if len(same) > 1 and subjects not in told:
            told.add(subjects)
            message = say("duplicate_stage_name", a=same[0].name)
            yield Hit(ConflictRule.DUPLICATE_STAGE_NAME, subjects, (), message, {})


class _Windows:
    """Opening windows by place and kind, merged."""

    def __init__(self, facts: Facts) -> None:
        found: dict[tuple[str, int | None, int | None], list[Span]] = defaultdict(list)
        for window in facts.windows:
            key = (window.kind, window.venue_id, window.stage_id)
            found[key].append((window.start_s, window.end_s))
        self._spans = {key: spans.merged(rows) for key, rows in found.items()}
        self._usable: dict[tuple[int | None, int | None], list[Span]] = {}

    def of(self, stage: StageFacts, kind: str) -> list[Span]:
        """Return windows of a kind of the stage and its venue together."""
        return spans.merged([*self._at(kind, None, stage.id), *self._at(kind, stage.venue_id)])

    def is_closed(self, stage: StageFacts, row: Placed) -> bool:
        """Tell whether an item is not wholly within open windows, or touches a closed one."""
        span = (row.start_s, row.end_s)
        prepares = row.item.kind in _PREPARATIONS
        for venue_id, stage_id in ((None, stage.id), (stage.venue_id, None)):
            if spans.common(span, self._at("closed", venue_id, stage_id)):
                return True
            is_open = self._at("open", venue_id, stage_id)
            if is_open and prepares:
                is_open = self._with_load_in(venue_id, stage_id)
            if is_open and not spans.covered(span, is_open):
                return True
        return False

    def _with_load_in(self, venue_id: int | None, stage_id: int | None) -> list[Span]:
        key = (venue_id, stage_id)
        if key not in self._usable:
            load_in = self._at("load_in", venue_id, stage_id)
            self._usable[key] = spans.merged([*self._at("open", venue_id, stage_id), *load_in])
        return self._usable[key]

    def _at(self, kind: str, venue_id: int | None, stage_id: int | None = None) -> list[Span]:
        return self._spans.get((kind, venue_id, stage_id), [])


def _changeover_min(facts: Facts, stage: StageFacts, a: Placed, b: Placed) -> int:
    return max(
        facts.shows[a.show_id].changeover_after_min,
        facts.shows[b.show_id].changeover_before_min,
        stage.min_changeover_min,
    )


def _one_act(facts: Facts, a: Placed, b: Placed) -> bool:
    """Tell whether two items are one bill, or a preparation and what it prepares."""
    bill = facts.shows[a.show_id].bill
    is_one_bill = bill is not None and bill == facts.shows[b.show_id].bill
    return is_one_bill or a.item.for_id == b.id or b.item.for_id == a.id


def _pair(
    facts: Facts,
    rule: ConflictRule,
    stage: StageFacts,
    a: Placed,
    b: Placed,
    span: Span,
    **measure: int,
) -> Hit:
    titles = {"a": spans.title(facts, a), "b": spans.title(facts, b)}
    return Hit(
        rule,
        spans.subjects(performance(a), performance(b)),
        (a.id, b.id),
        say(rule, stage=stage.name, **titles, **measure),
        measure,
        *span,
    )


def _single(
    facts: Facts, rule: ConflictRule, stage: StageFacts, row: Placed, measure: dict[str, int]
) -> Hit:
    return Hit(
        rule,
        (performance(row),),
        (row.id,),
        say(rule, stage=stage.name, a=spans.title(facts, row), **measure),
        measure,
        row.start_s,
        row.end_s,
    )
