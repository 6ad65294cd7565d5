"""Rules about one show or performance: rehearsal, order, size, state, times, what was sold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from math import floor
from typing import Any

from eventhub.programme.enums import ConflictRule, Severity
from eventhub.programme.rules.conflicts import spans
from eventhub.programme.rules.conflicts.finding import Hit
from eventhub.programme.rules.conflicts.spans import performance
from eventhub.programme.rules.conflicts.texts import say
from eventhub.programme.rules.facts import (
    OFF_STATES,
    OFF_STATUSES,
    Calendar,
    Facts,
    Item,
    Needs,
    Placed,
    ShowFacts,
    Told,
    instant,
)
from eventhub.programme.rules.operating_day import day_window, operating_day

_MINUTE = 60
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Fault:
    """One sentence of `texts` and its values."""

    text: str
    values: dict[str, Any] = field(default_factory=dict)


_REHEARSALS = frozenset({"rehearsal", "soundcheck"})


def rehearsal(facts: Facts, _params: Mapping[str, float]) -> Iterator[Hit]:
    """Find performances whose rehearsal is missing, too late or on another stage (C8)."""
    of_show: dict[int, list[Placed]] = defaultdict(list)
    for row in facts.placed:
        if row.item.kind in _REHEARSALS:
            of_show[row.show_id].append(row)
    for row in facts.placed:
        show = facts.shows[row.show_id]
        if row.item.kind != "show" or not show.requires_rehearsal:
            continue
        fault = _rehearsal_fault(show, row, of_show[row.show_id])
        if fault:
            told = Fault(fault, {"needed": show.rehearsal_min_gap_min})
            yield _single(facts, ConflictRule.REHEARSAL, row.item, [told])


def _rehearsal_fault(show: ShowFacts, row: Placed, made: list[Placed]) -> str | None:
    own = [other for other in made if other.item.for_id in (None, row.id)]
    found = own or made  # one rehearsal serves every performance of a show
    if not found:
        return "rehearsal_missing"
    gap_s = show.rehearsal_min_gap_min * _MINUTE
    in_time = [other for other in found if other.end_s + gap_s <= row.start_s]
    if not in_time:
        return "rehearsal_order"
    if show.rehearsal_same_stage and all(o.stage_id != row.stage_id for o in in_time):
        return "rehearsal_place"
    return None


def dependency(facts: Facts, _params: Mapping[str, float]) -> Iterator[Hit]:
    """Find pairs that do not stand to each other as somebody said they must (C9)."""
    for needs in facts.needs:
        a, b = facts.by_id.get(needs.a_id), facts.by_id.get(needs.b_id)
        if a is None or b is None or _stands(facts.calendar, needs, a, b):
            continue
        yield Hit(
            ConflictRule.DEPENDENCY,
            spans.subjects(performance(a), performance(b)),
            (a.id, b.id),
            say(
                f"dependency_{needs.kind}",
                a=spans.title(facts, a),
                b=spans.title(facts, b),
                needed=needs.min_gap_min,
            ),
            {"kind": needs.kind, "needed": needs.min_gap_min},
            min(a.start_s, b.start_s),
            max(a.end_s, b.end_s),
        )


def _stands(calendar: Calendar, needs: Needs, a: Placed, b: Placed) -> bool:
    gap_s = needs.min_gap_min * _MINUTE
    match needs.kind:
        case "before":
            return a.end_s + gap_s <= b.start_s
        case "after":
            return b.end_s + gap_s <= a.start_s
        case "not_with":
            return a.end_s <= b.start_s or b.end_s <= a.start_s
        case "same_day":
            return _day_of(calendar, a.start_s) == _day_of(calendar, b.start_s)
        case "adjacent":
            first, second = (a, b) if a.start_s <= b.start_s else (b, a)
            is_near = 0 <= second.start_s - first.end_s <= gap_s
            return is_near and a.stage_id == b.stage_id
        case _:
            raise ValueError(f"no such dependency: {needs.kind}")


def capacity(facts: Facts, params: Mapping[str, float]) -> Iterator[Hit]:
    """Find shows whose expected audience does not fit the stage, or will not fill it (C10)."""
    for row in facts.placed:
        if row.item.kind != "show" or row.stage_id is None:
            continue
        stage = facts.stages[row.stage_id]
        expected = _expected(facts, row, params["favourite_share"])
        if not stage.capacity or expected is None:
            continue
        if expected > stage.capacity:
            fault = "capacity_over"
        elif expected < stage.capacity * params["empty_share"]:
            fault = "capacity_under"
        else:
            continue
        values = {"stage": stage.name, "expected": expected, "capacity": stage.capacity}
        yield _single(facts, ConflictRule.CAPACITY, row.item, [Fault(fault, values)])


def _expected(facts: Facts, row: Placed, favourite_share: float) -> int | None:
    demand = facts.demand.get(row.id, {})
    counts = [
        facts.shows[row.show_id].expected_audience,
        demand.get("manual"),
        demand.get("registrations"),
        floor(demand["favourites"] * favourite_share) if "favourites" in demand else None,
    ]
    return max((count for count in counts if count is not None), default=None)


def status(facts: Facts, _params: Mapping[str, float]) -> Iterator[Hit]:
    """Find shows that are placed and not confirmed, the other way round, or incomplete (C12)."""
    for item in facts.items:
        show = facts.shows[item.show_id]
        if item.kind != "show" or show.state in OFF_STATES or item.status in OFF_STATUSES:
            continue
        if item.start_s is None:
            faults = ["status_unplaced"] if show.state == "confirmed" else []
        else:
            faults = _incomplete(show, facts.calendar.languages)
        if faults:
            told = [Fault(fault) for fault in faults]
            yield _single(facts, ConflictRule.STATUS, item, told)


def _incomplete(show: ShowFacts, languages: tuple[str, ...]) -> list[str]:
    faults = {
        "status_placed": show.state != "confirmed",
        "status_type": not show.has_type,
        "status_track": not show.has_track,
        "status_title": any(not show.title.get(lang, "").strip() for lang in languages),
    }
    return [fault for fault, is_so in faults.items() if is_so]


def time_sanity(facts: Facts, _params: Mapping[str, float]) -> Iterator[Hit]:
    """Find impossible, unusual and ambiguous times (C13)."""
    clocks = _Clocks(facts.calendar)
    rule = ConflictRule.TIME_SANITY
    for item in facts.items:
        if item.start_s is None or item.end_s is None or item.status in OFF_STATUSES:
            continue
        if item.end_s <= item.start_s:
            stop = Severity.BLOCK_PLACEMENT
            yield _single(facts, rule, item, [Fault("time_order")], severity=stop)
            continue
        faults = list(_time_faults(facts, clocks, item, item.start_s, item.end_s))
        if faults:
            yield _single(facts, rule, item, faults)


def _time_faults(
    facts: Facts, clocks: _Clocks, item: Item, start_s: int, end_s: int
) -> Iterator[Fault]:
    calendar = facts.calendar
    length = spans.minutes(end_s - start_s)
    if item.kind == "show" and not _is_usual(facts.shows[item.show_id], length):
        yield Fault("time_length", {"minutes": length})
    if not clocks.is_on_grid(start_s, end_s):
        yield Fault("time_grid", {"grid": calendar.grid_min})
    if not clocks.is_within(start_s):
        yield Fault("time_outside")
    if clocks.is_ambiguous(start_s):
        yield Fault("time_ambiguous")


def sold_and_moved(facts: Facts, _params: Mapping[str, float]) -> Iterator[Hit]:
    """Find performances that people count on and that the next release changes (C16)."""
    items = {item.id: item for item in facts.items}
    for told in facts.told:
        demand = {name: n for name, n in facts.demand.get(told.item_id, {}).items() if n > 0}
        demand.pop("manual", None)
        item = items.get(told.item_id)
        if not demand or item is None or told.status in OFF_STATUSES:
            continue
        change = _worse(facts, told, item)
        if change:
            people = max(demand.values())
            values = {"change": change, "people": people, **demand}
            told_of = [Fault("sold_moved", values)]
            yield _single(facts, ConflictRule.SOLD_AND_MOVED, item, told_of)


def _worse(facts: Facts, told: Told, item: Item) -> str | None:
    show = facts.shows[item.show_id]
    is_off = item.status in OFF_STATUSES or show.state in OFF_STATES
    if is_off or item.start_s is None or item.end_s is None:
        return "cancelled"
    if (item.start_s, item.stage_id) != (told.start_s, told.stage_id):
        return "moved"
    if item.end_s < told.end_s:
        return "shrunk"
    return None


def _is_usual(show: ShowFacts, length: int) -> bool:
    return (show.min_minutes is None or length >= show.min_minutes) and (
        show.max_minutes is None or length <= show.max_minutes
    )


def _day_of(calendar: Calendar, start_s: int) -> date:
    return operating_day(instant(start_s), calendar.zone, calendar.day_start)


class _Clocks:
    """Wall clocks of a calendar; offsets and days are worked out once a day, not per item."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        self._steady: dict[int, int | None] = {}
        is_dated = calendar.first_day is not None and calendar.last_day is not None
        self._span = _event_span(calendar) if is_dated else None

    def is_on_grid(self, start_s: int, end_s: int) -> bool:
        """Tell whether both ends stand on the planning grid of the wall clock."""
        step_s = self._calendar.grid_min * _MINUTE
        offset_s = self._offset_s(start_s)
        return (start_s + offset_s) % step_s == 0 and (end_s + offset_s) % step_s == 0

    def is_within(self, start_s: int) -> bool:
        """Tell whether a start lies in the operating days of the event."""
        return self._span is None or self._span[0] <= start_s < self._span[1]

    def is_ambiguous(self, start_s: int) -> bool:
        """Tell whether the wall clock shows this time twice."""
        if self._steady_offset_s(start_s) is not None:
            return False
        local = datetime.fromtimestamp(start_s, self._calendar.zone)
        # instants never lie in a gap, so another offset with the other fold means twice
        return local.replace(fold=1 - local.fold).utcoffset() != local.utcoffset()

    def _offset_s(self, at_s: int) -> int:
        steady = self._steady_offset_s(at_s)
        return self._read_offset_s(at_s) if steady is None else steady

    def _steady_offset_s(self, at_s: int) -> int | None:
        """Return the offset of a UTC day, or None when it changes on it or beside it."""
        day_no = at_s // _DAY
        if day_no not in self._steady:
            around = {self._read_offset_s((day_no + n) * _DAY) for n in (-1, 0, 1, 2)}
            self._steady[day_no] = around.pop() if len(around) == 1 else None
        return self._steady[day_no]

    def _read_offset_s(self, at_s: int) -> int:
        offset = datetime.fromtimestamp(at_s, self._calendar.zone).utcoffset()
        return int(offset.total_seconds()) if offset is not None else 0


def _event_span(calendar: Calendar) -> spans.Span:
    first, last = calendar.first_day or date.min, calendar.last_day or date.min
    opens, _ = day_window(first, calendar.zone, calendar.day_start)
    _, closes = day_window(last, calendar.zone, calendar.day_start)
    return int(opens.timestamp()), int(closes.timestamp())


def _single(
    facts: Facts,
    rule: ConflictRule,
    item: Item,
    faults: Sequence[Fault],
    *,
    severity: Severity | None = None,
) -> Hit:
    """Return one hit that tells all faults of an item, so that its name is its own."""
    title = spans.title(facts, item)
    texts = [say(fault.text, a=title, **fault.values) for fault in faults]
    measure: dict[str, Any] = {"faults": [fault.text for fault in faults]}
    for fault in faults:
        numbers = {k: v for k, v in fault.values.items() if not isinstance(v, dict)}
        measure |= numbers
    return Hit(
        rule,
        (spans.performance(item),),
        (item.id,),
        {
            "zh": "；".join(text["zh"] for text in texts),
            "en": "; ".join(text["en"] for text in texts),
        },
        measure,
        item.start_s,
        item.end_s,
        severity,
    )
