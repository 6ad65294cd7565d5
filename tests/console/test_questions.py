"""Questions of the registration form set up in the console."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from eventhub.checkin.queries.options import entry_questions
from eventhub.kernel.db import db
from eventhub.kernel.errors import Invalid
from eventhub.programme.queries import EventRow
from eventhub.registration.models import Answer, Question
from eventhub.registration.queries import answers_of, form_of
from eventhub.registration.queries.question_set_up import QuestionSetUp, question_set_ups
from eventhub.registration.rules.forms import Kind, condition_of, named_in, parts_of
from tests.console.test_proposals import post
from tests.factories.programme import default_organisation, make_event
from tests.factories.registration import make_question, make_registration, make_ticket_type
from tests.people import make_people

C = "/console/e/loom/questions"
ENGLISH = {"Accept-Language": "en"}
FORM = {"kind": "text", "ask_at": "registration", "field_class": "answer"}


@pytest.fixture
def event(app: Flask) -> EventRow:
    return make_event(
        slug="loom", organisation_id=default_organisation(), is_registration_open=True
    )


@pytest.fixture
def alice(app: Flask, event: EventRow) -> FlaskClient:
    return make_people(event.organisation_id).client(app, "alice")


def one(event: EventRow, slug: str) -> QuestionSetUp:
    return next(row for row in question_set_ups(event.id) if row.slug == slug)


def order(event: EventRow) -> list[str]:
    return [row.slug for row in question_set_ups(event.id)]


def options(*words: str) -> dict[str, str]:
    """Return the lines of a form with new answers, in English."""
    return {f"options-{number}-en": word for number, word in enumerate(words)}


def test_questions_are_made_asked_reworded_moved_and_ended(
    alice: FlaskClient, event: EventRow
) -> None:
    press = make_ticket_type(event.id, slug="press", places=9)
    crew = make_ticket_type(event.id, slug="crew", places=9)
    assert "No question yet" in alice.get(C, headers=ENGLISH).text
    both = {"types": [str(press.id), str(crew.id)]}
    medium = FORM | both | {"label_zh": "媒体", "label_en": "Medium", "kind": "choice"}
    assert post(alice, f"{C}/form", **medium, **options("Print")).status_code == 422
    assert post(alice, f"{C}/form", **medium, **options("Print", "", "TV")).status_code == 303
    made = one(event, "medium")
    assert [(row.value, row.label) for row in made.options] == [
        ("print", {"en": "Print"}),
        ("tv", {"en": "TV"}),
    ]

    crew_card = FORM | {"label_en": "Press card", "is_required": "y", "types": [str(press.id)]}
    assert post(alice, f"{C}/form", **crew_card, condition=["medium=tv"]).status_code == 303
    assert one(event, "press_card").show_if == {"q": "medium", "op": "eq", "v": "tv"}
    page = alice.get(f"{C}/form/press_card", headers=ENGLISH).text
    assert 'value="medium=tv" checked' in page
    shown = alice.get(f"{C}/preview?as=en", headers=ENGLISH).text
    assert "Press card" in shown
    assert "&#34;v&#34;: &#34;tv&#34;" in shown

    # a question is answered; then its words change
    guest = make_registration(event.id, "press", answers={"medium": "print"})
    changed = {
        "label_en": "Which medium?",
        "options-0-value": "print",
        "options-0-en": "Newspaper",
        "options-1-value": "tv",
        "options-1-en": "Television",
    }
    assert post(alice, f"{C}/form/medium", **(medium | changed)).status_code == 303
    again = one(event, "medium")
    assert (again.version, again.answers, again.older) == (2, 0, 1)
    assert [row.slug for row in form_of(press.id)] == ["medium", "press_card"]
    told = answers_of([registration_id(guest)])[registration_id(guest)][0]
    assert (told.question, told.labels) == ({"zh": "媒体", "en": "Medium"}, ({"en": "Print"},))
    # without answers to the newest version its words change in place
    assert post(alice, f"{C}/form/medium", **(medium | changed)).status_code == 303
    assert one(event, "medium").version == 2

    assert (
        post(alice, f"{C}/form/medium", **(medium | changed | {"kind": "text"})).status_code == 422
    )
    up = post(alice, f"{C}/press_card/up")
    assert (up.status_code, "stays behind it" in up.text) == (409, True)
    needed = post(alice, f"{C}/medium/end")
    assert (needed.status_code, order(event)) == (409, ["medium", "press_card"])
    assert post(alice, f"{C}/press_card/end").status_code == 303
    assert post(alice, f"{C}/medium/end").status_code == 303
    assert form_of(press.id) == []
    assert "Not asked any more" in alice.get(C, headers=ENGLISH).text
    assert post(alice, f"{C}/form/press_card", **crew_card).status_code == 303
    assert [row.slug for row in form_of(press.id)] == ["press_card"]


def test_a_question_for_the_gate_is_asked_there_and_not_in_the_form(
    alice: FlaskClient, event: EventRow
) -> None:
    press = make_ticket_type(event.id, slug="press", places=9)
    at_gate = {"ask_at": "check_in", "types": [str(press.id)], "label_en": "Coat"}
    refused = post(alice, f"{C}/form", **(FORM | at_gate | {"kind": "phone"}))
    assert (refused.status_code, order(event)) == (422, [])
    assert post(alice, f"{C}/form", **(FORM | at_gate | {"kind": "yes_no"})).status_code == 303
    assert form_of(press.id) == []
    assert [row.slug for row in form_of(press.id, "check_in")] == ["coat"]
    after = FORM | at_gate | {"label_en": "Colour", "condition": ["coat=yes"]}
    assert post(alice, f"{C}/form", **after).status_code == 422
    assert list(entry_questions(event.id)) == ["coat"]
    assert "asked at the gate" in alice.get(C, headers=ENGLISH).text


def registration_id(guest: Any) -> int:
    return int(guest.face.id)


def test_conditions_that_can_not_hold_are_refused(alice: FlaskClient, event: EventRow) -> None:
    press = make_ticket_type(event.id, slug="press", places=9)
    crew = make_ticket_type(event.id, slug="crew", places=9)
    make_question(press, "camera", kind="yes_no")
    make_question(press, "gear", show_if={"not": {"q": "camera", "op": "eq", "v": True}})
    lamp = FORM | {"label_en": "Lamp", "types": [str(crew.id)]}
    deaf = post(alice, f"{C}/form", **lamp, condition=["camera=yes"])
    assert (deaf.status_code, "would never be asked" in deaf.text) == (422, True)
    for wrong in ({"condition": ["moon=yes"]}, {"types": ["77"]}, {"label_en": ""}):
        assert post(alice, f"{C}/form", **(lamp | wrong)).status_code == 422
    assert alice.get(f"{C}/form/moon").status_code == 404
    assert post(alice, f"{C}/moon/end").status_code == 404
    # a condition that boxes can not show stays, until it is let go
    page = alice.get(f"{C}/form/gear", headers=ENGLISH).text
    assert "set by other means" in page
    gear = FORM | {"label_en": "Gear", "types": [str(press.id)]}
    assert post(alice, f"{C}/form/gear", **gear, keeps_condition="y").status_code == 303
    assert one(event, "gear").show_if == {"not": {"q": "camera", "op": "eq", "v": True}}
    assert post(alice, f"{C}/camera/down").status_code == 409
    assert post(alice, f"{C}/form/gear", **gear).status_code == 303
    assert one(event, "gear").show_if is None
    assert post(alice, f"{C}/camera/down").status_code == 303
    assert order(event) == ["gear", "camera"]


def test_more_lines_keep_what_was_typed_and_save_nothing(
    alice: FlaskClient, event: EventRow
) -> None:
    asked = FORM | {"label_en": "Colour", "kind": "many"} | options("Red", "Blue")
    page = post(alice, f"{C}/form", **asked, more="1")
    assert (page.status_code, page.text.count('value="Red"')) == (200, 1)
    assert page.text.count('class="question-option"') == 6
    assert question_set_ups(event.id) == []


def test_guests_answer_new_kinds_and_nothing_of_check_in(event: EventRow) -> None:
    kind = make_ticket_type(event.id, slug="press", places=9)
    for slug in ("phone", "email", "country"):
        make_question(kind, slug, kind=slug)
    make_question(kind, "badge", ask_at="check_in", is_required=True)
    given = {"phone": "０138 0013 8000".lstrip("０"), "email": "A@Example.COM", "country": "CN"}
    guest = make_registration(event.id, "press", answers=given)
    rows = db.session.execute(
        select(Question.slug, Answer.value, Answer.text)
        .join(Answer, Answer.question_id == Question.id)
        .order_by(Answer.id)
    )
    assert [tuple(row) for row in rows] == [
        ("phone", "+8613800138000", "+8613800138000"),
        ("email", "a@example.com", "a@example.com"),
        ("country", "CN", "中国 China"),
    ]
    country = answers_of([registration_id(guest)])[registration_id(guest)][2]
    assert country.labels == ({"zh": "中国", "en": "China"},)
    with pytest.raises(Invalid) as refused:
        make_registration(event.id, "press", answers={"phone": "12", "email": "x", "country": "XX"})
    assert set(refused.value.fields) == {"answers.phone", "answers.email", "answers.country"}


def test_conditions_are_read_and_made() -> None:
    leaf = {"q": "kind", "op": "in", "v": ["tv", "web"]}
    both = {"all": [leaf, {"q": "visit", "op": "set"}]}
    for condition in (None, leaf, both, {"q": "visit", "op": "eq", "v": True}):
        parts = parts_of(condition)
        assert parts is not None
        assert condition_of(parts) == condition
    for other in ({"any": [leaf]}, {"not": leaf}, {"all": [leaf, leaf]}):
        assert parts_of(other) is None
    assert named_in({"not": {"any": [leaf, {"q": "visit", "op": "set"}]}}) == {
        "kind": ["tv", "web"],
        "visit": [],
    }
    assert Kind.COUNTRY.value == "country"
