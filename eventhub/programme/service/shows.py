"""Add shows, those who make them, and their performances."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from eventhub.kernel import ids
from eventhub.kernel.db import I18n, command, db, on_violation
from eventhub.kernel.errors import Invalid
from eventhub.kernel.text import web_address
from eventhub.programme.enums import PerformanceKind, ShowState
from eventhub.programme.errors import NumberTaken, SlugTaken
from eventhub.programme.models import (
    Livestream,
    Party,
    PartyMember,
    Performance,
    Show,
    ShowParty,
    ShowType,
    Track,
)
from eventhub.programme.rules import naming

for _table in ("show_type", "track", "party"):
    on_violation(f"uq_{_table}_event_id_slug", SlugTaken)
on_violation("uq_show_event_id_code", NumberTaken)
on_violation("uq_performance_event_id_public_no", NumberTaken)
on_violation("uq_party_event_id_public_no", NumberTaken)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddShowType:
    """A kind of show; lengths in minutes."""

    event_id: int
    slug: str
    name: I18n
    color: str = "#101312"
    min_duration_min: int | None = None
    max_duration_min: int | None = None
    schema_org: str = "Event"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddTrack:
    """A strand of the programme."""

    event_id: int
    slug: str
    name: I18n
    color: str = "#101312"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddParty:
    """A person, brand, band, designer, organisation or crew; the number follows when None."""

    event_id: int
    slug: str
    kind: str
    name: I18n
    bio: I18n | None = None
    is_public: bool = True
    buffer_min: int = 0
    public_no: int | None = None
    uuid: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddShow:
    """What is presented; `code` is drawn when None."""

    event_id: int
    title: I18n
    code: str | None = None
    type_id: int | None = None
    track_id: int | None = None
    line: I18n | None = None
    description: I18n | None = None
    language: str | None = None
    state: ShowState = ShowState.DRAFT
    is_open_to_all: bool = False
    is_livestreamed: bool = False
    expected_audience: int | None = None
    embargo_until: datetime | None = None
    changeover_before_min: int = 0
    changeover_after_min: int = 0
    requires_rehearsal: bool = False
    rehearsal_same_stage: bool = False
    rehearsal_min_gap_min: int = 0
    default_duration_min: int | None = None
    bill: str | None = None
    uuid: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddShowParty:
    """Who takes part in a show and as what."""

    show_id: int
    party_id: int
    role: str = ""
    position: int = 0
    is_public: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AddPerformance:
    """One time a show is given; the number follows the highest one when None."""

    event_id: int
    show_id: int
    kind: PerformanceKind = PerformanceKind.SHOW
    for_performance_id: int | None = None
    public_no: int | None = None
    uuid: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddLivestream:
    """Where a performance can be watched; the first one added is the main one."""

    performance_id: int
    channel: str
    url: str | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@command
def add_show_type(cmd: AddShowType) -> int:
    """Add a kind of show and return its id; raises SlugTaken."""
    return _added(
        ShowType(
            event_id=cmd.event_id,
            slug=cmd.slug,
            name=cmd.name,
            color=cmd.color,
            min_duration_min=cmd.min_duration_min,
            max_duration_min=cmd.max_duration_min,
            schema_org=cmd.schema_org,
        )
    )


@command
def add_track(cmd: AddTrack) -> int:
    """Add a strand and return its id; raises SlugTaken."""
    return _added(Track(event_id=cmd.event_id, slug=cmd.slug, name=cmd.name, color=cmd.color))


@command
def add_party(cmd: AddParty) -> int:
    """Add a party and return its id; raises SlugTaken."""
    return _added(
        Party(
            event_id=cmd.event_id,
            uuid=cmd.uuid or ids.new_uuid(),
            public_no=cmd.public_no or _next_no(Party, cmd.event_id),
            slug=cmd.slug,
            kind=cmd.kind,
            name=cmd.name,
            bio=cmd.bio,
            is_public=cmd.is_public,
            buffer_min=cmd.buffer_min,
        )
    )


@command
def add_party_member(*, party_id: int, member_id: int) -> None:
    """Say that a person belongs to a band, brand or crew."""
    db.session.add(PartyMember(party_id=party_id, member_id=member_id))


@command
def add_show(cmd: AddShow) -> int:
    """
    Add a show and return its id.

    Raises:
        Invalid: The code is not six of A-Z and 0-9.

        NumberTaken: The code is in use.
    """
    code = cmd.code or ids.new_code()
    if not naming.is_show_code(code):
        raise Invalid(fields={"code": [_l("Use six letters A-Z or digits.")]})
    return _added(
        Show(
            event_id=cmd.event_id,
            uuid=cmd.uuid or ids.new_uuid(),
            code=code,
            type_id=cmd.type_id,
            track_id=cmd.track_id,
            title=cmd.title,
            line=cmd.line,
            description=cmd.description,
            language=cmd.language,
            state=cmd.state,
            is_open_to_all=cmd.is_open_to_all,
            is_livestreamed=cmd.is_livestreamed,
            expected_audience=cmd.expected_audience,
            embargo_until=cmd.embargo_until,
            changeover_before_min=cmd.changeover_before_min,
            changeover_after_min=cmd.changeover_after_min,
            requires_rehearsal=cmd.requires_rehearsal,
            rehearsal_same_stage=cmd.rehearsal_same_stage,
            rehearsal_min_gap_min=cmd.rehearsal_min_gap_min,
            default_duration_min=cmd.default_duration_min,
            bill=cmd.bill,
        )
    )


@command
def add_show_party(cmd: AddShowParty) -> None:
    """Say that a party takes part in a show."""
    db.session.add(
        ShowParty(
            show_id=cmd.show_id,
            party_id=cmd.party_id,
            role=cmd.role,
            position=cmd.position,
            is_public=cmd.is_public,
        )
    )


@command
def add_performance(cmd: AddPerformance) -> int:
    """Add a performance and return its id; its number and uuid never change."""
    return _added(
        Performance(
            event_id=cmd.event_id,
            uuid=cmd.uuid or ids.new_uuid(),
            public_no=cmd.public_no or _next_no(Performance, cmd.event_id),
            show_id=cmd.show_id,
            kind=cmd.kind,
            for_performance_id=cmd.for_performance_id,
        )
    )


@command
def add_livestream(cmd: AddLivestream) -> int:
    """Say where a performance can be watched and return the id; ValueError for no web address."""
    return _added(
        Livestream(
            performance_id=cmd.performance_id,
            channel=cmd.channel,
            url=web_address(cmd.url) if cmd.url else None,
            starts_at=cmd.starts_at,
            ends_at=cmd.ends_at,
        )
    )


def _next_no(model: type[Party] | type[Performance], event_id: int) -> int:
    highest = db.session.scalar(select(func.max(model.public_no)).where(model.event_id == event_id))
    return (highest or 0) + 1


def _added(row: ShowType | Track | Party | Show | Performance | Livestream) -> int:
    db.session.add(row)
    db.session.flush()
    return row.id
