"""What organizers set up by hand: venues, stages, opening windows, shows, types and tracks."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from eventhub.kernel import audit
from eventhub.kernel.db import I18n, command, db
from eventhub.kernel.errors import Invalid
from eventhub.programme.enums import PerformanceKind, ShowState, WindowKind
from eventhub.programme.errors import UnknownShow, UnknownStage
from eventhub.programme.models import (
    OpeningWindow,
    Party,
    Resource,
    Show,
    ShowParty,
    ShowType,
    Stage,
    Track,
    Venue,
)
from eventhub.programme.service.place import AddStage, AddVenue, add_stage, add_venue
from eventhub.programme.service.planning import AddWindow, add_window
from eventhub.programme.service.shows import (
    AddParty,
    AddPerformance,
    AddShow,
    AddShowParty,
    AddShowType,
    AddTrack,
    add_party,
    add_performance,
    add_show,
    add_show_party,
    add_show_type,
    add_track,
)

_SLUG_MAX = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveVenue:
    """A venue, new without `slug`."""

    event_id: int
    slug: str = ""
    name: I18n
    address: I18n | None = None
    lat: float | None = None
    lon: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveStage:
    """A stage of a venue, new without `slug`; a hidden one takes nothing new."""

    event_id: int
    slug: str = ""
    venue: str
    name: I18n
    short_name: I18n | None = None
    kind: str
    capacity: int | None = None
    min_changeover_min: int = 0
    allow_overlap: bool = False
    is_hidden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveWindow:
    """When a stage, or a whole venue without one, is open, closed or quiet."""

    event_id: int
    venue: str
    stage: str = ""
    kind: WindowKind
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveShow:
    """
    A show, new without `code`; then it also gets its first performance.

    `cast` are names: those the event knows are taken, others become parties of
    `new_kind`.
    """

    event_id: int
    code: str = ""
    title: I18n
    line: I18n | None = None
    type_id: int | None = None
    track_id: int | None = None
    state: ShowState = ShowState.DRAFT
    default_duration_min: int | None = None
    expected_audience: int | None = None
    changeover_before_min: int = 0
    changeover_after_min: int = 0
    cast: Sequence[str] = ()
    new_kind: str = "brand"


@command
def save_venue(cmd: SaveVenue) -> str:
    """Make or change a venue and return its slug; raises Invalid."""
    values: dict[str, Any] = {
        "name": cmd.name,
        "address": cmd.address,
        "lat": cmd.lat,
        "lon": cmd.lon,
    }
    slug = cmd.slug
    if slug:
        _set(_venue(cmd.event_id, slug), values)
    else:
        slug = free_slug(Venue, cmd.event_id, cmd.name, "venue")
        add_venue(AddVenue(event_id=cmd.event_id, slug=slug, **values))
    audit.record("venue.save", f"venue:{slug}", event_id=cmd.event_id, after={"name": cmd.name})
    return slug


@command
def save_stage(cmd: SaveStage) -> str:
    """Make or change a stage and return its slug; raises Invalid, UnknownStage."""
    venue = _venue(cmd.event_id, cmd.venue)
    values: dict[str, Any] = {
        "venue_id": venue.id,
        "name": cmd.name,
        "short_name": cmd.short_name,
        "kind": cmd.kind,
        "capacity": cmd.capacity,
        "min_changeover_min": cmd.min_changeover_min,
        "allow_overlap": cmd.allow_overlap,
    }
    slug = cmd.slug
    if not slug:
        slug = free_slug(Stage, cmd.event_id, cmd.name, "stage")
        last = select(func.max(Stage.position)).where(Stage.event_id == cmd.event_id)
        position = (db.session.scalar(last) or 0) + 1
        add_stage(AddStage(event_id=cmd.event_id, slug=slug, position=position, **values))
    _set(_stage(cmd.event_id, slug), values | {"is_hidden": cmd.is_hidden})
    after = {"name": cmd.name, "is_hidden": cmd.is_hidden, "capacity": cmd.capacity}
    audit.record("stage.save", f"stage:{slug}", event_id=cmd.event_id, after=after)
    return slug


@command
def save_window(cmd: SaveWindow) -> int:
    """Add an opening window and return its id; raises Invalid."""
    place: dict[str, int] = (
        {"stage_id": _stage(cmd.event_id, cmd.stage).id}
        if cmd.stage
        else {"venue_id": _venue(cmd.event_id, cmd.venue).id}
    )
    window_id = add_window(
        AddWindow(
            event_id=cmd.event_id,
            starts_at=cmd.starts_at,
            ends_at=cmd.ends_at,
            kind=cmd.kind,
            **place,
        )
    )
    audit.record("window.add", f"window:{window_id}", event_id=cmd.event_id)
    return window_id


@command
def remove_window(event_id: int, window_id: int) -> None:
    """Take an opening window away; one that is gone already is no error."""
    row = db.session.scalar(
        select(OpeningWindow).where(
            OpeningWindow.id == window_id, OpeningWindow.event_id == event_id
        )
    )
    if row is not None:
        db.session.delete(row)
        audit.record("window.remove", f"window:{window_id}", event_id=event_id)


@command
def save_show(cmd: SaveShow) -> str:
    """
    Make or change a show and return its code.

    Raises:
        Invalid: A type or track of another event.

        UnknownShow: The event has no show of this code.
    """
    for model, wanted, name in ((ShowType, cmd.type_id, "type"), (Track, cmd.track_id, "track")):
        known = select(model.id).where(model.id == wanted, model.event_id == cmd.event_id)
        if wanted is not None and db.session.scalar(known) is None:
            raise Invalid(fields={name: [_l("Choose one of the list.")]})
    values: dict[str, Any] = {
        "title": cmd.title,
        "line": cmd.line,
        "type_id": cmd.type_id,
        "track_id": cmd.track_id,
        "state": cmd.state,
        "default_duration_min": cmd.default_duration_min,
        "expected_audience": cmd.expected_audience,
        "changeover_before_min": cmd.changeover_before_min,
        "changeover_after_min": cmd.changeover_after_min,
    }
    if cmd.code:
        show = _show(cmd.event_id, cmd.code)
        before = show.state
        _set(show, values)
    else:
        before = ""
        show = db.session.get_one(Show, add_show(AddShow(event_id=cmd.event_id, **values)))
        add_performance(AddPerformance(event_id=cmd.event_id, show_id=show.id))
    _recast(show, cmd)
    audit.record(
        "show.save",
        f"show:{show.code}",
        event_id=cmd.event_id,
        before={"state": before},
        after={"state": str(cmd.state), "title": cmd.title},
    )
    return show.code


@command
def add_time(event_id: int, code: str) -> int:
    """Let a show be given once more; the new performance waits for a place. Return its id."""
    show = _show(event_id, code)
    made = add_performance(
        AddPerformance(event_id=event_id, show_id=show.id, kind=PerformanceKind.SHOW)
    )
    audit.record("show.save", f"show:{code}", event_id=event_id, after={"performance": made})
    return made


@command
def save_type(event_id: int, name: I18n, minutes: tuple[int | None, int | None]) -> str:
    """Add a kind of show with its shortest and longest minutes; return the slug."""
    slug = free_slug(ShowType, event_id, name, "type")
    add_show_type(
        AddShowType(
            event_id=event_id,
            slug=slug,
            name=name,
            min_duration_min=minutes[0],
            max_duration_min=minutes[1],
        )
    )
    audit.record("show-type.add", f"type:{slug}", event_id=event_id)
    return slug


@command
def save_track(event_id: int, name: I18n) -> str:
    """Add a strand of the programme; return the slug."""
    slug = free_slug(Track, event_id, name, "track")
    add_track(AddTrack(event_id=event_id, slug=slug, name=name))
    audit.record("track.add", f"track:{slug}", event_id=event_id)
    return slug


def _recast(show: Show, cmd: SaveShow) -> None:
    """Let exactly these take part; who stays keeps role and publicity."""
    known = {
        name.casefold(): party.id
        for party in db.session.scalars(
            select(Party).where(Party.event_id == cmd.event_id).order_by(Party.id.desc())
        )
        for name in party.name.values()
    }
    links = {
        link.party_id: link
        for link in db.session.scalars(select(ShowParty).where(ShowParty.show_id == show.id))
    }
    wanted = [
        known.get(name.casefold()) or _new_party(cmd, name)
        for name in dict.fromkeys(one.strip() for one in cmd.cast)
        if name
    ]
    for party_id, link in links.items():
        if party_id not in wanted:
            db.session.delete(link)
    for position, party_id in enumerate(wanted):
        if party_id in links:
            links[party_id].position = position
        else:
            add_show_party(AddShowParty(show_id=show.id, party_id=party_id, position=position))


def _new_party(cmd: SaveShow, name: str) -> int:
    both = _in_both(name)
    slug = free_slug(Party, cmd.event_id, both, "party")
    return add_party(AddParty(event_id=cmd.event_id, slug=slug, kind=cmd.new_kind, name=both))


def _in_both(name: str) -> I18n:
    """A name stands in both languages as it was typed."""
    return {"zh": name, "en": name}


def _set(row: object, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    db.session.flush()


def free_slug(
    model: type[Venue] | type[Stage] | type[Party] | type[ShowType] | type[Track] | type[Resource],
    event_id: int,
    name: I18n,
    word: str,
) -> str:
    """Return a short name made of the English one, with a number when it is taken."""
    text = re.sub(r"[^a-z0-9]+", "-", name.get("en", "").lower()).strip("-")[:_SLUG_MAX].strip("-")
    taken: Collection[str] = set(
        db.session.scalars(select(model.slug).where(model.event_id == event_id))
    )
    if text and text not in taken:
        return text
    number = 1
    while f"{text or word}-{number}" in taken:
        number += 1
    return f"{text or word}-{number}"


def _venue(event_id: int, slug: str) -> Venue:
    found = db.session.scalar(select(Venue).where(Venue.event_id == event_id, Venue.slug == slug))
    if found is None:
        raise Invalid(fields={"venue": [_l("Choose one of the list.")]})
    return found


def _stage(event_id: int, slug: str) -> Stage:
    found = db.session.scalar(select(Stage).where(Stage.event_id == event_id, Stage.slug == slug))
    if found is None:
        raise UnknownStage()
    return found


def _show(event_id: int, code: str) -> Show:
    found = db.session.scalar(select(Show).where(Show.event_id == event_id, Show.code == code))
    if found is None:
        raise UnknownShow()
    return found
