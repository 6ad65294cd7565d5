"""Settings of an event in the console: kept, refused with nothing lost, written down."""

from __future__ import annotations

import pytest
from flask import Flask

from eventhub.kernel import audit
from eventhub.kernel.db import db
from eventhub.programme.queries import event_by_slug
from tests.people import make_people, post
from tests.world import make_world

pytestmark = pytest.mark.only("sqlite")  # one UPDATE; pages do not depend on the database
PAGE = "/console/e/loom-week/settings"
FORM = {
    "title_zh": "织机周",
    "title_en": "Loom",
    "about_en": "Warp and weft.",
    "starts_on": "2026-11-20",
    "ends_on": "2026-11-22",
    "contact_email": "hello@loom.example",
    "notice_mode": "auto",
}


def test_settings_are_kept_and_the_log_names_what_changed(app: Flask) -> None:
    people = make_people()
    make_world(people.organisation_id)
    alice = people.client(app, "alice")
    assert "y" in alice.get(PAGE).get_data(as_text=True)
    assert post(alice, PAGE, FORM).status_code == 303
    db.session.rollback()
    event = event_by_slug("loom-week")
    assert event.title == {"zh": "织机周", "en": "Loom"}
    assert (event.about, event.contact_email) == ({"en": "Warp and weft."}, "hello@loom.example")
    assert (event.is_public, event.is_registration_open, event.notice_mode) == (
        False,
        False,
        "auto",
    )
    (entry,) = audit.entries(event.id, limit=1)
    assert entry.action == "event.settings"
    assert "is_registration_open" in entry.after["changed"]
    assert "timezone" not in entry.after["changed"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title_zh": "", "title_en": ""}, "title_zh"),
        ({"ends_on": "2026-11-19"}, "ends_on"),
        ({"ends_on": ""}, "ends_on"),
        ({"starts_on": "soon"}, "starts_on"),
        ({"contact_email": "nobody"}, "contact_email"),
        ({"notice_mode": "loud"}, "notice_mode"),
        ({"about_zh": "布" * 4001}, "about_zh"),
    ],
)
def test_a_wrong_value_changes_nothing_and_keeps_the_rest(
    app: Flask, change: dict[str, str], field: str
) -> None:
    people = make_people()
    make_world(people.organisation_id)
    alice = people.client(app, "alice")
    answer = post(alice, PAGE, FORM | change)
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert f'href="#{field}"' in page
    assert "Warp and weft." in page
    db.session.rollback()
    assert event_by_slug("loom-week").title["en"] == "Loom Fashion Week"
