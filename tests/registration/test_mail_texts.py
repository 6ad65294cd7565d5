"""Organizers write messages in their own words; nothing in them is ever run."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from eventhub.kernel.db import db
from eventhub.kernel.errors import Invalid, NotFound
from eventhub.notify.models import OutboxMessage
from eventhub.programme.queries import EventRow
from eventhub.registration import service
from eventhub.registration.rules.mail_text import filled, paragraphs, unknown
from eventhub.registration.service import SaveMailText
from tests.factories.registration import make_registration, make_ticket_type
from tests.people import make_people
from tests.world import make_world

KIND = "registration_confirmed"
EVIL = "{{ 7 * 7 }} {% for x in y %} ${7*7} {name.__class__} {0} %s <b>{name}</b>"


def newest() -> OutboxMessage:
    db.session.rollback()
    return db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id.desc())).first()  # type: ignore[return-value]


def test_placeholders_are_replaced_once_and_nothing_is_run() -> None:
    values = {"name": "{code} {{ 1 }}", "code": "X"}
    assert (
        filled("{name} {code} {other} {{name}}", values)
        == "{code} {{ 1 }} X {other} {{code} {{ 1 }}}"
    )
    assert unknown("{name} {nme} {nme} {a b}") == ["nme"]
    assert paragraphs("a\r\nb\n\n\nc\n") == [["a", "b"], ["c"]]


def test_own_words_are_used_in_their_language_only(event: EventRow) -> None:
    make_ticket_type(event.id, slug="public", name={"zh": "公众席", "en": "Public"})
    text = "亲爱的{name}：\n\n{ticket} <b>{event}</b>\n{link}"
    service.save_mail_text(SaveMailText(event.id, KIND, "zh", "{event} 的票", text))
    make_registration(event.id, "public", name="<i>陈</i>", lang="zh")
    zh = newest()
    assert zh.subject == "云岸时装周 的票"
    assert "亲爱的<i>陈</i>：" in zh.text
    assert "/t/" in zh.text
    assert "亲爱的&lt;i&gt;陈&lt;/i&gt;：" in zh.html
    assert "&lt;b&gt;云岸时装周&lt;/b&gt;" in zh.html
    make_registration(event.id, "public", lang="en")
    assert newest().subject != "云岸时装周 的票"
    service.reset_mail_text(event.id, KIND, "zh")
    make_registration(event.id, "public", lang="zh")
    assert "亲爱的" not in newest().text


def test_what_looks_like_code_stays_text(event: EventRow) -> None:
    make_ticket_type(event.id, slug="public")
    with pytest.raises(Invalid) as refused:
        service.save_mail_text(SaveMailText(event.id, KIND, "zh", "a", EVIL))
    assert list(refused.value.fields) == ["body"]
    harmless = EVIL.replace("{name.__class__} {0}", "")
    service.save_mail_text(SaveMailText(event.id, KIND, "zh", "{{ config }}", harmless))
    make_registration(event.id, "public", lang="zh")
    assert newest().subject == "{{ config }}"
    assert "{{ 7 * 7 }} {% for x in y %} ${7*7}" in newest().text
    for kind, locale in (("nothing", "zh"), (KIND, "fr")):
        with pytest.raises(NotFound):
            service.save_mail_text(SaveMailText(event.id, kind, locale, "a", "b"))


@pytest.mark.only("sqlite")
def test_the_page_shows_the_message_before_anybody_gets_it(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    people = make_people()
    world = make_world(people.organisation_id)
    client = people.client(app, "alice")
    here = f"/console/e/{world.event.slug}/texts"
    assert client.get(here).status_code == 200
    page = client.get(f"{here}/{KIND}/en")
    assert "{link}" in page.text
    form = {"subject": "Hello {name}", "body": "See you, {name}. {link}"}
    shown = client.post(f"{here}/{KIND}/en/preview", data=form)
    assert "Hello Lin Zhixia" in shown.text
    wrong = client.post(f"{here}/{KIND}/en", data=form | {"body": "{nobody}"})
    assert (wrong.status_code, "{nobody}" in wrong.text) == (422, True)
    assert client.post(f"{here}/{KIND}/en", data=form).status_code == 303
    assert "Hello {name}" in client.get(f"{here}/{KIND}/en").text
