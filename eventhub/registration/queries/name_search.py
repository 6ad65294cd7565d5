"""People found by a part of their name, in Han characters, pinyin or Latin letters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlalchemy import ColumnElement, and_, or_, select

from eventhub.kernel.db import db
from eventhub.registration.models import AttendeeSearch
from eventhub.registration.rules.search import HAN, Keys, is_enough, queries, rank, unpack

_MAX_FINE: Final = 12  # letters; a longer text is rare enough after its first two


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
    coarse = or_(
        AttendeeSearch.readings.like(f"%|{first}{second}%"),
        AttendeeSearch.readings.like(f"%|{first}% {second}%"),
        AttendeeSearch.name_norm == query,
    )
    if not 2 < len(query) <= _MAX_FINE:
        return coarse
    return and_(coarse, or_(*_splits_of(query), AttendeeSearch.name_norm == query))


def _splits_of(query: str) -> Iterator[ColumnElement[bool]]:
    """Yield one condition per place at which the first syllable can end."""
    yield AttendeeSearch.readings.like(f"%|{query}%")
    for end in range(1, len(query)):
        first, second, third = query[:end], query[end], query[end + 1 : end + 2]
        yield AttendeeSearch.readings.like(f"%|{first}% {second}{third}%")
        if third:
            yield AttendeeSearch.readings.like(f"%|{first}% {second}% {third}%")
