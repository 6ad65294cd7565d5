"""Calendars of one's own shows: make, change, revoke, forget after the event."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, cast

from flask_babel import lazy_gettext as _l
from sqlalchemy import CursorResult, delete, select

from eventhub.kernel import clock, ids
from eventhub.kernel.db import command, db
from eventhub.kernel.errors import Invalid
from eventhub.programme.errors import UnknownFeed
from eventhub.programme.models import Event, PersonalFeed
from eventhub.programme.queries.event import EventRow

MOST: Final = 500  # performances of one calendar
KEPT_FOR: Final = timedelta(days=60)  # after the last day, so that a calendar can be looked back at


@dataclass(frozen=True, slots=True)
class MadeFeed:
    """The two secrets of a new calendar; they are told once."""

    token: str
    key: str


@command
def make_feed(event: EventRow, numbers: Iterable[int]) -> MadeFeed:
    """Keep the numbers of performances under a new secret address; raises Invalid."""
    made = MadeFeed(ids.new_token(), ids.new_token())
    db.session.add(
        PersonalFeed(
            event_id=event.id,
            token_hash=ids.token_hash(made.token),
            key_hash=ids.token_hash(made.key),
            numbers=_some(numbers),
            created_on=event.operating_day(clock.now()),
        )
    )
    return made


@command
def change_feed(event_id: int, key: str, numbers: Iterable[int]) -> None:
    """Let a calendar have exactly these performances; raises UnknownFeed, Invalid."""
    _by_key(event_id, key).numbers = _some(numbers)


@command
def revoke_feed(event_id: int, key: str) -> None:
    """Forget a calendar; its address is 404 from now on. Raises UnknownFeed."""
    db.session.delete(_by_key(event_id, key))


@command
def forget_old_feeds() -> int:
    """Delete the calendars of events that ended long ago; return how many."""
    today = clock.now().date()
    over = select(Event.id).where(Event.ends_on < today - KEPT_FOR)
    done = db.session.execute(delete(PersonalFeed).where(PersonalFeed.event_id.in_(over)))
    return cast(CursorResult[Any], done).rowcount


def _by_key(event_id: int, key: str) -> PersonalFeed:
    found = db.session.scalar(
        select(PersonalFeed).where(
            PersonalFeed.event_id == event_id, PersonalFeed.key_hash == ids.token_hash(key)
        )
    )
    if found is None:
        raise UnknownFeed()
    return found


def _some(numbers: Iterable[int]) -> list[int]:
    chosen = sorted(set(numbers))
    if len(chosen) > MOST:
        raise Invalid(fields={"performances": [_l("Choose at most 500 shows.")]})
    return chosen
