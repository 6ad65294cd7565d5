"""What strangers send to the public forms: code as names, endless forms, broken text, bombs."""

from __future__ import annotations

import csv
import io
import json
import re
import time
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final

import jinja2
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from eventhub.kernel.db import db
from eventhub.notify.models import OutboxMessage
from eventhub.registration import service
from eventhub.registration.models import Registration
from eventhub.registration.queries.invitations import campaign_by_name, invitations
from eventhub.registration.rules.guests import Guest
from tests.factories.registration import (
    in_days,
    make_consent_text,
    make_question,
    make_registration,
    make_ticket_type,
)
from tests.people import make_people, post
from tests.registration.conftest import NOW, Place, place
from tests.registration.test_api import key_for
from tests.registration.test_views import hidden, token_of
from tests.security.payloads import PAYLOADS, active_in

__all__ = ["place"]  # the fixture
pytestmark = pytest.mark.only("sqlite")

FORM: Final = "/e/yunan/register"
CONSOLE: Final = "/console/e/yunan"
FORMULAS: Final = ("=1+1", "+1+1", "-1+1", "@SUM(A1)", "=cmd|' /C calc'!A0", "＝1+1")
SLOW_S: Final = 3.0  # of the processor, however many others use it
PILES: Final = tuple(" ".join(PAYLOADS[start::6]) for start in range(6))  # what a page says again
GROUP: Final = 30


@pytest.fixture
def forms(place: Place) -> Place:
    """Return the place with a type for groups, questions of both kinds of text, and a consent."""
    kind = make_ticket_type(
        place.event.id, slug="public", places=500, max_group=GROUP, transfer="free"
    )
    make_question(kind, "medium")
    make_question(kind, "wish", kind="long_text")
    make_ticket_type(place.event.id, slug="press", approval="required", max_group=GROUP)
    make_ticket_type(place.event.id, slug="full", places=0, waitlist="auto", max_group=GROUP)
    make_consent_text(place.event.id, "news")
    return place


def checked(answer: TestResponse, *allowed: int) -> str:
    assert answer.status_code in (allowed or (200, 303, 400, 404, 409, 413, 422)), answer.status
    if answer.mimetype == "text/html":
        assert active_in(answer.text) == [], answer.request.path
    return answer.text


def test_the_checker_sees_each_payload_that_a_careless_template_lets_through() -> None:
    assert len(set(PAYLOADS)) == 60
    careful = jinja2.Environment(autoescape=True)
    shown = careful.from_string('<p title="{{ x }}">{{ x }}</p><textarea>{{ x }}</textarea>')
    assert [text for text in PAYLOADS if active_in(shown.render(x=text))] == []
    careless = [
        "<p>{{ x|safe }}</p>",
        '<p title="{{ x|safe }}">',
        "<p title='{{ x|safe }}'>",
        "<p title={{ x|safe }}>",
        '<a href="{{ x }}">',
        "<title>{{ x|safe }}</title>",
        "<script>{{ x }}</script>",
    ]
    seen = [
        text
        for text in PAYLOADS
        if any(active_in(careful.from_string(page).render(x=text)) for page in careless)
    ]
    assert seen == list(PAYLOADS)
    assert active_in(careful.from_string("{{1337*1337}}zqx").render()) != []
    for page in careless[:1]:  # the plain fault alone: what it lets through is markup
        let = [t for t in PAYLOADS if active_in(careful.from_string(page).render(x=t))]
        assert len(let) > 35


def test_no_payload_in_any_field_becomes_part_of_a_page(
    forms: Place, app: Flask, client: FlaskClient, clock: Callable[[datetime], None]
) -> None:
    event = forms.event
    shown = client.get(FORM).text
    fields = set(re.findall(r'name="([^"]+)"', shown)) - {"csrf_token", "website"}
    assert {"name", "email", "phone", "companions", "ticket_type", "key", "stamp"} <= fields
    clock(NOW + timedelta(seconds=30))
    token = hidden(shown)["csrf_token"]
    lost = hidden(client.get("/e/yunan/lost-ticket").text)
    for text in PILES:
        sent = dict.fromkeys(fields, text) | {"csrf_token": token}
        checked(client.post(FORM, data=sent), 422)
        checked(client.post("/e/yunan/lost-ticket", data=lost | {"contact": text}), 303, 422)
        checked(client.get(FORM, query_string=dict.fromkeys(("type", "show", "lang"), text)), 200)

    good = _typable(PAYLOADS)
    assert len(good) >= 58
    tokens = [_register(client, clock, good, slug) for slug in ("public", "press", "full")]
    with_key = key_for(forms, "registrations:write")
    sent_by_program: dict[str, Any] = {
        "ticket_type": "public",
        "contact": {"email": "program@example.com"},
        "attendees": [{"name": text} for text in good[:GROUP]],
        "answers": {"medium": good[0], "wish": " ".join(good)},
    }
    url = "/api/v1/events/yunan/registrations"
    made = client.post(url, json=sent_by_program, headers=with_key)
    assert made.status_code == 201, made.text
    for text in PILES:
        spoilt = {"ticket_type": text, "lang": text, "contact": {"email": text}, text: text}
        answer = client.post(url, json=spoilt, headers=with_key)
        assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")

    passed_on = _holder(client, clock, event.id, good)
    tokens += [passed_on, made.get_json()["manage_url"].rpartition("/")[2]]
    invited = _invited(client, event.id, good)
    pages = [f"/t/{t}{part}" for t in tokens for part in ("", *_PARTS)]
    for path in [*pages, invited]:
        checked(client.get(path), 200, 409)
        checked(client.get(path, query_string={"mail": PAYLOADS[4], "done": PAYLOADS[4]}), 200, 409)
    _seen_by_staff(app, event.organisation_id, good)
    mails = db.session.scalars(select(OutboxMessage)).all()
    assert any("zqx" in mail.html for mail in mails)
    for mail in mails:
        assert active_in(mail.html) == []
        assert "\n" not in mail.subject + mail.recipient_name


_PARTS: Final = ("/change", "/contact", "/kind", "/data", "/cancel", "/transfer")


def _typable(texts: tuple[str, ...]) -> list[str]:
    """Return what names may hold: no control characters, and no more than a form takes."""
    return [text for text in texts if text.isprintable() and len(text) <= 120]


def _register(
    client: FlaskClient, clock: Callable[[datetime], None], texts: list[str], slug: str
) -> str:
    """Register a group whose names and answers are payloads; return the link's token."""
    clock(NOW)
    page = hidden(client.get(FORM).text)
    names = texts[:GROUP] if slug == "public" else texts[-GROUP:]
    form = page | {
        "ticket_type": slug,
        "name": names[0],
        "companions": "\n".join(names[1:]),
        "email": f"{slug}@example.com",
        "q_medium": texts[7],
        "q_wish": "\n".join(texts),
    }
    clock(NOW + timedelta(seconds=30))
    answer = client.post(FORM, data=form)
    assert answer.status_code == 303, answer.text
    return str(answer.location).rpartition("/")[2]


def _holder(
    client: FlaskClient, clock: Callable[[datetime], None], event_id: int, texts: list[str]
) -> str:
    """Change, pass on and spoil what a holder may; return the token of the new ticket."""
    first = make_registration(event_id, "public", email="holder@example.com")
    here = f"/t/{token_of(first)}"
    for text in PILES:
        spoilt = {"contact": text, "kind": text, "value": text, "email": text, "phone": text}
        form = hidden(client.get(f"{here}/contact").text)
        checked(client.post(f"{here}/contact", data=form | spoilt), 303, 422)
        checked(client.post(f"{here}/contact/code", data=form | {"code": text}), 409, 422)
        checked(client.post(f"{here}/kind", data=form | {"ticket_type": text}), 422)
        break_names = {"name_0": text, "names-0": text, "lang": text}
        checked(client.post(f"{here}/change", data=form | break_names), 303, 422)
    clock(NOW)
    page = client.get(f"{here}/transfer").text
    form = hidden(page) | {"name": texts[5], "email": "lin@example.com"}
    form |= {"ticket_type": "public", "q_medium": texts[9], "q_wish": texts[10]}
    clock(NOW + timedelta(seconds=30))
    checked(client.post(f"{here}/transfer", data=form | {"email": texts[2]}), 422)
    assert client.post(f"{here}/transfer", data=form).status_code == 303
    db.session.rollback()
    new = db.session.scalars(select(Registration).filter_by(email="lin@example.com")).one()
    assert new.contact_name == texts[5]
    return service.registration_token(new.public_id, new.link_rev)


def _invited(client: FlaskClient, event_id: int, texts: list[str]) -> str:
    """Let a guest answer with payloads; return the address of the invitation."""
    words = {"zh": f"请来 {texts[4]}", "en": f"Come {texts[4]}"}
    service.create_campaign(
        service.CreateCampaign(
            event_id=event_id,
            name=texts[0],
            ticket_type="public",
            text=words,
            answer_by=in_days(10),
            plus_ones_max=GROUP - 1,
        )
    )
    campaign = campaign_by_name(event_id, texts[0])
    service.add_invitees(campaign.id, [Guest(texts[4], "public", "en", email="vip@example.com")])
    service.send_invitations(campaign.id)
    (row,) = invitations(campaign.id)
    here = f"/i/{service.invitation_token(row.public_id, 0)}"
    form = hidden(client.get(here).text)
    for text in PILES:
        wrong = form | {"contact": text, "companions": text}
        checked(client.post(f"{here}/accept", data=wrong), 409, 422)
    declined = client.post(f"{here}/decline", data=form | {"reason": texts[5]})
    assert declined.status_code == 303
    return here


def _seen_by_staff(app: Flask, organisation_id: int, texts: list[str]) -> None:
    """Walk the pages and files on which staff see what guests wrote."""
    alice = make_people(organisation_id).client(app, "alice")
    texts_seen = ""
    for part in ("guests", "approval", "waitlist", "outbox", "invitations", "privacy"):
        texts_seen += checked(alice.get(f"{CONSOLE}/{part}"), 200)
    assert texts_seen.count("zqx") > 20
    for link in sorted(
        set(re.findall(rf'href="({CONSOLE}/(?:outbox|invitations)/[^"]+)"', texts_seen))
    ):
        checked(alice.get(link), 200)
    for text in PILES:
        checked(alice.get(f"{CONSOLE}/guests", query_string={"q": text}), 200)
    exported = post(alice, f"{CONSOLE}/guests.csv", {}, form_at=f"{CONSOLE}/guests")
    assert all(text in exported.get_data(as_text=True).replace('""', '"') for text in texts[:5])


def test_formulas_in_names_stay_text_in_tables(
    forms: Place, app: Flask, client: FlaskClient
) -> None:
    for number, text in enumerate(FORMULAS):
        make_registration(
            forms.event.id,
            "public",
            name=text,
            email=f"f{number}@example.com",
            others=(text,),
            answers={"medium": text, "wish": text},
        )
    alice = make_people(forms.event.organisation_id).client(app, "alice")
    page = f"{CONSOLE}/guests"
    table = post(alice, f"{CONSOLE}/guests.csv", {}, form_at=page).get_data().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(table)))
    cells = [cell for row in rows for cell in row]
    assert sum(any(text in cell for text in FORMULAS) for cell in cells) >= 2 * len(FORMULAS)
    assert [cell for cell in cells if cell[:1] in tuple("=+-@\t\r") and cell[:1]] == []
    book = post(alice, f"{CONSOLE}/guests.xlsx", {}, form_at=page).get_data()
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        sheets = [name for name in parts.namelist() if name.startswith("xl/worksheets/")]
        assert sheets
        assert not any(re.search(rb"<f[ >]", parts.read(name)) for name in sheets)


def targets(forms: Place, client: FlaskClient) -> Iterator[tuple[str, dict[str, str]]]:
    """Give every public form with what its page hides in it."""
    made = make_registration(forms.event.id, "public", email="t@example.com")
    here = f"/t/{token_of(made)}"
    form = hidden(client.get(FORM).text)
    yield FORM, form
    for path in (
        "/e/yunan/lost-ticket",
        *(f"{here}/{part}" for part in ("change", "contact", "kind", "consents", "transfer")),
        "/i/nobody.0/accept",
        "/i/nobody.0/unsubscribe",
        "/login",
    ):
        yield path, form


def test_endless_huge_and_broken_forms_are_refused(forms: Place, client: FlaskClient) -> None:
    many = b"".join(b"&f%d=zqx" % n for n in range(100_000))
    same = b"&name=zqx" * 100_000
    url = "application/x-www-form-urlencoded"
    parts = b"".join(
        b'--x\r\nContent-Disposition: form-data; name="f%d"\r\n\r\nzqx\r\n' % n
        for n in range(20_000)
    )
    bodies: list[tuple[str, bytes]] = [
        (url, many),
        (url, same),
        ("multipart/form-data; boundary=x", parts + b"--x--\r\n"),
        ("multipart/form-data; boundary=x", b"--x\r\nzqx"),
        ("multipart/form-data", b"--x--"),
        ("multipart/form-data; boundary=" + "x" * 5_000, b"--x--"),
        ("multipart/form-data; boundary=x", b"\x00" * 4096),
        (url, b"name=%ff%fe%c0%ae&email=%00%00&name=\xff\xfe"),
        (url, "name=陈欣怡&email=a@example.com".encode("utf-16")),
        (url, b"name=%ed%a0%80%ed%b0%80&companions=%c0%bcscript%c0%be"),
        (url, b"\x00&\x00=\x00&=&&&=%&%zz=%u003c"),
        ("text/plain", b"name=zqx"),
        ("application/json; charset=utf-7", b'{"name": "+ADw-script+AD4-"}'),
        ("\xff/\xfe", b"name=zqx"),
        ("", b"name=zqx"),
    ]
    endless = bodies[:3]
    for number, (path, form) in enumerate(targets(forms, client)):
        token = f"csrf_token={form['csrf_token']}".encode()
        # one reader of forms serves all: the endless ones go to the three that strangers reach
        for kind, body in bodies if number < 3 else bodies[len(endless) :]:
            began = time.process_time()
            data = token + body if kind == url and body[:1] == b"&" else body
            checked(client.post(path, data=data, content_type=kind))
            assert time.process_time() - began < SLOW_S, (path, kind, len(body))
        huge = client.post(path, data=b"name=" + b"z" * (9 * 2**20), content_type=url)
        assert huge.status_code in (400, 404, 413), path
    db.session.rollback()
    assert len(db.session.scalars(select(Registration)).all()) == 1  # that of `targets`


def test_programs_that_send_rubbish_get_a_problem(forms: Place, client: FlaskClient) -> None:
    headers = key_for(forms, "registrations:write")
    deep = b"[" * 100_000
    good = {"ticket_type": "public", "contact": {"email": "a@b.cn"}, "attendees": [{"name": "x"}]}
    bodies = [
        json.dumps(good | {f"f{n}": n for n in range(100_000)}).encode(),
        json.dumps(good | {"attendees": [{"name": "x"}] * 100_000}).encode(),
        json.dumps(good | {"answers": {f"f{n}": n for n in range(100_000)}}).encode(),
        json.dumps(good).encode("utf-16"),
        json.dumps(good).encode("utf-8-sig"),
        deep,
        b'{"a":' * 50_000,
        b"\xff\xfe\x00",
        b'{"ticket_type": "\xed\xa0\x80"}',
        b'{"ticket_type": "public\x00"}',
        b"NaN",
        b"1e999999",
        b"z" * (9 * 2**20),
    ]
    for body in bodies:
        began = time.process_time()
        answer = client.post(
            "/api/v1/events/yunan/registrations",
            data=body,
            headers=headers,
            content_type="application/json",
        )
        assert answer.status_code in (400, 413, 422), (body[:40], answer.status)
        assert answer.mimetype == "application/problem+json"
        assert time.process_time() - began < SLOW_S, body[:40]
