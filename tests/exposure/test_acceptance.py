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

from eventhub.audience.service import (
    Calibrate,
    FileFormat,
    ImportFile,
    UndoFile,
    calibrate,
    import_file,
    undo_file,
)
from eventhub.exposure import queries, render
from eventhub.exposure.queries.presence import counted as count_presence
from eventhub.exposure.render.page import report_page
from eventhub.exposure.service import BuildReport, build_report, differences, verify
from eventhub.kernel import clock
from eventhub.kernel.db import db
from eventhub.kernel.i18n import in_lang
from eventhub.programme.queries import event_by_id
from tests.assertions import assert_html
from tests.exposure.test_files import add_media, slide_texts
from tests.exposure.test_media import event_id, read  # noqa: F401 - a fixture
from tests.exposure.test_service import published
from tests.factories import exposure as factory
from tests.factories.audience import make_counter, make_zone, reading, record
from tests.factories.checkin import NOON, make_device, make_house, make_tickets, make_type

DAY = date(2026, 9, 24)
SOAK = os.environ.get("EVENTHUB_SOAK") == "1"
LOGS = 10_000 if SOAK else 100
ADMIT = text(
    "INSERT INTO admission (event_id, ticket_id, scope, place, turn, entered_at_ms, "
    "entered_device_id, entered_gate_id, entered_nonce, kind) "
    "VALUES (:event, :ticket, :scope, 1, :turn, :at, :device, :gate, :nonce, 'normal') "
    "ON CONFLICT DO NOTHING"
)


@pytest.fixture
def counted(app: Flask) -> int:
    """Return the id of a demonstration with counters."""
    return factory.make_counted(factory.make_organisation())


@pytest.mark.only("sqlite")
def test_an_equivalent_in_money_stands_in_no_output(
    app: Flask,
    client: FlaskClient,
    event_id: int,  # noqa: F811 - the fixture
) -> None:
    read(event_id)
    row = build_report(BuildReport(event_id=event_id))
    with app.test_request_context(), in_lang("en"):
        made = {kind: form.make(row) for kind, form in render.FORMATS.items()}
    book = openpyxl.load_workbook(io.BytesIO(made["xlsx"]))
    deck = pptx.Presentation(io.BytesIO(made["pptx"]))
    with app.test_request_context(), in_lang("en"):
        page = str(report_page(row.document()))  # all that the web page prints
    texts = {
        "page": page,
        "json": made["json"].decode(),
        "csv": made["csv"].decode(),
        "pdf": "".join(page.extract_text() for page in PdfReader(io.BytesIO(made["pdf"])).pages),
        "xlsx": str([[c.value for c in line] for sheet in book for line in sheet.iter_rows()]),
        "pptx": str([slide_texts(slide) for slide in deck.slides]),
    }
    for kind, shown in texts.items():
        assert "1690567" in shown.replace(",", ""), kind  # the reach is there
        assert "AVE" not in shown, kind
        assert "9999" not in shown.replace(",", ""), kind  # its value is not


def late(event: int, hour: int, entered: int, *, after: timedelta) -> None:
    """Record one hour of the cordon that arrives some time after its end."""
    start = event_by_id(event).instant(DAY, time(hour))
    with clock.fixed(start + timedelta(hours=1) + after):
        record(event_by_id(event), reading("north", start, entered=entered))


def test_late_data_make_a_new_version_and_leave_the_old_one_byte_for_byte(counted: int) -> None:
    first = build_report(BuildReport(event_id=counted))
    late(counted, 11, 50, after=timedelta(hours=25))
    second = build_report(BuildReport(event_id=counted))
    assert second.version == first.version + 1
    assert queries.version_of(counted, first.version).text == first.text
    visits = {row.version: row.document()["lines"] for row in queries.versions(counted)}
    found = {
        version: next(line for line in lines if line["metric"] == "footfall.visits")
        for version, lines in visits.items()
    }
    assert found[2]["value"] - found[1]["value"] == 55  # 50 × 1.1
    assert (found[1]["op"], found[2]["op"]) == (">", "=")
    changes = second.document()["adjustments"]
    assert [(r["delta"], r["reason"]) for r in changes if r["direction"] == "in"] == [(50, "late")]
    assert first.document()["adjustments"] == []


def test_a_reading_set_apart_is_listed_and_enters_no_total(
    counted: int, client: FlaskClient
) -> None:
    before = build_report(BuildReport(event_id=counted)).document()
    event = event_by_id(counted)
    make_counter(event, "narrow", width_m=1.0)
    start: datetime = event.instant(DAY, time(12))
    with clock.fixed(event.instant(DAY, time(23))):
        record(event, reading("narrow", start, entered=9_000))
    after = build_report(BuildReport(event_id=counted)).document()
    assert after["gross"] == before["gross"]
    assert [(row["source"], row["rule"]) for row in after["exclusions"]] == [
        ("narrow", "over-width")
    ]
    page = assert_html(client.get("/e/demo/report?lang=en"))
    assert "narrow: more people than the door lets through (1)" in page


def test_every_total_of_a_published_report_is_reproduced_by_verify(app: Flask) -> None:
    for event, row in (
        (record_event := factory.make_futian(), published(record_event)),
        (demo := factory.make_counted(factory.make_organisation("other")), built_with_media(demo)),
    ):
        found = verify(event, row.version)
        assert found.is_reproduced
        assert found.differences == ()
        document = row.document()
        parts = [line["value"] for line in document["lines"] if line["in_gross"]]
        assert document["gross"] == sum(parts) > 0


def test_a_file_taken_back_makes_a_draft_that_differs_and_leaves_the_old_one(counted: int) -> None:
    event = event_by_id(counted)
    first = build_report(BuildReport(event_id=counted))
    at = event.instant(DAY, time(11))
    data = f"counter,start,minutes,in,out\nnorth,{at.isoformat()},60,70,0\n".encode()
    cmd = ImportFile(
        event_id=counted,
        source_name="north",
        file_format=FileFormat.COUNTER_CSV,
        file_name="north.csv",
        data=data,
        timezone=event.timezone,
    )
    with clock.fixed(at + timedelta(hours=2)):
        import_file(cmd)
        second = build_report(BuildReport(event_id=counted))
        key = hashlib.sha256(data).hexdigest()
        undo_file(UndoFile(event_id=counted, key=key, reason="another door"))
        third = build_report(BuildReport(event_id=counted))
    assert queries.version_of(counted, second.version).text == second.text
    assert third.document()["lines"] == first.document()["lines"] != second.document()["lines"]
    assert third.document()["series"] == first.document()["series"]
    changed = {row["line"] for row in differences(counted, third.version)}
    assert "footfall-visits" in changed


def built_with_media(event: int) -> queries.ReportRow:
    """Return the report of an event after reports and posts were recorded."""
    add_media(event)
    return build_report(BuildReport(event_id=event))


def test_more_visits_than_an_entrance_lets_through_raise_a_flag(app: Flask) -> None:
    made = factory.make_running_event(factory.make_organisation())
    event = event_by_id(made)
    zone = make_zone(event, "street")
    door = make_counter(event, "door", zone_id=zone.id, is_cordon=True, width_m=1.0)
    start = event.instant(DAY, time(12))
    with clock.fixed(start + timedelta(hours=1)):
        record(event, reading("door", start, entered=4_600))  # 4,680 pass a metre in an hour
        assert build_report(BuildReport(event_id=made)).document()["flags"] == []
        calibrate(Calibrate(event_id=made, source_id=door.id, k=1.1, se=0.01, manual_counts=6))
        found = build_report(BuildReport(event_id=made)).document()
    assert found["flags"] == [
        {
            "code": "above-cordon-flow",
            "subject": "footfall-visits",
            "value": 5_060,
            "limit": 4_680,
        }
    ]


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
