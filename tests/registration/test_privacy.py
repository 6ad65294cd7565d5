"""An erased person is nowhere any more; data go when their time is over; totals stay equal."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner
from sqlalchemy import func, select, text

from eventhub.kernel import audit
from eventhub.kernel.db import Base, command, db
from eventhub.kernel.errors import NotFound
from eventhub.notify.models import OutboxMessage
from eventhub.programme.queries import EventRow
from eventhub.registration import queries, service
from eventhub.registration.enums import FieldClass, RegistrationState
from eventhub.registration.models import (
    Answer,
    Attendee,
    Erasure,
    Registration,
    RetentionRun,
    Ticket,
)
from eventhub.registration.queries.guests import batch_by_public_id
from eventhub.registration.queries.name_search import people_named
from eventhub.registration.rules.retention import DEFAULT_DAYS, days_of, due
from eventhub.registration.service import Purpose, Registered
from tests.conftest import Database
from tests.factories.registration import (
    make_consent_text,
    make_question,
    make_registration,
    make_ticket_type,
)
from tests.registration.conftest import NOW
from tests.registration.test_holder import code_to, link, token_of

CANARY = "Kanarienvogel"
MAIL = "kanarienvogel@example.com"
PHONE = "+8613800138777"


def plant(event: EventRow) -> Registered:
    """Put one person into every place that holds people."""
    kind = make_ticket_type(event.id, slug="public", places=3, waitlist="auto")
    make_question(kind, "shop")
    make_consent_text(event.id, "news")
    data = f"姓名,邮箱,公司,备注\n{CANARY},{MAIL},{CANARY} Ltd,{CANARY} sits\n".encode()
    found = service.preview_file(service.PreviewFile(event.id, data, "a.csv", "public"))
    batch = batch_by_public_id(event.id, found)
    made = make_registration(
        event.id,
        "public",
        name=f"{CANARY} Erste",
        email=MAIL,
        phone=PHONE,
        answers={"shop": f"{CANARY} Shop"},
        consents={"news": True},
    )
    service.apply_batch(batch.id)
    service.index_names()
    service.change_registration(
        service.ChangeRegistration(made.registration_id, names=(f"{CANARY} Zweite",))
    )
    service.send_code(made.registration_id, Purpose.DATA)
    return made


def traces(app: Flask, database: Database) -> list[str]:
    """Return where the planted person can still be read: files of SQLite, rows of PostgreSQL."""
    db.session.rollback()
    if database.name == "sqlite":
        return [
            f"{path.name}: {word}"
            for path in sorted(database.folder.iterdir())
            if path.is_file()
            for word in (CANARY, MAIL, PHONE, CANARY.lower())
            if word.encode() in path.read_bytes()
        ]
    found = []
    for table in Base.metadata.sorted_tables:
        rows = db.session.execute(text(f'SELECT t::text FROM "{table.name}" AS t'))  # noqa: S608 - our own names
        for (row,) in rows:
            if CANARY.lower() in row.lower() or PHONE in row:
                found.append(f"{table.name}: {row}")
    return found


def exports(event: EventRow) -> bytes:
    return b"".join(service.export_csv(event)) + service.export_xlsx(event)


def test_an_erased_person_is_nowhere_any_more(
    app: Flask, event: EventRow, database: Database
) -> None:
    made = plant(event)
    before = queries.counts(event.id)
    assert traces(app, database)  # the search finds what is there
    assert CANARY.encode() in exports(event)

    service.erase_by_staff(event.id, made.registration_id, reason="asked by letter")

    assert traces(app, database) == []
    assert CANARY.encode() not in exports(event)
    assert people_named(event.id, CANARY.lower()) == []
    after = queries.counts(event.id)
    assert (after.registrations, after.people) == (before.registrations, before.people)
    assert queries.verify(event.id) == []
    assert audit.verify().is_whole
    entry = audit.entries(event.id)[0]
    assert (entry.action, sorted(entry.after["fields"])[0]) == ("registration.erase", "answers")
    waiting = select(func.count()).where(OutboxMessage.state == "queued")
    assert db.session.scalar(waiting.select_from(OutboxMessage)) == 0
    with pytest.raises(NotFound):
        service.erase_by_staff(event.id + 1, made.registration_id, reason="another event")


def test_before_the_show_the_place_is_free_again(event: EventRow) -> None:
    make_ticket_type(event.id, slug="public", places=1, waitlist="auto")
    made = make_registration(event.id, "public", email=MAIL)
    waiting = make_registration(event.id, "public")
    service.erase_by_staff(event.id, made.registration_id, reason="asked")
    db.session.rollback()
    state = db.session.get_one(Registration, waiting.registration_id).state
    assert state == RegistrationState.HELD
    again = make_registration(event.id, "public", email=MAIL)  # nothing remembers the contact
    assert isinstance(again, Registered)


def test_the_person_takes_the_data_along_and_erases_them(
    app: Flask, event: EventRow, client: FlaskClient, database: Database
) -> None:
    made = plant(event)
    here = link(made)
    page = client.get(f"{here}/data?lang=en")
    form = {"csrf_token": token_of(page.text)}
    code = code_to(MAIL)
    assert client.post(f"{here}/data/export", data=form | {"take-code": "12"}).status_code == 422
    answer = client.post(f"{here}/data/export", data=form | {"take-code": code})
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    told = orjson.loads(archive.read("data.json"))
    assert told["registration"][0]["email"] == MAIL
    assert told["answers"][0]["answer"] == f"{CANARY} Shop"
    assert told["consents"][0]["given"] is True
    assert {"registration_confirmed", "registration_code"} <= {
        row["kind"] for row in told["messages"]
    }
    assert "people.csv" in archive.namelist()
    assert client.post(f"{here}/data/erase", data=form | {"erase-code": code}).status_code == 422
    sure = form | {"erase-code": code, "erase-is_sure": "y"}
    assert client.post(f"{here}/data/erase", data=sure).headers["Location"].endswith("/erased")
    assert client.get(f"/e/{event.slug}/erased").status_code == 200
    assert client.get(here).status_code == 404
    assert traces(app, database) == []


def test_what_was_erased_stays_erased_after_a_restore(
    app: Flask, event: EventRow, database: Database, runner: FlaskCliRunner, tmp_path: Path
) -> None:
    made = plant(event)
    kept = tmp_path / "kept.backup"
    assert runner.invoke(args=["ops", "backup", str(kept)]).exit_code == 0
    service.erase_by_staff(event.id, made.registration_id, reason="asked")
    assert runner.invoke(args=["ops", "restore", str(kept), "--force"]).exit_code == 0
    db.session.remove()
    assert traces(app, database) == []
    assert db.session.scalars(select(Erasure.by)).all() == ["restore"]
    again = runner.invoke(args=["registration", "reapply-erasures", "--json"])
    assert json.loads(again.output) == {"erased": 0}


@command
def enter(registration_id: int) -> None:
    ticket = db.session.scalars(
        select(Ticket)
        .join(Attendee, Attendee.id == Ticket.attendee_id)
        .where(Attendee.registration_id == registration_id)
    ).one()
    ticket.first_entry_at = NOW


def test_a_used_ticket_stays_counted_when_its_person_is_erased(event: EventRow) -> None:
    make_ticket_type(event.id, slug="public", places=1)
    made = make_registration(event.id, "public", email=MAIL)
    enter(made.registration_id)
    service.erase_by_staff(event.id, made.registration_id, reason="asked")
    db.session.rollback()
    found = db.session.get_one(Registration, made.registration_id)
    assert (found.state, found.email) == (RegistrationState.CONFIRMED, None)
    assert queries.verify(event.id) == []


def test_data_go_class_by_class_and_the_dry_run_says_the_same(
    app: Flask,
    event: EventRow,
    database: Database,
    clock: Callable[[datetime], None],
    runner: FlaskCliRunner,
) -> None:
    plant(event)
    before = queries.counts(event.id)
    assert event.ends_on is not None
    end = event.day_bounds(event.ends_on)[1]
    assert service.retain(event.id, is_dry_run=True) == []
    clock(end + timedelta(days=100))
    told = runner.invoke(args=["registration", "retention", event.slug, "--dry-run", "--json"])
    lines = {row["class"]: row["count"] for row in json.loads(told.output)["classes"]}
    assert lines["answer"] > 0
    assert set(lines) == {"health", "id_number", "picture", "answer", "message"}
    assert db.session.scalar(select(func.count()).select_from(Answer)) == 1
    done = service.retain(event.id)
    assert {line.field_class.value: line.count for line in done} == lines
    assert db.session.scalar(select(func.count()).select_from(Answer)) == 0
    clock(end + timedelta(days=400))
    dry = service.retain(event.id, is_dry_run=True)
    assert service.retain(event.id) == dry
    assert traces(app, database) == []
    assert queries.counts(event.id) == before
    assert service.retain(event.id, is_dry_run=True)[0].count == 0
    assert len(db.session.scalars(select(RetentionRun)).all()) == 2
    assert service.retain_everywhere() == 0


def test_days_are_those_that_were_chosen_else_the_defaults() -> None:
    assert days_of({"contact": 3, "name": -1, "health": "x"}) == {
        **DEFAULT_DAYS,
        FieldClass.CONTACT: 3,
    }
    at = NOW
    days = {FieldClass.CONTACT: 3, FieldClass.NAME: 4}
    found = due(days, ended_at=at - timedelta(days=3), at=at)
    assert [(one.field_class, one.cut_off) for one in found] == [
        (FieldClass.CONTACT, at - timedelta(days=3))
    ]
