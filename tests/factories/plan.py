"""Plans as plain values for the conflict rules: no application, no database."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from eventhub.programme.rules.facts import (
    Available,
    Calendar,
    Facts,
    Item,
    Kit,
    Member,
    PartyFacts,
    ShowFacts,
    StageFacts,
    Stream,
    Use,
    VenueFacts,
    Window,
)

DAY_0 = int(datetime(2026, 11, 20, 2, 0, tzinfo=UTC).timestamp())  # 10:00 in Shanghai
MINUTE = 60


def uuid_of(kind: int, number: int) -> str:
    """Return a uuid that depends on kind and number alone."""
    return str(UUID(int=(kind << 64) + number, version=4))


def at(minutes: int) -> int:
    """Return the seconds of minutes after 10:00 of the first day."""
    return DAY_0 + minutes * MINUTE


def item(
    number: int, start: int | None, end: int | None, *, stage: int | None = 1, **changes: Any
) -> Item:
    """Return an item from `start` to `end` (minutes after 10:00); its show has its number."""
    values: dict[str, Any] = {"kind": "show", "show_id": number}
    return Item(
        id=number,
        uuid=uuid_of(1, number),
        stage_id=stage,
        start_s=None if start is None else at(start),
        end_s=None if end is None else at(end),
        **(values | changes),
    )


def show(number: int, **changes: Any) -> ShowFacts:
    """Return a complete confirmed show."""
    title = {"zh": f"秀{number}", "en": f"Show {number}"}
    values: dict[str, Any] = {"code": f"S{number:05d}", "title": title}
    return ShowFacts(id=number, uuid=uuid_of(2, number), **(values | changes))


def stage(number: int, venue: int = 1, **changes: Any) -> StageFacts:
    """Return a stage of a venue."""
    name = {"zh": f"台{number}", "en": f"Stage {number}"}
    values: dict[str, Any] = {"venue_id": venue, "name": name}
    return StageFacts(id=number, uuid=uuid_of(3, number), **(values | changes))


def party(number: int, buffer_min: int = 0) -> PartyFacts:
    """Return a party."""
    name = {"zh": f"人{number}", "en": f"Party {number}"}
    return PartyFacts(number, uuid_of(4, number), name, buffer_min)


def kit(number: int, quantity: int = 1) -> Kit:
    """Return a resource."""
    return Kit(number, uuid_of(5, number), {"zh": "灯", "en": "Lamp"}, quantity)


def calendar(**changes: Any) -> Calendar:
    """Return five days in Shanghai from the first day of these plans."""
    values: dict[str, Any] = {
        "zone": ZoneInfo("Asia/Shanghai"),
        "day_start": time(6, 0),
        "first_day": date(2026, 11, 20),
        "last_day": date(2026, 11, 24),
    }
    return Calendar(**(values | changes))


def facts(items: Iterable[Item], **changes: Any) -> Facts:
    """Return a plan of two stages in one venue and one in another, shows made to measure."""
    rows = list(items)
    values: dict[str, Any] = {
        "calendar": calendar(),
        "items": rows,
        "shows": {row.show_id: show(row.show_id) for row in rows},
        "stages": {1: stage(1), 2: stage(2), 3: stage(3, venue=2)},
        "venues": {1: VenueFacts(1), 2: VenueFacts(2)},
        "travel_min": {(1, 2): 15},
    }
    return Facts(**(values | changes))


def random_facts(rng: random.Random, count: int = 30, *, days: int = 2) -> Facts:
    """Return a crowded random plan in which every sweep of the engine has something to find."""
    people = range(1, 7)
    shows = {
        n: show(
            n,
            bill=rng.choice([None, None, "x"]),
            changeover_after_min=rng.choice([0, 0, 10]),
            changeover_before_min=rng.choice([0, 5]),
            party_ids=tuple(sorted(rng.sample(people, rng.randint(0, 3)))),
        )
        for n in range(1, count + 1)
    }
    rows = [_random_item(rng, n, days) for n in shows]
    return facts(
        rows,
        shows=shows,
        stages={
            1: stage(1, min_changeover_min=rng.choice([0, 15])),
            2: stage(2, allow_overlap=rng.random() < 0.3),
            3: stage(3, venue=2),
        },
        parties={n: party(n, rng.choice([0, 5])) for n in people},
        members=[Member(1, 5), Member(2, 6, at(0), at(600)), Member(2, 5)],
        windows=[_random_window(rng, days) for _ in range(rng.randint(0, 8))],
        available=[
            Available(rng.choice(people), rng.choice(["available", "unavailable"]), *span)
            for span in (_random_span(rng, days) for _ in range(rng.randint(0, 6)))
        ],
        kits={1: kit(1, rng.randint(1, 3)), 2: kit(2, 0)},
        uses=[
            Use(n, 1, rng.randint(1, 2), rng.choice([0, 10]), rng.choice([0, 5]))
            for n in shows
            if rng.random() < 0.3
        ],
        streams=[Stream(n, rng.choice("ab")) for n in shows if rng.random() < 0.3],
    )


def _random_item(rng: random.Random, number: int, days: int) -> Item:
    if rng.random() < 0.05:
        return item(number, None, None, stage=None)
    start = rng.randrange(days * 1440 // 5) * 5
    length = rng.choice([-5, 0, 5, 30, 30, 45, 60, 240])
    return item(
        number,
        start,
        start + length,
        stage=rng.choice([1, 1, 2, 3, None]),
        kind=rng.choice(["show", "show", "show", "rehearsal", "doors"]),
        status=rng.choice(["scheduled"] * 9 + ["cancelled"]),
        for_id=rng.choice([None, None, max(number - 1, 1)]),
    )


def _random_window(rng: random.Random, days: int) -> Window:
    place = rng.choice([{"stage_id": rng.randint(1, 3)}, {"venue_id": rng.randint(1, 2)}])
    kind = rng.choice(["open", "open", "load_in", "closed", "curfew"])
    start_s, end_s = _random_span(rng, days)
    return Window(kind, start_s, end_s, **place)


def _random_span(rng: random.Random, days: int) -> tuple[int, int]:
    start = rng.randrange(days * 1440 // 5) * 5
    return at(start), at(start + rng.choice([60, 300, 900]))
