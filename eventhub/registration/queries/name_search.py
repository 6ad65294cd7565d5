"""People found by a part of their name, in Han characters, pinyin or Latin letters."""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_, select

from eventhub.kernel.db import db
from eventhub.registration.models import AttendeeSearch
from eventhub.registration.rules.search import HAN, Keys, is_enough, queries, rank, unpack


def people_named(event_id: int, typed: str, *, limit: int = 500) -> list[int]:
    """
    Return attendees whose name is found by a text, best first; one statement.

    A coarse LIKE narrows the rows, the rule decides.

    Args:
        event_id: The event.

        typed: From one Han character or two letters on; less finds nobody.

        limit: Most people.
    """
    if not is_enough(typed):
        return []
    asked, table = queries(typed), AttendeeSearch
    rows = db.session.execute(
        select(table.attendee_id, table.name_norm, table.readings).where(
            table.event_id == event_id, or_(*(_may_be(query) for query in asked))
        )
    )
    found = []
    for attendee_id, name_norm, readings in rows:
        how_well = rank(asked, Keys(name_norm, unpack(readings)))
        if how_well is not None:
            found.append((how_well, readings, attendee_id))
    return [attendee_id for _rank, _readings, attendee_id in sorted(found)[:limit]]


def _may_be(query: str) -> ColumnElement[bool]:
    """Return what every row that the rule accepts fulfils; `query` has letters and digits only."""
    if HAN.search(query):
        return AttendeeSearch.name_norm.contains(query, autoescape=True)
    first, second = query[0], query[1:2]
    return or_(
        AttendeeSearch.readings.like(f"%|{first}{second}%"),
        AttendeeSearch.readings.like(f"%|{first}% {second}%"),
        AttendeeSearch.name_norm == query,
    )
