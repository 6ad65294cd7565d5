"""Make an event from a template: places, gates, tickets, form, texts, in one transaction."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final
from urllib.parse import urlsplit

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from eventhub.checkin.models import EntryPolicy
from eventhub.console.events.templates import (
    CONSENTS,
    QUESTIONS,
    TEMPLATES,
    Kind,
    Template,
    TypePlan,
)
from eventhub.kernel import audit, clock
from eventhub.kernel.db import I18n, command, db
from eventhub.kernel.errors import Invalid
from eventhub.programme import service as programme
from eventhub.programme.enums import GateDirection
from eventhub.programme.models import Event
from eventhub.programme.queries import EventRow, event_by_id
from eventhub.registration.models import (
    ConsentText,
    EntryWindow,
    FormQuestion,
    Question,
    Quota,
    QuotaTicketType,
    TicketType,
    Tier,
)
from eventhub.registration.service.consent_set_up import words_digest
from eventhub.settings import current_settings

DAYS_MAX: Final = 60
_SLUG_MAX: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeEvent:
    """
    What a new event is called and when it is.

    `slug` is made of the English name when empty; `places` replaces the size of
    the first ticket type (people, per day when the type is per day).
    """

    organisation_id: int
    kind: Kind
    title: I18n
    starts_on: date
    ends_on: date
    timezone: str
    slug: str = ""
    places: int | None = None
    contact_email: str | None = None


@command
def make_event(cmd: MakeEvent) -> str:
    """
    Make an event from a template and return its slug; it stands in no list yet.

    Commits once, or leaves nothing.

    Raises:
        Invalid: A name, zone, period or short name can not be used.

        SlugTaken: The given short name is in use.
    """
    check_days(cmd.starts_on, cmd.ends_on)
    slug = cmd.slug or free_slug(cmd.title, cmd.starts_on)
    event_id = programme.create_event(
        programme.CreateEvent(
            organisation_id=cmd.organisation_id,
            slug=slug,
            title=cmd.title,
            timezone=cmd.timezone,
            uid_domain=uid_domain(),
            starts_on=cmd.starts_on,
            ends_on=cmd.ends_on,
            contact_email=cmd.contact_email,
            is_public=False,
        )
    )
    event, template = event_by_id(event_id), TEMPLATES[cmd.kind]
    _places(event, template)
    for slug_, name in template.show_types:
        programme.add_show_type(programme.AddShowType(event_id=event_id, slug=slug_, name=name))
    add_days(event)
    questions = _questions(event_id)
    for position, plan in enumerate(template.types, 1):
        size = cmd.places if position == 1 and cmd.places is not None else plan.places
        _ticket_type(event, plan, position, size, questions)
    _consents(event_id)
    db.session.add(EntryPolicy(event_id=event_id, once="day", reentry="after_exit"))
    db.session.flush()
    audit.record(
        "event.create",
        f"event:{slug}",
        organisation_id=cmd.organisation_id,
        event_id=event_id,
        after={"template": cmd.kind.value},
    )
    return slug


def check_days(starts_on: date, ends_on: date) -> None:
    """Raise Invalid for a period that no event has; each of its days gets a row."""
    if ends_on < starts_on:
        raise Invalid(fields={"ends_on": [_l("The last day lies before the first.")]})
    if (ends_on - starts_on).days >= DAYS_MAX:
        raise Invalid(fields={"ends_on": [_l("At most %(n)s days.", n=DAYS_MAX)]})


def uid_domain() -> str:
    """Return the domain that calendar entries of new events belong to."""
    return urlsplit(current_settings().base_url).hostname or "localhost"


def free_slug(title: I18n, starts_on: date) -> str:
    """Return a short name that no event has: the English name and the year, else the month."""
    words = re.sub(r"[^a-z0-9]+", "-", title.get("en", "").lower()).strip("-")[:_SLUG_MAX]
    base = f"{words.strip('-') or 'event'}-{starts_on.year}"
    taken = set(db.session.scalars(select(Event.slug).where(Event.slug.startswith(base))))
    number, found = 2, base
    while found in taken:
        number, found = number + 1, f"{base}-{number}"
    return found


def add_days(event: EventRow) -> None:
    """Add one entry window per operating day, numbered from 1, in the caller's command."""
    for number, day in enumerate(event.days(), 1):
        starts_at, ends_at = event.day_bounds(day)
        db.session.add(
            EntryWindow(
                event_id=event.id, number=number, kind="day", starts_at=starts_at, ends_at=ends_at
            )
        )
    db.session.flush()


def _places(event: EventRow, template: Template) -> None:
    venue = programme.add_venue(
        programme.AddVenue(event_id=event.id, slug="main", name=template.venue)
    )
    stages = {
        plan.slug: programme.add_stage(
            programme.AddStage(
                event_id=event.id,
                venue_id=venue,
                slug=plan.slug,
                name=plan.name,
                kind=plan.kind,
                capacity=plan.capacity,
                position=position,
                min_changeover_min=plan.changeover_min,
                allow_overlap=plan.overlap,
            )
        )
        for position, plan in enumerate(template.stages, 1)
    }
    zones: dict[str, int] = {}
    for area in template.zones:
        zones[area.slug] = programme.add_zone(
            programme.AddZone(
                event_id=event.id,
                slug=area.slug,
                name=area.name,
                capacity=area.capacity,
                parent_id=next(iter(zones.values()), None),
                stage_id=stages.get(area.stage),
                is_cordon=not zones,
            )
        )
    for number, gate in enumerate(template.gates, 1):
        programme.add_gate(
            programme.AddGate(
                event_id=event.id,
                zone_id=zones[gate.zone],
                number=number,
                slug=gate.slug,
                name=gate.name,
                direction=GateDirection(gate.direction),
            )
        )


def _questions(event_id: int) -> dict[str, int]:
    rows = [
        Question(
            event_id=event_id,
            slug=plan.slug,
            kind=plan.kind,
            label=plan.label,
            is_required=plan.is_required,
            field_class=plan.field_class,
            is_staff_visible=plan.is_staff_visible,
        )
        for plan in QUESTIONS
    ]
    db.session.add_all(rows)
    db.session.flush()
    return {row.slug: row.id for row in rows}


def _ticket_type(
    event: EventRow, plan: TypePlan, position: int, size: int, questions: dict[str, int]
) -> None:
    tier = Tier(
        event_id=event.id,
        slug=plan.slug,
        name=plan.name,
        priority=plan.priority,
        letter=plan.letter,
        color=plan.color,
    )
    db.session.add(tier)
    db.session.flush()
    made = TicketType(
        event_id=event.id,
        number=position,
        slug=plan.slug,
        tier_id=tier.id,
        name=plan.name,
        visibility=plan.visibility,
        approval=plan.approval,
        waitlist=plan.waitlist,
        is_per_day=plan.per_day,
        max_group=plan.max_group,
        counts_as_visitor=plan.is_visitor,
        position=position,
    )
    db.session.add(made)
    db.session.flush()
    windows = range(1, len(event.days()) + 1) if plan.per_day else (0,)
    for window_no in windows:
        quota = Quota(event_id=event.id, slug=plan.slug, window_no=window_no, size=size)
        db.session.add(quota)
        db.session.flush()
        db.session.add(QuotaTicketType(quota_id=quota.id, ticket_type_id=made.id))
    db.session.add_all(
        FormQuestion(ticket_type_id=made.id, question_id=questions[slug], position=place)
        for place, slug in enumerate(plan.questions, 1)
    )
    db.session.flush()


def _consents(event_id: int) -> None:
    for position, plan in enumerate(CONSENTS, 1):
        db.session.add(
            ConsentText(
                event_id=event_id,
                purpose=plan.purpose,
                kind=plan.kind,
                is_required=plan.is_required,
                version=1,
                title=plan.title,
                text=plan.text,
                sha256=words_digest(plan.text),
                made_at=clock.now(),
                position=position,
            )
        )
    db.session.flush()
