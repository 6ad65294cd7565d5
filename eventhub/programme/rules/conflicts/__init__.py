"""
The conflict engine: sixteen rules over one version of a schedule.

Every rule is a generator over `Facts` that sweeps sorted spans per stage,
party, kit or channel; none compares all items with all. `check` gives each
hit its severity and name and looks up who accepted it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Final

from eventhub.programme.enums import ConflictRule, Severity
from eventhub.programme.rules.conflicts import kit, people, place, show
from eventhub.programme.rules.conflicts.finding import (
    DEFAULTS,
    Finding,
    Hit,
    Setting,
    digest,
    fingerprint,
)
from eventhub.programme.rules.facts import Facts, Item, instant

__all__ = ["DEFAULTS", "Finding", "Setting", "check", "fingerprint"]

Rule = Callable[[Facts, Mapping[str, float]], Iterator[Hit]]

_RULES: Final[dict[ConflictRule, Rule]] = {
    ConflictRule.STAGE_OVERLAP: place.stage_overlap,
    ConflictRule.CHANGEOVER: place.changeover,
    ConflictRule.PERSON_DOUBLE: people.person_double,
    ConflictRule.TRAVEL: people.travel,
    ConflictRule.PERSON_AVAILABILITY: people.person_availability,
    ConflictRule.STAGE_CLOSED: place.stage_closed,
    ConflictRule.CURFEW: place.curfew,
    ConflictRule.REHEARSAL: show.rehearsal,
    ConflictRule.DEPENDENCY: show.dependency,
    ConflictRule.CAPACITY: show.capacity,
    ConflictRule.RESOURCE: kit.resource,
    ConflictRule.STATUS: show.status,
    ConflictRule.TIME_SANITY: show.time_sanity,
    ConflictRule.STREAM_CLASH: kit.stream_clash,
    ConflictRule.DUPLICATE_STAGE_NAME: place.duplicate_stage_name,
    ConflictRule.SOLD_AND_MOVED: show.sold_and_moved,
}


def check(
    facts: Facts,
    *,
    settings: Mapping[ConflictRule, Setting] = DEFAULTS,
    waivers: Mapping[str, str] | None = None,
    rules: Collection[ConflictRule] | None = None,
) -> list[Finding]:
    """
    Return everything that is wrong with a version, worst first, then by time.

    Args:
        facts: The version and what it is checked against.

        settings: Severity and numbers per rule; a missing rule has its default.

        waivers: Facts digest of what was accepted, by fingerprint.

        rules: Only these; all when None.
    """
    items = {item.id: item for item in facts.items}
    accepted = waivers or {}
    found = []
    for rule, hits in _RULES.items():
        setting = settings.get(rule, DEFAULTS[rule])
        if setting.severity == Severity.OFF or (rules is not None and rule not in rules):
            continue
        params = {**DEFAULTS[rule].params, **setting.params}
        found += [_finding(facts, items, hit, setting, accepted) for hit in hits(facts, params)]
    found.sort(key=_order)
    return found


_WEIGHT: Final = {
    Severity.BLOCK_PLACEMENT: 0,
    Severity.BLOCK_RELEASE: 1,
    Severity.WARN: 2,
    Severity.OFF: 3,
}


def _order(row: Finding) -> tuple[int, float, str, tuple[str, ...]]:
    at = row.starts_at.timestamp() if row.starts_at else 0.0
    return _WEIGHT[row.severity], at, row.rule, row.subjects


def _finding(
    facts: Facts,
    items: Mapping[int, Item],
    hit: Hit,
    setting: Setting,
    accepted: Mapping[str, str],
) -> Finding:
    name = fingerprint(hit.rule, hit.subjects)
    state = sorted(_state(facts, items[item_id]) for item_id in hit.item_ids)
    facts_digest = digest({"items": state, "measure": hit.measure})
    agreed = accepted.get(name)
    return Finding(
        rule=hit.rule,
        severity=hit.severity or setting.severity,
        subjects=hit.subjects,
        starts_at=None if hit.start_s is None else instant(hit.start_s),
        ends_at=None if hit.end_s is None else instant(hit.end_s),
        message=hit.message,
        measure=hit.measure,
        fingerprint=name,
        facts_digest=facts_digest,
        waived=agreed == facts_digest,
        was_waived=agreed is not None and agreed != facts_digest,
    )


def _state(facts: Facts, item: Item) -> list[str]:
    stage = facts.stages[item.stage_id].uuid if item.stage_id is not None else ""
    times = ["" if at is None else instant(at).isoformat() for at in (item.start_s, item.end_s)]
    return [item.uuid, *times, stage]
