"""Rules about who takes part: in two places at once, the way between, when they can."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from math import asin, ceil, cos, radians, sin, sqrt

from eventhub.programme.enums import ConflictRule
from eventhub.programme.rules.conflicts import spans
from eventhub.programme.rules.conflicts.finding import Hit
from eventhub.programme.rules.conflicts.spans import Span, performance
from eventhub.programme.rules.conflicts.texts import say
from eventhub.programme.rules.facts import Facts, PartyFacts, Placed, VenueFacts

_EARTH_M = 6_371_000
_MINUTE = 60


def person_double(facts: Facts, _params: Mapping[str, float]) -> Iterator[Hit]:
    """Find parties that are in two overlapping items at different places (C3)."""
    for party, rows in _parties(facts):
        for a, b in spans.overlapping(rows):
            if a.stage_id is not None and a.stage_id == b.stage_id:
                continue
            end_s = min(a.end_s, b.end_s)
            measure = {"minutes": spans.minutes(end_s - b.start_s)}
            yield _pair(
                facts, ConflictRule.PERSON_DOUBLE, party, (a, b), (b.start_s, end_s), measure
            )


def travel(facts: Facts, params: Mapping[str, float]) -> Iterator[Hit]:
    """Find parties whose way to the next item at another venue takes longer than the gap (C4)."""
    way = Ways(facts.travel_min, facts.venues, params)
    for party, rows in _parties(facts):
        for a, b in spans.followers(rows):
            if a.stage_id is None or b.stage_id is None:
                continue
            venues = facts.stages[a.stage_id].venue_id, facts.stages[b.stage_id].venue_id
            if venues[0] == venues[1]:
                continue
            needed = way.minutes(*venues) + party.buffer_min
            gap_s = b.start_s - a.end_s
            if gap_s < needed * _MINUTE:
                measure = {"gap": spans.minutes(gap_s), "needed": needed}
                yield _pair(
                    facts, ConflictRule.TRAVEL, party, (a, b), (a.end_s, b.start_s), measure
                )


def person_availability(facts: Facts, _params: Mapping[str, float]) -> Iterator[Hit]:
    """Find items for which a party is not available, or not said to be (C5)."""
    said: dict[tuple[int, str], list[Span]] = defaultdict(list)
    for row in facts.available:
        kind = "unavailable" if row.kind == "unavailable" else "available"
        if row.kind != "preferred":
            said[row.party_id, kind].append((row.start_s, row.end_s))
    windows = {key: spans.merged(rows) for key, rows in said.items()}
    told = {party_id for party_id, _kind in windows}
    for party, rows in _parties(facts):
        for item in rows if party.id in told else ():
            can = windows.get((party.id, "available"))
            can_not = windows.get((party.id, "unavailable"), [])
            span = (item.start_s, item.end_s)
            if spans.common(span, can_not) or (can is not None and not spans.covered(span, can)):
                yield Hit(
                    ConflictRule.PERSON_AVAILABILITY,
                    spans.subjects(performance(item), f"party:{party.uuid}"),
                    (item.id,),
                    say("person_availability", party=party.name, a=spans.title(facts, item)),
                    {},
                    *span,
                )


class Ways:
    """Minutes between venues: from the table, else from coordinates, else the default."""

    def __init__(
        self,
        table: Mapping[tuple[int, int], int],
        venues: Mapping[int, VenueFacts],
        params: Mapping[str, float],
    ) -> None:
        """Keep what is known; minutes are worked out once per pair (lower venue id first)."""
        self._table = table
        self._venues = venues
        self._params = params
        self._known: dict[tuple[int, int], int] = {}

    def minutes(self, a: int, b: int) -> int:
        """Return the minutes from one venue to another, 0 within one."""
        if a == b:
            return 0
        pair = (min(a, b), max(a, b))
        if pair not in self._known:
            self._known[pair] = self._work_out(*pair)
        return self._known[pair]

    def _work_out(self, a: int, b: int) -> int:
        if (a, b) in self._table:
            return self._table[a, b]
        from_a, to_b = self._venues.get(a), self._venues.get(b)
        metres = _metres(from_a, to_b) if from_a and to_b else None
        if metres is None:
            return int(self._params["default_min"])
        return ceil(metres / self._params["metres_per_min"])


def _metres(a: VenueFacts, b: VenueFacts) -> float | None:
    """Return the great-circle distance (haversine), or None without coordinates."""
    if a.lat is None or a.lon is None or b.lat is None or b.lon is None:
        return None
    lat_a, lat_b = radians(a.lat), radians(b.lat)
    half = sin((lat_b - lat_a) / 2) ** 2
    half += cos(lat_a) * cos(lat_b) * sin(radians(b.lon - a.lon) / 2) ** 2
    return 2 * _EARTH_M * asin(sqrt(half))


def _parties(facts: Facts) -> Iterator[tuple[PartyFacts, list[Placed]]]:
    for party_id, rows in facts.by_party.items():
        party = facts.parties.get(party_id)
        if party is not None:
            yield party, rows


def _pair(
    facts: Facts,
    rule: ConflictRule,
    party: PartyFacts,
    pair: tuple[Placed, Placed],
    span: Span,
    measure: dict[str, int],
) -> Hit:
    a, b = pair
    return Hit(
        rule,
        spans.subjects(performance(a), performance(b), f"party:{party.uuid}"),
        (a.id, b.id),
        say(rule, party=party.name, a=spans.title(facts, a), b=spans.title(facts, b), **measure),
        measure,
        *span,
    )
