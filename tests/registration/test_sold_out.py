"""Coming too late: cheap for the house, and no harm to who has a place or just gets one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import func, select, text

from eventhub.kernel.db import db
from eventhub.notify.models import OutboxMessage
from eventhub.programme.queries import EventRow
from eventhub.registration import queries, service
from eventhub.registration.errors import SoldOut
from eventhub.registration.models import Quota, Registration
from eventhub.registration.service import Duplicate, Register, Registered
from tests.assertions import assert_queries
from tests.factories.registration import make_ticket_type

_CANCELLED = "UPDATE registration SET state = 'cancelled' WHERE email = 'second@example.com'"


def submission(fair: EventRow, who: str, **changes: object) -> Register:
    values: dict[str, object] = {
        "event_id": fair.id,
        "ticket_type": "public",
        "name": "陈欣怡",
        "lang": "zh",
        "email": f"{who}@example.com",
    }
    return Register(**(values | changes))  # type: ignore[arg-type]


@pytest.fixture
def full(event: EventRow) -> EventRow:
    """Return an event whose two places are taken, by `first` and by `second`."""
    make_ticket_type(event.id, slug="public", places=2)
    service.ensure_event_key(event.id)
    for who in ("first", "second"):
        service.register(submission(event, who, idempotency_key=f"form:{who}"))
    return event


def used() -> int:
    db.session.rollback()
    return db.session.scalars(select(Quota.used)).one()


def test_who_comes_too_late_costs_a_few_statements_and_writes_no_row(full: EventRow) -> None:
    with pytest.raises(SoldOut):
        service.register(submission(full, "warm"))
    db.session.rollback()
    # who counts, the guard, whether the contact is known
    with assert_queries(3) as statements, pytest.raises(SoldOut):
        service.register(submission(full, "late"))
    assert [word for word in statements if word.startswith("INSERT")] == []


def test_who_has_a_place_is_led_to_it_when_all_are_gone(full: EventRow) -> None:
    before = db.session.scalar(select(func.count()).select_from(OutboxMessage)) or 0
    assert service.register(submission(full, "first")) == Duplicate()
    after = db.session.scalar(select(func.count()).select_from(OutboxMessage)) or 0
    assert after == before + 1
    assert used() == 2


def test_a_form_sent_twice_shows_its_ticket_when_all_are_gone(full: EventRow) -> None:
    again = service.register(submission(full, "second", idempotency_key="form:second"))
    assert isinstance(again, Registered)
    assert again.is_replay
    assert used() == 2


@contextmanager
def place_comes_back() -> Iterator[None]:
    """Let another transaction end `second` just after the first look at the quota."""
    engine, left = db.engine, [True]

    def after(_c: Any, _cursor: Any, statement: str, _p: Any, _ctx: Any, _many: bool) -> None:
        if "has_waiting" not in statement or not left:
            return
        left.clear()
        with engine.begin() as other:
            other.execute(text("UPDATE quota SET used = used - 1"))
            other.execute(text(_CANCELLED))

    sqlalchemy_event.listen(engine, "after_cursor_execute", after)
    try:
        yield
    finally:
        sqlalchemy_event.remove(engine, "after_cursor_execute", after)


@pytest.mark.only("postgresql")
def test_a_place_that_comes_back_at_that_moment_is_given(full: EventRow) -> None:
    with place_comes_back():
        made = service.register(submission(full, "late"))
    assert isinstance(made, Registered)
    assert used() == 2
    held = select(Registration.email).where(Registration.state == "confirmed")
    assert sorted(db.session.scalars(held)) == ["first@example.com", "late@example.com"]


@pytest.mark.only("postgresql")
def test_and_goes_on_when_the_contact_has_one(full: EventRow) -> None:
    with place_comes_back():
        assert service.register(submission(full, "first")) == Duplicate()
    assert used() == 1
    assert [row for row in queries.verify(full.id) if row.what.startswith("quota")] == []


@pytest.mark.only("sqlite")
def test_who_holds_a_contact_is_found_by_its_index(full: EventRow) -> None:
    with assert_queries(3) as statements, pytest.raises(SoldOut):
        service.register(submission(full, "late"))
    asked = statements[-1]
    plan = db.session.connection().exec_driver_sql(
        f"EXPLAIN QUERY PLAN {asked}", ("x",) * asked.count("?")
    )
    assert "USING INDEX uq_attendee_identity_active" in " ".join(row.detail for row in plan)
