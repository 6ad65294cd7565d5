"""Numbers that the method promises and that no other file of tests holds."""

from __future__ import annotations

import hashlib
import io
import os
import random
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import openpyxl
import pptx
import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import text


def built_with_media(event: int) -> queries.ReportRow:
    """Return the report of an event after reports and posts were recorded."""
    add_media(event)
    return build_report(BuildReport(event_id=event))


def test_one_counter_file_twice_changes_no_row_no_total_and_no_digest(counted: int) -> None:
    before = build_report(BuildReport(event_id=counted))
    event = event_by_id(counted)
    start = event.instant(DAY, time(8))
    lines = [f"{start + n * timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ},60,7,3" for n in range(3)]
    file = ImportFile(
        event_id=counted,
        source_name="side",
        file_format=FileFormat.COUNTER_CSV,
        file_name="side.csv",
        data="\n".join(["start,minutes,in,out", *lines]).encode(),
        timezone=event.timezone,
    )
    with clock.fixed(event.instant(DAY, time(23))):
        first = import_file(file)
        after = build_report(BuildReport(event_id=counted))
        again = import_file(file)
    assert (first.accepted, again.accepted, again.revisions) == (3, 0, 0)
    assert after.version == before.version + 1
    assert build_report(BuildReport(event_id=counted)) == after


@(pytest.mark.processes if SOAK else pytest.mark.only("sqlite"))
def test_entries_never_fall_below_visits_nor_visits_below_visitors(
    app: Flask, clock: Callable[[datetime], None]
) -> None:
    clock(NOON)
    house = make_house()
    make_type(house, "crew", counts_as_visitor=False)
    guests, crew = make_tickets(house, 5), make_tickets(house, 2, type_slug="crew")
    device, gate = make_device(house), house.gates["north"]
    event, rng = event_by_id(house.event_id), random.Random(21)
    days = [event.day_bounds(day) for day in event.days()[:2]]
    for _ in range(LOGS):
        log = [admission(rng, [*guests, *crew], days) for _ in range(rng.randint(1, 14))]
        log += rng.choices(log, k=rng.randrange(4))  # handed in again
        common = {"event": event.id, "device": device.id, "gate": gate}
        for one in log:
            db.session.execute(ADMIT, one | common)
        kept = {(one["ticket"], one["scope"], one["turn"]): one["day"] for one in reversed(log)}
        came = {(ticket, day) for (ticket, _s, _t), day in kept.items() if ticket in guests}
        found = count_presence(event)
        assert found.entries == len(kept)
        assert found.visits == len(came)
        assert found.visitors == len({ticket for ticket, _day in came})
        assert found.entries >= found.visits >= found.visitors >= found.again
        db.session.rollback()


def admission(
    rng: random.Random, tickets: Sequence[int], days: Sequence[tuple[datetime, datetime]]
) -> dict[str, Any]:
    """Return one admission at random; the same place twice is a replay that the key refuses."""
    day = rng.randrange(len(days))
    start, end = days[day]
    return {
        "ticket": rng.choice(tickets),
        "scope": f"day-{day}",
        "turn": rng.randrange(3),
        "day": day,
        "at": int((start + rng.random() * (end - start)).timestamp() * 1000),
        "nonce": rng.randbytes(16),
    }
