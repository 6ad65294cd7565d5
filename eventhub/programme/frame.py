"""What the frame of every page takes from the programme: links, selvedge, theme, weaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from eventhub.kernel.db import cached_for
from eventhub.kernel.format import stamp
from eventhub.kernel.i18n import pick
from eventhub.kernel.page import static_url
from eventhub.kernel.theme import theme_code
from eventhub.programme import covers, queries
from eventhub.programme.queries import EventRow, ReleaseRow, StageRow
from eventhub.programme.rules import cloth

_KEPT_S = 5.0  # a release shows on every page within this time


@dataclass(frozen=True, slots=True)
class Selvedge:
    """The left edge of a page: lines of micro text and the stages whose threads stand below."""

    parts: tuple[str, ...]
    stages: tuple[StageRow, ...]


@dataclass(frozen=True, slots=True)
class NavLink:
    """One entry of the event's navigation; `key` is what a page sets as its `section`."""

    key: str
    address: str
    words: str

    def __iter__(self) -> Any:
        """Unpack in templates as key, address, words."""
        return iter((self.key, self.address, self.words))


def init_blueprint(bp: Blueprint) -> None:
    """Give all templates the functions of this module."""
    for function in (
        selvedge,
        nav_links,
        theme_url,
        queries.is_shown,
        home_address,
        swatch,
        stage_edge,
        bare_warp,
        release_of,
        covers.list_cover,
        covers.stage_strip,
        covers.day_strip,
    ):
        bp.add_app_template_global(function)


def selvedge(event: EventRow | None) -> Selvedge:
    """Return the edge of a page: event, version of the programme, when it was released."""
    if event is None:
        return Selvedge(("EventHub",), ())
    release = release_of(event)
    parts = [pick(event.title)]
    if release is not None:
        at = stamp(release.released_at, event.zone)
        parts += [_("Programme %(version)s", version=release.name), _("Updated %(at)s", at=at)]
    else:
        parts.append(_("Programme not released"))
    return Selvedge(tuple(parts), stages_of(event))


def nav_links(event: EventRow) -> list[NavLink]:
    """Return the event's navigation, none for who may not see it; registration while it is open."""
    if not queries.is_shown(event):
        return []
    home = url_for("programme.home", slug=event.slug)
    links = [NavLink("programme", f"{home}programme", _("Programme"))]
    if event.is_registration_open:
        links.append(NavLink("register", f"{home}register", _("Register")))
    links.append(NavLink("live", f"{home}live", _("Live")))
    links.append(NavLink("report", f"{home}report", _("Report")))
    return links


def home_address(event: EventRow | None) -> str:
    """Return where the name at the top leads: the event, or all events for who may not see it."""
    if event is None or not queries.is_shown(event):
        return url_for("programme.events")
    return url_for("programme.home", slug=event.slug)


def theme_url(event: EventRow | None) -> str:
    """
    Return the address of the colours: the event's, or the default ones.

    It says the colours and not whose they are: holders of a ticket for an event
    that is not public see it in its colours too.
    """
    if event is None or not event.theme:
        return static_url("css/theme.css")
    return url_for("programme.colours", code=theme_code(event.theme))


def swatch(position: int, size: int = 16) -> Markup:
    """Return the square of a stage's weave; the stage's name must stand beside it."""
    return Markup(cloth.swatch(position, size=size))  # noqa: S704 - made of numbers alone


def stage_edge(position: int, width: int = 10, height: int = 72) -> Markup:
    """Return the upright strip of a stage's weave for a row or block."""
    drawn = cloth.edge(position, width=width, height=height)
    return Markup(drawn)  # noqa: S704 - made of numbers alone


def bare_warp(width: int = 120, height: int = 72, label: str = "") -> Markup:
    """Return the picture of "nothing known here"; the label is escaped."""
    drawn = cloth.bare_warp(width=width, height=height, label=label)
    return Markup(drawn)  # noqa: S704 - numbers and an escaped label


def release_of(event: EventRow) -> ReleaseRow | None:
    """Return the release that the public sees, at most a few seconds old."""
    return _release(event.id)


def stages_of(event: EventRow) -> tuple[StageRow, ...]:
    """Return the stages in order of position, at most a few seconds old."""
    return _stages(event.id)


@cached_for(_KEPT_S)
def _release(event_id: int) -> ReleaseRow | None:
    return queries.released(event_id)


@cached_for(_KEPT_S)
def _stages(event_id: int) -> tuple[StageRow, ...]:
    return tuple(queries.public_stages(event_id))
