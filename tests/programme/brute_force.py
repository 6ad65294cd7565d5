"""
The sweeping rules again, by comparing everything with everything.

Slow and short on purpose: written from the words of the rules, without sorted
spans, heaps or neighbours, to judge the engine.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

from eventhub.programme.enums import ConflictRule
from eventhub.programme.rules.facts import Facts, Item

RULES = [
    ConflictRule.STAGE_OVERLAP,
    ConflictRule.CHANGEOVER,
    ConflictRule.PERSON_DOUBLE,
    ConflictRule.TRAVEL,
    ConflictRule.PERSON_AVAILABILITY,
    ConflictRule.STAGE_CLOSED,
    ConflictRule.CURFEW,
    ConflictRule.STREAM_CLASH,
]
Found = set[tuple[str, frozenset[str]]]


def findings(facts: Facts) -> Found:
    """Return rule and subjects of everything that the sweeping rules have to find."""
    here = [row for row in facts.items if _takes_place(facts, row)]
    found: Found = set()
    for rule in (_overlap, _changeover, _people, _availability, _closed, _curfew, _streams):
        found |= rule(facts, here)
    return found


def shortages(facts: Facts) -> set[int]:
    """Return every minute at which more of kit 1 is in use than there is."""
    minutes = set()
    uses = [
        (row.start_s - use.before_min * 60, row.end_s + use.after_min * 60, use.quantity)
        for use in facts.uses
        for row in facts.items
        if row.id == use.item_id and _takes_place(facts, row)
    ]
    for minute in range(
        min((u[0] for u in uses), default=0) // 60, max((u[1] for u in uses), default=0) // 60
    ):
        at_s = minute * 60
        if sum(q for start, end, q in uses if start <= at_s < end) > facts.kits[1].quantity:
            minutes.add(minute)
    return minutes


def _overlap(facts: Facts, here: list[Item]) -> Found:
    return {
        ("stage_overlap", frozenset({_name(a), _name(b)}))
        for a, b in combinations(_on_stages(here), 2)
        if a.stage_id == b.stage_id
        and not facts.stages[a.stage_id].allow_overlap
        and _overlaps(a, b)
    }


def _changeover(facts: Facts, here: list[Item]) -> Found:
    found: Found = set()
    for a, b in _following(_on_stages(here), lambda row: {row.stage_id}):
        stage = facts.stages[a.stage_id]
        show_a, show_b = facts.shows[a.show_id], facts.shows[b.show_id]
        needed = max(
            show_a.changeover_after_min, show_b.changeover_before_min, stage.min_changeover_min
        )
        is_bill = show_a.bill is not None and show_a.bill == show_b.bill
        is_own = a.for_id == b.id or b.for_id == a.id
        is_short = b.start_s - a.end_s < needed * 60
        if is_short and not (stage.allow_overlap or is_bill or is_own):
            found.add(("changeover", frozenset({_name(a), _name(b)})))
    return found


def _people(facts: Facts, here: list[Item]) -> Found:
    found: Found = set()
    for person in facts.parties.values():
        rows = [row for row in here if person.id in _there(facts, row)]
        for a, b in combinations(rows, 2):
            is_one_stage = a.stage_id is not None and a.stage_id == b.stage_id
            if _overlaps(a, b) and not is_one_stage:
                found.add(("person_double", frozenset({_name(a), _name(b), _party(person)})))
        for a, b in _following(rows, lambda _row: {0}):
            if a.stage_id is None or b.stage_id is None:
                continue
            venues = {facts.stages[row.stage_id].venue_id for row in (a, b)}
            if len(venues) == 2 and b.start_s - a.end_s < (15 + person.buffer_min) * 60:
                found.add(("travel", frozenset({_name(a), _name(b), _party(person)})))
    return found


def _availability(facts: Facts, here: list[Item]) -> Found:
    found: Found = set()
    for person in facts.parties.values():
        can = [w for w in facts.available if (w.party_id, w.kind) == (person.id, "available")]
        can_not = [w for w in facts.available if (w.party_id, w.kind) == (person.id, "unavailable")]
        for row in here:
            if person.id in _there(facts, row) and (
                (can and not _inside(row, can)) or any(_touches(row, w) for w in can_not)
            ):
                found.add(("person_availability", frozenset({_name(row), _party(person)})))
    return found


def _closed(facts: Facts, here: list[Item]) -> Found:
    found: Found = set()
    for row in _on_stages(here):
        usable = {"open"} | ({"load_in"} if row.kind == "rehearsal" else set())
        venue_id = facts.stages[row.stage_id].venue_id
        for place in (("stage_id", row.stage_id), ("venue_id", venue_id)):
            own = [w for w in facts.windows if getattr(w, place[0]) == place[1]]
            is_shut = any(w.kind == "closed" and _touches(row, w) for w in own)
            has_hours = any(w.kind == "open" for w in own)
            if is_shut or (has_hours and not _inside(row, [w for w in own if w.kind in usable])):
                found.add(("stage_closed", frozenset({_name(row)})))
    return found


def _curfew(facts: Facts, here: list[Item]) -> Found:
    return {
        ("curfew", frozenset({_name(row)}))
        for row in _on_stages(here)
        for w in facts.windows
        if w.kind == "curfew"
        and (w.stage_id == row.stage_id or w.venue_id == facts.stages[row.stage_id].venue_id)
        and _touches(row, w)
    }


def _streams(facts: Facts, here: list[Item]) -> Found:
    on_air = [(s.channel, row) for s in facts.streams for row in here if row.id == s.item_id]
    return {
        ("stream_clash", frozenset({_name(a), _name(b), f"channel:{channel}"}))
        for (channel, a), (other, b) in combinations(on_air, 2)
        if channel == other and _overlaps(a, b)
    }


def _following(rows: list[Item], keys: Any) -> list[tuple[Item, Item]]:
    """Return b with the one before it that ended last, if that has ended when b begins."""
    order = sorted(rows, key=lambda row: (row.start_s, row.end_s, row.id))
    pairs = []
    for n, b in enumerate(order):
        before = [row for row in order[:n] if keys(row) & keys(b)]
        if before:
            latest = max(row.end_s for row in before)
            a = [row for row in before if row.end_s == latest][-1]
            if a.end_s <= b.start_s:
                pairs.append((a, b))
    return pairs


def _takes_place(facts: Facts, row: Item) -> bool:
    return (
        row.start_s is not None
        and row.end_s is not None
        and row.end_s > row.start_s
        and row.status == "scheduled"
        and facts.shows[row.show_id].state == "confirmed"
    )


def _on_stages(here: list[Item]) -> list[Item]:
    return [row for row in here if row.stage_id is not None and row.kind != "doors"]


def _there(facts: Facts, row: Item) -> set[int]:
    cast = set(facts.shows[row.show_id].party_ids)
    return cast | {
        m.person_id
        for m in facts.members
        if m.group_id in cast
        and (m.from_s is None or m.from_s <= row.start_s)
        and (m.until_s is None or row.start_s < m.until_s)
    }


def _overlaps(a: Item, b: Item) -> bool:
    return a.start_s < b.end_s and b.start_s < a.end_s


def _touches(row: Item, window: Any) -> bool:
    return row.start_s < window.end_s and window.start_s < row.end_s


def _inside(row: Item, windows: list[Any]) -> bool:
    minutes = range(row.start_s, row.end_s, 60)
    return all(any(w.start_s <= at < w.end_s for w in windows) for at in minutes)


def _name(row: Item) -> str:
    return f"performance:{row.uuid}"


def _party(row: Any) -> str:
    return f"party:{row.uuid}"
