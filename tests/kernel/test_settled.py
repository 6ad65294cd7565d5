"""What is kept per process is forgotten when it changes here, soon when it changes elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import text

from eventhub.kernel.db import command, db
from eventhub.kernel.rows import insert_unless_taken
from eventhub.kernel.settled import KEPT_S
from eventhub.programme.models import Event
from eventhub.registration.models import Registration
from eventhub.registration.queries.house import house_event
from tests.factories.programme import make_event
from tests.factories.registration import make_registration, make_ticket_type

AT = datetime(2026, 11, 19, tzinfo=UTC)


@command
def close(event_id: int) -> None:
    db.session.get_one(Event, event_id).is_registration_open = False


@command
def close_but_fail(event_id: int) -> None:
    db.session.get_one(Event, event_id).is_registration_open = False
    db.session.flush()
    assert not house_event(event_id).is_registration_open  # its own change is seen
    raise RuntimeError


def elsewhere(event_id: int) -> None:
    """Close as another process would: past the session of this one."""
    with db.engine.begin() as connection:
        connection.execute(
            text("UPDATE event SET is_registration_open = false WHERE id = :id"), {"id": event_id}
        )
    db.session.rollback()


def test_a_change_of_this_process_is_seen_at_once(app: Flask) -> None:
    event = make_event("kept", is_registration_open=True)
    assert house_event(event.id).is_registration_open
    close(event.id)
    assert not house_event(event.id).is_registration_open


def test_a_change_that_was_taken_back_is_never_kept(app: Flask) -> None:
    event = make_event("kept", is_registration_open=True)
    assert house_event(event.id).is_registration_open
    with pytest.raises(RuntimeError):
        close_but_fail(event.id)
    assert house_event(event.id).is_registration_open


def test_a_change_of_another_process_is_seen_after_a_moment(
    app: Flask, clock: Callable[[datetime], None]
) -> None:
    clock(AT)
    event = make_event("kept", is_registration_open=True)
    assert house_event(event.id).is_registration_open
    elsewhere(event.id)
    assert house_event(event.id).is_registration_open  # kept: the price of it
    clock(AT + timedelta(seconds=KEPT_S))
    assert not house_event(event.id).is_registration_open


def test_a_row_whose_key_is_taken_is_not_written(app: Flask) -> None:
    event = make_event("rows", is_registration_open=True)
    make_ticket_type(event.id, slug="public", places=None)
    made = make_registration(event.id, "public")
    row = db.session.get_one(Registration, made.registration_id)
    names = [column.name for column in Registration.__table__.columns if column.name != "id"]
    same = {name: getattr(row, name) for name in names}
    assert insert_unless_taken(Registration, same) is None
    new_id = insert_unless_taken(Registration, same | {"code": "ZZZZZZ", "public_id": "z"})
    assert new_id is not None
    assert new_id > made.registration_id
    db.session.rollback()
