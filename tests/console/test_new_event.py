"""A new event: from a template until somebody registers, and like one that was."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from eventhub.accounts import service as accounts
from eventhub.accounts.enums import Role
from eventhub.console.events import copy
from eventhub.console.events.copy import COPIED, LEFT, CopyEvent, copy_event
from eventhub.console.events.create import MakeEvent, make_event
from eventhub.console.events.steps import Step, inventory, missing, steps
from eventhub.console.events.templates import TEMPLATES, Kind
from eventhub.kernel import audit, clock
from eventhub.kernel.db import Base, command, db
from eventhub.kernel.errors import Invalid
from eventhub.programme import service as programme
from eventhub.programme.errors import SlugTaken
from eventhub.programme.queries import event_by_slug
from eventhub.registration.models import EntryWindow, MailTemplate, Quota, TicketType
from eventhub.registration.queries import ticket_types
from eventhub.registration.service import SaveMailText, save_mail_text
from tests.factories.registration import make_registration
from tests.people import make_people, post
from tests.world import make_world

FORM = {
    "kind": "fashion_week",
    "name_zh": "春季时装周",
    "name_en": "Spring Fashion Week",
    "starts_on": "2027-03-20",
    "ends_on": "2027-03-22",
    "timezone": "Asia/Shanghai",
    "places": "500",
    "slug": "",
}


def _wanted(organisation_id: int, kind: Kind = Kind.FASHION_WEEK, **more: object) -> MakeEvent:
    values: dict[str, object] = {
        "organisation_id": organisation_id,
        "kind": kind,
        "title": {"zh": "春季时装周", "en": "Spring Fashion Week"},
        "starts_on": date(2027, 3, 20),
        "ends_on": date(2027, 3, 22),
        "timezone": "Asia/Shanghai",
    }
    return MakeEvent(**(values | more))  # type: ignore[arg-type]  # values by name


def test_a_new_owner_is_led_from_nothing_to_open_registration(app: Flask) -> None:
    people = make_people()
    alice = people.client(app, "alice")
    assert alice.get("/console/").location == "/console/new"
    form = {**FORM, "organisation": str(people.organisation_id)}
    made = post(alice, "/console/new", form)
    assert (made.status_code, made.location) == (303, "/console/e/spring-fashion-week-2027/set-up")
    page = alice.get(made.location).get_data(as_text=True)
    assert "春季时装周 / Spring Fashion Week" in page
    assert "春季时装周" not in app.test_client().get("/").get_data(as_text=True)
    opened = post(alice, f"{made.location}/open", {}, form_at=made.location)
    assert opened.status_code == 303
    register = app.test_client().get("/e/spring-fashion-week-2027/register")
    assert "单日票" in register.get_data(as_text=True)
    db.session.rollback()
    event = event_by_slug("spring-fashion-week-2027")
    assert [entry.action for entry in audit.entries(event.id, limit=2)] == [
        "event.open",
        "event.create",
    ]
    quotas = select(Quota).where(Quota.event_id == event.id, Quota.slug == "day")
    sizes = {quota.window_no: quota.size for quota in db.session.scalars(quotas)}
    assert sizes == {1: 500, 2: 500, 3: 500}


@pytest.mark.parametrize("kind", list(Kind))
def test_every_template_is_ready_to_open_and_takes_a_registration(app: Flask, kind: Kind) -> None:
    people = make_people()
    slug = make_event(_wanted(people.organisation_id, kind))
    programme.open_to_public(event_by_slug(slug).id)
    db.session.rollback()
    event, template = event_by_slug(slug), TEMPLATES[kind]
    have = inventory(event.id)
    assert missing(event) == []
    assert [state.step for state in steps(event, have) if not state.is_done] == [
        Step.COLOURS,
        Step.SHOWS,
    ]
    assert (have.stages, have.gates, have.types) == (
        len(template.stages),
        len(template.gates),
        len(template.types),
    )
    window = 1 if template.types[0].per_day else 0
    made = make_registration(
        event.id, template.types[0].slug, name="王芳", email="f@a.example", window_no=window
    )
    assert made.state == "confirmed"


def test_an_event_that_lacks_something_stays_closed_and_says_what(app: Flask) -> None:
    people = make_people()
    slug = make_event(_wanted(people.organisation_id))
    event_id = event_by_slug(slug).id

    @command
    def hide() -> None:
        db.session.execute(
            update(TicketType).where(TicketType.event_id == event_id).values(visibility="hidden")
        )

    hide()
    alice = people.client(app, "alice")
    page = f"/console/e/{slug}/set-up"
    refused = post(alice, f"{page}/open", {}, form_at=page)
    assert refused.status_code == 422
    assert "票种与名额" in refused.get_data(as_text=True)
    db.session.rollback()
    assert not event_by_slug(slug).is_registration_open


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name_zh": "", "name_en": ""}, "name_en"),
        ({"ends_on": "2027-03-19"}, "ends_on"),
        ({"ends_on": "2028-03-19"}, "ends_on"),
        ({"slug": "A b"}, "slug"),
        ({"slug": "loom-week"}, "slug"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"places": "-1"}, "places"),
        ({"kind": "fair"}, "kind"),
    ],
)
def test_a_wrong_new_event_is_refused_whole(app: Flask, change: dict[str, str], field: str) -> None:
    people = make_people()
    make_world(people.organisation_id)
    alice = people.client(app, "alice")
    form = {**FORM, "organisation": str(people.organisation_id), **change}
    refused = post(alice, "/console/new", form)
    assert refused.status_code == 422
    assert f'href="#{field}' in refused.get_data(as_text=True)
    assert db.session.scalar(select(func.count()).select_from(Base.metadata.tables["event"])) == 1


def test_only_owners_of_an_organisation_make_events_and_only_in_theirs(app: Flask) -> None:
    people = make_people()
    world = make_world(people.organisation_id)
    accounts.grant_role(
        person_id=people.ids["charlie"],
        organisation_id=people.organisation_id,
        role=Role.OWNER,
        event_id=world.event.id,
    )
    charlie = people.client(app, "charlie")
    assert charlie.get("/console/new").status_code == 403
    assert charlie.get("/console/e/loom-week/copy").status_code == 403
    erin = people.client(app, "erin")
    form = {**FORM, "organisation": str(people.organisation_id)}
    assert post(erin, "/console/new", form).status_code == 422
    assert erin.get("/console/e/loom-week/copy").status_code == 404


def test_a_copy_has_the_set_up_and_nobody(app: Flask) -> None:
    people = make_people()
    slug = make_event(_wanted(people.organisation_id))
    source = event_by_slug(slug)
    programme.open_to_public(source.id)
    make_registration(source.id, "day", name="王芳", email="f@a.example", window_no=1)
    accounts.grant_role(
        person_id=people.ids["charlie"],
        organisation_id=people.organisation_id,
        role=Role.GUESTS,
        event_id=source.id,
    )
    save_mail_text(
        SaveMailText(
            event_id=source.id,
            kind="registration_confirmed",
            locale="zh",
            subject="票",
            body="见 {{link}}",
        )
    )
    db.session.rollback()
    source = event_by_slug(slug)
    alice = people.client(app, "alice")
    made = post(
        alice,
        f"/console/e/{slug}/copy",
        {"name_zh": "秋季时装周", "name_en": "Autumn", "starts_on": "2027-09-11", "slug": ""},
    )
    assert (made.status_code, made.location) == (303, "/console/e/autumn-2027/set-up")
    db.session.rollback()
    event = event_by_slug("autumn-2027")
    assert (event.starts_on, event.ends_on) == (date(2027, 9, 11), date(2027, 9, 13))
    assert (event.is_public, event.is_registration_open) == (False, False)
    assert inventory(event.id) == inventory(source.id)
    assert missing(event) == []
    counts = {name: _count(name, event.id) for name in ("registration", "ticket", "event_key")}
    assert counts == {"registration": 0, "ticket": 0, "event_key": 0}
    used = select(func.sum(Quota.used)).where(Quota.event_id == event.id)
    assert db.session.scalar(used) == 0
    starts = select(EntryWindow.starts_at).where(EntryWindow.event_id == event.id)
    assert min(db.session.scalars(starts)) == event.day_bounds(date(2027, 9, 11))[0]
    subjects = select(MailTemplate.subject).where(MailTemplate.event_id == event.id)
    assert list(db.session.scalars(subjects)) == ["票"]
    assert people.client(app, "charlie").get("/console/e/autumn-2027/guests").status_code == 200
    (entry,) = audit.entries(event.id, limit=1)
    assert (entry.action, entry.after["from"]) == ("event.copy", slug)
    assert entry.after["shift_days"] == 175
    assert [row.name for row in ticket_types(event, clock.now())] == [
        row.name for row in ticket_types(source, clock.now())
    ]
    programme.open_to_public(event.id)
    made_again = make_registration(event.id, "day", name="欧阳修", email="f@a.example", window_no=1)
    assert made_again.state == "confirmed"


def test_nothing_of_a_copy_stays_when_it_fails_in_the_middle(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = make_people()
    source = event_by_slug(make_event(_wanted(people.organisation_id)))
    monkeypatch.setattr(copy, "COPIED", (*COPIED, "no-such-table"))
    with pytest.raises(KeyError):
        copy_event(
            CopyEvent(source=source, title={"en": "Torn"}, starts_on=date(2028, 1, 1), slug="torn")
        )
    monkeypatch.undo()
    assert db.session.scalar(select(func.count()).select_from(Base.metadata.tables["event"])) == 1
    assert _count("stage", source.id) == len(TEMPLATES[Kind.FASHION_WEEK].stages)
    with pytest.raises(SlugTaken):
        copy_event(
            CopyEvent(
                source=source, title={"en": "T"}, starts_on=date(2028, 1, 1), slug=source.slug
            )
        )


def test_times_keep_their_wall_clock_over_the_change_to_summer_time(app: Flask) -> None:
    people = make_people()
    wanted = _wanted(people.organisation_id, timezone="Europe/London", ends_on=date(2027, 3, 20))
    source = event_by_slug(make_event(wanted))
    slug = copy_event(
        CopyEvent(source=source, title={"en": "June"}, starts_on=date(2027, 6, 19), slug="june")
    )
    event = event_by_slug(slug)
    starts_at = db.session.scalar(
        select(EntryWindow.starts_at).where(EntryWindow.event_id == event.id)
    )
    assert starts_at == event.day_bounds(date(2027, 6, 19))[0]
    before = source.day_bounds(date(2027, 3, 20))[0]
    assert starts_at - before == timedelta(days=91, hours=-1)


def test_every_table_of_events_is_copied_or_left_for_a_reason(app: Flask) -> None:
    of_events = {
        name
        for name, table in Base.metadata.tables.items()
        if {"event_id", "event_ref"} & set(table.columns.keys())
    }
    decided = set(COPIED) | set(LEFT)
    assert of_events - decided == set()
    assert set(COPIED) & set(LEFT) == set()
    assert decided - set(Base.metadata.tables) == set()


def test_an_event_may_not_end_before_it_begins(app: Flask) -> None:
    people = make_people()
    with pytest.raises(Invalid):
        make_event(_wanted(people.organisation_id, ends_on=date(2027, 3, 1)))


def _count(table: str, event_id: int) -> int:
    found = Base.metadata.tables[table]
    return (
        db.session.scalar(
            select(func.count()).select_from(found).where(found.c.event_id == event_id)
        )
        or 0
    )
