"""Removing personal data whose time is over, class by class, with a report that proves it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, String, case, delete, func, or_, select, update
from sqlalchemy import cast as as_type

from eventhub.kernel import audit, clock, locks
from eventhub.kernel.db import Base, command, db
from eventhub.notify.models import OutboxMessage
from eventhub.programme.models import Event
from eventhub.programme.queries import EventRow, event_by_id
from eventhub.registration.enums import FieldClass
from eventhub.registration.models import (
    Answer,
    Attendee,
    AttendeeIdentity,
    AttendeeSearch,
    ContactProof,
    GuardianConsent,
    GuestDetail,
    GuestFileBatch,
    GuestFileLine,
    HeldAnswer,
    Invitation,
    Question,
    Registration,
    RetentionRun,
)
from eventhub.registration.queries.settings import settings_of
from eventhub.registration.rules.retention import (
    DEFAULT_DAYS,
    MAX_DAYS,
    Due,
    due,
)
from eventhub.registration.service.erasure import sweep

KEPT_CLASSES = tuple(name.value for name in DEFAULT_DAYS)
MAX_KEPT_DAYS = MAX_DAYS
_UNSENT = ("queued", "deferred", "draft")
_SPECIAL = (FieldClass.HEALTH, FieldClass.ID_NUMBER, FieldClass.PICTURE)


@dataclass(frozen=True, slots=True)
class Kept:
    """One line of a report: how many values of a class went, or would go."""

    field_class: FieldClass
    keep_days: int
    cut_off: datetime
    count: int

    def as_json(self) -> dict[str, Any]:
        """Return the line as it is stored and printed."""
        return {
            "class": self.field_class.value,
            "keep_days": self.keep_days,
            "cut_off": self.cut_off.isoformat(timespec="seconds"),
            "count": self.count,
        }


@dataclass(frozen=True, slots=True)
class _Step:
    """Rows of a table that hold values of a class; `values` None deletes them."""

    model: type[Base]
    where: tuple[ColumnElement[bool], ...]
    values: Mapping[str, Any] | None = None


def retain(event_id: int, *, is_dry_run: bool = False) -> list[Kept]:
    """
    Remove what an event may keep no longer, or count it.

    Commits, unless it is a dry run. Rows stay as pseudonyms with type, state
    and times, so that totals stay equal.

    Returns:
        One line per class whose time is over, with how many values it is about.
    """
    if is_dry_run:
        return _lines(event_id, is_dry_run=True)
    found = _retain(event_id)
    if any(line.count for line in found):
        sweep()
    return found


def retain_everywhere() -> int:
    """Remove what is over in all events; return how many values went. Commits per event."""
    total = 0
    for event_id in db.session.scalars(select(Event.id).order_by(Event.id)).all():
        total += sum(line.count for line in retain(event_id))
    return total


@command
def _retain(event_id: int) -> list[Kept]:
    locks.check_lease()
    lines = _lines(event_id, is_dry_run=False)
    if any(line.count for line in lines):
        report = [line.as_json() for line in lines]
        db.session.add(RetentionRun(event_id=event_id, at=clock.now(), report=report))
        audit.record(
            "registration.retention", f"event:{event_id}", event_id=event_id, after={"gone": report}
        )
    return lines


def _lines(event_id: int, *, is_dry_run: bool) -> list[Kept]:
    return [
        Kept(
            one.field_class,
            one.keep_days,
            one.cut_off,
            _apply(event_id, one, is_dry_run=is_dry_run),
        )
        for one in _due(event_by_id(event_id))
    ]


def _due(event: EventRow) -> list[Due]:
    if event.ends_on is None:
        return []
    ended_at = event.day_bounds(event.ends_on)[1]
    return due(settings_of(event.id).keep_days, ended_at=ended_at, at=clock.now())


def _apply(event_id: int, one: Due, *, is_dry_run: bool) -> int:
    total = 0
    for step in _STEPS[one.field_class](event_id):
        if is_dry_run:
            count = select(func.count()).select_from(step.model).where(*step.where)
            total += db.session.scalar(count) or 0
            continue
        change = (
            delete(step.model).where(*step.where)
            if step.values is None
            else update(step.model).where(*step.where).values(**step.values)
        )
        done = db.session.execute(change, execution_options={"synchronize_session": False})
        total += cast(CursorResult[Any], done).rowcount
    return total


def _answers_of(event_id: int, condition: ColumnElement[bool]) -> Iterator[_Step]:
    asked = select(Question.id).where(Question.event_id == event_id, condition)
    for model in (Answer, HeldAnswer):
        yield _Step(model, (model.event_id == event_id, model.question_id.in_(asked)))


def _special(name: FieldClass) -> Callable[[int], Iterator[_Step]]:
    def steps(event_id: int) -> Iterator[_Step]:
        yield from _answers_of(event_id, Question.field_class == name.value)

    return steps


def _id_numbers(event_id: int) -> Iterator[_Step]:
    yield from _answers_of(event_id, Question.field_class == FieldClass.ID_NUMBER.value)
    yield _Step(
        AttendeeIdentity,
        (AttendeeIdentity.event_id == event_id, AttendeeIdentity.kind == "id_number"),
    )


def _answers(event_id: int) -> Iterator[_Step]:
    special = [name.value for name in _SPECIAL]
    yield from _answers_of(event_id, Question.field_class.not_in(special))
    yield _Step(GuestDetail, (GuestDetail.event_id == event_id,))
    batches = select(GuestFileBatch.id).where(GuestFileBatch.event_id == event_id)
    yield _Step(
        GuestFileLine,
        (
            GuestFileLine.batch_id.in_(batches),
            or_(
                as_type(GuestFileLine.parsed, String) != "{}",
                as_type(GuestFileLine.changes, String) != "{}",
            ),
        ),
        {"parsed": {}, "changes": {}, "detail": ""},
    )


def _messages(event_id: int) -> Iterator[_Step]:
    yield _Step(
        OutboxMessage,
        (
            OutboxMessage.event_ref == event_id,
            or_(OutboxMessage.text != "", OutboxMessage.html != ""),
        ),
        {
            "subject": "",
            "text": "",
            "html": "",
            "attachments": [],
            "recipient_name": "",
            "state": case(
                (OutboxMessage.state.in_(_UNSENT), "suppressed"), else_=OutboxMessage.state
            ),
        },
    )


def _contacts(event_id: int) -> Iterator[_Step]:
    yield _Step(
        Registration,
        (
            Registration.event_id == event_id,
            or_(Registration.email.is_not(None), Registration.phone.is_not(None)),
        ),
        {"email": None, "phone": None, "idempotency_digest": None},
    )
    yield _Step(
        AttendeeIdentity,
        (
            AttendeeIdentity.event_id == event_id,
            AttendeeIdentity.kind.in_(("email", "phone")),
        ),
    )
    yield _Step(ContactProof, (ContactProof.event_id == event_id,))
    nobody = "erased-" + Invitation.public_id + "@erased.invalid"
    yield _Step(
        Invitation,
        (
            Invitation.event_id == event_id,
            or_(Invitation.email.is_(None), Invitation.email.not_like("erased-%")),
        ),
        {"email": nobody, "phone": None, "decline_reason": ""},
    )
    yield _Step(
        OutboxMessage,
        (OutboxMessage.event_ref == event_id, OutboxMessage.recipient != ""),
        {"recipient": "", "last_error": ""},
    )


def _names(event_id: int) -> Iterator[_Step]:
    code = (
        select("#" + Registration.code)
        .where(Registration.id == Attendee.registration_id)
        .scalar_subquery()
    )
    yield _Step(
        Attendee,
        (Attendee.event_id == event_id, Attendee.erased_at.is_(None)),
        {"display_name": code, "latin_name": None, "erased_at": clock.now()},
    )
    yield _Step(AttendeeSearch, (AttendeeSearch.event_id == event_id,))
    yield _Step(
        Registration,
        (Registration.event_id == event_id, Registration.contact_name.not_like("#______")),
        {"contact_name": "#" + Registration.code, "decision_reason": None},
    )
    yield _Step(
        GuardianConsent,
        (GuardianConsent.event_id == event_id, GuardianConsent.name != ""),
        {"name": ""},
    )
    yield _Step(
        Invitation,
        (Invitation.event_id == event_id, Invitation.name != "#"),
        {"name": "#"},
    )


_STEPS: Mapping[FieldClass, Callable[[int], Iterator[_Step]]] = {
    FieldClass.HEALTH: _special(FieldClass.HEALTH),
    FieldClass.ID_NUMBER: _id_numbers,
    FieldClass.PICTURE: _special(FieldClass.PICTURE),
    FieldClass.ANSWER: _answers,
    FieldClass.MESSAGE: _messages,
    FieldClass.CONTACT: _contacts,
    FieldClass.NAME: _names,
}
