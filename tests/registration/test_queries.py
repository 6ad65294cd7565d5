"""Lists, search, counts and the recount, and their commands."""

from __future__ import annotations

import json
from datetime import timedelta

from flask.testing import FlaskCliRunner
from sqlalchemy import update

from eventhub.kernel import clock as kernel_clock
from eventhub.kernel.db import db
from eventhub.programme.queries import EventRow
from eventhub.registration import queries, service
from eventhub.registration.models import Quota
from eventhub.registration.rules.admission import Availability
from tests.assertions import assert_queries
from tests.factories.registration import (
    make_consent_text,
    make_registration,
    make_ticket_type,
    make_window,
)
from tests.registration.conftest import NOW


def names(event: EventRow, q: str) -> list[str]:
    return [row.name for row in queries.registrations(event.id, q)]


def test_types_stand_with_their_places_in_four_statements(event: EventRow) -> None:
    for number in (1, 2):
        make_window(event.id, number, NOW + timedelta(days=number))
    make_ticket_type(event.id, slug="day", places=20, day_windows=(1, 2), position=1)
    make_ticket_type(event.id, slug="open", places=None, position=2)
    make_ticket_type(event.id, slug="crew", visibility="hidden", position=3)
    for _ in range(19):
        make_registration(event.id, "day", window_no=1)
    with assert_queries(4):
        rows = queries.open_ticket_types(event, kernel_clock.now())
    assert [(row.slug, row.left, row.state) for row in rows] == [
        ("day", 21, Availability.OPEN),
        ("open", None, Availability.OPEN),
    ]
    assert [(window.left, window.state) for window in rows[0].windows] == [
        (1, Availability.FEW),
        (20, Availability.OPEN),
    ]


def test_a_closed_quota_has_no_places(event: EventRow) -> None:
    make_ticket_type(event.id, slug="public")
    db.session.execute(update(Quota).values(closed_at=NOW))
    db.session.commit()
    assert queries.open_ticket_types(event, NOW)[0].state is Availability.FULL


def test_the_newest_text_of_each_consent_is_asked(event: EventRow) -> None:
    make_consent_text(event.id, "news", text={"zh": "旧", "en": "old"})
    make_consent_text(event.id, "news", version=2, text={"zh": "新", "en": "new"})
    make_consent_text(event.id, "entry", is_required=True)
    found = queries.consent_texts(event.id)
    assert [(row.purpose, row.text["zh"]) for row in found] == [
        ("entry", "条文 entry"),
        ("news", "新"),
    ]


def test_people_are_found_by_name_address_phone_end_and_code(event: EventRow) -> None:
    make_ticket_type(event.id, slug="public", places=None, max_group=2)
    first = make_registration(
        event.id, "public", name="陈欣怡", email="xinyi@example.com", phone="+8613800138000"
    )
    make_registration(event.id, "public", name="Ana María", others=("欧阳娜娜",))
    assert names(event, "欣怡") == ["陈欣怡"]
    assert names(event, "ana m") == ["Ana María"]
    assert names(event, "娜娜") == ["Ana María"]
    assert names(event, "XINYI@") == ["陈欣怡"]
    assert names(event, "138000") == ["陈欣怡"]
    assert names(event, "８０００") == ["陈欣怡"]
    assert names(event, "000") == []
    assert names(event, first.code.lower()) == ["陈欣怡"]
    assert names(event, "%") == []
    assert names(event, "") == ["Ana María", "陈欣怡"]


def test_a_list_of_any_length_is_one_statement(event: EventRow) -> None:
    make_ticket_type(event.id, slug="public")
    for count in (1, 3):
        while len(queries.registrations(event.id)) < count:
            make_registration(event.id, "public")
        with assert_queries(1):
            assert len(queries.registrations(event.id)) == count


def test_counts_are_people_by_state(event: EventRow) -> None:
    make_ticket_type(event.id, slug="public", places=2, waitlist="auto", max_group=2)
    make_ticket_type(event.id, slug="press", approval="required")
    make_registration(event.id, "public", others=("甲",))
    make_registration(event.id, "public")
    gone = make_registration(event.id, "press")
    make_registration(event.id, "press")
    service.cancel(gone.registration_id)
    assert queries.counts(event.id) == queries.Counts(
        registrations=4, people=5, confirmed=2, pending=1, waitlisted=1, cancelled=1, tickets=2
    )


def test_the_recount_finds_a_counter_that_is_wrong(event: EventRow, runner: FlaskCliRunner) -> None:
    make_ticket_type(event.id, slug="public")
    make_registration(event.id, "public")
    command = ["registration", "verify", event.slug, "--json"]
    right = runner.invoke(args=command)
    assert (right.exit_code, json.loads(right.output)) == (0, {"differences": [], "agrees": True})
    db.session.execute(update(Quota).values(used=3))
    db.session.commit()
    wrong = runner.invoke(args=command)
    assert wrong.exit_code == 1
    assert json.loads(wrong.output)["differences"] == [
        {"what": "quota public/0 used", "counted": 3, "expected": 1}
    ]


def test_commands_list_and_count(event: EventRow, runner: FlaskCliRunner) -> None:
    make_ticket_type(event.id, slug="public")
    made = make_registration(event.id, "public", name="陈欣怡")
    listed = json.loads(runner.invoke(args=["registration", "list", event.slug, "--json"]).output)
    assert [(row["code"], row["name"]) for row in listed["registrations"]] == [
        (made.code, "陈欣怡")
    ]
    counted = json.loads(
        runner.invoke(args=["registration", "counts", event.slug, "--json"]).output
    )
    assert (counted["confirmed"], counted["tickets"]) == (1, 1)
    assert made.code in runner.invoke(args=["registration", "list", event.slug]).output
    unknown = runner.invoke(args=["registration", "counts", "nowhere"])
    assert unknown.exit_code == 1
