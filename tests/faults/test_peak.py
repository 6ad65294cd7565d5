"""
Ten times as many people as were planned for: who has a place in hand notices nothing.

What was planned is what the waiting room lets in. It is a sixth of what the
server can register when nobody else is there, so that ten times as many are more
than it can serve: with the room they wait, without it they stand on the feet of those
who have a ticket.
"""

from __future__ import annotations

import asyncio
import contextvars
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask

from eventhub.checkin.service import create_pairing, pair
from eventhub.kernel import clock
from eventhub.kernel.db import db
from eventhub.registration import queries, service
from eventhub.registration.codes import ticket_code
from eventhub.registration.jobs import serve_waitlists
from eventhub.registration.service import Registered
from tests.conftest import Database
from tests.factories import programme as made
from tests.factories.registration import make_registration, make_ticket_type
from tests.faults.conftest import Times
from tests.faults.onsale import AT_ONCE, OTHERS, WITH_PLACE, Crowd, Sale
from tests.faults.server import Server
from tests.soak import Record

pytestmark = pytest.mark.processes

TIMES = 10
PLANNED_SHARE = 1 / 6  # of what the server can register
PASSES = {200, 303}
WAITS = {200, 429}  # the waiting room, or come again later


def on_sale(*, tickets: int, offers: int) -> tuple[int, Sale]:
    """Make an event with people who hold tickets or offers; return its id and what they have."""
    soon = clock.now().date() + timedelta(days=30)
    event = made.make_event("rush", is_registration_open=True, starts_on=soon, ends_on=soon)
    gate_id = made.make_gate(event, "north")
    make_ticket_type(event.id, slug="public", places=None)
    make_ticket_type(event.id, slug="scarce", places=offers, waitlist="auto")
    have = [make_registration(event.id, "public") for _ in range(tickets)]
    first = [make_registration(event.id, "scarce") for _ in range(offers)]
    waiting = [make_registration(event.id, "scarce") for _ in range(offers)]
    for one in first:
        service.cancel(one.registration_id)
    serve_waitlists()
    paired = pair(create_pairing(gate_id, created_by=None).code, agent="peak")
    codes = [_code(one) for one in have]
    sale = Sale(
        event.slug,
        [_page(one) for one in have],
        [_page(one) for one in waiting],
        paired.token,
        codes,
    )
    return event.id, sale


def _page(one: Registered) -> str:
    face = queries.registration_face(one.registration_id)
    return f"/t/{service.registration_token(face.public_id, face.link_rev)}"


def _code(one: Registered) -> str:
    face = queries.registration_face(one.registration_id)
    code = ticket_code(face, face.attendees[0])
    assert code is not None
    return code.signed


def open_room(event_id: int, per_min: int | None) -> None:
    """Let so many people a minute in, beginning now; None: everybody."""
    service.save_settings(
        service.SaveSettings(
            event_id=event_id,
            keep_days=dict.fromkeys(service.KEPT_CLASSES, 30),
            guardian_age=0,
            work_bits=0,
            waiting_opens_at=clock.now() if per_min else None,
            waiting_per_min=per_min,
        )
    )
    db.session.rollback()


async def _rush(
    port: int, event_id: int, sale: Sale, seconds: float, *, has_room: bool
) -> tuple[Crowd, float]:
    crowd = Crowd(port, sale, seed=7)
    cold = await crowd.capacity()
    planned = max(cold, await crowd.capacity()) * PLANNED_SHARE
    open_room(event_id, max(1, round(planned * 60)) if has_room else None)
    await asyncio.sleep(3)  # until every worker has seen the new settings
    crowd = Crowd(port, sale, seed=8)
    await crowd.come(planned * TIMES, seconds, ends_at_fault=not has_room)
    return crowd, planned


def rush(database: Database, seconds: float, *, has_room: bool) -> tuple[Crowd, float]:
    """Start a server and let people come; return how it went and what was planned per s."""
    event_id, sale = on_sale(tickets=20, offers=20)
    open_room(event_id, None)
    server = Server(database.settings(), workers=2, env="development")
    crowd = _rush(server.port, event_id, sale, seconds, has_room=has_room)
    try:
        with ThreadPoolExecutor(1) as apart:  # the loop of a browser test may run in this one
            return apart.submit(contextvars.copy_context().run, asyncio.run, crowd).result()
    finally:
        server.stop()


def test_ten_times_the_planned_peak_rejects_nobody_who_has_a_place(
    app: Flask, database: Database, times: Times, record: Record
) -> None:
    crowd, planned = rush(database, float(times(8, 60)), has_room=True)
    seen = crowd.seen
    place, others = seen.statuses(*WITH_PLACE), seen.statuses(*OTHERS)
    record(
        "peak",
        database=database.name,
        planned_per_s=round(planned, 1),
        arrivals=len(seen.answers["arrival"]),
        with_place=place.total(),
        rejected=sum(count for status, count in place.items() if status not in PASSES),
        let_in=len(seen.answers.get("let in", ())),
        errors=sum(
            count for status, count in (place + others).items() if status not in WAITS | PASSES
        ),
        tried_again=seen.tried_again,
        p95_ms=seen.p95_ms(*WITH_PLACE),
        others_p95_ms=seen.p95_ms(*OTHERS),
    )
    refused = {kind: set(seen.statuses(kind)) - PASSES for kind in WITH_PLACE}
    assert refused == {kind: set() for kind in WITH_PLACE}
    assert set(others) <= WAITS
    assert seen.statuses("let in") == {303: len(seen.answers["let in"])}
    assert min(len(seen.answers.get(kind, ())) for kind in WITH_PLACE) > 0
    # as long as it takes to get a place when nobody waits, `AT_ONCE` people being served
    usual_ms = AT_ONCE / (planned / PLANNED_SHARE) * 1000
    assert seen.p95_ms(*WITH_PLACE) < max(1000.0, usual_ms)


@pytest.mark.only("sqlite")
def test_without_the_waiting_room_those_who_have_a_place_are_not_served(
    app: Flask, database: Database, record: Record
) -> None:
    crowd, planned = rush(database, 60, has_room=False)
    place = crowd.seen.statuses(*WITH_PLACE)
    rejected = sum(count for status, count in place.items() if status not in PASSES)
    record(
        "peak",
        database=database.name,
        planned_per_s=round(planned, 1),
        arrivals=len(crowd.seen.answers["arrival"]),
        with_place=place.total(),
        rejected=rejected,
        p95_ms=crowd.seen.p95_ms(*WITH_PLACE),
        has_guard=False,
    )
    assert rejected > 0
