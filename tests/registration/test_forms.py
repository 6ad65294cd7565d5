"""Questions of organizers: conditions, normal forms, the page and the API."""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from eventhub.kernel.db import db
from eventhub.kernel.errors import Invalid
from eventhub.programme.queries import EventRow
from eventhub.registration import queries, service
from eventhub.registration.enums import Source
from eventhub.registration.models import Answer
from eventhub.registration.rules.forms import Ask, Fault, Kind, checked, shows
from eventhub.registration.service import Register
from tests.factories.registration import make_question, make_registration, make_ticket_type
from tests.registration.conftest import NOW
from tests.registration.test_views import hidden

YES = {"q": "visit", "op": "eq", "v": True}
CASES: list[tuple[dict[str, Any], dict[str, Any], bool]] = [
    (YES, {"visit": True}, True),
    (YES, {"visit": False}, False),
    (YES, {}, False),
    ({"q": "kind", "op": "in", "v": ["tv", "web"]}, {"kind": "web"}, True),
    ({"q": "kind", "op": "in", "v": ["tv"]}, {"kind": "web"}, False),
    ({"q": "buys", "op": "eq", "v": "men"}, {"buys": ["women", "men"]}, True),
    ({"q": "kind", "op": "set"}, {"kind": "x"}, True),
    ({"q": "kind", "op": "set", "v": False}, {}, True),
    ({"all": [YES, {"q": "kind", "op": "set"}]}, {"visit": True}, False),
    ({"any": [YES, {"q": "kind", "op": "set"}]}, {"visit": True}, True),
    ({"not": YES}, {"visit": True}, False),
]


@pytest.mark.parametrize(("condition", "answers", "expected"), CASES)
def test_conditions(condition: dict[str, Any], answers: dict[str, Any], expected: bool) -> None:
    assert shows(condition, answers) is expected


@pytest.mark.skipif(shutil.which("node") is None, reason="no node to run the page's module")
def test_the_page_evaluates_conditions_alike(tmp_path: Path) -> None:
    source = Path("static/js/registration/questions.js").read_text()
    (tmp_path / "questions.mjs").write_text(
        source.replace("document.querySelectorAll", "(() => [])")
    )
    typed = [
        (condition, {slug: _sent(value) for slug, value in answers.items()})
        for condition, answers, _ in CASES
    ]
    script = (
        'import { shows } from "./questions.mjs";'
        f"console.log(JSON.stringify({json.dumps(typed)}.map(([c, a]) => shows(c, a))))"
    )
    (tmp_path / "run.mjs").write_text(script)
    done = subprocess.run(
        ["node", "run.mjs"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == [expected for _, _, expected in CASES]


def _sent(value: Any) -> list[str]:
    words = {True: "yes", False: "no"}
    values = value if isinstance(value, list) else [value]
    return [words[one] if isinstance(one, bool) else str(one) for one in values]


@pytest.mark.parametrize(
    ("kind", "given", "expected"),
    [
        (Kind.TEXT, "  a   b ", "a b"),
        (Kind.TEXT, "x" * 201, Fault.TOO_LONG),
        (Kind.TEXT, 7, Fault.UNREADABLE),
        (Kind.TEXT, "a\x07b", Fault.UNREADABLE),
        (Kind.LONG_TEXT, "a\nb", "a\nb"),
        (Kind.CHOICE, "one", "one"),
        (Kind.CHOICE, "three", Fault.NOT_OFFERED),
        (Kind.CHOICE, ["one"], Fault.NOT_OFFERED),
        (Kind.MANY, ["two", "one"], ["one", "two"]),
        (Kind.MANY, ["three"], Fault.NOT_OFFERED),
        (Kind.MANY, [["one"]], Fault.NOT_OFFERED),
        (Kind.YES_NO, "no", False),
        (Kind.YES_NO, True, True),
        (Kind.YES_NO, 1, Fault.NOT_OFFERED),
        (Kind.NUMBER, "１２", 12),
        (Kind.NUMBER, 1.5, Fault.NOT_A_NUMBER),
        (Kind.NUMBER, "9" * 30, Fault.NOT_A_NUMBER),
        (Kind.DATE, "2001-02-03", "2001-02-03"),
        (Kind.DATE, "03/02/2001", Fault.NOT_A_DATE),
        (Kind.DATE, 20010203, Fault.NOT_A_DATE),
    ],
)
def test_answers_have_one_normal_form(kind: Kind, given: Any, expected: Any) -> None:
    result = checked([Ask("q", kind, values=("one", "two"))], {"q": given})
    found = result.faults.get("q", result.values.get("q"))
    assert found == expected
    assert type(found) is type(expected)


def test_a_question_that_is_not_asked_is_neither_required_nor_kept() -> None:
    form = [
        Ask("visit", Kind.YES_NO, is_required=True),
        Ask("how", Kind.TEXT, is_required=True, show_if=YES),
    ]
    assert checked(form, {"visit": "no", "how": "by boat"}).values == {"visit": False}
    assert checked(form, {"visit": "yes"}).faults == {"how": Fault.MISSING}
    assert checked(form, {"visit": "no", "else": 1}).faults == {"else": Fault.NOT_ASKED}


def form(event: EventRow) -> None:
    kind = make_ticket_type(event.id, slug="press")
    make_question(kind, "outlet", is_required=True)
    make_question(kind, "visit", kind="yes_no")
    make_question(kind, "how", is_required=True, show_if=YES)
    options = [
        {"value": "men", "label": {"zh": "男装", "en": "Menswear"}},
        {"value": "women", "label": {"zh": "女装", "en": "Womenswear"}},
    ]
    make_question(kind, "buys", kind="many", options=options)
    make_ticket_type(event.id, slug="public")


def test_answers_are_kept_with_the_words_that_staff_search(event: EventRow) -> None:
    form(event)
    made = make_registration(
        event.id, "press", answers={"outlet": "Tide", "visit": False, "buys": ["women"]}
    )
    rows = db.session.execute(select(Answer.value, Answer.text).order_by(Answer.id)).all()
    assert rows == [("Tide", "Tide"), (False, "False"), (["women"], "女装 Womenswear")]
    shown = queries.answers_of([made.registration_id])[made.registration_id]
    assert [answer.value for answer in shown] == ["Tide", False, ["women"]]


def test_missing_and_wrong_answers_are_named(event: EventRow) -> None:
    form(event)
    command = Register(event.id, "press", "Lin", "en", email="l@example.com")
    with pytest.raises(Invalid) as refused:
        service.register(command)
    assert list(refused.value.fields) == ["answers.outlet"]
    desk = Register(event.id, "press", "Lin", "en", email="l@example.com", source=Source.WALK_IN)
    assert isinstance(service.register(desk), service.Registered)


def test_the_page_without_scripts_shows_all_and_drops_what_is_not_asked(
    event: EventRow, client: FlaskClient, clock: Any
) -> None:
    form(event)
    path = f"/e/{event.slug}/register"
    page = client.get(path)
    assert page.text.count("data-question=") == 4
    assert 'data-types="press"' in page.text
    data = hidden(page.text) | {"name": "Lin", "email": "lin@example.com", "q_visit": "no"}
    clock(NOW + timedelta(seconds=20))
    wrong = client.post(path, data=data | {"ticket_type": "press", "q_how": "by boat"})
    assert wrong.status_code == 422
    assert "q_outlet-error" in wrong.text
    sent = data | {"ticket_type": "press", "q_how": "by boat", "q_outlet": "Tide"}
    assert client.post(path, data=sent).status_code == 303
    assert db.session.scalars(select(Answer.value).order_by(Answer.id)).all() == ["Tide", False]
    other = sent | hidden(client.get(path).text)
    other |= {"ticket_type": "public", "email": "other@example.com"}
    clock(NOW + timedelta(seconds=60))
    assert client.post(path, data=other).status_code == 303
    assert len(db.session.scalars(select(Answer)).all()) == 2
