"""How an event looks: its colours, and the picture of its cover."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from eventhub.kernel import audit, clock, pictures
from eventhub.kernel.db import I18n, command, db
from eventhub.kernel.errors import Invalid
from eventhub.kernel.theme import theme_faults
from eventhub.programme.models import Event, EventCover

_ALT_MOST = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class SetColours:
    """The colours of an event by scheme; None takes those of the house."""

    event_id: int
    theme: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetCover:
    """A picture and what it shows, in words; without `data` only the words change."""

    event_id: int
    data: bytes | None
    alt: I18n


@command
def set_colours(cmd: SetColours) -> None:
    """
    Keep the colours of an event. Commits.

    Raises:
        Invalid: A colour is none, or one could not be read or told apart.
    """
    if faults := theme_faults(cmd.theme):
        raise Invalid(fields={"theme": [_l(fault) for fault in faults]})
    event = db.session.get_one(Event, cmd.event_id)
    before = event.theme
    event.theme = dict(cmd.theme) if cmd.theme is not None else None
    _record("event.colours", event, {"theme": before}, {"theme": event.theme})


@command
def set_cover(cmd: SetCover) -> None:
    """
    Keep the picture of the cover, drawn anew, or other words for it. Commits.

    Raises:
        Invalid: No picture that can be used, none at all, or no words for it.
    """
    alt = {lang: " ".join(words.split()) for lang, words in cmd.alt.items() if words.strip()}
    if not alt:
        raise Invalid(fields={"alt": [_l("Say what the picture shows.")]})
    if any(len(words) > _ALT_MOST for words in alt.values()):
        raise Invalid(fields={"alt": [_l("Use at most 300 characters.")]})
    row = db.session.get(EventCover, cmd.event_id)
    if cmd.data:
        made = pictures.redrawn(cmd.data)
        row = row or EventCover(event_id=cmd.event_id)
        row.large, row.small = made.large, made.small
        row.width, row.height = made.width, made.height
        row.sha256 = hashlib.sha256(made.large).hexdigest()
        row.made_at = clock.now()
        row.alt = alt
        db.session.add(row)
    if row is None:
        raise Invalid(fields={"picture": [_l("Choose a file.")]})
    row.alt = alt
    event = db.session.get_one(Event, cmd.event_id)
    _record("event.cover", event, {}, {"sha256": row.sha256, "alt": alt})


@command
def drop_cover(event_id: int) -> None:
    """Take the picture away; the cover is woven again. Commits."""
    row = db.session.get(EventCover, event_id)
    if row is not None:
        db.session.delete(row)
        event = db.session.get_one(Event, event_id)
        _record("event.cover", event, {"sha256": row.sha256}, {"sha256": None})


def _record(action: str, event: Event, before: dict[str, Any], after: dict[str, Any]) -> None:
    audit.record(
        action,
        f"event:{event.slug}",
        organisation_id=event.organisation_id,
        event_id=event.id,
        before=before,
        after=after,
    )
