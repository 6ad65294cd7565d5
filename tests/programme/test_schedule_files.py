"""Uploaded schedule files: looked at, mapped, taken over whole, taken back whole."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from flask import Flask

from eventhub.kernel.db import db
from eventhub.programme import queries, service
from eventhub.programme.errors import ImportUnreadable, StaleEdit, UnknownFile
from eventhub.programme.queries import EventRow
from eventhub.programme.queries.files import column_maps, file_by_public_id, files
from eventhub.programme.service import files as uploads
from tests.factories import programme as make
from tests.people import make_people

TABLE = """guid,title,day,start,minutes,stage
11111111-1111-4111-8111-111111111111,Warp,2026-11-20,18:00,45,Runway
,Weft,2026-11-20,20:00,45,Runway
,No time,2026-11-20,,45,Runway
"""


@pytest.fixture
def event(app: Flask) -> EventRow:
    return make.make_event("loom")


def read(event: EventRow, text: str = TABLE, name: str = "plan.csv") -> str:
    cmd = uploads.ReadFile(
        event_id=event.id, data=text.encode(), file_name=name, format="csv", actor="Al"
    )
    return uploads.read_schedule_file(cmd)


def draft(event: EventRow) -> list[tuple[str, object]]:
    rows = queries.working_grid(event)
    return sorted((row.title.get("en", ""), row.starts_at) for row in rows if row.starts_at)


def test_a_file_is_looked_at_taken_over_and_taken_back(event: EventRow) -> None:
    key = read(event)
    report = file_by_public_id(event.id, key).report
    assert report["counts"] == {"created": 2, "changed": 0, "unchanged": 0, "removed": 0}
    assert [line for line, _reason in report["rejected"]] == [4]
    assert draft(event) == []
    uploads.apply_schedule_file(event.id, key, "Al")
    assert [title for title, _at in draft(event)] == ["Warp", "Weft"]
    first = draft(event)
    again = read(event)
    assert file_by_public_id(event.id, again).report["counts"]["unchanged"] == 2
    other = TABLE.replace("Warp,2026-11-20,18:00", "Silk,2026-11-20,19:00")
    second = read(event, other)
    uploads.apply_schedule_file(event.id, second, "Al")
    assert draft(event)[0][0] == "Silk"
    uploads.undo_schedule_file(event.id, second, "Al")
    assert draft(event) == first
    uploads.undo_schedule_file(event.id, key, "Al")
    assert (draft(event), queries.working_grid(event)) == ([], [])
    with pytest.raises(UnknownFile):
        uploads.undo_schedule_file(event.id, key, "Al")
    third = read(event)
    uploads.apply_schedule_file(event.id, third, "Al")
    assert draft(event) == first


def test_a_place_changed_since_keeps_the_whole_file(event: EventRow) -> None:
    key = read(event)
    uploads.apply_schedule_file(event.id, key, "Al")
    row = queries.working_grid(event)[0]
    assert row.starts_at
    service.move(
        service.Move(
            event_id=event.id,
            performance_id=row.performance_id,
            row_version=row.row_version,
            stage_id=row.stage_id,
            starts_at=row.starts_at + timedelta(minutes=5),
        )
    )
    before = draft(event)
    with pytest.raises(StaleEdit):
        uploads.undo_schedule_file(event.id, key, "Al")
    db.session.rollback()
    assert draft(event) == before
    assert files(event.id)[0].state == "applied"


def test_a_table_of_unknown_headers_is_mapped_and_the_map_is_kept(event: EventRow) -> None:
    strange = TABLE.replace("title,", "what,").replace("start,", "when,")
    key = read(event, strange)
    assert "unreadable" in file_by_public_id(event.id, key).report
    with pytest.raises(ImportUnreadable):
        uploads.apply_schedule_file(event.id, key, "Al")
    uploads.map_columns(event.id, key, {"title": "what", "start": "when"}, "theirs")
    assert file_by_public_id(event.id, key).report["counts"]["created"] == 2
    assert column_maps(event.id) == {"theirs": {"title": "what", "start": "when"}}


@pytest.mark.only("sqlite")
def test_the_pages_lead_from_upload_to_draft_and_back(app: Flask, event: EventRow) -> None:
    alice = make_people(event.organisation_id).client(app, "alice")
    page = "/console/e/loom/programme/files"

    def token() -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', alice.get(page).text)
        assert found
        return found[1]

    def upload(data: bytes, kind: str) -> tuple[int, str]:
        form = {"csrf_token": token(), "format": kind, "map": ""}
        answer = alice.post(page, data={**form, "file": (io.BytesIO(data), "plan.csv")})
        return answer.status_code, answer.headers.get("Location", answer.text)

    bad = b'<!DOCTYPE x [<!ENTITY a "b">]><schedule>&a;</schedule>'
    assert upload(bad, "frab-xml")[0] == 422
    assert upload(b"", "csv")[0] == 422
    status, one = upload(TABLE.encode(), "csv")
    assert status == 303
    assert "没有开始时间" in alice.get(one, headers={"Accept-Language": "zh"}).text
    columns = {"csrf_token": token(), "name": "mine", "column-title": "title"}
    columns |= {"column-start": "start", "column-minutes": "minutes", "column-day": "day"}
    assert alice.post(f"{one}/columns", data=columns).status_code == 303
    assert alice.post(f"{one}/apply", data={"csrf_token": token()}).status_code == 303
    assert len(draft(event)) == 2
    assert alice.post(f"{one}/undo", data={"csrf_token": token()}).status_code == 303
    assert draft(event) == []
