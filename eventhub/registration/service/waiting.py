"""Numbers of the waiting room, taken in blocks so that most visitors cost no write."""

from __future__ import annotations

from sqlalchemy import update

from eventhub.kernel import clock
from eventhub.kernel.db import command, db
from eventhub.registration.models import RegistrationSetting

BLOCK = 100


@command
def open_room(event_id: int) -> None:
    """Fix how many came before the room opened, once it has. Commits; a repeat changes nothing."""
    row = RegistrationSetting
    db.session.execute(
        update(row)
        .where(
            row.event_id == event_id,
            row.waiting_early.is_(None),
            row.waiting_opens_at <= clock.now(),
        )
        .values(waiting_early=row.waiting_joined)
        .execution_options(synchronize_session=False)
    )


@command
def take_numbers(event_id: int) -> int:
    """
    Take the next block of numbers for this process; return its first. Commits.

    After the room opened these come behind all who came before.
    """
    open_room(event_id)
    row = RegistrationSetting
    taken = db.session.scalar(
        update(row)
        .where(row.event_id == event_id)
        .values(waiting_joined=row.waiting_joined + BLOCK)
        .returning(row.waiting_joined)
        .execution_options(synchronize_session=False)
    )
    return int(taken or BLOCK) - BLOCK
