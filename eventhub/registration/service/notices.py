"""Tells those who registered what a release changed for them: one message per person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from flask_babel import gettext as _
from sqlalchemy import and_, literal, or_, select

from eventhub.kernel.db import I18n, command, db
from eventhub.kernel.i18n import in_lang
from eventhub.notify import service as outbox
from eventhub.programme import queries as programme
from eventhub.programme import service as programme_service
from eventhub.programme.enums import ChangeKind, NoticeAudience, RoundState
from eventhub.programme.models import NoticeRound, Schedule, ScheduleChange
from eventhub.programme.queries import EventRow
from eventhub.programme.service import notice_words as words
from eventhub.programme.service.notice_words import TOLD_KINDS, ToldChange
from eventhub.registration.enums import RegistrationState
from eventhub.registration.models import EntryWindow, Registration, TicketType
from eventhub.registration.service.links import registration_token, ticket_url

CHUNK: Final = 2000  # registrations of one transaction
_CONCERNED = (
    RegistrationState.CONFIRMED,
    RegistrationState.PENDING_APPROVAL,
    RegistrationState.WAITLISTED,
)


# what somebody who comes for a day would stand before in vain
_ABRUPT: Final = frozenset({ChangeKind.CANCELLED, ChangeKind.REMOVED, ChangeKind.MOVED})
_MOST_LINES: Final = 12


@dataclass(frozen=True, slots=True)
class _Person:
    """A registration as a message needs it, with what concerns it."""

    public_id: str
    link_rev: int
    code: str
    contact_name: str
    email: str | None
    phone: str | None
    locale: str
    is_synthetic: bool
    changes: tuple[ToldChange, ...]


@dataclass(frozen=True, slots=True)
class _Release:
    """A release whose registrants wait to be told."""

    event: EventRow
    schedule_id: int
    released_at: datetime
    changes: Mapping[int, ToldChange]
    abrupt: Mapping[int, tuple[datetime, ...]]  # performance -> old and new start
    stages: Mapping[str, I18n]


def tell_registrants() -> int:
    """
    Write the messages of every release that waits for them; return how many.

    A chunk is one transaction. Keys make a second run write nothing again, so
    one that was cut off goes on where it stopped.
    """
    waiting = select(NoticeRound.id).where(
        NoticeRound.audience == NoticeAudience.REGISTRANTS,
        NoticeRound.state == RoundState.WAITING,
    )
    ids = db.session.scalars(waiting.order_by(NoticeRound.id)).all()
    return sum(_tell(round_id) for round_id in ids)


def _tell(round_id: int) -> int:
    release = _release(round_id)
    concerned = _concerned(release)
    reachable = [row for row in concerned if row.email or row.phone]
    for start in range(0, len(reachable), CHUNK):
        _write(release, reachable[start : start + CHUNK])
    programme_service.close_round(
        round_id, written=len(reachable), unreachable=len(concerned) - len(reachable)
    )
    return len(reachable)


def _release(round_id: int) -> _Release:
    found = db.session.get_one(NoticeRound, round_id)
    schedule = db.session.get_one(Schedule, found.schedule_id)
    assert schedule.released_at  # noqa: S101 - a round belongs to a release
    kinds: dict[int, dict[ChangeKind, Mapping[str, Any] | None]] = defaultdict(dict)
    rows = select(ScheduleChange).where(
        ScheduleChange.schedule_id == schedule.id, ScheduleChange.kind.in_(TOLD_KINDS)
    )
    for change in db.session.scalars(rows):
        kinds[change.performance_id][ChangeKind(change.kind)] = change.old
    event = programme.event_by_id(found.event_id)
    changes = programme_service.changes_told(event.id, kinds)
    return _Release(
        event=event,
        schedule_id=schedule.id,
        released_at=schedule.released_at,
        changes=changes,
        abrupt={
            key: (change.row.performance.starts_at, *_told_starts(change))
            for key, change in changes.items()
            if not _ABRUPT.isdisjoint(change.kinds)
        },
        stages={stage.slug: stage.name for stage in programme.stages(event.id)},
    )


def _concerned(release: _Release) -> list[_Person]:
    """
    Return who registered before the release and what concerns each, by registration.

    A person is concerned by the performance they registered for, and by those
    that their entry window, or that of their whole ticket type, belongs to. If
    the event wants it, holders of tickets for a day or for all of it are too,
    by what is cancelled or moved on their days.
    """
    windows = _windows(release)
    numbers = list(windows)
    days = _days(release)
    of_all = release.event.tells_holders and bool(release.abrupt)
    statement = (
        select(
            Registration.public_id,
            Registration.link_rev,
            Registration.code,
            Registration.contact_name,
            Registration.email,
            Registration.phone,
            Registration.locale,
            Registration.is_synthetic,
            Registration.performance_id,
            Registration.window_no,
            TicketType.window_no,
        )
        .join(TicketType, TicketType.id == Registration.ticket_type_id)
        .where(
            Registration.event_id == release.event.id,
            Registration.state.in_(_CONCERNED),
            Registration.created_at <= release.released_at,
            or_(
                Registration.performance_id.in_(list(release.changes)),
                Registration.window_no.in_(numbers),
                TicketType.window_no.in_(numbers),
                and_(
                    literal(of_all),
                    Registration.performance_id.is_(None),
                    Registration.state == RegistrationState.CONFIRMED,
                ),
            ),
        )
        .order_by(Registration.id)
    )
    order = {key: place for place, key in enumerate(release.changes)}
    found = []
    for row in db.session.execute(statement):
        shown = (windows.get(number) for number in row[-2:])
        keys = {row.performance_id, *shown}
        if of_all and row.performance_id is None:
            keys |= _abrupt_on(release, days, row[-2] or row[-1])
        mine = sorted(keys & order.keys(), key=order.__getitem__)
        if not mine:
            continue
        found.append(
            _Person(
                public_id=row.public_id,
                link_rev=row.link_rev,
                code=row.code,
                contact_name=row.contact_name,
                email=row.email,
                phone=row.phone,
                locale=row.locale,
                is_synthetic=row.is_synthetic,
                changes=tuple(release.changes[key] for key in mine),
            )
        )
    return found


def _windows(release: _Release) -> dict[Any, int]:
    """Return the changed performance per number of an entry window that belongs to one."""
    statement = select(EntryWindow.number, EntryWindow.performance_id).where(
        EntryWindow.event_id == release.event.id,
        EntryWindow.performance_id.in_(list(release.changes)),
    )
    return {row.number: row.performance_id for row in db.session.execute(statement)}


def _days(release: _Release) -> dict[int, tuple[datetime, datetime]]:
    """Return the spans of the entry windows that belong to no performance, by number."""
    statement = select(EntryWindow.number, EntryWindow.starts_at, EntryWindow.ends_at).where(
        EntryWindow.event_id == release.event.id, EntryWindow.performance_id.is_(None)
    )
    return {row[0]: (row[1], row[2]) for row in db.session.execute(statement)}


def _abrupt_on(
    release: _Release, days: Mapping[int, tuple[datetime, datetime]], number: int
) -> set[int]:
    """Return what is cancelled or moved in an entry window; 0 is the whole event."""
    if not number:
        return set(release.abrupt)
    if number not in days:
        return set()  # the window of a performance
    start, end = days[number]
    return {key for key, times in release.abrupt.items() if any(start <= at < end for at in times)}


@command
def _write(release: _Release, rows: Sequence[_Person]) -> None:
    messages = [message for lang in ("zh", "en") for message in _messages(release, rows, lang)]
    outbox.post_all(
        messages,
        held_for=programme_service.held_for(release.schedule_id, NoticeAudience.REGISTRANTS),
        as_drafts=programme_service.waits_for_approval(release.event.id),
    )


def _messages(release: _Release, rows: Iterable[_Person], lang: str) -> list[outbox.Message]:
    event = release.event
    with in_lang(lang):
        lines = {
            key: words.line(event, release.stages, change)
            for key, change in release.changes.items()
        }
        return [
            outbox.Message(
                event_id=event.id,
                kind="release_registrant",
                dedupe_key=f"release:{release.schedule_id}:registration:{person.public_id}",
                recipient=person.email or person.phone or "",
                recipient_name=person.contact_name,
                locale=lang,
                subject=words.subject(event, person.changes),
                text=_text(
                    event,
                    person,
                    _listed([lines[c.row.performance.performance_id] for c in person.changes]),
                ),
                channel="email" if person.email else "sms",
                is_synthetic=event.is_synthetic or person.is_synthetic,
            )
            for person in rows
            if event.lang_for(person.locale) == lang
        ]


def _told_starts(change: ToldChange) -> tuple[datetime, ...]:
    """Return the start that was told before, when it was another one."""
    old = change.kinds.get(ChangeKind.MOVED) or {}
    return (datetime.fromisoformat(old["start"]),) if "start" in old else ()


def _listed(lines: Sequence[str]) -> str:
    """Return changes as a list, a long one cut: the programme has the rest."""
    shown = [f"- {line}" for line in lines[:_MOST_LINES]]
    if len(lines) > _MOST_LINES:
        shown.append(f"- {_('and %(n)s more', n=len(lines) - _MOST_LINES)}")
    return "\n".join(shown)


def _text(event: EventRow, person: _Person, lines: str) -> str:
    url = ticket_url(registration_token(person.public_id, person.link_rev))
    return "\n\n".join(
        (
            _("To %(name)s", name=person.contact_name),
            _(
                "The programme has changed. This concerns your registration %(code)s:",
                code=person.code,
            ),
            lines,
            _("The page of your registration shows what holds now."),
            words.foot(event, url),
        )
    )
