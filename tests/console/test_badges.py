"""Badges to print."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import update

from eventhub.kernel.db import db
from eventhub.programme.queries import EventRow
from eventhub.registration import badges, qr
from eventhub.registration.codes import ticket_code
from eventhub.registration.models import Ticket
from eventhub.registration.queries.badges import badge_counts, badge_rows
from tests.factories.programme import default_organisation, make_event
from tests.factories.registration import make_registration, make_ticket_type
from tests.people import make_people

C = "/console/e/loom"
NAMES = ("陈欣怡", "喆堃镕", "Zoë Ångström", "Maximiliane von Hohenlohe-Schillingsfürst zu Corvey")


@pytest.fixture
def event(app: Flask) -> EventRow:
    return make_event(
        slug="loom", organisation_id=default_organisation(), is_registration_open=True
    )


@pytest.fixture
def alice(app: Flask, event: EventRow) -> FlaskClient:
    app.config["WTF_CSRF_ENABLED"] = False
    return make_people(event.organisation_id).client(app, "alice")


def pages(data: bytes) -> list[str]:
    """Return the text of each page."""
    return [page.extract_text() for page in PdfReader(io.BytesIO(data)).pages]


def test_badges_of_a_type_and_of_one_registration(alice: FlaskClient, event: EventRow) -> None:
    make_ticket_type(event.id, slug="press", places=20)
    make_ticket_type(event.id, slug="crew", places=20)
    made = [
        make_registration(event.id, "press", name=name, email=f"p{number}@loom.example")
        for number, name in enumerate(NAMES)
    ]
    make_registration(event.id, "crew", name="李娜", email="crew@loom.example")
    assert badge_counts(event.id) == {"press": 4, "crew": 1}
    assert "Badges" in alice.get(f"{C}/guest-lists?lang=en").text

    form = {"badges_of": "press", "paper": "a6", "first": "1"}
    answer = alice.post(f"{C}/badges.pdf", data=form)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.headers["Cache-Control"] == "no-store"
    found = pages(answer.data)
    assert len(found) == 4
    for name in NAMES:
        assert any("".join(name.split()) in "".join(text.split()) for text in found), name
    assert not any("李娜" in text for text in found)

    four = alice.post(f"{C}/badges.pdf", data=form | {"badges_of": "", "paper": "a4"})
    assert [len(pages(four.data))] == [2], "five people, four on a page"
    rest = alice.post(f"{C}/badges.pdf", data=form | {"first": "4"})
    assert len(pages(rest.data)) == 1
    assert alice.post(f"{C}/badges.pdf", data=form | {"first": "9"}).status_code == 404
    assert alice.post(f"{C}/badges.pdf", data=form | {"first": "0"}).status_code == 422

    one = alice.get(f"{C}/badges/{made[0].code}.pdf")
    assert NAMES[0] in pages(one.data)[0]
    assert made[0].code in pages(one.data)[0]
    guests = alice.get(f"{C}/guests?lang=en").text
    assert f"{C}/badges/{made[0].code}.pdf" in guests


def test_the_picture_on_a_badge_is_the_code_of_the_ticket(
    app: Flask, alice: FlaskClient, event: EventRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_ticket_type(event.id, slug="press", places=20)
    made = make_registration(event.id, "press", name="陈欣怡")
    drawn: list[str] = []
    draw = qr.svg
    monkeypatch.setattr(badges.qr, "svg", lambda code: drawn.append(code) or draw(code))
    assert alice.get(f"{C}/badges/{made.code}.pdf").status_code == 200
    with app.test_request_context():
        code = ticket_code(made.face, made.face.attendees[0])
    assert code is not None
    assert drawn == [code.signed]


def test_who_has_no_valid_ticket_has_no_badge(alice: FlaskClient, event: EventRow) -> None:
    make_ticket_type(event.id, slug="press", places=9)
    make_registration(event.id, "press", name="陈欣怡")
    blocked = make_registration(event.id, "press", name="李娜", email="li@loom.example")
    assert {row.name for row in badge_rows(event.id)} == {"陈欣怡", "李娜"}
    ticket = blocked.face.attendees[0].ticket
    assert ticket is not None
    db.session.execute(update(Ticket).where(Ticket.id == ticket.id).values(status="blocked"))
    db.session.commit()
    assert [row.name for row in badge_rows(event.id)] == ["陈欣怡"]
    assert alice.get(f"{C}/badges/{blocked.code}.pdf").status_code == 404
