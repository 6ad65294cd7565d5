"""Where an unplaced performance could stand without any new finding."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from typing import Any

from eventhub.programme.enums import ConflictRule
from eventhub.programme.rules import conflicts
from eventhub.programme.rules.conflicts import DEFAULTS, Finding, Setting
from eventhub.programme.rules.conflicts.people import Ways
from eventhub.programme.rules.conflicts.spans import Span, covered, merged
from eventhub.programme.rules.facts import Facts, Item, Placed, StageFacts, instant
from eventhub.programme.rules.operating_day import instant_of

_MINUTE = 60
_DAY_S = 86_400
_STEP_MIN = 30  # between two starts that are tried in one gap
_LONGEST_SLACK_MIN = 120
_LONGEST_WAY_MIN = 60
# hours of a stage that says nothing of its opening
_OPENS, _CLOSES = time(9, 0), time(23, 0)
# what no place can mend, so it does not count against one
_ANYWHERE = frozenset({"rehearsal_missing", "time_length"})
_WEIGHTS = {"fit": 0.4, "slack": 0.2, "preferred": 0.2, "travel": 0.2}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A stage and time; `score` and its parts are shares from 0 to 1, more is better."""

    stage_id: int
    starts_at: datetime
    ends_at: datetime
    score: float
    parts: dict[str, float] = field(hash=False)


@dataclass(frozen=True, slots=True)
class Try:
    """A stage and time that is free of other items; whether rules mind is another question."""

    stage: StageFacts
    start_s: int
    end_s: int
    gap: Span
    score: float
    parts: dict[str, float] = field(hash=False)


def suggest(
    facts: Facts,
    item: Item,
    *,
    minutes: int,
    settings: Mapping[ConflictRule, Setting] = DEFAULTS,
    limit: int = 20,
) -> list[Suggestion]:
    """
    Return the best places for an item, best first; each adds no finding.

    Args:
        facts: The whole version; the item's own place in it is not counted.

        item: What is to be placed.

        minutes: How long it is.

        settings: Severity per rule; what a rule that is off says does not matter.

        limit: How many at most.
    """
    others = [other for other in facts.items if other.id != item.id]
    rest = replace(facts, items=others)
    scene = Scene(rest, item, settings)
    tries = sorted(
        scene.tries(minutes * _MINUTE),
        key=lambda row: (-row.score, row.start_s, row.stage.id),
    )
    found: list[Suggestion] = []
    for row in tries:
        if scene.is_free(row):
            times = instant(row.start_s), instant(row.end_s)
            found.append(Suggestion(row.stage.id, *times, row.score, row.parts))
            if len(found) == limit:
                break
    return found


class Scene:
    """Everything about the version that is looked up for each try."""

    def __init__(
        self,
        facts: Facts,
        item: Item,
        settings: Mapping[ConflictRule, Setting],
        followers: Sequence[Item] = (),
    ) -> None:
        """
        Look everything up once.

        Args:
            facts: The version without the item and its followers.

            item: What is to be placed.

            settings: Severity per rule.

            followers: What hangs on the item and moves with it, as it stands now.
        """
        self._facts = facts
        self._item = item
        self._followers = followers
        self._settings = settings
        self._show = facts.shows[item.show_id]
        own = settings.get(ConflictRule.TRAVEL, DEFAULTS[ConflictRule.TRAVEL]).params
        params = {**DEFAULTS[ConflictRule.TRAVEL].params, **own}
        self._ways = Ways(facts.travel_min, facts.venues, params)
        self.party_ids = _everybody(facts, self._show.party_ids)
        self._busy = sorted(
            {row for key in self.party_ids for row in facts.by_party.get(key, ())},
            key=lambda row: row.start_s,
        )
        self._preferred = merged(
            (row.start_s, row.end_s)
            for row in facts.available
            if row.kind == "preferred" and row.party_id in self.party_ids
        )
        self._starts = {key: [row.start_s for row in rows] for key, rows in facts.by_stage.items()}
        self._always = self._bound_items()

    def tries(self, length_s: int, wished_s: int | None = None) -> Iterator[Try]:
        """Yield places in free gaps of stages that hold the audience, also at a wished start."""
        expected = self._show.expected_audience
        for stage in self._facts.stages.values():
            if stage.is_hidden or (stage.capacity and expected and expected > stage.capacity):
                continue
            for gap in self._gaps(stage):
                for start_s in self._starts_in(gap, length_s, wished_s):
                    yield self._scored(stage, gap, start_s, start_s + length_s)

    def is_free(self, row: Try, bearable: Collection[ConflictRule] = ()) -> bool:
        """Tell whether the item can stand there without a finding of its own that matters."""
        return all(one.rule in bearable for one in self.findings(row))

    def findings(self, row: Try) -> list[Finding]:
        """Return what would be wrong with the item there, and with what moves with it."""
        group = self.placed(row)
        around = {other.id: other.item for one in group for other in self._near(one)}
        around |= self._always
        facts = replace(self._facts, items=[*around.values(), *group])
        names = {f"performance:{one.uuid}" for one in group}
        found = conflicts.check(facts, settings=self._settings, rules=_PLACE_RULES)
        return [one for one in found if names.intersection(one.subjects) and _matters(one)]

    def placed(self, row: Try) -> list[Item]:
        """Return the item as it would stand there, and after it what moves with it."""
        old = self._item
        there: dict[str, Any] = {
            "stage_id": row.stage.id,
            "start_s": row.start_s,
            "end_s": row.end_s,
        }
        group = [replace(old, **there, status="scheduled")]
        for one in self._followers:
            if one.start_s is None or one.end_s is None or old.start_s is None:
                continue
            by_s = row.start_s - old.start_s
            stage_id = row.stage.id if one.stage_id == old.stage_id else one.stage_id
            times: dict[str, Any] = {"start_s": one.start_s + by_s, "end_s": one.end_s + by_s}
            group.append(replace(one, stage_id=stage_id, **times))
        return group

    def _gaps(self, stage: StageFacts) -> list[Span]:
        """Return what is open and not occupied, changeovers taken off."""
        is_open = opening(self._facts, stage)
        if stage.allow_overlap:
            return is_open
        pause_s = stage.min_changeover_min * _MINUTE
        before_s = max(pause_s, self._show.changeover_before_min * _MINUTE)
        after_s = max(pause_s, self._show.changeover_after_min * _MINUTE)
        taken = merged(
            (row.start_s - after_s, row.end_s + before_s)
            for row in self._facts.by_stage.get(stage.id, ())
        )
        return _without(is_open, taken)

    def _starts_in(self, gap: Span, length_s: int, wished_s: int | None) -> Iterator[int]:
        grid_s = self._facts.calendar.grid_min * _MINUTE
        step_s = _STEP_MIN * _MINUTE
        first = -(-gap[0] // grid_s) * grid_s
        last = gap[1] - length_s
        if first > last:
            return
        yield first
        yield from range((first // step_s + 1) * step_s, last + 1, step_s)
        if wished_s is not None and first < wished_s <= last and wished_s % step_s:
            yield wished_s

    def _scored(self, stage: StageFacts, gap: Span, start_s: int, end_s: int) -> Try:
        expected, capacity = self._show.expected_audience, stage.capacity
        slack_min = min(start_s - gap[0], gap[1] - end_s) / _MINUTE
        parts = {
            "fit": min(expected / capacity, 1.0) if expected and capacity else 0.5,
            "slack": min(slack_min / _LONGEST_SLACK_MIN, 1.0),
            "preferred": self._preference(start_s, end_s),
            "travel": 1.0 - min(self._way_min(stage, start_s) / _LONGEST_WAY_MIN, 1.0),
        }
        parts = {name: round(part, 3) for name, part in parts.items()}
        score = round(sum(_WEIGHTS[name] * part for name, part in parts.items()), 4)
        return Try(stage, start_s, end_s, gap, score, parts)

    def _preference(self, start_s: int, end_s: int) -> float:
        if not self._preferred:
            return 0.5
        return 1.0 if covered((start_s, end_s), self._preferred) else 0.0

    def _way_min(self, stage: StageFacts, start_s: int) -> int:
        """Return the longest way to or from what the parties have within half a day."""
        near = [
            self._facts.stages[row.stage_id].venue_id
            for row in self._busy
            if row.stage_id is not None and abs(row.start_s - start_s) < _DAY_S // 2
        ]
        return max((self._ways.minutes(stage.venue_id, venue) for venue in near), default=0)

    def _near(self, one: Item) -> Iterator[Placed]:
        assert one.start_s is not None  # noqa: S101 - callers give placed items
        assert one.end_s is not None  # noqa: S101 - callers give placed items
        since_s, until_s = one.start_s - _DAY_S, one.end_s + _DAY_S
        if one.stage_id is not None:
            starts = self._starts.get(one.stage_id, [])
            rows = self._facts.by_stage.get(one.stage_id, [])
            yield from rows[bisect_left(starts, since_s) : bisect_right(starts, until_s)]
        for other in self._busy:
            if other.end_s > since_s and other.start_s < until_s:
                yield other

    def _bound_items(self) -> dict[int, Item]:
        """Return items that matter at any time: same show, kit, channel, dependencies."""
        kits = {use.kit_id for use in self._facts.uses if use.item_id == self._item.id}
        streams = self._facts.streams
        channels = {row.channel for row in streams if row.item_id == self._item.id}
        wanted = {use.item_id for use in self._facts.uses if use.kit_id in kits}
        wanted |= {row.item_id for row in streams if row.channel in channels}
        for needs in self._facts.needs:
            if self._item.id in (needs.a_id, needs.b_id):
                wanted |= {needs.a_id, needs.b_id}
        return {
            other.id: other
            for other in self._facts.items
            if other.id in wanted or other.show_id == self._item.show_id
        }


_PLACE_RULES = frozenset(ConflictRule) - {
    ConflictRule.STATUS,
    ConflictRule.SOLD_AND_MOVED,
    ConflictRule.DUPLICATE_STAGE_NAME,
}


def _matters(finding: Finding) -> bool:
    return not set(finding.measure.get("faults", ["other"])) <= _ANYWHERE


def _everybody(facts: Facts, party_ids: Iterable[int]) -> set[int]:
    """Return parties and the members of those that are groups."""
    found = set(party_ids)
    return found | {row.person_id for row in facts.members if row.group_id in found}


def opening(facts: Facts, stage: StageFacts) -> list[Span]:
    """Return when a stage can be used: its windows within its venue's, else the usual hours."""
    spans: dict[tuple[str, bool], list[Span]] = defaultdict(list)
    for window in facts.windows:
        is_own = window.stage_id == stage.id
        if is_own or window.venue_id == stage.venue_id:
            spans[window.kind, is_own].append((window.start_s, window.end_s))
    own, around = merged(spans["open", True]), merged(spans["open", False])
    usable = _both(own, around) if own and around else own or around or _usual_hours(facts)
    return _without(usable, merged([*spans["closed", True], *spans["closed", False]]))


def _usual_hours(facts: Facts) -> list[Span]:
    calendar = facts.calendar
    if calendar.first_day is None or calendar.last_day is None:
        return []
    days = (calendar.last_day - calendar.first_day).days + 1
    found = []
    for n in range(days):
        day = calendar.first_day + timedelta(days=n)
        opens, closes = (
            instant_of(day, at, calendar.zone, calendar.day_start) for at in (_OPENS, _CLOSES)
        )
        found.append((int(opens.timestamp()), int(closes.timestamp())))
    return found


def _both(a: Sequence[Span], b: Sequence[Span]) -> list[Span]:
    pairs = ((max(x[0], y[0]), min(x[1], y[1])) for x in a for y in b)
    return merged(span for span in pairs if span[1] > span[0])


def _without(spans: Sequence[Span], taken: Sequence[Span]) -> list[Span]:
    """Return spans minus a merged union."""
    found = []
    for start_s, end_s in spans:
        at_s = start_s
        for busy_from, busy_to in taken:
            if busy_to <= at_s or busy_from >= end_s:
                continue
            if busy_from > at_s:
                found.append((at_s, busy_from))
            at_s = max(at_s, busy_to)
        if at_s < end_s:
            found.append((at_s, end_s))
    return found
