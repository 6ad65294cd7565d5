"""Questions that are answered with a file: sent, refused, given out, taken along, erased."""

from __future__ import annotations

import base64
import csv
import io
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from eventhub.kernel.db import db
from eventhub.kernel.uploads import PDF
from eventhub.programme.queries import EventRow
from eventhub.registration import service
from eventhub.registration.models import Answer, AnswerFile, Attendee, Registration
from eventhub.registration.queries import answers_of, registration_face
from eventhub.registration.rules.forms import Ask, Fault, FileAnswer, Kind, checked
from tests.assertions import assert_html, assert_problem
from tests.factories.registration import make_question, make_registration, make_ticket_type
from tests.kernel.test_uploads import PAPER
from tests.people import make_people
from tests.registration.conftest import NOW, Place, make_place
from tests.registration.test_api import key_for
from tests.registration.test_views import FORM, filled, hidden, token_of
from tests.security.test_bombs import picture, png_bomb

API = "/api/v1/events/yunan/registrations"
CANARY = b"zyxkanarin7731"
SECRET = PAPER.replace(b"<<>>\nendobj", b"<<" + CANARY + b">>\nendobj")
CARD = FileAnswer("card.pdf", PDF, len(SECRET), SECRET, "a" * 64)


@pytest.fixture
def event(place: Place) -> EventRow:
    """Return the event with a ticket type that asks for a press card, if one likes."""
    kind = make_ticket_type(place.event.id, slug="public", places=50, transfer="free")
    make_question(kind, "card", kind="file", field_class="picture", label={"en": "Press card"})
    return place.event


def send(client: FlaskClient, data: dict[str, Any], *files: tuple[bytes, str]) -> TestResponse:
    parts = [FileStorage(io.BytesIO(content), name) for content, name in files]
    return client.post(FORM, **multipart(data | ({"q_card": parts[0]} if parts else {})))


def multipart(data: dict[str, Any]) -> dict[str, Any]:
    """Return the body of a form in memory: the client leaves large ones in open files."""
    boundary, body = encode_multipart(data)
    return {"data": body, "content_type": f"multipart/form-data; boundary={boundary}"}


def kept() -> list[tuple[str, str, int]]:
    """Return name, type and size of each file that is kept."""
    db.session.rollback()
    rows = select(AnswerFile.name, AnswerFile.mimetype, func.length(AnswerFile.data))
    return [tuple(row) for row in db.session.execute(rows.order_by(AnswerFile.answer_id))]


def people() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Registration)) or 0


def test_a_guest_sends_a_picture_with_the_form(
    event: EventRow, client: FlaskClient, clock: Callable[[datetime], None]
) -> None:
    page = assert_html(client.get(f"{FORM}?lang=en"))
    for words in ('enctype="multipart/form-data"', 'type="file"', "up to 5 MB", "Press card"):
        assert words in page
    data = filled(client)
    clock(NOW + timedelta(seconds=20))
    assert send(client, data, (picture("PNG"), "证件.png")).status_code == 303
    ((name, mimetype, size),) = kept()
    assert (name, mimetype) == ("证件.jpg", "image/jpeg")
    answer = db.session.scalars(select(Answer)).one()
    assert answer.value == {"name": "证件.jpg", "type": "image/jpeg", "bytes": size}
    assert answer.text == "证件.jpg"
    # the same form once more leads to the same registration
    assert send(client, data, (picture("PNG"), "证件.png")).status_code == 303
    assert (people(), len(kept())) == (1, 1)


def test_without_a_file_the_form_goes_as_it_did(
    event: EventRow, client: FlaskClient, clock: Callable[[datetime], None]
) -> None:
    data = filled(client)
    clock(NOW + timedelta(seconds=20))
    assert send(client, data | {"q_card": "words"}, (b"", "")).status_code == 303
    assert (people(), kept()) == (1, [])


def test_a_refused_form_keeps_what_was_typed_and_asks_for_the_file_again(
    event: EventRow, client: FlaskClient, clock: Callable[[datetime], None]
) -> None:
    data = filled(client, f"{FORM}?lang=en", name="林知夏")
    clock(NOW + timedelta(seconds=20))
    page = assert_html(send(client, data | {"email": "nobody"}, (SECRET, "card.pdf")), 422)
    for words in ('value="林知夏"', 'value="nobody"', "Choose the file once more"):
        assert words in page
    for content, words in (
        (b"<script>zqx()</script>", "Send a picture (PNG, JPEG, WebP) or a PDF."),
        (png_bomb(10_000), "more than 25 million points"),
        (PAPER + bytes(9 * 2**20), "larger than 5 MB"),
    ):
        page = assert_html(send(client, data, (content, "card.pdf")), 422)
        assert words in page
        assert 'href="#q_card"' in page
        assert 'value="林知夏"' in page
    assert (people(), kept()) == (0, [])
    assert send(client, data, (PAPER + bytes(19 * 2**20), "card.pdf")).status_code == 413
    other = {"contact": FileStorage(io.BytesIO(bytes(9 * 2**20)), "a.pdf")}
    assert client.post("/e/yunan/lost-ticket", **multipart(other)).status_code == 413


def test_a_needed_file_is_asked_for(
    place: Place, client: FlaskClient, clock: Callable[[datetime], None]
) -> None:
    kind = make_ticket_type(place.event.id, slug="public", places=5)
    make_question(kind, "card", kind="file", is_required=True)
    data = filled(client, f"{FORM}?lang=en")
    clock(NOW + timedelta(seconds=20))
    page = assert_html(send(client, data), 422)
    assert "Answer this question." in page
    page = assert_html(send(client, data, (b"GIF89a", "card.gif")), 422)
    assert "Send a picture" in page
    assert "Answer this question." not in page


def test_programs_send_files_in_base64(event: EventRow, place: Place, client: FlaskClient) -> None:
    headers = key_for(place, "registrations:write")

    def post(card: Any) -> TestResponse:
        body = {
            "ticket_type": "public",
            "contact": {"email": "a@example.com"},
            "attendees": [{"name": "Ana"}],
            "answers": {"card": card},
        }
        return client.post(API, json=body, headers=headers | {"Accept-Language": "en"})

    data = base64.b64encode(SECRET).decode()
    for wrong in ("card.pdf", {"name": "a.pdf"}, {"name": "card.pdf", "type": PDF, "bytes": 3}):
        problem = assert_problem(post(wrong), 422, "invalid")
        assert problem["fields"] == {"answers.card": ["Send a picture (PNG, JPEG, WebP) or a PDF."]}
    for wrong, words in (("%%", "This value can not be used."), ("", "The file is empty.")):
        problem = assert_problem(post({"name": "a.pdf", "data": wrong}), 422, "invalid")
        assert problem["fields"] == {"answers.card": [words]}
    assert post({"name": "card.pdf", "data": data}).status_code == 201
    assert kept() == [("card.pdf", PDF, len(SECRET))]


def test_only_who_may_see_guests_gets_the_file(
    event: EventRow, app: Flask, client: FlaskClient
) -> None:
    made = make_registration(event.id, "public", answers={"card": CARD})
    (answer,) = answers_of([made.registration_id])[made.registration_id]
    path = f"/console/e/yunan/answers/{answer.file}"
    team = make_people(event.organisation_id)
    got = team.client(app, "alice").get(path)
    assert (got.status_code, got.data) == (200, SECRET)
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert got.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert got.headers["Cache-Control"] == "no-store"
    assert got.mimetype == "application/octet-stream"
    for name, status in (("bob", 403), ("dana", 403), ("charlie", 404), ("erin", 404)):
        assert team.client(app, name).get(path).status_code == status, name
    assert client.get(path).status_code == 303
    make_place("other", organisation_id=event.organisation_id)
    other = path.replace("yunan", "other")
    assert team.client(app, "alice").get(other).status_code == 404


def test_the_file_stands_in_the_approval_and_in_lists_by_name(place: Place, app: Flask) -> None:
    kind = make_ticket_type(place.event.id, slug="press", places=9, approval="required")
    make_question(kind, "card", kind="file", label={"zh": "记者证", "en": "Press card"})
    make_question(kind, "diet", kind="yes_no", label={"zh": "素食", "en": "=Diet"})
    card = FileAnswer("=1+1.pdf", PDF, len(SECRET), SECRET, "a" * 64)
    made = make_registration(place.event.id, "press", answers={"card": card, "diet": True})
    make_registration(place.event.id, "press", name="=2+2")
    alice = make_people(place.event.organisation_id).client(app, "alice")
    queue = alice.get("/console/e/yunan/approval", headers={"Accept-Language": "en"}).text
    (answer, _diet) = answers_of([made.registration_id])[made.registration_id]
    assert f'href="/console/e/yunan/answers/{answer.file}"' in queue
    page = alice.get(f"/console/e/yunan/guests/{made.code}", headers={"Accept-Language": "en"})
    for words in (f"/answers/{answer.file}", "=1+1.pdf", "Press card", "Diet", "Yes"):
        assert words in page.text
    assert f"/guests/{made.code}" in alice.get("/console/e/yunan/guests").text
    assert alice.get("/console/e/yunan/guests/NOBODY").status_code == 404
    with app.test_request_context(headers={"Accept-Language": "en"}):
        lines = b"".join(service.export_csv(place.event)).decode("utf-8-sig")
        book = service.export_xlsx(place.event)
    rows = list(csv.reader(io.StringIO(lines)))
    assert [row[-2:] for row in rows] == [
        ["Press card", "'=Diet"],
        ["'=1+1.pdf", "Yes"],
        ["", ""],
    ]
    assert b"<f>" not in zipfile.ZipFile(io.BytesIO(book)).read("xl/worksheets/sheet1.xml")


def test_the_person_takes_the_file_along(event: EventRow) -> None:
    made = make_registration(event.id, "public", answers={"card": CARD})
    archive = zipfile.ZipFile(io.BytesIO(service.export_data(made.registration_id, by="self")))
    (path,) = [name for name in archive.namelist() if name.startswith("files/")]
    assert archive.read(path) == SECRET
    answers = orjson.loads(archive.read("data.json"))["answers"]
    assert [row["answer"] for row in answers] == [CARD.told]


def test_a_file_goes_with_its_person_and_leaves_no_trace(event: EventRow, app: Flask) -> None:
    made = make_registration(event.id, "public", answers={"card": CARD})
    assert on_disk(app)
    service.erase_by_staff(event.id, made.registration_id, reason="asked")
    assert kept() == []
    assert not on_disk(app)


def on_disk(app: Flask) -> bool:
    """Tell whether the database files hold the canary; of SQLite only."""
    if db.engine.dialect.name != "sqlite":
        return db.session.execute(text("SELECT count(*) FROM answer_file")).scalar() != 0
    db.session.rollback()
    path = Path(str(db.engine.url.database))
    files = [path, path.with_name(path.name + "-wal")]
    return any(CANARY in file.read_bytes() for file in files if file.exists())


def test_a_file_is_kept_as_long_as_its_class(
    event: EventRow, clock: Callable[[datetime], None]
) -> None:
    make_registration(event.id, "public", answers={"card": CARD})
    ended_at = event.day_bounds(event.days()[-1])[1]
    clock(ended_at + timedelta(days=29))
    service.retain(event.id)
    assert len(kept()) == 1
    clock(ended_at + timedelta(days=31))
    gone = {line.field_class: line.count for line in service.retain(event.id)}
    assert (gone["picture"], kept()) == (1, [])


def test_a_file_goes_along_to_another_kind_of_ticket_but_not_to_another_person(
    event: EventRow, client: FlaskClient
) -> None:
    forum = make_ticket_type(event.id, slug="forum", places=5)
    make_question(forum, "pass", kind="file", is_required=True)
    made = make_registration(event.id, "public", answers={"card": CARD})
    face = registration_face(made.registration_id)
    assert [row.slug for row in service.other_types(event, face)] == []
    page = client.get(f"/t/{token_of(made)}/transfer")
    assert 'enctype="multipart/form-data"' in page.text
    sent = hidden(page.text) | {
        "ticket_type": "public",
        "name": "Ana",
        "email": "ana@example.com",
        "q_card": (io.BytesIO(picture("JPEG")), "ana.jpg"),
    }
    assert client.post(f"/t/{token_of(made)}/transfer", data=sent).status_code == 303
    names = db.session.execute(
        select(Attendee.display_name, Answer.text)
        .join(Answer, Answer.attendee_id == Attendee.id)
        .order_by(Attendee.id)
    )
    assert [tuple(row) for row in names] == [("陈欣怡", "card.pdf"), ("Ana", "ana.jpg")]


def test_a_kept_file_is_an_answer_to_the_rules() -> None:
    ask = Ask("card", Kind.FILE, is_required=True)
    after = Ask("more", Kind.TEXT, show_if={"q": "card", "op": "set"})
    assert checked([ask, after], {"card": CARD, "more": "x"}).values == {"card": CARD, "more": "x"}
    assert checked([ask], {"card": "card.pdf"}).faults == {"card": Fault.NOT_A_FILE}
    assert checked([ask], {"card": CARD.told}).faults == {"card": Fault.NOT_A_FILE}
    assert checked([ask], {}).faults == {"card": Fault.MISSING}
