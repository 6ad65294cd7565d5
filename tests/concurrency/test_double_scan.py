"""
Eight processes scan the same thousand tickets: a thousand people come in, not one more.

EVENTHUB_SOAK=1 contests 100,000 tickets, each by two of the eight processes in step.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from eventhub.checkin import service
from eventhub.checkin.models import Admission, Scan
from eventhub.kernel.db import command, db
from tests.concurrency.history import Op, violations
from tests.concurrency.scanner import Crowd, run
from tests.factories import checkin as make
from tests.soak import IS_SOAK, Record

PROCESSES = 8
TICKETS = 100_000 if IS_SOAK else 1_000
RIVALS = 2 if IS_SOAK else PROCESSES
CONTROL_TICKETS = 100  # enough for the gap to show

pytestmark = pytest.mark.processes


def count(model: Any) -> int:
    """Return how many rows a table has now."""
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def impossible(history: list[Op]) -> Counter[str]:
    """Count what can not be in a history of tickets that admit once each."""
    tickets: dict[str, list[Op]] = {}
    for op in history:
        tickets.setdefault(op.code, []).append(op)
    return Counter(found for ops in tickets.values() for found in violations(ops))


@pytest.mark.parametrize(
    ("ops", "expected"),
    [
        ([Op("a", 0, 5, "ok"), Op("a", 1, 4, "used", 7)], []),
        ([Op("a", 0, 5, "ok"), Op("a", 6, 9, "ok")], ["admitted twice"]),
        ([Op("a", 0, 5, "used", 7)], ["never admitted"]),
        ([Op("a", 0, 5, "used", 7), Op("a", 1, 9, None)], []),
        ([Op("a", 0, 2, "used", 7), Op("a", 3, 9, "ok")], ["refused before any admission"]),
        (
            [Op("a", 0, 5, "ok"), Op("a", 1, 6, "used", 7), Op("a", 2, 7, "repeat", 8)],
            ["refusals name different admissions"],
        ),
    ],
)
def test_the_checker_sees_what_can_not_be(ops: list[Op], expected: list[str]) -> None:
    assert list(violations(ops)) == expected


def test_eight_processes_admit_each_ticket_once(app: Flask, database: Any, record: Record) -> None:
    house = make.make_house()
    tickets = make.make_tickets(house, TICKETS)
    tokens = [make.pair_device(house, gate).token for gate in ("north", "south") * 2]
    codes = [make.gr_of(ticket) for ticket in tickets]
    db.session.rollback()

    crowd = Crowd(database.folder, database.url, tokens, codes, in_pairs=IS_SOAK)
    history = run(crowd, processes=PROCESSES)

    told = Counter(op.answer for op in history)
    assert impossible(history) == Counter()
    assert told["ok"] == TICKETS
    assert sum(told.values()) == TICKETS * RIVALS
    assert set(told) <= {"ok", "used", "repeat"}
    assert (count(Admission), count(Scan)) == (TICKETS, TICKETS * RIVALS)
    assert service.replay(house.event_id).matches_projection
    record(
        "R08",
        database=database.name,
        processes=PROCESSES,
        contested=TICKETS,
        admitted=told["ok"],
        doubled=0,
    )


def test_without_the_guard_tickets_are_admitted_twice(
    app: Flask, database: Any, record: Record
) -> None:
    """The negative control: were this to pass with 1,000, the test above would prove nothing."""
    house = make.make_house()
    tokens = [make.pair_device(house).token]
    make_unguarded()
    codes = [f"code-{number}" for number in range(CONTROL_TICKETS)]
    crowd = Crowd(database.folder, database.url, tokens, codes, has_guard=False)

    history = run(crowd, processes=PROCESSES)

    told = Counter(op.answer for op in history)
    assert set(impossible(history)) == {"admitted twice"}
    db.session.rollback()
    rows = db.session.execute(text("SELECT COUNT(*) FROM admission_unguarded")).scalar_one()
    drop_unguarded()
    assert rows == told["ok"]
    assert told["ok"] > CONTROL_TICKETS
    record(
        "R09",
        database=database.name,
        processes=PROCESSES,
        contested=CONTROL_TICKETS,
        doubled=told["ok"] - CONTROL_TICKETS,
        has_fence=False,
    )


@command
def make_unguarded() -> None:
    """Make a table of admissions without a unique key."""
    db.session.execute(text("CREATE TABLE admission_unguarded (code TEXT)"))
    db.session.execute(text("CREATE INDEX ix_unguarded ON admission_unguarded (code)"))


@command
def drop_unguarded() -> None:
    """Take the table away again: PostgreSQL keeps its database for the next test."""
    db.session.execute(text("DROP TABLE admission_unguarded"))
