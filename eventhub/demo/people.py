"""Registrations of invented people with their consents and tickets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from sqlalchemy import case, insert, update

from eventhub.demo.frame import Frame
from eventhub.demo.names import Name, people
from eventhub.demo.tickets import Tickets
from eventhub.kernel.db import Base, db
from eventhub.kernel.signing import idhash
from eventhub.registration.enums import RegistrationState, Source, TicketStatus
from eventhub.registration.models import (
    Attendee,
    AttendeeIdentity,
    Consent,
    EventKey,
    Quota,
    Registration,
    Ticket,
)

_S = RegistrationState
_CONSENT_SHARE: Final = {"entry": 1.0, "service": 0.82, "news": 0.41, "publicity": 0.63}
_FIRST_DAY, _LAST_DAY = -32, -3  # days on which people registered
_HAS_TICKET: Final = frozenset({_S.CONFIRMED, _S.CANCELLED})
_HOLDS_CONTACT: Final = frozenset({_S.CONFIRMED, _S.PENDING_APPROVAL, _S.WAITLISTED})
_CHUNK: Final = 2000


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody with a ticket; `offset` is the day of a day ticket."""

    ticket_id: int
    type_slug: str
    offset: int | None
    is_valid: bool


@dataclass(frozen=True, slots=True)
class _Wish:
    """One registration before it has a name."""

    type_slug: str
    state: RegistrationState
    offset: int | None


def load(frame: Frame, tickets: Tickets, key: EventKey) -> list[Guest]:
    """Add the registrations inside the caller's command and return who holds a ticket."""
    rng = frame.draw.random("people")
    wishes = _wishes(frame, rng)
    rng.shuffle(wishes)
    named = list(zip(wishes, people(frame.content["names"], rng), strict=False))
    registrations = _registrations(frame, tickets, named, rng)
    ids = insert_rows(Registration, registrations)
    attendees = insert_rows(Attendee, _attendees(frame, named, ids))
    insert_rows(AttendeeIdentity, _identities(frame, named, attendees), has_ids=False)
    insert_rows(Consent, _consents(frame, tickets, registrations, attendees, rng), has_ids=False)
    _use_quotas(frame, tickets, wishes)
    return _tickets(frame, tickets, key, list(zip(wishes, registrations, attendees, strict=True)))


def insert_rows(
    model: type[Base], rows: Iterable[dict[str, Any]], *, has_ids: bool = True
) -> list[int]:
    """Insert rows of one table in large statements; return their ids in the same order."""
    found: list[int] = []
    listed = list(rows)
    for start in range(0, len(listed), _CHUNK):
        chunk = listed[start : start + _CHUNK]
        if has_ids:
            key = model.__table__.c.id
            statement = insert(model).returning(key, sort_by_parameter_order=True)
            found.extend(db.session.scalars(statement, chunk))
        else:
            db.session.execute(insert(model), chunk)
    return found


def _wishes(frame: Frame, rng: Random) -> list[_Wish]:
    """Return exactly as many registrations as asked for, in the shares of the content."""
    cells = [cell for row in frame.content["ticket_types"] for cell in _cells(row)]
    days = [day["day"] for day in frame.content["event"]["days"]]
    per_day = {row["slug"] for row in frame.content["ticket_types"] if row["quota"]["per"] == "day"}
    wishes = []
    for (wish, _), count in zip(
        cells, apportioned([count for _, count in cells], frame.people), strict=True
    ):
        for _ in range(count):
            is_free = wish.offset is None and wish.type_slug in per_day
            wishes.append(replace(wish, offset=rng.choice(days)) if is_free else wish)
    return wishes


def _cells(row: dict[str, Any]) -> Iterator[tuple[_Wish, int]]:
    """Yield the figures of one ticket type by state and, where the content says, by day."""
    for state, count in row["demo_registrations"].items():
        by_day = row.get(f"demo_{state}_by_day")
        if not by_day:
            yield _Wish(row["slug"], _S(state), None), count
            continue
        for day, share in by_day.items():
            yield _Wish(row["slug"], _S(state), int(day)), share


def apportioned(counts: Sequence[int], total: int) -> list[int]:
    """Return `counts` scaled to whole numbers whose sum is `total`, largest remainders first."""
    whole = sum(counts)
    shares = [divmod(count * total, whole) for count in counts]
    missing = total - sum(share for share, _ in shares)
    order = sorted(range(len(counts)), key=lambda place: (-shares[place][1], place))
    more = set(order[:missing])
    return [share + (place in more) for place, (share, _) in enumerate(shares)]


def _registrations(
    frame: Frame, tickets: Tickets, named: Sequence[tuple[_Wish, Name]], rng: Random
) -> list[dict[str, Any]]:
    moments = sorted(_moment(frame, rng) for _ in named)
    codes: set[str] = set()
    rows = []
    for number, ((wish, name), created_at) in enumerate(zip(named, moments, strict=True)):
        kind = tickets.types[wish.type_slug]
        waits = kind.approval == "required" or wish.state == _S.DECLINED
        decided_at = created_at + timedelta(hours=rng.randint(3, 40)) if waits else created_at
        is_open = wish.state in (_S.PENDING_APPROVAL, _S.WAITLISTED)
        rows.append(
            {
                "event_id": frame.event.id,
                "public_id": frame.draw.public_id("registration", number),
                "code": _code(frame, number, codes),
                "ticket_type_id": kind.id,
                "window_no": 0 if wish.offset is None else tickets.windows[wish.offset],
                "state": wish.state,
                "locale": name.locale,
                "source": _source(kind.visibility),
                "contact_name": name.display,
                "email": name.email,
                "phone": name.phone,
                "created_at": created_at,
                "decided_at": None if is_open else decided_at,
                "cancelled_at": decided_at if wish.state == _S.CANCELLED else None,
                "is_synthetic": True,
            }
        )
    return rows


def _moment(frame: Frame, rng: Random) -> datetime:
    minute = rng.randint(7 * 60, 23 * 60 + 59)
    offset = rng.randint(_FIRST_DAY, _LAST_DAY)
    return frame.at(offset, f"{minute // 60:02d}:{minute % 60:02d}")


def _code(frame: Frame, number: int, taken: set[str]) -> str:
    tries = 0
    while (code := frame.draw.code("registration", number, tries)) in taken:
        tries += 1
    taken.add(code)
    return code


def _source(visibility: str) -> Source:
    return {"invitation": Source.INVITATION, "hidden": Source.IMPORT}.get(visibility, Source.WEB)


def _attendees(
    frame: Frame, named: Sequence[tuple[_Wish, Name]], registrations: Sequence[int]
) -> Iterator[dict[str, Any]]:
    for number, ((_wish, name), registration_id) in enumerate(
        zip(named, registrations, strict=True)
    ):
        yield {
            "event_id": frame.event.id,
            "public_id": frame.draw.public_id("attendee", number),
            "registration_id": registration_id,
            "position": 0,
            "display_name": name.display,
            "latin_name": name.latin,
        }


def _identities(
    frame: Frame, named: Sequence[tuple[_Wish, Name]], attendees: Sequence[int]
) -> Iterator[dict[str, Any]]:
    for (wish, name), attendee_id in zip(named, attendees, strict=True):
        yield {
            "event_id": frame.event.id,
            "attendee_id": attendee_id,
            "scope": "event",
            "kind": "email" if name.email else "phone",
            "value": name.email or name.phone,
            "is_active": wish.state in _HOLDS_CONTACT,
        }


def _consents(
    frame: Frame,
    tickets: Tickets,
    registrations: Sequence[dict[str, Any]],
    attendees: Sequence[int],
    rng: Random,
) -> Iterator[dict[str, Any]]:
    for row, attendee_id in zip(registrations, attendees, strict=True):
        for purpose, text in tickets.consents.items():
            yield {
                "event_id": frame.event.id,
                "attendee_id": attendee_id,
                "consent_text_id": text.id,
                "is_given": rng.random() < _CONSENT_SHARE.get(purpose, 0.5),
                "at": row["created_at"],
                "locale": row["locale"],
                "channel": row["source"],
            }


def _use_quotas(frame: Frame, tickets: Tickets, wishes: Sequence[_Wish]) -> None:
    used = Counter(
        (wish.type_slug, 0 if wish.offset is None else tickets.windows[wish.offset])
        for wish in wishes
        if wish.state == _S.CONFIRMED
    )
    for (slug, window_no), count in used.items():
        db.session.execute(
            update(Quota)
            .where(Quota.event_id == frame.event.id)
            .where(Quota.slug == slug, Quota.window_no == window_no)
            .values(used=count, size=case((Quota.size < count, count), else_=Quota.size))
        )


def _tickets(
    frame: Frame,
    tickets: Tickets,
    key: EventKey,
    people: Sequence[tuple[_Wish, dict[str, Any], int]],
) -> list[Guest]:
    holders = [entry for entry in people if entry[0].state in _HAS_TICKET]
    rows = []
    for wish, registration, attendee_id in holders:
        number = frame.draw.number("ticket", registration["public_id"])
        is_valid = wish.state == _S.CONFIRMED
        rows.append(
            {
                "event_id": frame.event.id,
                "number": number,
                "idhash": idhash(key.salt, number),
                "attendee_id": attendee_id,
                "ticket_type_id": registration["ticket_type_id"],
                "window_no": registration["window_no"],
                "kid": key.kid,
                "status": TicketStatus.VALID if is_valid else TicketStatus.CANCELLED,
                "issued_at": registration["decided_at"],
                "ended_at": registration["cancelled_at"],
            }
        )
    ids = insert_rows(Ticket, rows)
    return [
        Guest(ticket_id, wish.type_slug, wish.offset, is_valid=wish.state == _S.CONFIRMED)
        for (wish, _registration, _attendee), ticket_id in zip(holders, ids, strict=True)
    ]
