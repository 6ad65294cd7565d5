"""Notices of a release: who gets one, when it leaves, and that nobody gets two."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import icalendar
import pytest
from flask import Flask
from sqlalchemy import select

from eventhub.kernel.db import command, db
from eventhub.notify import service as outbox
from eventhub.notify.models import OutboxMessage
from eventhub.programme import queries, service
from eventhub.programme.enums import NoticeAudience, RoundState, SlotStatus
from eventhub.programme.errors import NoDrafts
from eventhub.programme.models import Event, NoticeRound
from eventhub.programme.queries import EventRow
from eventhub.programme.service import DecideNotices, Move, Resize, SetContact, SetStatus
from eventhub.registration.jobs import tell_registrants
from eventhub.registration.models import TicketType
from tests.factories import programme as make
from tests.factories.registration import make_registration, make_ticket_type, make_window

T0 = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
KINDS = ("moved", "resized", "cancelled", "same")


@dataclass(frozen=True, slots=True)
class Stood:
    """An event after its first release: a performance and a party for each kind of change."""

    event: EventRow
    performances: dict[str, int]


@pytest.fixture
def stood(app: Flask) -> Stood:
    """Return an event of which the first version is public and everybody has an address."""
    event = make.make_event("weaving", is_registration_open=True)
    stage, kind, track = (
        make.make_stage(event), make.make_show_type(event), make.make_track(event),
    )  # fmt: skip
    made = {}
    for number, name in enumerate(KINDS):
        party = make.make_party(event, name)
        lang = "en" if name == "moved" else "zh"
        service.set_contact(
            SetContact(event_id=event.id, party_slug=name, email=f"{name}@example.org", lang=lang)
        )
        show = make.make_show(event, parties=[party], type_id=kind, track_id=track)
        made[name] = make.make_performance(event, show)
        make.make_slot(
            event,
            performance_id=made[name],
            stage_id=stage,
            starts_at=T0 + timedelta(hours=2 * number),
        )
    make.release(event, "v1")
    service.decide_notices(
        DecideNotices(
            event_id=event.id, version="v1", audience=NoticeAudience.PARTIES, is_approved=False
        )
    )
    return Stood(event, made)


def change_all(stood: Stood) -> None:
    """Move one, resize one, cancel one and add one, then release."""
    event = stood.event
    rows = {row.performance_id: row for row in queries.working_grid(event)}

    def head(name: str) -> dict[str, int]:
        row = rows[stood.performances[name]]
        return {
            "event_id": event.id,
            "performance_id": row.performance_id,
            "row_version": row.row_version,
        }

    moved = rows[stood.performances["moved"]]
    assert moved.starts_at
    service.move(
        Move(
            **head("moved"),
            stage_id=moved.stage_id,
            starts_at=moved.starts_at + timedelta(minutes=30),
        )
    )
    resized = rows[stood.performances["resized"]]
    assert resized.ends_at
    service.resize(Resize(**head("resized"), ends_at=resized.ends_at + timedelta(minutes=15)))
    service.set_status(SetStatus(**head("cancelled"), status=SlotStatus.CANCELLED))
    party = make.make_party(event, "new")
    service.set_contact(SetContact(event_id=event.id, party_slug="new", email="new@example.org"))
    show = make.make_show(event, "NEWONE", parties=[party])
    performance = make.make_performance(event, show)
    make.make_slot(
        event, performance_id=performance, stage_id=moved.stage_id, starts_at=T0 + timedelta(days=1)
    )
    make.release(event, "v2")


def messages(kind: str, *, state: str | None = None) -> list[OutboxMessage]:
    """Return the messages of a kind, by recipient."""
    statement = select(OutboxMessage).where(OutboxMessage.kind == kind)
    if state:
        statement = statement.where(OutboxMessage.state == state)
    return list(db.session.scalars(statement.order_by(OutboxMessage.recipient)))


def rounds(event: EventRow) -> list[tuple[str, str, int, int]]:
    """Return the rounds of the newest release: audience, state, written, unreachable."""
    db.session.expire_all()
    found = db.session.scalars(select(NoticeRound).where(NoticeRound.event_id == event.id))
    newest = max(row.schedule_id for row in found)
    rows = db.session.scalars(
        select(NoticeRound).where(NoticeRound.schedule_id == newest).order_by(NoticeRound.audience)
    )
    return [(row.audience, row.state, row.written, row.unreachable) for row in rows]


def test_each_affected_party_gets_exactly_one_draft(stood: Stood) -> None:
    change_all(stood)
    drafts = messages("release_party", state="draft")
    assert [row.recipient for row in drafts] == [
        "cancelled@example.org", "moved@example.org", "new@example.org", "resized@example.org",
    ]  # fmt: skip
    assert [row.text.count("\n- ") for row in drafts] == [1, 1, 1, 1]
    texts = {row.recipient.partition("@")[0]: row.text for row in drafts}
    assert "Moved: Show" in texts["moved"]
    assert "10:30–11:15" in texts["moved"]
    assert "(was 10:00)" in texts["moved"]
    assert {row.recipient: row.locale for row in drafts}["cancelled@example.org"] == "zh"
    assert rounds(stood.event) == [
        ("parties", RoundState.DRAFT, 4, 0), ("registrants", RoundState.WAITING, 0, 0),
    ]  # fmt: skip


def test_files_ask_and_take_back(stood: Stood) -> None:
    change_all(stood)
    found = {}
    for message in messages("release_party", state="draft"):
        [claimed] = outbox.unpacked(message.attachments)
        calendar = icalendar.Calendar.from_ical(claimed.data)
        [entry] = calendar.walk("VEVENT")
        found[message.recipient.partition("@")[0]] = (
            str(calendar["METHOD"]), str(entry["STATUS"]), int(entry["SEQUENCE"]),
        )  # fmt: skip
        assert str(entry["ATTENDEE"]) == f"mailto:{message.recipient}"
        assert str(entry["UID"]).startswith("perf-")
        assert all(len(line) <= 75 for line in claimed.data.split(b"\r\n"))
    assert found == {
        "cancelled": ("CANCEL", "CANCELLED", 1),
        "moved": ("REQUEST", "CONFIRMED", 1),
        "new": ("REQUEST", "CONFIRMED", 0),
        "resized": ("REQUEST", "CONFIRMED", 1),
    }


def test_nothing_leaves_before_approval_and_all_leave_with_it(stood: Stood) -> None:
    change_all(stood)
    assert outbox.claim(50) == []  # negative control: approved ones are claimed below
    cmd = DecideNotices(
        event_id=stood.event.id, version="v2", audience=NoticeAudience.PARTIES, is_approved=True
    )
    assert service.decide_notices(cmd) == 4
    assert len(outbox.claim(50)) == 4
    with pytest.raises(NoDrafts):
        service.decide_notices(cmd)


def test_discarded_drafts_never_leave(stood: Stood) -> None:
    change_all(stood)
    cmd = DecideNotices(
        event_id=stood.event.id, version="v2", audience=NoticeAudience.PARTIES, is_approved=False
    )
    assert (service.decide_notices(cmd), outbox.claim(50)) == (4, [])
    assert rounds(stood.event)[0] == ("parties", RoundState.DISCARDED, 4, 0)


def test_auto_mode_sends_with_the_release(stood: Stood) -> None:
    set_mode(stood.event, "auto")
    change_all(stood)
    assert len(outbox.claim(50)) == 4
    assert rounds(stood.event)[0] == ("parties", RoundState.APPROVED, 4, 0)


def test_a_release_without_change_tells_nobody(stood: Stood) -> None:
    make.release(stood.event, "v2")
    assert messages("release_party", state="draft") == []
    assert tell_registrants() == 0


def test_a_party_without_an_address_is_counted(stood: Stood) -> None:
    service.set_contact(SetContact(event_id=stood.event.id, party_slug="moved", email=""))
    change_all(stood)
    assert rounds(stood.event)[0] == ("parties", RoundState.DRAFT, 3, 1)


def test_a_new_member_of_the_cast_is_told_of_it_alone(stood: Stood) -> None:
    event = stood.event
    party = make.make_party(event, "late")
    service.set_contact(SetContact(event_id=event.id, party_slug="late", email="late@example.org"))
    show_id = next(
        row.show_id
        for row in queries.programme(event)
        if row.performance_id == stood.performances["same"]
    )
    service.add_show_party(service.AddShowParty(show_id=show_id, party_id=party))
    make.release(event, "v2")
    [draft] = messages("release_party", state="draft")
    assert draft.recipient == "late@example.org"


def test_affected_registrants_and_only_they_get_one_notice(stood: Stood) -> None:
    event, of = stood.event, stood.performances
    make_window(event.id, 7, T0, kind="show", performance_id=of["cancelled"])
    make_ticket_type(event.id, slug="open")
    make_ticket_type(event.id, slug="whole")
    told = {
        "moved@guests.example": make_registration(
            event.id, "open", email="moved@guests.example", performance_id=of["moved"], lang="en"
        ),
        "type@guests.example": make_registration(event.id, "whole", email="type@guests.example"),
    }
    bind_type("whole", 7)
    make_registration(event.id, "open", performance_id=of["same"])
    make_registration(event.id, "open")
    change_all(stood)
    make_registration(event.id, "open", performance_id=of["moved"])  # saw the new time already
    assert tell_registrants() == len(told)
    drafts = messages("release_registrant", state="draft")
    assert [row.recipient for row in drafts] == sorted(told)
    assert [row.text.count("\n- ") for row in drafts] == [1, 1]
    assert "Moved: Show" in drafts[0].text
    assert rounds(event)[1] == ("registrants", RoundState.DRAFT, 2, 0)
    assert tell_registrants() == 0
    assert len(messages("release_registrant")) == 2


def test_holders_of_a_day_are_told_what_is_cancelled_or_moved_on_it_if_wanted(
    stood: Stood,
) -> None:
    event = stood.event
    make_window(event.id, 1, T0 - timedelta(hours=4))
    make_window(event.id, 2, T0 + timedelta(hours=20))
    make_ticket_type(event.id, slug="whole")
    for number in (1, 2):
        make_ticket_type(event.id, slug=f"day{number}")
        make_registration(event.id, f"day{number}", email=f"day{number}@guests.example")
        bind_type(f"day{number}", number)
    make_registration(event.id, "whole", email="whole@guests.example")
    tell_holders(event)
    change_all(stood)
    assert tell_registrants() == 2
    drafts = messages("release_registrant", state="draft")
    assert [(row.recipient, row.text.count("\n- ")) for row in drafts] == [
        ("day1@guests.example", 2),  # moved and cancelled; new and longer are no reason to write
        ("whole@guests.example", 2),
    ]
    assert rounds(event)[1] == ("registrants", RoundState.DRAFT, 2, 0)


@command
def tell_holders(event: EventRow) -> None:
    """Choose that holders of day tickets are told too."""
    db.session.get_one(Event, event.id).tells_holders = True


def test_a_job_that_was_cut_off_writes_nobody_twice(stood: Stood) -> None:
    event = stood.event
    make_ticket_type(event.id, slug="open")
    make_registration(event.id, "open", performance_id=stood.performances["moved"])
    change_all(stood)
    assert tell_registrants() == 1
    reopen(event)
    tell_registrants()
    assert len(messages("release_registrant")) == 1


@command
def set_mode(event: EventRow, mode: str) -> None:
    """Say whether notices wait."""
    db.session.get_one(Event, event.id).notice_mode = mode


@command
def bind_type(slug: str, window_no: int) -> None:
    """Let a ticket type admit to one window only."""
    kind = db.session.scalars(select(TicketType).where(TicketType.slug == slug)).one()
    kind.window_no = window_no


@command
def reopen(event: EventRow) -> None:
    """Make the rounds of registrants wait again, as after a crash before their end."""
    for row in db.session.scalars(select(NoticeRound).where(NoticeRound.event_id == event.id)):
        if row.audience == NoticeAudience.REGISTRANTS:
            row.state = RoundState.WAITING
