"""Consent texts set up in the console, and what guests agree to when the words change."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from eventhub.console.events.steps import Step, missing
from eventhub.kernel.db import db
from eventhub.programme.queries import EventRow
from eventhub.registration import service
from eventhub.registration.errors import ConsentChanged
from eventhub.registration.models import Consent, ConsentText
from eventhub.registration.queries import consent_texts, consents_of
from eventhub.registration.queries.consent_set_up import ConsentSetUp, consent_set_ups
from eventhub.registration.service.consent_set_up import SaveConsentText, save_consent_text
from tests.assertions import assert_html, assert_problem, assert_queries
from tests.factories.registration import (
    make_consent_text,
    make_registration,
    make_ticket_type,
)
from tests.people import make_people
from tests.registration.conftest import NOW, Place, place
from tests.registration.test_api import key_for
from tests.registration.test_views import filled, hidden, token_of

__all__ = ["place"]  # the fixture

C = "/console/e/yunan/consents"
FORM = "/e/yunan/register"
ENGLISH = {"Accept-Language": "en"}
NEWS = {
    "kind": "consent",
    "title_zh": "资讯",
    "text_zh": "请给我寄资讯。",
    "title_en": "News",
    "text_en": "Send me news.",
}


@pytest.fixture
def event(place: Place) -> EventRow:
    return place.event


@pytest.fixture
def alice(app: Flask, event: EventRow) -> FlaskClient:
    return make_people(event.organisation_id).client(app, "alice")


def post(client: FlaskClient, path: str, **form: Any) -> TestResponse:
    """Send a form with the token of the list, in English."""
    token = hidden(client.get(C).text)["csrf_token"]
    return client.post(path, data=form | {"csrf_token": token}, headers=ENGLISH)


def one(event: EventRow, purpose: str) -> ConsentSetUp:
    return next(row for row in consent_set_ups(event.id) if row.purpose == purpose)


def reword(event: EventRow, purpose: str, words: str) -> None:
    """Give a text other words in English."""
    row = one(event, purpose)
    save_consent_text(
        SaveConsentText(
            event_id=event.id,
            purpose=purpose,
            kind=row.kind,
            is_required=row.is_required,
            title=row.newest.title,
            text=row.newest.text | {"en": words},
            read_version=row.newest.version,
        )
    )


def answers(event: EventRow) -> list[tuple[str, int, bool]]:
    """Return purpose, version and answer of each row of consent, in order."""
    rows = db.session.execute(
        select(ConsentText.purpose, ConsentText.version, Consent.is_given)
        .join(Consent, Consent.consent_text_id == ConsentText.id)
        .where(Consent.event_id == event.id)
        .order_by(Consent.id)
    )
    return [tuple(row) for row in rows]


def test_a_text_is_made_reworded_moved_and_ended(alice: FlaskClient, event: EventRow) -> None:
    make_ticket_type(event.id, slug="public")
    assert "No consent text yet" in alice.get(C, headers=ENGLISH).text
    assert post(alice, f"{C}/form", **NEWS).status_code == 303
    made = one(event, "news")
    assert (made.kind, made.is_required, made.newest.version) == ("consent", False, 1)
    assert made.newest.text == {"zh": "请给我寄资讯。", "en": "Send me news."}
    assert made.newest.sha256 == service_digest("请给我寄资讯。\nSend me news.")
    guest = make_registration(event.id, "public", consents={"news": True})

    # the same words make no version, other words always do
    same = NEWS | {"version": "1"}
    assert post(alice, f"{C}/form/news", **same).status_code == 303
    assert one(event, "news").newest.version == 1
    longer = same | {"text_en": "Send me news.\r\n\r\nTwice a year.  "}
    assert post(alice, f"{C}/form/news", **longer).status_code == 303
    made = one(event, "news")
    assert [(row.version, row.given, row.refused) for row in made.versions] == [
        (2, 0, 0),
        (1, 1, 0),
    ]
    assert made.newest.text["en"] == "Send me news.\n\nTwice a year."
    page = assert_html(alice.get(f"{C}/form/news", headers=ENGLISH))
    for words in ("Send me news.", "Twice a year.", "version 2", "version 1", "1 yes, 0 no"):
        assert words in page
    assert answers(event) == [("news", 1, True)]
    assert service.consents_now(guest.registration_id) == {"news": True}

    # what another organizer wrote meanwhile is not lost unseen
    late = post(alice, f"{C}/form/news", **same | {"text_en": "Late."})
    assert (late.status_code, "Somebody made another version" in late.text) == (409, True)
    assert ("Late." in late.text, 'name="version" type="hidden" value="2"' in late.text) == (
        True,
        True,
    )
    assert one(event, "news").newest.version == 2

    photo = NEWS | {"purpose": "photo", "title_en": "Photographs"}
    assert post(alice, f"{C}/form", **photo).status_code == 303
    entry = NEWS | {"kind": "notice", "is_required": "y", "title_en": "Entry", "purpose": ""}
    assert post(alice, f"{C}/form", **entry).status_code == 303
    assert [row.purpose for row in consent_texts(event.id)] == ["entry", "news", "photo"]
    assert post(alice, f"{C}/photo/up").status_code == 303
    assert post(alice, f"{C}/photo/up").status_code == 303
    assert [row.purpose for row in consent_texts(event.id)] == ["entry", "photo", "news"]
    assert post(alice, f"{C}/entry/down").status_code == 303
    assert [row.purpose for row in consent_texts(event.id)] == ["entry", "photo", "news"]

    last = post(alice, f"{C}/entry/end")
    assert (last.status_code, "only notice" in last.text) == (409, True)
    assert Step.CONSENTS not in missing(event)
    assert post(alice, f"{C}/news/end").status_code == 303
    assert post(alice, f"{C}/news/end").status_code == 404
    assert [row.purpose for row in consent_texts(event.id)] == ["entry", "photo"]
    assert "Not asked any more" in alice.get(C, headers=ENGLISH).text
    assert post(alice, f"{C}/form/news", **longer | {"version": "2"}).status_code == 303
    assert (one(event, "news").newest.version, one(event, "news").is_ended) == (2, False)


def service_digest(words: str) -> str:
    import hashlib  # noqa: PLC0415 - of this one check

    return hashlib.sha256(words.encode()).hexdigest()


def test_a_text_that_can_not_be_used_is_refused_in_words(
    alice: FlaskClient, event: EventRow
) -> None:
    make_consent_text(event.id, "taken")
    no_words = {"title_zh": "", "title_en": "", "text_zh": "", "text_en": ""}
    for wrong, field in (
        (no_words, "text_zh"),
        ({"text_en": ""}, "text_en"),
        ({"title_zh": ""}, "title_zh"),
        ({"text_en": "a\x07b"}, "text_en"),
        ({"text_en": "x" * 4001}, "text_en"),
        ({"kind": "wish"}, "kind"),
        ({"purpose": "News!"}, "purpose"),
        ({"purpose": "taken"}, "purpose"),
    ):
        page = post(alice, f"{C}/form", **(NEWS | wrong))
        assert (page.status_code, f'href="#{field}"' in page.text) == (422, True), wrong
    assert [row.purpose for row in consent_set_ups(event.id)] == ["taken"]


def test_the_list_asks_a_fixed_number_of_statements(alice: FlaskClient, event: EventRow) -> None:
    counts = []
    for purposes in (["a"], ["b", "c"]):
        for purpose in purposes:
            make_consent_text(event.id, purpose)
        alice.get(C)
        with assert_queries(2):
            consent_set_ups(event.id)
        counts.append(len(consent_set_ups(event.id)))
    assert counts == [1, 3]


def test_who_read_older_words_reads_the_new_ones_and_loses_nothing(
    client: FlaskClient, event: EventRow, clock: Callable[[datetime], None]
) -> None:
    make_ticket_type(event.id, slug="public")
    make_consent_text(event.id, "entry", kind="notice", is_required=True)
    make_consent_text(event.id, "news")
    make_consent_text(event.id, "photo")
    sent = filled(client, f"{FORM}?lang=en", consent_entry="y", consent_news="y", phone="")
    assert (sent["read_entry"], sent["read_news"]) == ("1", "1")
    clock(NOW + timedelta(seconds=20))
    reword(event, "news", "News, and offers of others.")
    reword(event, "photo", "Pictures, and film.")
    again = client.post(FORM, data=sent)
    page = assert_html(again, 422)
    assert "These words have changed since you opened the page." in page
    assert "News, and offers of others." in page
    for kept in ('value="陈欣怡"', 'value="xinyi@example.com"'):
        assert kept in page
    assert re.search(r'<input checked[^>]*id="consent_entry"', page)
    assert not re.search(r'<input checked[^>]*id="consent_news"', page)
    assert answers(event) == []

    # agreed to the new words, and a no to the older ones of the pictures stays one to those
    second = sent | hidden(page) | {"read_photo": "1"}
    assert second["read_news"] == "2"
    assert client.post(FORM, data=second).status_code == 303
    assert answers(event) == [("entry", 1, True), ("news", 2, True), ("photo", 1, False)]


def test_a_text_that_the_form_did_not_show_is_not_answered(
    client: FlaskClient, event: EventRow, clock: Callable[[datetime], None]
) -> None:
    make_ticket_type(event.id, slug="public")
    sent = filled(client)
    clock(NOW + timedelta(seconds=20))
    make_consent_text(event.id, "news")
    ticked = client.post(FORM, data=sent | {"consent_news": "y"})
    assert ticked.status_code == 422
    assert client.post(FORM, data=sent).status_code == 303
    assert answers(event) == []
    make_consent_text(event.id, "entry", kind="notice", is_required=True)
    needed = sent | {"email": "b@example.com"}
    assert client.post(FORM, data=needed | {"key": sent["key"]}).status_code == 422


def test_the_service_itself_refuses_a_yes_to_older_words(event: EventRow) -> None:
    make_ticket_type(event.id, slug="public")
    make_consent_text(event.id, "news")
    make_consent_text(event.id, "news", version=2)
    with pytest.raises(ConsentChanged) as refused:
        make_registration(event.id, "public", consents={"news": True}, read={"news": 1})
    assert refused.value.details == {"purpose": "news", "version": 2}
    assert answers(event) == []
    made = make_registration(event.id, "public", consents={"news": True}, read={"news": 2})
    assert consents_of(made.registration_id) == ["news"]


def test_a_consent_to_older_words_stands_is_renewed_and_withdrawn_behind_the_link(
    client: FlaskClient, event: EventRow
) -> None:
    make_ticket_type(event.id, slug="public")
    make_consent_text(event.id, "entry", kind="notice", is_required=True)
    make_consent_text(event.id, "news", text={"zh": "旧", "en": "Old words."})
    make_consent_text(event.id, "photo")
    given = {"entry": True, "news": True, "photo": True}
    made = make_registration(event.id, "public", consents=given)
    reword(event, "news", "New words.")
    reword(event, "entry", "Other notice.")
    link = f"/t/{token_of(made)}"
    page = assert_html(client.get(f"{link}/data?lang=en"))
    for words in ("Old words.", "New words.", "You agreed to these words on", "Text of entry"):
        assert words in page
    assert "Other notice." not in page  # the guest read the earlier one
    save = {"csrf_token": hidden(page)["csrf_token"], "read_news": "2", "read_photo": "1"}
    keep = save | {"consent_news": "y", "consent_photo": "y"}
    assert client.post(f"{link}/consents", data=keep).status_code == 303
    assert len(answers(event)) == 3  # nothing changed, nothing is written

    renewed = client.post(f"{link}/consents", data=keep | {"renew_news": "y"})
    assert renewed.status_code == 303
    assert answers(event)[3:] == [("news", 2, True)]
    assert "Old words." not in client.get(f"{link}/data").text

    # another version while the page is open: no yes to words that nobody read
    reword(event, "photo", "Film as well.")
    service.set_consents(made.registration_id, {"photo": False}, lang="en")
    assert answers(event)[4:] == [("photo", 1, False)]  # withdrawn is what was given
    late = client.post(f"{link}/consents", data=keep | {"read_photo": "1"})
    assert late.headers["Location"].endswith("done=changed")
    assert len(answers(event)) == 5
    assert "Not kept." in client.get(f"{link}/data?done=changed&lang=en").text


def test_a_consent_that_is_asked_no_more_can_be_withdrawn(
    alice: FlaskClient, client: FlaskClient, event: EventRow
) -> None:
    make_ticket_type(event.id, slug="public")
    make_consent_text(event.id, "news", text={"en": "Old words."})
    made = make_registration(event.id, "public", consents={"news": True})
    assert post(alice, f"{C}/news/end").status_code == 303
    assert "Old words." not in client.get(FORM).text
    link = f"/t/{token_of(made)}"
    page = client.get(f"{link}/data").text
    assert "Old words." in page
    withdrawn = {"csrf_token": hidden(page)["csrf_token"], "read_news": "1"}
    assert client.post(f"{link}/consents", data=withdrawn).status_code == 303
    assert answers(event) == [("news", 1, True), ("news", 1, False)]
    assert "Old words." not in client.get(f"{link}/data").text


def test_a_copied_event_asks_the_newest_words_only(alice: FlaskClient, event: EventRow) -> None:
    make_consent_text(event.id, "news", text={"zh": "旧", "en": "Old words."})
    reword(event, "news", "New words.")
    form = {"name_en": "Next", "starts_on": "2027-05-01"}
    copied = post(alice, "/console/e/yunan/copy", **form)
    assert copied.status_code == 303
    rows = db.session.execute(
        select(ConsentText.version, ConsentText.text).where(ConsentText.event_id != event.id)
    )
    assert [tuple(row) for row in rows] == [(2, {"zh": "旧", "en": "New words."})]


def test_programs_read_the_texts_and_say_which_version(
    client: FlaskClient, event: EventRow, place: Place
) -> None:
    make_ticket_type(event.id, slug="public")
    make_consent_text(event.id, "news")
    reword(event, "news", "New words.")
    headers = key_for(place, "registrations:read", "registrations:write")
    told = client.get("/api/v1/events/yunan/consents", headers=headers).json
    assert told == {
        "consents": [
            {
                "purpose": "news",
                "kind": "consent",
                "required": False,
                "version": 2,
                "title": {"zh": "同意 news", "en": "Consent news"},
                "text": {"zh": "条文 news", "en": "New words."},
            }
        ]
    }
    body: dict[str, Any] = {
        "ticket_type": "public",
        "contact": {"email": "a@example.com"},
        "attendees": [{"name": "Ana"}],
        "consents": [{"purpose": "news", "version": 1}],
    }
    path = "/api/v1/events/yunan/registrations"
    assert_problem(client.post(path, json=body, headers=headers), 409, "consent-changed")
    body["consents"] = [{"purpose": "news", "version": 2}]
    assert client.post(path, json=body, headers=headers).status_code == 201
    assert answers(event) == [("news", 2, True)]
