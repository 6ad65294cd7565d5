"""Keeping the keys that people are found by up to date."""

from __future__ import annotations

from sqlalchemy import delete, insert, or_, select

from eventhub.kernel import locks
from eventhub.kernel.db import command, db
from eventhub.registration.models import Attendee, AttendeeSearch
from eventhub.registration.pinyin import keys_of
from eventhub.registration.rules.search import pack

CHUNK = 1000  # names per transaction
_MAX_PACKED = 2000


def index_names() -> int:
    """
    Make the search keys of names that are new or were changed.

    Runs where the jobs run, so that no web worker loads the pinyin tables.
    Commits every 1,000 names.

    Returns:
        How many names were indexed.
    """
    total = 0
    while count := _index_chunk():
        total += count
    return total


@command
def _index_chunk() -> int:
    locks.check_lease()
    table = AttendeeSearch
    people = db.session.execute(
        select(Attendee.id, Attendee.event_id, Attendee.display_name, Attendee.latin_name)
        .outerjoin(table, table.attendee_id == Attendee.id)
        .where(
            Attendee.erased_at.is_(None),
            or_(table.attendee_id.is_(None), table.name != Attendee.display_name),
        )
        .order_by(Attendee.id)
        .limit(CHUNK)
    ).all()
    if not people:
        return 0
    db.session.execute(
        delete(table)
        .where(table.attendee_id.in_([person.id for person in people]))
        .execution_options(synchronize_session=False)
    )
    rows = []
    for person in people:
        keys = keys_of(person.display_name)
        latin = keys_of(person.latin_name).readings if person.latin_name else ()
        rows.append(
            {
                "attendee_id": person.id,
                "event_id": person.event_id,
                "name": person.display_name,
                "name_norm": keys.name_norm,
                "readings": pack((*keys.readings, *latin))[:_MAX_PACKED],
            }
        )
    db.session.execute(insert(table), rows)
    return len(rows)
