"""Work for browsers, a plain question without script, and guardians of children."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventhub.kernel.db import db
from eventhub.registration import botcheck, service
from eventhub.registration.models import GuardianConsent, Registration
from eventhub.registration.rules import work
from eventhub.settings import ROOT
from tests.factories.registration import make_ticket_type
from tests.registration.conftest import NOW, Place
from tests.registration.test_views import FORM, HIDDEN, after, rows

pytestmark = pytest.mark.only("sqlite")
BOTH = pytest.mark.only("sqlite", "postgresql")
NONCE = bytes(range(16))
VECTORS = {8: 80, 12: 631, 16: 56427}
WORK = re.compile(r'name="work"[^>]*value="([^"]*)"')
DAYS = dict.fromkeys(service.KEPT_CLASSES, 30)


def protect(place: Place, *, bits: int = 8, guardian_age: int = 0) -> None:
    service.save_settings(
        service.SaveSettings(
            event_id=place.event.id, keep_days=DAYS, guardian_age=guardian_age, work_bits=bits
        )
    )


def filled(client: FlaskClient, **changes: str) -> dict[str, str]:
    page = client.get(f"{FORM}?lang=en").text
    values = {"ticket_type": "public", "name": "陈欣怡", "email": "xinyi@example.com"}
    found = WORK.search(page)
    return dict(HIDDEN.findall(page)) | values | {"work": found.group(1) if found else ""} | changes


def solved(values: dict[str, str]) -> dict[str, str]:
    body = json.loads(botcheck._bytes(values["work"].split(".")[0]))
    counter = work.solve(botcheck._bytes(body["n"]), body["d"])
    return values | {"proof": str(counter)}


def test_the_smallest_counters_are_those_of_the_vectors() -> None:
    assert {bits: work.solve(NONCE, bits) for bits in (8, 12)} == {8: 80, 12: 631}
    assert work.is_done(NONCE, VECTORS[16], 16)
    assert not work.is_done(NONCE, VECTORS[16] - 1, 16)
    assert not work.is_done(NONCE, -1, 0)


def test_browsers_find_the_same_counters() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is missing")
    module = (ROOT / "static/js/registration/work_solve.js").as_uri()
    script = (
        f'import {{ solve }} from "{module}";'
        "const nonce = Uint8Array.from({ length: 16 }, (_, i) => i);"
        f"console.log(JSON.stringify({list(VECTORS)}.map((bits) => solve(nonce, bits))));"
    )
    done = subprocess.run(
        [node, "--input-type=module", "-e", script], capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == list(VECTORS.values())


@BOTH
def test_a_form_with_work_done_registers_and_its_work_is_good_once(
    place: Place, client: FlaskClient, clock: Callable[[datetime], None]
) -> None:
    make_ticket_type(place.event.id, slug="public")
    protect(place)
    values = solved(filled(client))
    after(clock, seconds=5)
    assert client.post(FORM, data=values).status_code == 303
    again = filled(client, email="other@example.com") | {
        name: values[name] for name in ("work", "proof")
    }
    after(clock, seconds=10)
    assert client.post(FORM, data=again).status_code == 422
    assert rows() == 1


@pytest.mark.parametrize("case", ["none", "wrong", "forged", "foreign", "old", "junk"])
def test_work_that_was_not_done_asks_a_question_and_keeps_what_was_typed(
    place: Place, client: FlaskClient, clock: Callable[[datetime], None], case: str
) -> None:
    make_ticket_type(place.event.id, slug="public")
    protect(place)
    values = solved(filled(client))
    match case:
        case "none":
            values["proof"] = ""
        case "wrong":
            values["proof"] = str(int(values["proof"]) + 1)
        case "forged":
            values["work"] = values["work"][:-1] + ("0" if values["work"][-1] != "0" else "1")
        case "foreign":
            with client.application.app_context():
                values["work"] = botcheck.challenge(place.event.id + 1, 8)
            values = solved(values)
        case "old":
            values["work"] = values["work"]
        case "junk":
            values |= {"work": "é" * 500, "proof": "٣"}
    clock(NOW + timedelta(seconds=botcheck.WORK_GOOD_FOR_S if case == "old" else 5))
    answer = client.post(f"{FORM}?lang=en", data=values)
    assert answer.status_code == 422
    assert "xinyi@example.com" in answer.text
    assert rows() == 0
    if case != "old":  # an old form is served anew first
        assert 'name="plain"' in answer.text


def test_without_script_a_plain_question_does(
    place: Place, client: FlaskClient, clock: Callable[[datetime], None], app: Flask
) -> None:
    make_ticket_type(place.event.id, slug="public")
    protect(place)
    page = client.get(f"{FORM}?lang=zh").text
    values = filled(client)
    asked = botcheck.question(values["key"])
    right = next(said for text, said in botcheck._QUESTIONS if said == dict_of(values["key"]))
    assert "<noscript>" in page
    after(clock, seconds=5)
    assert client.post(FORM, data=values | {"plain": "?"}).status_code == 422
    assert client.post(FORM, data=values | {"plain": f" {right[0].upper()} 。"}).status_code == 303
    assert asked
    assert rows() == 1


def dict_of(key: str) -> tuple[str, ...]:
    return botcheck._question(key)[1]


def test_an_event_that_asks_for_no_work_shows_none(place: Place, client: FlaskClient) -> None:
    make_ticket_type(place.event.id, slug="public")
    page = client.get(FORM).text
    assert 'name="work"' not in page
    assert "14" in page  # children below this age need a guardian unless the event says otherwise
    protect(place, bits=0)
    page = client.get(FORM).text
    assert 'name="work"' not in page
    assert "guardian" not in page


def test_a_child_needs_a_guardian(
    place: Place, client: FlaskClient, clock: Callable[[datetime], None]
) -> None:
    make_ticket_type(place.event.id, slug="public")
    protect(place, bits=0, guardian_age=14)
    values = filled(client, is_minor="y")
    after(clock, seconds=5)
    assert client.post(FORM, data=values).status_code == 422
    assert client.post(FORM, data=values | {"guardian": "陈伟"}).status_code == 422
    assert rows() == 0
    agreed = values | {"guardian": "陈伟", "guardian_agrees": "y"}
    assert client.post(FORM, data=agreed).status_code == 303
    db.session.rollback()
    made = db.session.query(Registration).one()
    row = db.session.get_one(GuardianConsent, made.id)
    assert (row.name, row.age, row.at) == ("陈伟", 14, NOW + timedelta(seconds=5))


@BOTH
def test_used_challenges_are_forgotten_when_they_are_old(
    app: Flask, clock: Callable[[datetime], None]
) -> None:
    clock(NOW)
    assert service.use_challenge("abc", NOW + timedelta(hours=1))
    assert not service.use_challenge("abc", NOW + timedelta(hours=1))
    assert service.forget_challenges() == 0
    clock(NOW + timedelta(hours=2))
    assert service.forget_challenges() == 1
