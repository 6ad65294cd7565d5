"""Waitlists: order, offers, their expiry, and the replay that proves every step."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from click.testing import Result
from flask.testing import FlaskCliRunner
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from eventhub.kernel import clock
from eventhub.kernel.db import db
from eventhub.kernel.errors import EventHubError, Invalid
from eventhub.notify.models import OutboxMessage
from eventhub.programme.queries import EventRow
from eventhub.registration import jobs, queries, service
from eventhub.registration.enums import RegistrationState
from eventhub.registration.errors import IllegalTransition, OfferExpired, SoldOut
from eventhub.registration.models import Quota, Registration, Waitlist, WaitlistEntry, WaitlistLog
from eventhub.registration.service import Registered
from tests.factories.registration import make_registration, make_ticket_type
from tests.registration.conftest import NOW

Clock = Callable[[datetime], None]
HOUR = timedelta(hours=1)
S = RegistrationState


def waiting_event(event: EventRow, *, places: int = 1, **columns: object) -> None:
    """Make a type of `places` whose list serves itself."""
    make_ticket_type(
        event.id, slug="public", places=places, **({"waitlist": "auto", "max_group": 4} | columns)
    )


def person(event: EventRow, name: str = "陈欣怡", companions: int = 0) -> Registered:
    others = tuple(f"{name} {n}" for n in range(companions))
    return make_registration(event.id, "public", name=name, others=others)


def state(made: Registered) -> RegistrationState:
    db.session.rollback()
    return queries.registration_face(made.registration_id).state


def states(*made: Registered) -> list[RegistrationState]:
    return [state(one) for one in made]


def position(made: Registered) -> int | None:
    db.session.rollback()
    return queries.registration_face(made.registration_id).position


def log() -> list[tuple[str, int | None]]:
    db.session.rollback()
    rows = db.session.scalars(select(WaitlistLog).order_by(WaitlistLog.list_id, WaitlistLog.seq))
    return [(row.action, row.entry_no) for row in rows]


def assert_proven(event: EventRow) -> None:
    db.session.rollback()
    assert [(p.findings, p.differences) for p in queries.proofs(event.id) if not p.is_proven] == []
    assert queries.verify(event.id) == []


def test_a_freed_place_is_held_for_the_first_who_waits(event: EventRow) -> None:
    waiting_event(event)
    holder, first, second = (person(event) for _ in range(3))
    assert (position(first), position(second)) == (1, 2)

    service.cancel(holder.registration_id)

    assert states(holder, first, second) == [S.CANCELLED, S.HELD, S.WAITLISTED]
    assert position(second) == 1
    quota = db.session.scalars(select(Quota)).one()
    assert (quota.used, quota.held) == (0, 1)
    mail = db.session.scalars(select(OutboxMessage).filter_by(kind="registration_offered")).one()
    assert queries.registration_face(first.registration_id).email == mail.recipient
    assert_proven(event)


def test_an_offer_is_taken_once_and_gives_a_ticket(event: EventRow) -> None:
    waiting_event(event)
    holder, first = person(event), person(event)
    service.cancel(holder.registration_id)

    service.take_offer(first.registration_id)

    face = queries.registration_face(first.registration_id)
    assert face.state is S.CONFIRMED
    assert face.attendees[0].ticket is not None
    with pytest.raises(IllegalTransition):
        service.take_offer(first.registration_id)
    assert log() == [("joined", 1), ("offered", 1), ("accepted", 1)]
    assert_proven(event)


def test_a_declined_offer_goes_to_the_next(event: EventRow) -> None:
    waiting_event(event)
    holder, first, second = (person(event) for _ in range(3))
    service.cancel(holder.registration_id)

    service.cancel(first.registration_id)

    assert states(first, second) == [S.CANCELLED, S.HELD]
    assert log()[-2:] == [("declined", 1), ("offered", 2)]
    assert_proven(event)


def test_an_offer_that_is_not_taken_passes_on_without_staff(event: EventRow, clock: Clock) -> None:
    waiting_event(event)
    holder, first, second = (person(event) for _ in range(3))
    db.session.execute(text("UPDATE waitlist SET offer_for_s = 3600"))
    db.session.commit()
    service.cancel(holder.registration_id)
    until = queries.registration_face(first.registration_id).offer_until
    assert until is not None

    clock(until - timedelta(seconds=1))
    assert jobs.serve_waitlists().expired == 0
    clock(until)
    with pytest.raises(OfferExpired):
        service.take_offer(first.registration_id)
    assert jobs.serve_waitlists().expired == 1

    assert states(first, second) == [S.EXPIRED, S.HELD]
    with pytest.raises(OfferExpired):
        service.take_offer(first.registration_id)
    again = person(event)  # the contact of an ended registration may come again
    assert state(again) is S.WAITLISTED
    assert_proven(event)


def test_a_newcomer_never_overtakes_somebody_who_waits(event: EventRow) -> None:
    waiting_event(event, waitlist="manual")
    holder, first = person(event), person(event)
    service.cancel(holder.registration_id)  # nobody is offered the place: the list is by hand

    newcomer = person(event)

    assert states(first, newcomer) == [S.WAITLISTED, S.WAITLISTED]
    assert (position(first), position(newcomer)) == (1, 2)
    assert_proven(event)


def test_a_group_waits_until_all_of_it_fits_and_each_pass_is_logged(event: EventRow) -> None:
    waiting_event(event, places=2)
    one, two = person(event), person(event)
    group, single = person(event, companions=1), person(event)

    service.cancel(one.registration_id)
    assert states(group, single) == [S.WAITLISTED, S.HELD]
    skipped = db.session.scalars(select(WaitlistLog).filter_by(action="skipped")).one()
    assert (skipped.entry_no, skipped.reason, skipped.free_places) == (1, "insufficient-places", 1)

    service.cancel(two.registration_id)
    service.cancel(single.registration_id)
    assert state(group) is S.HELD
    assert_proven(event)


def test_a_group_that_was_passed_too_often_blocks_the_list(event: EventRow) -> None:
    waiting_event(event, places=2)
    one, two = person(event), person(event)
    group, single = person(event, companions=1), person(event)
    db.session.execute(text("UPDATE waitlist SET max_passes = 0"))
    db.session.commit()

    service.cancel(one.registration_id)
    assert states(group, single) == [S.WAITLISTED, S.WAITLISTED]
    service.cancel(two.registration_id)
    assert states(group, single) == [S.HELD, S.WAITLISTED]
    assert_proven(event)


def test_nothing_is_offered_after_the_list_closes(event: EventRow, clock: Clock) -> None:
    waiting_event(event)
    holder, first = person(event), person(event)
    line = db.session.scalars(select(Waitlist)).one()
    assert line.closes_at == event.day_bounds(event.days()[-1])[0] - timedelta(hours=2)

    clock(line.closes_at)
    service.cancel(holder.registration_id)
    assert state(first) is S.WAITLISTED
    assert jobs.serve_waitlists().offered == 0
    newcomer = person(event)  # nobody can be served any more, so nobody is overtaken
    assert state(newcomer) is S.CONFIRMED
    with pytest.raises(SoldOut):
        person(event)
    assert_proven(event)


def test_an_offer_near_the_closing_lasts_a_quarter_of_an_hour(
    event: EventRow, clock: Clock
) -> None:
    waiting_event(event)
    holder, first = person(event), person(event)
    closes_at = db.session.scalars(select(Waitlist.closes_at)).one()
    at = closes_at - timedelta(minutes=1)
    clock(at)
    service.cancel(holder.registration_id)
    until = queries.registration_face(first.registration_id).offer_until
    assert until == at + timedelta(minutes=15)


def test_a_paused_list_makes_no_offers_until_it_goes_on(event: EventRow) -> None:
    waiting_event(event)
    holder, first = person(event), person(event)
    line = db.session.scalars(select(Waitlist.id)).one()
    service.pause(event.id, line, is_paused=True, by="Alice")
    service.cancel(holder.registration_id)
    assert (state(first), jobs.serve_waitlists().offered) == (S.WAITLISTED, 0)
    service.pause(event.id, line, is_paused=False, by="Alice")
    assert state(first) is S.HELD
    assert_proven(event)


def test_staff_offer_out_of_turn_only_with_a_reason_that_the_proof_shows(event: EventRow) -> None:
    waiting_event(event, waitlist="manual")
    holder, first, second = (person(event) for _ in range(3))
    line = db.session.scalars(select(Waitlist.id)).one()
    offer = service.OfferByHand(event.id, line, 2, by="Alice")
    service.cancel(holder.registration_id)

    with pytest.raises(Invalid):
        service.offer_by_hand(offer)
    service.offer_by_hand(service.OfferByHand(event.id, line, 2, by="Alice", reason="Speaker"))

    assert states(first, second) == [S.WAITLISTED, S.HELD]
    proof = queries.proofs(event.id)[0]
    assert [(f.what, f.actor, f.reason) for f in proof.findings] == [
        ("offered out of order", "Alice", "Speaker")
    ]
    assert proof.is_proven
    with pytest.raises(SoldOut):
        service.offer_by_hand(service.OfferByHand(event.id, line, 1, by="Alice"))


def test_staff_remove_with_a_reason(event: EventRow) -> None:
    waiting_event(event)
    holder, first, second = (person(event) for _ in range(3))
    line = db.session.scalars(select(Waitlist.id)).one()
    service.cancel(holder.registration_id)
    with pytest.raises(Invalid):
        service.remove(service.RemoveEntry(event.id, line, 1, by="Alice", reason=""))
    service.remove(service.RemoveEntry(event.id, line, 1, by="Alice", reason="asked by phone"))
    assert states(first, second) == [S.CANCELLED, S.HELD]
    assert_proven(event)


def test_those_who_waited_before_there_were_lists_join_in_their_order(event: EventRow) -> None:
    waiting_event(event, waitlist="manual")
    holder, first, second = (person(event) for _ in range(3))
    db.session.execute(text("DELETE FROM waitlist_entry"))
    db.session.commit()
    assert position(first) is None
    assert jobs.serve_waitlists().adopted == 2
    assert (position(first), position(second), state(holder)) == (1, 2, S.CONFIRMED)


def test_the_log_can_not_be_changed(event: EventRow) -> None:
    waiting_event(event)
    person(event)
    person(event)
    for statement in ("UPDATE waitlist_log SET entry_no = 7", "DELETE FROM waitlist_log"):
        with pytest.raises(IntegrityError):
            db.session.execute(text(statement))
        db.session.rollback()


def test_the_proof_finds_a_row_that_was_changed_behind_the_log(
    event: EventRow, runner: FlaskCliRunner
) -> None:
    waiting_event(event)
    person(event)
    person(event)
    assert verify(runner, event).exit_code == 0
    db.session.execute(text("UPDATE waitlist_entry SET state = 'left'"))
    db.session.commit()
    found = verify(runner, event)
    assert found.exit_code == 1
    assert json.loads(found.stdout)["lists"][0]["differences"] != []


def verify(runner: FlaskCliRunner, event: EventRow) -> Result:
    return runner.invoke(args=["registration", "waitlist", "verify", event.slug, "--json"])


def test_commands_show_and_offer(event: EventRow, runner: FlaskCliRunner) -> None:
    waiting_event(event, waitlist="manual")
    holder, first = person(event, "王芳"), person(event, "陈欣怡")
    shown = json.loads(
        runner.invoke(args=["registration", "waitlist", "show", event.slug, "--json"]).stdout
    )
    assert [(row["waiting"], row["free"]) for row in shown["lists"]] == [(1, 0)]
    assert [(row["position"], row["name"]) for row in shown["lists"][0]["entries"]] == [
        (1, "陈欣怡")
    ]
    service.cancel(holder.registration_id)
    offered = runner.invoke(
        args=["registration", "waitlist", "offer", event.slug, first.code, "--json"]
    )
    assert (offered.exit_code, state(first)) == (0, S.HELD)


@pytest.mark.parametrize("seed", range(6))
def test_any_history_is_proven_by_its_replay(event: EventRow, clock: Clock, seed: int) -> None:
    rng = random.Random(seed)
    waiting_event(event, places=3)
    waiting_event_two = make_ticket_type(event.id, slug="vip", places=2, waitlist="auto")
    assert waiting_event_two.id
    at = NOW
    everybody: list[Registered] = []
    for _turn in range(60):
        at += timedelta(minutes=rng.randint(1, 240) if rng.random() < 0.2 else 1)
        clock(at)
        try:
            _act(event, rng, everybody)
        except EventHubError:
            db.session.rollback()  # a step that is not possible now
    assert_proven(event)
    entries = db.session.scalars(select(WaitlistEntry).filter_by(state="waiting")).all()
    for line in {entry.list_id for entry in entries}:
        rows = [row for row in queries.waitlist_entries(event.id) if row.list_id == line]
        shown = {row.number: row.position for row in rows if row.position}
        ids = {entry.number: entry.registration_id for entry in entries if entry.list_id == line}
        assert shown == {number: queries.registration_face(ids[number]).position for number in ids}


def _act(event: EventRow, rng: random.Random, everybody: list[Registered]) -> None:
    draw = rng.random()
    if draw < 0.45 or not everybody:
        if rng.random() < 0.3:
            everybody.append(make_registration(event.id, "vip"))
        else:
            everybody.append(person(event, companions=rng.choice((0, 0, 0, 1, 2))))
        return
    if draw < 0.65:
        service.cancel(rng.choice(everybody).registration_id)
    elif draw < 0.8:
        service.take_offer(rng.choice(everybody).registration_id)
    elif draw < 0.9:
        jobs.serve_waitlists()
    else:
        lines = db.session.scalars(select(Waitlist.id)).all()
        if lines:
            is_paused = rng.random() < 0.4
            service.pause(event.id, rng.choice(lines), is_paused=is_paused, by="Alice")


def test_a_list_of_ended_people_is_empty(event: EventRow) -> None:
    waiting_event(event)
    holder, first = person(event), person(event)
    service.cancel(first.registration_id)
    service.cancel(holder.registration_id)
    assert queries.waitlist_entries(event.id) == []
    assert db.session.scalars(select(Registration.state)).all() == ["cancelled", "cancelled"]
    assert clock.now() == NOW
    assert_proven(event)
