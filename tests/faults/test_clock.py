"""Clocks that are wrong: of a gate by ten minutes, of the server by a step in the middle."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from eventhub.audience import service as audience
from eventhub.audience.models import Rollup
from eventhub.checkin import service
from eventhub.checkin.enums import ScanResult
from eventhub.checkin.models import Admission, Scan
from eventhub.checkin.service import OfflineScan, Redeem
from eventhub.kernel import ids
from eventhub.kernel.db import db
from eventhub.registration.models import Ticket
from tests.factories import checkin as make
from tests.soak import Record

SKEW = timedelta(minutes=10)
# 06:00 in Shanghai on the second day: what is before it belongs to the first.
BOUNDARY = make.NOON + timedelta(hours=18)
BEFORE, AFTER = BOUNDARY - timedelta(minutes=3), BOUNDARY + timedelta(minutes=3)
LATER = BOUNDARY + timedelta(hours=1)


def hand_in(house: make.House, skew: timedelta, *, is_told: bool) -> list[datetime]:
    """Hand in a scan of either side of the boundary from a gate whose clock is off; true times."""
    device = make.make_device(house)
    true = [BEFORE, AFTER]
    offset = -skew if is_told else timedelta(0)
    scans = [
        OfflineScan(
            nonce=ids.new_nonce(),
            n=number,
            gate_number=1,
            result=ScanResult.OK,
            claimed_ms=_ms(at + skew),
            offset_ms=round(offset.total_seconds() * 1000),
            idhash=db.session.get_one(Ticket, ticket).idhash,
        )
        for number, (at, ticket) in enumerate(zip(true, make.make_tickets(house, 2), strict=True))
    ]
    service.record_scans(device, scans)
    assert {row["status"] for row in service.record_scans(device, scans)} == {"replay"}
    return true


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def by_day(house: make.House) -> dict[date, int]:
    """Return check-ins by operating day as reports read them."""
    audience.roll_up(house.event_id)
    db.session.rollback()
    rows = db.session.execute(
        select(Rollup.start_s, Rollup.value).where(
            Rollup.event_id == house.event_id, Rollup.metric == "checkin.entries"
        )
    )
    found: dict[date, int] = {}
    for start_s, value in rows:  # +8 h for the zone, -6 h for the boundary
        day = (datetime.fromtimestamp(start_s, UTC) + timedelta(hours=2)).date()
        found[day] = found.get(day, 0) + value
    return found


@pytest.mark.parametrize("skew", [SKEW, -SKEW], ids=["ahead", "behind"])
def test_a_gate_whose_clock_is_off_counts_on_the_right_day(
    app: Flask, clock: Callable[[datetime], None], skew: timedelta, record: Record
) -> None:
    clock(LATER)
    house = make.make_house()
    true = hand_in(house, skew, is_told=True)
    db.session.rollback()
    at = sorted(db.session.scalars(select(Scan.at_ms)))
    record(
        "R39",
        skew_min=skew.total_seconds() / 60,
        wrong=sum(a != _ms(b) for a, b in zip(at, true, strict=True)),
    )
    assert at == [_ms(one) for one in true]
    assert by_day(house) == {date(2026, 9, 25): 1, date(2026, 9, 26): 1}


@pytest.mark.only("sqlite")
def test_a_gate_that_does_not_know_how_wrong_it_is_counts_on_the_wrong_day(
    app: Flask, clock: Callable[[datetime], None], record: Record
) -> None:
    clock(LATER)
    house = make.make_house()
    hand_in(house, SKEW, is_told=False)
    days = by_day(house)
    record("R39", skew_min=10, wrong=2, has_fence=False)
    assert days == {date(2026, 9, 26): 2}


def test_a_server_whose_clock_steps_gives_first_answers_again_and_admits_once(
    app: Flask, clock: Callable[[datetime], None]
) -> None:
    clock(make.NOON)
    house = make.make_house()
    (ticket,) = make.make_tickets(house, 1)
    device, nonce = make.make_device(house), ids.new_nonce()
    first = service.redeem(device, Redeem(nonce=nonce, code=make.gs_of(ticket)))
    for step in (-SKEW, SKEW, -SKEW * 6):
        clock(make.NOON + step)
        again = service.redeem(device, Redeem(nonce=nonce, code=make.gs_of(ticket)))
        assert (again["status"], again["result"]) == ("replay", first["result"])
        other = Redeem(nonce=ids.new_nonce(), code=make.gs_of(ticket))
        assert service.redeem(device, other)["result"] in {"used", "repeat"}
    db.session.rollback()
    assert len(list(db.session.scalars(select(Admission)))) == 1
    assert service.replay(house.event_id).matches_projection
