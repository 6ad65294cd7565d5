"""What a reader's own programme needs: the shows of a calendar, minutes between venues."""

from __future__ import annotations

from collections.abc import Collection
from itertools import combinations

from sqlalchemy import select

from eventhub.kernel import ids
from eventhub.kernel.db import db
from eventhub.programme.enums import ConflictRule
from eventhub.programme.errors import UnknownFeed
from eventhub.programme.models import PersonalFeed, Venue
from eventhub.programme.queries.findings import settings
from eventhub.programme.queries.planning import travel_minutes, venue_facts
from eventhub.programme.rules.conflicts import DEFAULTS
from eventhub.programme.rules.conflicts.people import Ways


def own_numbers(event_id: int, token: str) -> frozenset[int]:
    """Return the public numbers of the performances of a calendar; raises UnknownFeed."""
    numbers = db.session.scalar(
        select(PersonalFeed.numbers).where(
            PersonalFeed.event_id == event_id, PersonalFeed.token_hash == ids.token_hash(token)
        )
    )
    if numbers is None:
        raise UnknownFeed()
    return frozenset(numbers)


def ways(event_id: int, slugs: Collection[str]) -> dict[str, int]:
    """
    Return the minutes between venues, by both slugs in alphabetical order with a space between.

    As the conflict rules reckon them: from the table, else from the distance,
    else what the event takes for usual.
    """
    if len(slugs) < 2:
        return {}
    known = select(Venue.id, Venue.slug).where(
        Venue.event_id == event_id, Venue.slug.in_(list(slugs))
    )
    rows = sorted(db.session.execute(known), key=lambda row: row.slug)
    params = {
        **DEFAULTS[ConflictRule.TRAVEL].params,
        **settings(event_id)[ConflictRule.TRAVEL].params,
    }
    reckoned = Ways(travel_minutes(event_id), venue_facts(event_id), params)
    return {f"{a.slug} {b.slug}": reckoned.minutes(a.id, b.id) for a, b in combinations(rows, 2)}
