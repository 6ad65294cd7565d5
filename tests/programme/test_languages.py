"""The languages of an event: its pages, feeds, tickets and mails are made in these alone."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from eventhub.kernel.db import db
from eventhub.notify.models import OutboxMessage
from eventhub.programme.queries import event_by_id
from eventhub.registration.service import links
from tests.factories.registration import make_registration
from tests.people import make_people
from tests.world import make_world

PATHS = ("", "programme", "shows/AAAAAA", "register", "live", "report", "screen", "embed")
_HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.only("sqlite")  # which language is said does not depend on the database
def test_an_event_speaks_its_languages_and_no_other(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    people = make_people()
    world = make_world(people.organisation_id)
    alice, guest = people.client(app, "alice"), app.test_client()
    english = {"Accept-Language": "en-GB,en;q=0.9"}

    def offer(langs: str, status: int = 303, **words: str) -> str:
        form = {"title_zh": "织机时装周", "title_en": "Loom Fashion Week", "langs": langs}
        days = (world.event.starts_on, world.event.ends_on)
        form |= dict(zip(("starts_on", "ends_on"), map(str, days), strict=True))
        form |= {"is_public": "y", "is_registration_open": "y", "notice_mode": "review"} | words
        answer = alice.post(f"/console/e/{world.event.slug}/settings?lang=en", data=form)
        assert answer.status_code == status, answer.text
        return answer.text

    def page(path: str, **headers: str) -> str:
        answer = guest.get(f"/e/{world.event.slug}/{path}", headers=headers)
        assert answer.status_code == 200, path
        return answer.text

    # one language: whatever the address, the browser and the cookie wish
    offer("zh")
    guest.set_cookie("lang", "en")
    for path in PATHS:
        text = page(f"{path}?lang=en", **english)
        assert '<html lang="zh-Hans"' in text, path
        assert 'class="langs"' not in text, path
    assert "经纬" in page("schedule.ics?lang=en", **english)
    token = links.attendee_token(
        world.guests[0].people[0].public_id, world.guests[0].people[0].link_rev
    )
    ticket = guest.get(f"/t/{token}?lang=en", headers=english)
    assert '<html lang="zh-Hans"' in ticket.text
    make_registration(world.event.id, "public", name="Ann", email="ann@loom.example", lang="en")
    mail = db.session.scalars(
        select(OutboxMessage).where(OutboxMessage.recipient == "ann@loom.example")
    ).one()
    assert _HAN.search(mail.subject)
    assert _HAN.search(mail.text.replace("织机时装周", ""))

    # the team reads the console in its own language, with the switch
    console = alice.get(f"/console/e/{world.event.slug}/settings?lang=en").text
    assert '<html lang="en"' in console
    assert 'class="langs"' in console

    # both: the first is for who wishes neither
    guest.delete_cookie("lang")
    for langs, first in (("en,zh", "en"), ("zh,en", "zh-Hans")):
        offer(langs)
        assert f'<html lang="{first}"' in page("register", **{"Accept-Language": "fr"})
        assert '<html lang="en"' in page("register", **english)
        assert 'class="langs"' in page("register")

    # a language without a name of the event can not stand alone
    assert "Give the event a name in this language." in offer("en", 422, title_en="")
    offer("fr", 422)
    assert event_by_id(world.event.id).langs == "zh,en"
