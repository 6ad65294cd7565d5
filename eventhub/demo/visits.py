"""Who passes which gate when: an invented log that adds up to the festival's figures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from eventhub.checkin.enums import ScanResult
from eventhub.demo.frame import Frame
from eventhub.demo.people import Guest
from eventhub.demo.tickets import scaled

_NEW_SHARE: Final = 0.7  # of entries go to somebody not seen that day, while there are any
_STAYS_MIN: Final = (25, 210)  # minutes between an entry and the exit after it
_LEAVES_SHARE: Final = 0.85  # of people let the gate see them leave
_TRIES: Final = 40  # random picks before the next new face is taken
_BACK_AFTER: Final = timedelta(minutes=20)
_EVENING_HOUR: Final = 17  # music nights open
_RUNWAY: Final = "runway-door"
_DOORS_BEFORE: Final = timedelta(hours=1)
_NIGHT: Final = "music-night"


@dataclass(frozen=True, slots=True)
class Pass:
    """One scan at a gate; `guest` is None for codes that are nobody's ticket."""

    gate: str
    at: datetime
    result: ScanResult
    guest: Guest | None
    direction: str = "in"


@dataclass(slots=True)
class _Day:
    """One operating day while its log is being written."""

    offset: int
    present: list[Guest]
    unseen: set[int]
    passes: list[Pass] = field(default_factory=list)
    inside: dict[tuple[str, int], datetime] = field(default_factory=dict)


@dataclass(slots=True)
class _Pool:
    """Who may pass a gate, in random order; `first` is the first who may be unseen."""

    guests: list[Guest]
    first: int = 0

    def unseen(self, among: set[int]) -> Guest | None:
        """Return the next who was not seen anywhere that day."""
        while self.first < len(self.guests):
            if self.guests[self.first].ticket_id in among:
                return self.guests[self.first]
            self.first += 1
        return None


def passes(frame: Frame, guests: Sequence[Guest]) -> list[Pass]:
    """Return all scans of the finished day and of today so far, in order of time."""
    rng = frame.draw.random("visits")
    found: list[Pass] = []
    before: list[Guest] = []
    for figures in frame.content["checkin"]["persons"]:
        present = _present(frame, guests, figures, before, rng)
        day = _Day(figures["day"], present, {guest.ticket_id for guest in present})
        _area_entries(frame, day, rng)
        _runway_entries(frame, day, rng)
        _last_exits(day, rng)
        _refusals(frame, day, guests, rng)
        found += day.passes
        before = present
    return sorted(
        (one for one in found if one.at <= frame.moment), key=lambda one: (one.at, one.gate)
    )


def _present(
    frame: Frame,
    guests: Sequence[Guest],
    figures: dict[str, Any],
    before: Sequence[Guest],
    rng: Random,
) -> list[Guest]:
    """Choose who comes on a day; as many as the content says were there the day before."""
    both = frame.content["checkin"]["persons_on_both_days"]
    was_there = {guest.ticket_id for guest in before}
    present: list[Guest] = []
    for slug, count in figures["by_ticket_type"].items():
        may = [
            guest
            for guest in guests
            if guest.is_valid and guest.type_slug == slug and guest.offset in (None, figures["day"])
        ]
        again = [guest for guest in may if guest.ticket_id in was_there]
        fresh = [guest for guest in may if guest.ticket_id not in was_there]
        wanted = scaled(frame, count)
        returning = _sample(rng, again, scaled(frame, both[slug]) if before else 0)
        present += returning + _sample(rng, fresh, wanted - len(returning))
    return present


def _area_entries(frame: Frame, day: _Day, rng: Random) -> None:
    """Let people into the areas; who comes back has been seen leaving."""
    gates = {gate["slug"]: gate for gate in frame.content["gates"]}
    entries = sorted(
        (at, gate)
        for gate in gates
        if gate != _RUNWAY
        for at in _instants(frame, day.offset, gate, rng)
    )
    pools: dict[tuple[str, bool], _Pool] = {}
    for at, gate in entries:
        key = (gate, _is_night(frame, at))
        if key not in pools:
            may = [guest for guest in day.present if _admits(gates[gate], guest, is_night=key[1])]
            rng.shuffle(may)
            pools[key] = _Pool(may)
        guest = _next_guest(day, gate, pools[key], at, rng)
        if guest is None:
            continue
        day.unseen.discard(guest.ticket_id)
        since = day.inside.get((gate, guest.ticket_id))
        if since is not None:
            left = since + (at - since) * rng.uniform(0.3, 0.9)
            day.passes.append(Pass(gate, left, ScanResult.OK_EXIT, guest, "out"))
        result = ScanResult.OK if since is None else ScanResult.OK_REENTRY
        day.passes.append(Pass(gate, at, result, guest))
        day.inside[gate, guest.ticket_id] = at


def _next_guest(day: _Day, gate: str, pool: _Pool, at: datetime, rng: Random) -> Guest | None:
    unseen = pool.unseen(day.unseen)
    if unseen is not None and rng.random() < _NEW_SHARE:
        return unseen
    for _ in range(_TRIES if pool.guests else 0):
        guest = rng.choice(pool.guests)
        since = day.inside.get((gate, guest.ticket_id), at - _BACK_AFTER)
        if guest.ticket_id not in day.unseen and at - since >= _BACK_AFTER:
            return guest
    return unseen


def _runway_entries(frame: Frame, day: _Day, rng: Random) -> None:
    """Seat people show by show: nobody passes the inner door twice for one show."""
    gate = next(gate for gate in frame.content["gates"] if gate["slug"] == _RUNWAY)
    instants = _instants(frame, day.offset, _RUNWAY, rng)
    for row in frame.content["shows"]:
        if row["stage"] != "long-shuttle" or row["day"] != day.offset:
            continue
        starts_at = frame.at(row["day"], row["start"])
        ends_at = starts_at + timedelta(minutes=row["minutes"])
        doors = [at for at in instants if starts_at - _DOORS_BEFORE <= at < ends_at]
        admitted = set(row["admits"]) & set(gate["ticket_types"])
        may = [guest for guest in day.present if guest.type_slug in admitted]
        for at, guest in zip(sorted(doors), _sample(rng, may, len(doors)), strict=False):
            day.passes.append(Pass(_RUNWAY, at, ScanResult.OK, guest))


def _last_exits(day: _Day, rng: Random) -> None:
    guests = {guest.ticket_id: guest for guest in day.present}
    for (gate, ticket_id), since in day.inside.items():
        if rng.random() < _LEAVES_SHARE:
            left = since + timedelta(seconds=60 * rng.uniform(*_STAYS_MIN))
            day.passes.append(Pass(gate, left, ScanResult.OK_EXIT, guests[ticket_id], "out"))


def _refusals(frame: Frame, day: _Day, guests: Sequence[Guest], rng: Random) -> None:
    figures = next(row for row in frame.content["checkin"]["refused"] if row["day"] == day.offset)
    accepted = [one for one in day.passes if one.direction == "in"]
    if not accepted:
        return
    for word, count in figures["by_result"].items():
        result = ScanResult(word)
        for _ in range(scaled(frame, count)):
            day.passes.append(_refusal(frame, day, guests, accepted, result, rng))


def _refusal(
    frame: Frame,
    day: _Day,
    guests: Sequence[Guest],
    accepted: Sequence[Pass],
    result: ScanResult,
    rng: Random,
) -> Pass:
    near = rng.choice(accepted)
    at = near.at + timedelta(seconds=rng.uniform(90, 900))
    match result:
        case ScanResult.USED:
            again = rng.choice([one for one in accepted if one.gate == _RUNWAY] or accepted)
            at = again.at + timedelta(seconds=rng.uniform(90, 600))
            return Pass(again.gate, at, result, again.guest)
        case ScanResult.TOO_EARLY:
            at = frame.at(day.offset, f"{rng.randint(13, 16)}:{rng.randint(0, 59):02d}")
            return Pass("works-hall", at, result, _one(rng, day.present, _NIGHT))
        case ScanResult.WRONG_PRODUCT:
            return Pass(_RUNWAY, at, result, _one(rng, day.present, _NIGHT))
        case ScanResult.CANCELLED:
            cancelled = [guest for guest in guests if not guest.is_valid]
            return Pass(near.gate, at, result, rng.choice(cancelled) if cancelled else None)
        case ScanResult.WRONG_GATE:
            return Pass(near.gate, at, result, near.guest)
        case _:
            return Pass(near.gate, at, result, None)


def _instants(frame: Frame, offset: int, gate: str, rng: Random) -> list[datetime]:
    """Return when people are let in at a gate, so many per hour as the content says."""
    return [
        at
        for row in frame.content["checkin"]["hours"]
        if row["gate"] == gate and row["day"] == offset
        for hour, count in row["accepted"].items()
        for at in _within(frame, offset, gate, hour, scaled(frame, count), rng)
    ]


def _within(
    frame: Frame, offset: int, gate: str, hour: str, count: int, rng: Random
) -> Iterator[datetime]:
    start = frame.at(offset, f"{hour}:00")
    end = start + timedelta(hours=1)
    if gate == _RUNWAY:
        start, end = _doors_in(frame, offset, start, end)
    for _ in range(count):
        yield start + (end - start) * rng.random()


def _doors_in(
    frame: Frame, offset: int, start: datetime, end: datetime
) -> tuple[datetime, datetime]:
    """Return the part of an hour in which the doors of a show stand open."""
    for row in frame.content["shows"]:
        if row["stage"] == "long-shuttle" and row["day"] == offset:
            starts_at = frame.at(offset, row["start"])
            opens_at = starts_at - _DOORS_BEFORE
            ends_at = starts_at + timedelta(minutes=row["minutes"])
            if opens_at < end and ends_at > start:
                return max(start, opens_at), min(end, ends_at)
    return start, end


def _is_night(frame: Frame, at: datetime) -> bool:
    """Tell whether music nights are open; they are until the day ends."""
    hour = at.astimezone(frame.event.zone).hour
    return hour >= _EVENING_HOUR or hour < frame.event.day_start_local.hour


def _admits(gate: dict[str, Any], guest: Guest, *, is_night: bool) -> bool:
    if guest.type_slug == _NIGHT and not is_night:
        return False
    return not gate["ticket_types"] or guest.type_slug in gate["ticket_types"]


def _sample(rng: Random, guests: Iterable[Guest], count: int) -> list[Guest]:
    pool = list(guests)
    return rng.sample(pool, max(0, min(count, len(pool))))


def _one(rng: Random, guests: Sequence[Guest], slug: str) -> Guest | None:
    found = [guest for guest in guests if guest.type_slug == slug]
    return rng.choice(found) if found else None
