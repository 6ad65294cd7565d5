"""Events and the releases of their schedules."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ScalarSelect, select

from eventhub.kernel.db import I18n, db
from eventhub.kernel.i18n import LANGS, Lang
from eventhub.programme.errors import UnknownEvent
from eventhub.programme.models import Event, Schedule
from eventhub.programme.rules import operating_day as rules


@dataclass(frozen=True, slots=True)
class EventRow:
    """A fashion week or festival; see `models.Event` for the meaning of the columns."""

    id: int
    uuid: str
    organisation_id: int
    slug: str
    acronym: str
    title: I18n
    subtitle: I18n | None
    tagline: I18n | None
    about: I18n | None
    place_text: I18n | None
    period_text: I18n | None
    timezone: str
    day_start_local: time
    starts_on: date | None
    ends_on: date | None
    uid_domain: str
    is_public: bool
    is_registration_open: bool
    is_synthetic: bool
    contact_email: str | None
    theme: dict[str, Any] | None
    grid_min: int
    embed_hosts: str | None
    notice_mode: str
    tells_holders: bool
    langs: str

    def __hash__(self) -> int:
        """Hash by identity, because texts are dictionaries."""
        return hash(self.uuid)

    @property
    def zone(self) -> ZoneInfo:
        """Return the zone in which times of the event are shown."""
        return ZoneInfo(self.timezone)

    @property
    def offered(self) -> tuple[Lang, ...]:
        """Return the languages of the public pages, the one without a wish first."""
        return tuple(lang for word in self.langs.split(",") for lang in LANGS if lang == word)

    def lang_for(self, wish: str) -> Lang:
        """Return the language of messages to somebody who wishes one of them."""
        return next((lang for lang in self.offered if lang == wish), self.offered[0])

    @property
    def uuid_bytes(self) -> bytes:
        """Return the 16 bytes that ticket codes are bound to."""
        return uuid.UUID(self.uuid).bytes

    def days(self) -> list[date]:
        """Return all operating days in order; empty when the source states none."""
        if self.starts_on is None or self.ends_on is None:
            return []
        count = (self.ends_on - self.starts_on).days + 1
        return [self.starts_on + timedelta(days=n) for n in range(count)]

    def operating_day(self, at: datetime) -> date:
        """Return the operating day that contains an aware instant."""
        return rules.operating_day(at, self.zone, self.day_start_local)

    def day_bounds(self, day: date) -> tuple[datetime, datetime]:
        """Return the half-open span of an operating day in UTC."""
        return rules.day_window(day, self.zone, self.day_start_local)

    def instant(self, day: date, clock: time) -> datetime:
        """Return the UTC instant of a wall-clock time of an operating day."""
        return rules.instant_of(day, clock, self.zone, self.day_start_local)

    def minutes_of_day(self, at: datetime, day: date) -> int:
        """Return wall-clock minutes after 00:00 of an operating day, up to 1800."""
        return rules.minutes_of_day(at, day, self.zone)


@dataclass(frozen=True, slots=True)
class ReleaseRow:
    """A named, immutable version of the schedule."""

    id: int
    name: str
    released_at: datetime


def event_by_slug(slug: str) -> EventRow:
    """
    Return the event with this slug.

    Raises:
        UnknownEvent: There is none.
    """
    return _found(db.session.scalar(select(Event).where(Event.slug == slug)))


def organisation_of(event_id: int) -> int | None:
    """Return the organisation that an event belongs to, None when there is no such event."""
    return db.session.scalar(select(Event.organisation_id).where(Event.id == event_id))


def event_by_id(event_id: int) -> EventRow:
    """
    Return the event with this database id.

    Raises:
        UnknownEvent: There is none.
    """
    return _found(db.session.scalar(select(Event).where(Event.id == event_id)))


def public_events() -> list[EventRow]:
    """Return events that everybody may see, latest first, undated ones last."""
    found = db.session.scalars(select(Event).where(Event.is_public)).all()
    return _latest_first([_row(event) for event in found])


def all_events(organisation_ids: Collection[int]) -> list[EventRow]:
    """Return all events of some organisations, latest first, undated ones last."""
    found = db.session.scalars(select(Event).where(Event.organisation_id.in_(organisation_ids)))
    return _latest_first([_row(event) for event in found])


def released(event_id: int) -> ReleaseRow | None:
    """Return the release that the public sees, or None before the first one."""
    found = releases(event_id, limit=1)
    return found[0] if found else None


def releases(event_id: int, limit: int = 50) -> list[ReleaseRow]:
    """Return releases of the schedule, newest first."""
    statement = (
        select(Schedule)
        .where(Schedule.event_id == event_id, Schedule.released_at.is_not(None))
        .order_by(Schedule.released_at.desc(), Schedule.id.desc())
        .limit(limit)
    )
    return [
        ReleaseRow(found.id, found.name, found.released_at)
        for found in db.session.scalars(statement)
        if found.released_at is not None
    ]


def current_release_id(event_id: int) -> ScalarSelect[int]:
    """Return the id of the newest release as a subquery."""
    return (
        select(Schedule.id)
        .where(Schedule.event_id == event_id, Schedule.released_at.is_not(None))
        .order_by(Schedule.released_at.desc(), Schedule.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def _found(event: Event | None) -> EventRow:
    if event is None:
        raise UnknownEvent()
    return _row(event)


def _row(event: Event) -> EventRow:
    return EventRow(**{name: getattr(event, name) for name in EventRow.__slots__})


def _latest_first(rows: list[EventRow]) -> list[EventRow]:
    dated = [row for row in rows if row.starts_on is not None]
    dated.sort(key=lambda row: (row.starts_on or date.min, row.id), reverse=True)
    return dated + [row for row in rows if row.starts_on is None]
