"""
CPU of planning: `python -m bench.schedule [--sizes 300,1000,5000] [--full 60000]`.

First the rules are compared with a checker that compares everything with
everything, on 1,000 random plans: they must agree.

One JSON line per figure: {"name", "value", "unit", "per", "note"}; after the
largest size a line says how many times the figure grew. Measured is the CPU of
this process: the full check as pure rules and from the database, one move and
one dry run through the service (p95, findings included), suggested places, the
repair of a closed stage, a release; the page of the editor. On SQLite,
with `--postgres` also there.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

from flask_migrate import upgrade
from sqlalchemy import insert
from werkzeug.test import TestResponse

from eventhub import create_app
from eventhub.kernel.db import command, db
from eventhub.programme import planner, queries, service, solver
from eventhub.programme.models import (
    Party,
    Performance,
    Schedule,
    Show,
    ShowParty,
    Slot,
    Stage,
    Venue,
)
from eventhub.programme.queries import EventRow
from eventhub.programme.rules.conflicts import check
from eventhub.programme.rules.facts import Facts, Item
from eventhub.settings import Settings
from tests import postgres
from tests.factories import plan
from tests.factories import programme as make
from tests.people import make_people
from tests.programme import brute_force

_DAYS = 5
_A_DAY = 28  # shows on one stage in a day, half an hour each from 09:00
_FIRST = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
_MOVES = 40
_EDITOR_SHOWS, _EDITOR_A_DAY = 300, 38
_database = "sqlite"
_found: dict[str, list[tuple[int, float]]] = {}


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="300,1000,5000")
    parser.add_argument("--full", type=int, default=60_000)
    parser.add_argument("--plans", type=int, default=1_000)
    parser.add_argument("--postgres", action="store_true", help="also there")
    given = parser.parse_args()
    sizes = [int(size) for size in given.sizes.split(",")]
    agreement(given.plans)
    for size in [*sizes, given.full]:
        facts = festival(size)
        say("schedule_check_rules_cpu_ms", size, cpu_ms(partial(check, facts)), "check")
    for size in sizes:
        with tempfile.TemporaryDirectory() as name:
            run(Path(name), size, f"sqlite:///{Path(name) / 'bench.sqlite3'}")
    if given.postgres:
        on_postgres(sizes)
    with tempfile.TemporaryDirectory() as name:
        editor_page(Path(name))
    for name, values in _found.items():
        if len(values) < 2:  # no growth from one size
            continue
        (small, first), (large, last) = values[0], values[-1]
        growth = {"name": f"{name}_growth", "value": round(last / first, 2), "unit": "times"}
        note = f"items grew {large / small:.1f} times, from {small} to {large}"
        print(json.dumps({**growth, "per": name, "note": note}), flush=True)


def agreement(plans: int) -> None:
    """Say on how many random plans the engine differs from comparing everything."""
    rng = random.Random(2026)
    wrong = 0
    for _ in range(plans):
        facts = plan.random_facts(rng, rng.randint(0, 40))
        found = check(facts, rules=brute_force.RULES)
        named = {(row.rule.value, frozenset(row.subjects)) for row in found}
        wrong += named != brute_force.findings(facts)
    line = {"name": "schedule_engine_disagreements", "value": wrong, "unit": "plans"}
    print(json.dumps({**line, "per": f"{plans} plans", "note": "brute force"}), flush=True)
    if wrong:
        raise SystemExit(1)


def on_postgres(sizes: list[int]) -> None:
    """Measure the same on a PostgreSQL that is started for this."""
    global _database
    with tempfile.TemporaryDirectory() as name:
        cluster = postgres.Cluster.start(Path(name))
        try:
            for size in sizes:
                postgres.create(cluster.folder, f"bench_{size}")
                _database = "postgresql"
                with tempfile.TemporaryDirectory() as folder:
                    run(Path(folder), size, cluster.url(f"bench_{size}"))
        finally:
            _database = "sqlite"
            cluster.stop()


def run(folder: Path, size: int, url: str) -> None:
    """Measure one event of `size` shows in a database of its own."""
    app = create_app(Settings.for_tests(folder, database_url=url, log_level="ERROR"))
    with app.app_context():
        upgrade()
        event = queries.event_by_id(load(size))
        say("schedule_check_cpu_ms", size, cpu_ms(lambda: queries.check(event)), "check")
        say("schedule_move_p95_cpu_ms", size, moves(event, dry_run=False), "move")
        say("schedule_dry_run_p95_cpu_ms", size, moves(event, dry_run=True), "dry run")
        unplaced = "X00000"
        say("schedule_suggest_cpu_ms", size, cpu_ms(lambda: suggest(event, unplaced)), "show")
        stage_id = queries.stages(event.id)[0].id
        for name, limit_s in (("repair", 20), ("repair_first_fit", 0)):
            run_repair = partial(repair, event, stage_id, limit_s)
            say(f"schedule_{name}_cpu_ms", size, cpu_ms(run_repair, 1), "stage and day")
        cmd = service.ReleaseSchedule(event_id=event.id, name="v1")
        say("schedule_release_cpu_ms", size, cpu_ms(lambda: service.release(cmd), 1), "release")
        db.session.remove()
        db.engine.dispose()


def editor_page(folder: Path) -> None:
    """Measure the editor with 300 shows of one day on 8 stages: CPU and what is sent."""
    url = f"sqlite:///{folder / 'bench.sqlite3'}"
    app = create_app(Settings.for_tests(folder, database_url=url, log_level="ERROR"))
    with app.app_context():
        upgrade()
        event = queries.event_by_id(load(_EDITOR_SHOWS, stages=8, a_day=_EDITOR_A_DAY))
        alice = make_people(event.organisation_id).client(app, "alice")
        path = f"/console/e/{event.slug}/programme?day={event.days()[0]}"

        def ask() -> TestResponse:
            db.session.remove()
            return alice.get(path, headers={"Accept-Encoding": "gzip"})

        ask()
        say("editor_page_cpu_ms", _EDITOR_SHOWS, cpu_ms(ask), "page")
        data = ask().get_data()
        packed = data if data[:2] == b"\x1f\x8b" else gzip.compress(data, 6)
        note = f"{_EDITOR_SHOWS} shows on 8 stages in one day"
        line = {"name": "editor_page_gzip_bytes", "value": len(packed), "unit": "bytes"}
        print(json.dumps({**line, "per": "page", "note": note}), flush=True)
        db.session.remove()
        db.engine.dispose()


def suggest(event: EventRow, code: str) -> None:
    """Ask for places; an empty answer would measure nothing."""
    if not queries.suggest(event, code):
        raise RuntimeError("no place was found")


def repair(event: EventRow, stage_id: int, limit_s: int) -> None:
    """Propose other places for a day of one stage, with the solver or by first fit alone."""
    chooser = solver.chooser
    if not limit_s:
        solver.chooser = lambda **_options: None
    try:
        found = planner.propose_repair(event, stage_id, event.days()[0], limit_s=limit_s or 60)
    finally:
        solver.chooser = chooser
    if not any(line.now for line in found.lines):
        raise RuntimeError("no place was found")


def moves(event: EventRow, *, dry_run: bool) -> float:
    """Return the 95th percentile of moves to the next quarter of an hour and back."""
    rng = random.Random(1)
    used = []
    placed = [row for row in queries.working_grid(event) if row.starts_at]
    for slot in rng.sample(placed, _MOVES):
        assert slot.starts_at  # noqa: S101 - only placed ones are drawn
        cmd = service.Move(
            event_id=event.id,
            performance_id=slot.performance_id,
            row_version=slot.row_version,
            stage_id=slot.stage_id,
            starts_at=slot.starts_at + timedelta(minutes=5),
            dry_run=dry_run,
        )
        db.session.rollback()
        used.append(cpu_ms(partial(service.move, cmd), 1))
    if not dry_run:
        for edit in reversed(queries.edits_since(event.id)):
            service.undo(service.UndoBatch(event_id=event.id, batch=edit.batch))
    return sorted(used)[int(len(used) * 0.95)]


def festival(size: int) -> Facts:
    """Return a plan of `size` shows with three people each, one conflict in about fifty."""
    rng = random.Random(size)
    stages = max(8, -(-size // (_DAYS * _A_DAY)))
    people = size * 2
    rows, shows = [], {}
    for n in range(1, size + 1):
        start_s, stage_id = _place(n - 1, stages)
        cast = tuple(rng.randint(1, people) for _ in range(3))
        shows[n] = plan.show(n, party_ids=cast)
        late_s = rng.choice([0] * 49 + [900])
        uuid = plan.uuid_of(1, n)
        rows.append(Item(n, uuid, "show", n, stage_id, start_s + late_s, start_s + late_s + 1500))
    return plan.facts(
        rows,
        shows=shows,
        stages={n: plan.stage(n, venue=n // 4, min_changeover_min=5) for n in range(1, stages + 1)},
        parties={n: plan.party(n) for n in range(1, people + 1)},
        venues={},
        travel_min={},
    )


def _place(n: int, stages: int, a_day: int = _A_DAY) -> tuple[int, int]:
    """Return start in seconds and number of the stage of the n-th show."""
    slot, stage = divmod(n, stages)
    day, step = divmod(slot, a_day)
    return int(_FIRST.timestamp()) + day * 86_400 + step * 1_800, stage + 1


@command
def load(size: int, stages: int = 0, a_day: int = _A_DAY) -> int:
    """Write an event of `size` placed shows and one without a place; return its id."""
    days = date(2026, 11, 20), date(2026, 11, 24)
    event = make.make_event("bench", starts_on=days[0], ends_on=days[1])
    wip = db.session.query(Schedule).filter_by(event_id=event.id).one()
    stages = stages or max(8, -(-size // (_DAYS * a_day)))
    ids = range(1, size + 2)
    of_event = {"event_id": event.id}
    both = {"zh": "织", "en": "Weave"}
    rows: dict[type, list[dict[str, object]]] = {
        Venue: [
            {**of_event, "id": n, "uuid": plan.uuid_of(6, n), "slug": f"v{n}", "name": both}
            for n in range(1, stages // 4 + 2)
        ],
        Stage: [_stage(n, event.id) for n in range(1, stages + 1)],
        Party: [_party(n, event.id) for n in ids],
        Show: [_show(n, event.id, "X00000" if n > size else f"{n:06d}") for n in ids],
        ShowParty: [
            {"show_id": n, "party_id": 1 + (n + k * (size // 2)) % size}
            for n in ids
            for k in (0, 1)
        ],
        Performance: [
            {**of_event, "id": n, "uuid": plan.uuid_of(1, n), "public_no": n, "show_id": n}
            for n in ids
        ],
        Slot: [_slot(n, wip.id, stages, a_day) for n in ids[:-1]],
    }
    for model, values in rows.items():
        db.session.execute(insert(model), values)
    return event.id


def _stage(n: int, event_id: int) -> dict[str, object]:
    name = {"zh": f"台{n}", "en": f"Stage {n}"}
    place = {"event_id": event_id, "venue_id": n // 4 + 1, "position": n, "capacity": 300}
    return {
        **place,
        "id": n,
        "uuid": plan.uuid_of(3, n),
        "slug": f"s{n}",
        "name": name,
        "kind": "x",
    }


def _party(n: int, event_id: int) -> dict[str, object]:
    name = {"zh": f"人{n}", "en": f"Party {n}"}
    head = {"event_id": event_id, "id": n, "uuid": plan.uuid_of(4, n), "public_no": n}
    return {**head, "slug": f"p{n}", "kind": "person", "name": name}


def _show(n: int, event_id: int, code: str) -> dict[str, object]:
    title = {"zh": f"秀{n}", "en": f"Show {n}"}
    head = {"event_id": event_id, "id": n, "uuid": plan.uuid_of(2, n), "code": code}
    return {**head, "title": title, "state": "confirmed", "expected_audience": 200}


def _slot(n: int, schedule_id: int, stages: int, a_day: int) -> dict[str, object]:
    start_s, stage_id = _place(n - 1, stages, a_day)
    starts_at = datetime.fromtimestamp(start_s, UTC)
    times = {"starts_at": starts_at, "ends_at": starts_at + timedelta(minutes=25)}
    head = {"schedule_id": schedule_id, "performance_id": n, "stage_id": stage_id}
    return {**head, **times, "updated_at": starts_at}


def cpu_ms(function: Callable[[], object], times: int = 3) -> float:
    """Return the least CPU milliseconds of some calls."""
    used = []
    for _ in range(times):
        before = time.process_time()
        function()
        used.append((time.process_time() - before) * 1000)
    return min(used)


def say(name: str, size: int, value: float, per: str) -> None:
    """Print one figure and keep it for the growth."""
    name = name if _database == "sqlite" else f"{name}_{_database}"
    _found.setdefault(name, []).append((size, value))
    line = {"name": name, "value": round(value, 1), "unit": "ms", "per": per}
    print(json.dumps({**line, "note": f"{size} items, one process, {_database}"}), flush=True)


if __name__ == "__main__":
    main()
