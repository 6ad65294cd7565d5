"""The summary of admissions: what the scans say, kept as long as nothing has changed."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select, text

from eventhub.checkin import queries as checkin
from eventhub.checkin.models import Admission
from eventhub.exposure.jobs import summarise_due
from eventhub.exposure.models import AdmissionSummary
from eventhub.exposure.queries.presence import Presence, counted, fingerprint, presence
from eventhub.exposure.service import summarise_admissions
from eventhub.kernel.db import command, db
from eventhub.programme.queries import EventRow, event_by_slug

pytestmark = pytest.mark.only("sqlite")


@pytest.fixture
def festival(demo_app: Flask) -> EventRow:
    """Return the demonstration with its admissions."""
    return event_by_slug("demo")


def test_the_summary_says_what_the_gates_say(festival: EventRow) -> None:
    found, whole = counted(festival), checkin.totals(festival.id)
    assert (found.entries, found.visits, found.visitors) == (
        whole.entries,
        whole.visits,
        whole.visitors,
    )
    assert found.entries >= found.visits >= found.visitors >= found.again
    assert sum(n for _at, _gate, n in found.gate_hours) == found.entries
    assert sum(n for _at, _type, n in found.type_hours) == found.entries
    days = [row.day for row in checkin.entries(festival.id) if row.entries]
    assert found.held() == days
    hours = {
        (row.starts_at.isoformat(), row.gate_id): row.entries
        for row in checkin.admissions_by_hour(festival)
    }
    assert {(at, gate): n for at, gate, n in found.gate_hours} == hours


def test_people_of_two_days_are_those_whose_days_add_up(festival: EventRow) -> None:
    found = counted(festival)
    assert found.visits - found.visitors >= found.again > 0


def test_a_kept_summary_reads_like_a_counted_one(festival: EventRow) -> None:
    summarise_admissions(festival.id)
    assert not summarise_admissions(festival.id)
    kept = db.session.get_one(AdmissionSummary, festival.id)
    assert Presence.of(kept.summary) == counted(festival) == presence(festival)


def test_one_changed_row_makes_the_kept_summary_void(demo_app: Flask, festival: EventRow) -> None:
    before = fingerprint(festival)
    one = db.session.scalars(
        select(Admission.id).where(Admission.event_id == festival.id).limit(1)
    ).one()
    changes = (
        "UPDATE admission SET entered_at_ms = entered_at_ms + 1 WHERE id = :id",
        "UPDATE ticket SET status = 'blocked' WHERE id = "
        "(SELECT ticket_id FROM admission WHERE id = :id)",
        "UPDATE ticket_type SET counts_as_visitor = NOT counts_as_visitor WHERE id = "
        "(SELECT MIN(id) FROM ticket_type)",
    )
    for sql in changes:
        db.session.execute(text(sql), {"id": one})
        assert fingerprint(festival) != before, sql
        db.session.rollback()
    assert fingerprint(festival) == before


def test_the_leader_summarises_events_of_today(demo_app: Flask, festival: EventRow) -> None:
    @command
    def forget() -> None:
        db.session.execute(text("DELETE FROM admission_summary"))

    forget()
    assert summarise_due() == 1
    assert summarise_due() == 0
