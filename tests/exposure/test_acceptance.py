"""Numbers that the method promises and that no other file of tests holds."""

from __future__ import annotations

import hashlib
import io
from datetime import date, datetime, time, timedelta

import openpyxl
import pptx
import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader

from eventhub.audience.service import FileFormat, ImportFile, UndoFile, import_file, undo_file
from eventhub.exposure import queries, render
from eventhub.exposure.models import AdmissionSummary
from eventhub.exposure.queries.presence import Presence
from eventhub.exposure.service import BuildReport, build_report, differences, verify
from eventhub.kernel import clock
from eventhub.kernel.db import db
from eventhub.kernel.i18n import in_lang
from eventhub.programme.queries import event_by_id, event_by_slug
from tests.assertions import assert_html
from tests.exposure.test_files import add_media, slide_texts
from tests.exposure.test_media import event_id, read  # noqa: F401 - a fixture
from tests.factories import exposure as factory
from tests.factories.audience import make_counter, reading, record

DAY = date(2026, 9, 24)


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
    texts = {
        "json": made["json"].decode(),
        "csv": made["csv"].decode(),
        "pdf": "".join(page.extract_text() for page in PdfReader(io.BytesIO(made["pdf"])).pages),
        "xlsx": str([[c.value for c in line] for sheet in book for line in sheet.iter_rows()]),
        "pptx": str([slide_texts(slide) for slide in deck.slides]),
    }
    for kind, text in texts.items():
        assert "1690567" in text.replace(",", ""), kind  # the reach is there
        assert "AVE" not in text, kind
        assert "9999" not in text.replace(",", ""), kind  # its value is not


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


@pytest.mark.parametrize("with_media", [False, True])
def test_every_total_is_reproduced_by_verify(counted: int, *, with_media: bool) -> None:
    if with_media:
        add_media(counted)
    row = build_report(BuildReport(event_id=counted))
    found = verify(counted, row.version)
    assert found.is_reproduced
    assert found.differences == ()


def test_figures_of_people_never_pass_those_of_entries(demo_app: Flask) -> None:
    event = event_by_slug("demo")
    kept = db.session.get_one(AdmissionSummary, event.id)
    found = Presence.of(kept.summary)
    assert found.entries >= found.visits >= found.visitors >= found.again
    lines = queries.latest(event.id)
    assert lines is not None
    values = {line["metric"]: line["value"] for line in lines.document()["lines"]}
    assert values["checkin.entries"] >= values["checkin.visits"] >= values["checkin.visitors"]


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
