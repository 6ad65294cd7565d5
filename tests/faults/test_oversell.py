"""Of scarce places none is sold twice and none stays empty, however many want them."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

import pytest
from flask import Flask
from sqlalchemy import func, select

from eventhub.kernel import clock
from eventhub.kernel.db import command, db
from eventhub.registration import queries, service
from eventhub.registration.enums import RegistrationState
from eventhub.registration.models import Quota, QuotaTicketType, Registration
from tests.conftest import DATABASES, Database
from tests.factories.programme import make_event
from tests.factories.registration import make_ticket_type
from tests.faults.buyers import Buyers, Sale, run
from tests.faults.conftest import Times
from tests.soak import IS_SOAK, Record

pytestmark = pytest.mark.processes

IS_LONG = IS_SOAK or "EVENTHUB_ATTEMPTS" in os.environ
PLACES = 12
PROCESSES = 4 if IS_LONG else 2
# of one sale, of all processes together; EVENTHUB_ATTEMPTS makes a run of another size
ATTEMPTS_PER_SALE = 400


class Sold(NamedTuple):
    """Places over all sales."""

    sold: int
    oversold: int
    empty: int


@command
def open_sales(count: int) -> list[Sale]:
    """Make events in a month with one sale each, and return these."""
    soon = clock.now().date() + timedelta(days=30)
    sales = []
    for number in range(count):
        event = make_event(
            f"scarce-{number}", is_registration_open=True, starts_on=soon, ends_on=soon
        )
        service.ensure_event_key(event.id)
        first = make_ticket_type(event.id, slug="first", places=PLACES, max_group=3)
        second = make_ticket_type(event.id, slug="second", places=None, max_group=3)
        shared = select(QuotaTicketType.quota_id).filter_by(ticket_type_id=first.id)
        quota_id = db.session.scalars(shared).one()
        db.session.add(QuotaTicketType(quota_id=quota_id, ticket_type_id=second.id))
        sales.append(Sale(event.id, (first.slug, second.slug)))
    return sales


def sold_in(sales: Sequence[Sale]) -> Sold:
    """Count people from the rows of their registrations and hold them against the quotas."""
    db.session.rollback()
    people: Counter[int] = Counter()
    for event_id, count in db.session.execute(
        select(Registration.event_id, func.sum(Registration.group_size))
        .where(Registration.state == RegistrationState.CONFIRMED)
        .group_by(Registration.event_id)
    ):
        people[event_id] += count
    quotas = db.session.execute(
        select(Quota.event_id, Quota.used).where(Quota.size == PLACES)
    ).all()
    assert sorted(event_id for event_id, _used in quotas) == [sale.event_id for sale in sales]
    counts = [people[event_id] for event_id, _used in quotas]
    assert counts == [used for _event_id, used in quotas]
    return Sold(
        sum(counts),
        sum(max(0, count - PLACES) for count in counts),
        sum(max(0, PLACES - count) for count in counts),
    )


def size(times: Times, *, small: int, soak: int) -> tuple[int, int]:
    """Return how many sales there are, and the attempts of one process in each."""
    wanted = int(os.environ.get("EVENTHUB_ATTEMPTS") or times(small, soak))
    return max(1, wanted // ATTEMPTS_PER_SALE), min(wanted, ATTEMPTS_PER_SALE) // PROCESSES


@pytest.mark.only(*(DATABASES if IS_LONG else DATABASES[1:]))
def test_no_place_is_sold_twice_and_none_stays_empty(
    app: Flask, database: Database, record: Record, times: Times
) -> None:
    count, attempts = size(times, small=120, soak=1_000_000)
    sales = open_sales(count)
    counted = run(
        Buyers(database.folder, database.url, sales, attempts, seed=13), processes=PROCESSES
    )
    found = sold_in(sales)
    record(
        "oversell",
        database=database.name,
        attempts=counted["attempts"],
        places=count * PLACES,
        given_back=counted["given back"],
        **found._asdict(),
    )
    assert found == Sold(count * PLACES, oversold=0, empty=0)
    assert counted["attempts"] >= count * attempts * PROCESSES
    assert set(counted) == {"attempts", "confirmed", "given back", "sold-out"}
    assert counted["confirmed"] + counted["sold-out"] == counted["attempts"]
    assert [wrong for sale in sales for wrong in queries.verify(sale.event_id)] == []


@pytest.mark.skipif(not IS_LONG, reason="tests/registration/test_concurrency.py has this control")
def test_the_same_buyers_without_the_guard_oversell(
    app: Flask, database: Database, record: Record, times: Times
) -> None:
    sales = open_sales(times(1, 5))
    buyers = Buyers(database.folder, database.url, sales, times(8, 100), seed=13, has_guard=False)
    counted = run(buyers, processes=PROCESSES)
    found = sold_in(sales)
    record(
        "oversell",
        database=database.name,
        attempts=counted["attempts"],
        places=len(sales) * PLACES,
        has_guard=False,
        **found._asdict(),
    )
    assert found.oversold > 0
