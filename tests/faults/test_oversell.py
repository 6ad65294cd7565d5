"""Of scarce places none is sold twice and none stays empty, however many want them."""

from __future__ import annotations

import os
from collections import Counter
from datetime import timedelta
from typing import NamedTuple

import pytest
from flask import Flask
from sqlalchemy import func, select

from eventhub.kernel import clock
from eventhub.kernel.db import command, db
from eventhub.registration import queries, service
from eventhub.registration.enums import RegistrationState
from eventhub.registration.models import Quota, QuotaTicketType, Registration, TicketType
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
def open_sales(count: int) -> tuple[int, list[Sale]]:
    """Make an event in a month and its sales; return its id and them."""
    soon = clock.now().date() + timedelta(days=30)
    event = make_event("scarce", is_registration_open=True, starts_on=soon, ends_on=soon)
    service.ensure_event_key(event.id)
    sales = []
    for number in range(count):
        first = make_ticket_type(event.id, slug=f"a{number}", places=PLACES, max_group=3)
        second = make_ticket_type(event.id, slug=f"b{number}", places=None, max_group=3)
        shared = select(QuotaTicketType.quota_id).filter_by(ticket_type_id=first.id)
        quota_id = db.session.scalars(shared).one()
        db.session.add(QuotaTicketType(quota_id=quota_id, ticket_type_id=second.id))
        sales.append(Sale(event.id, (first.slug, second.slug)))
    return event.id, sales


def sold_in(event_id: int) -> Sold:
    """Count people from the rows of their registrations and hold them against the quotas."""
    db.session.rollback()
    people: Counter[str] = Counter()
    for slug, count in db.session.execute(
        select(TicketType.slug, func.sum(Registration.group_size))
        .join(TicketType, TicketType.id == Registration.ticket_type_id)
        .where(Registration.event_id == event_id, Registration.state == RegistrationState.CONFIRMED)
        .group_by(TicketType.slug)
    ):
        people[slug[1:]] += count
    quotas = db.session.execute(
        select(Quota.slug, Quota.used).where(Quota.event_id == event_id, Quota.size == PLACES)
    ).all()
    counts = [people[slug[1:]] for slug, _used in quotas]
    assert counts == [used for _slug, used in quotas]
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
    event_id, sales = open_sales(count)
    counted = run(
        Buyers(database.folder, database.url, sales, attempts, seed=13), processes=PROCESSES
    )
    found = sold_in(event_id)
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
    assert queries.verify(event_id) == []


@pytest.mark.skipif(not IS_LONG, reason="tests/registration/test_concurrency.py has this control")
def test_the_same_buyers_without_the_guard_oversell(
    app: Flask, database: Database, record: Record, times: Times
) -> None:
    event_id, sales = open_sales(times(1, 5))
    buyers = Buyers(database.folder, database.url, sales, times(8, 100), seed=13, has_guard=False)
    counted = run(buyers, processes=PROCESSES)
    found = sold_in(event_id)
    record(
        "oversell",
        database=database.name,
        attempts=counted["attempts"],
        places=len(sales) * PLACES,
        has_guard=False,
        **found._asdict(),
    )
    assert found.oversold > 0
