"""Create events."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import update

from eventhub.kernel import audit, ids
from eventhub.kernel.db import I18n, command, db, on_violation
from eventhub.kernel.errors import Invalid
from eventhub.programme.enums import ScheduleState
from eventhub.programme.errors import SlugTaken
from eventhub.programme.models import Event, Schedule
from eventhub.programme.rules import naming

NOTICE_MODES = ("review", "auto")
LANGS_OFFERED = ("zh,en", "en,zh", "zh", "en")  # the first of two is for who wishes none
_HOSTS_MAX = 1000  # characters of all sites together
_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:\d{1,5})?")

on_violation("uq_event_slug", SlugTaken)
on_violation("uq_event_acronym", SlugTaken)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateEvent:
    """
    A new event; see `models.Event` for the meaning of the columns.

    `acronym` is made of the slug when empty, `uuid` is drawn when None.
    """

    organisation_id: int
    slug: str
    title: I18n
    timezone: str
    uid_domain: str
    acronym: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    day_start_local: time = time(6, 0)
    subtitle: I18n | None = None
    tagline: I18n | None = None
    about: I18n | None = None
    place_text: I18n | None = None
    period_text: I18n | None = None
    contact_email: str | None = None
    theme: dict[str, Any] | None = None
    is_public: bool = True
    is_synthetic: bool = False
    uuid: str | None = None


@command
def create_event(cmd: CreateEvent) -> int:
    """
    Create an event with an empty working copy of its schedule and return its id.

    Raises:
        Invalid: A name, zone or period can not be used.

        SlugTaken: Slug or acronym is in use.
    """
    acronym = cmd.acronym or naming.acronym_of(cmd.slug)
    _check(cmd, acronym)
    event = Event(
        uuid=cmd.uuid or ids.new_uuid(),
        organisation_id=cmd.organisation_id,
        slug=cmd.slug,
        acronym=acronym,
        title=cmd.title,
        subtitle=cmd.subtitle,
        tagline=cmd.tagline,
        about=cmd.about,
        place_text=cmd.place_text,
        period_text=cmd.period_text,
        timezone=cmd.timezone,
        day_start_local=cmd.day_start_local,
        starts_on=cmd.starts_on,
        ends_on=cmd.ends_on,
        uid_domain=cmd.uid_domain,
        is_public=cmd.is_public,
        is_synthetic=cmd.is_synthetic,
        contact_email=cmd.contact_email,
        theme=cmd.theme,
    )
    db.session.add(event)
    db.session.flush()
    db.session.add(Schedule(event_id=event.id, name="wip", state=ScheduleState.WIP))
    db.session.flush()
    return event.id


@command
def open_registration(event_id: int, *, is_open: bool) -> None:
    """Open or close registration for an event."""
    db.session.execute(
        update(Event).where(Event.id == event_id).values(is_registration_open=is_open)
    )


@command
def open_to_public(event_id: int) -> None:
    """Show an event to everybody and open its registration, in one step that is logged."""
    event = db.session.get_one(Event, event_id)
    before = {"is_public": event.is_public, "is_registration_open": event.is_registration_open}
    event.is_public = event.is_registration_open = True
    audit.record(
        "event.open",
        f"event:{event.slug}",
        organisation_id=event.organisation_id,
        event_id=event.id,
        before=before,
        after=dict.fromkeys(before, True),
    )


@command
def allow_embedding(event_id: int, origins: Sequence[str]) -> None:
    """
    Say which sites may show the list of shows in a frame; none when empty.

    Raises:
        Invalid: Not of the form `https://www.example.org`, or too many.
    """
    hosts = " ".join(dict.fromkeys(origin.rstrip("/").lower() for origin in origins))
    if len(hosts) > _HOSTS_MAX or not all(_ORIGIN.fullmatch(host) for host in hosts.split()):
        raise Invalid(fields={"origins": [_l("A site is written as https://www.example.org.")]})
    db.session.execute(update(Event).where(Event.id == event_id).values(embed_hosts=hosts or None))
    audit.record(
        "event.embedding", f"event:{event_id}", event_id=event_id, after={"sites": hosts.split()}
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeEvent:
    """The settings of an event as they shall be; slug, zone and organisation stay."""

    event_id: int
    title: I18n
    about: I18n | None
    starts_on: date | None
    ends_on: date | None
    contact_email: str | None
    is_public: bool
    is_registration_open: bool
    notice_mode: str
    tells_holders: bool
    langs: str = "zh,en"


@command
def change_event(cmd: ChangeEvent) -> None:
    """
    Write the settings of an event, and in the log which of them changed.

    Raises:
        Invalid: No name, or a period that can not be.
    """
    fields = _faults(cmd.title, cmd.starts_on, cmd.ends_on)
    if cmd.notice_mode not in NOTICE_MODES:
        fields["notice_mode"] = [_l("Choose one of these.")]
    if cmd.langs not in LANGS_OFFERED:
        fields["langs"] = [_l("Choose one of these.")]
    elif cmd.langs in cmd.title.keys() ^ {"zh", "en"}:  # alone, and without a name in it
        fields["langs"] = [_l("Give the event a name in this language.")]
    if fields:
        raise Invalid(fields=fields)
    event = db.session.get_one(Event, cmd.event_id)
    names = [name for name in ChangeEvent.__slots__ if name != "event_id"]
    changed = [name for name in names if getattr(event, name) != getattr(cmd, name)]
    for name in changed:
        setattr(event, name, getattr(cmd, name))
    if changed:
        audit.record(
            "event.settings",
            f"event:{event.slug}",
            organisation_id=event.organisation_id,
            event_id=event.id,
            after={"changed": changed, "is_registration_open": cmd.is_registration_open},
        )


def _faults(title: I18n, starts_on: date | None, ends_on: date | None) -> dict[str, list[Any]]:
    fields: dict[str, list[Any]] = {}
    if not title.get("zh", "").strip() and not title.get("en", "").strip():
        fields["title"] = [_l("Give a name.")]
    if (starts_on is None) != (ends_on is None):
        fields["ends_on"] = [_l("Give both days or neither.")]
    elif starts_on and ends_on and ends_on < starts_on:
        fields["ends_on"] = [_l("The last day lies before the first.")]
    return fields


def _check(cmd: CreateEvent, acronym: str) -> None:
    fields: dict[str, list[Any]] = {}
    if not naming.is_slug(cmd.slug):
        fields["slug"] = [_l("Use letters a-z, digits and hyphens.")]
    if not naming.is_acronym(acronym):
        fields["acronym"] = [_l("Use at least four letters a-z, digits and underscores.")]
    if not naming.is_zone(cmd.timezone):
        fields["timezone"] = [_l("This is not a time zone like Asia/Shanghai.")]
    fields |= _faults(cmd.title, cmd.starts_on, cmd.ends_on)
    if fields:
        raise Invalid(fields=fields)
