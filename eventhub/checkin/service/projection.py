"""Admissions and conflicts as the scan log has them: written, rebuilt, compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from eventhub.checkin.enums import ADMITTED, CORRECTIONS, ScanResult
from eventhub.checkin.models import Admission, Conflict, Scan
from eventhub.checkin.queries.config import EventConfig, load_config
from eventhub.checkin.rules import Fold, FoldPolicy, LoggedEntry, Place, fold
from eventhub.checkin.service import statements as sql
from eventhub.kernel.db import command, db, on_race
from eventhub.registration.models import Ticket

# A fold waits for other folds of its ticket, but not for an entry that a gate is just writing.
on_race("uq_admission_event_id_ticket_id_scope_place_turn")

Target = tuple[int, str]  # ticket and scope: what is folded together
_CHUNK = 500  # values of one IN list or rows of one INSERT


@dataclass(frozen=True, slots=True)
class TicketFold:
    """What the fold needs of a ticket."""

    id: int
    type_id: int
    party: int


@dataclass(frozen=True, slots=True)
class Replay:
    """What the scan log amounts to; `matches_projection` compares it with the tables."""

    scans: int
    admitted: int
    conflicts: int
    matches_projection: bool


def replay(event_id: int) -> Replay:
    """Rebuild admissions from the scan log in memory and compare; writes nothing."""
    session = db.session()
    folds = _all_folds(session, load_config(event_id))
    places = {key for target, made in folds.items() for key in _place_keys(target, made)}
    losers = {(*ref, *winner) for made in folds.values() for ref, winner in made.conflicts.items()}
    count = len(session.scalars(select(Scan.id).where(Scan.event_id == event_id)).all())
    kept_places, kept_losers = _kept(session, event_id)
    return Replay(
        scans=count,
        admitted=len(places),
        conflicts=len(losers),
        matches_projection=places == kept_places and losers == kept_losers,
    )


@command
def rebuild(event_id: int) -> Replay:
    """Throw admissions and conflicts away and make them from the scan log. Commits."""
    session = db.session()
    session.execute(delete(Admission).where(Admission.event_id == event_id))
    session.execute(delete(Conflict).where(Conflict.event_id == event_id))
    folds = _all_folds(session, load_config(event_id))
    rows: list[dict[str, Any]] = []
    for target, made in folds.items():
        rows += _admission_rows(event_id, target, made)
    for start in range(0, len(rows), _CHUNK):
        session.execute(insert(Admission), rows[start : start + _CHUNK])
    for target, made in folds.items():
        _write_conflicts(session, event_id, target, made)
    session.flush()
    return replay(event_id)


@command
def mark_first_entries() -> int:
    """
    Write `first_entry_at` on tickets that came in since the last time.

    The gate itself does not: a scan has four statements and no fifth. Commits.

    Returns:
        How many tickets were marked.
    """
    session = db.session()
    first = (
        select(Admission.ticket_id, func.min(Admission.entered_at_ms))
        .join(Ticket, Ticket.id == Admission.ticket_id)
        .where(Ticket.first_entry_at.is_(None))
        .group_by(Admission.ticket_id)
    )
    rows = session.execute(first).all()
    for ticket_id, at_ms in rows:
        session.execute(
            update(Ticket)
            .where(Ticket.id == ticket_id)
            .values(first_entry_at=datetime.fromtimestamp(at_ms / 1000, UTC))
        )
    return len(rows)


def project(
    session: Session,
    config: EventConfig,
    target: Target,
    ticket: TicketFold,
    new: Sequence[LoggedEntry],
) -> Fold:
    """
    Write the admissions of one ticket and scope as the log plus `new` has them.

    Runs inside the caller's transaction and waits for other folds of the ticket.
    """
    dialect = session.get_bind().dialect.name
    session.execute(sql.LOCK_TICKET[dialect], {"ticket_id": ticket.id})
    rows = session.execute(
        _passing().where(
            Scan.ticket_id == ticket.id,
            or_(Scan.scope == target[1], Scan.dir.in_(CORRECTIONS)),
        )
    ).all()
    known = {(row.device_id, row.nonce) for row in rows}
    entries = [_entry(row) for row in rows] + [e for e in new if e.ref not in known]
    own = [row.zone_id for row in rows if row.scope == target[1]]
    zone_id = own[0] if own else config.gates[new[0].gate_id].zone_id
    made = fold(entries, _policy(config, ticket, zone_id))
    if not made.places:  # all was taken back: nobody has come in with it
        forgotten = update(Ticket).where(Ticket.id == ticket.id, Ticket.first_entry_at.is_not(None))
        session.execute(forgotten.values(first_entry_at=None))
    event_id = config.event.id
    where = (Admission.event_id == event_id, Admission.ticket_id == ticket.id)
    session.execute(delete(Admission).where(*where, Admission.scope == target[1]))
    admissions = _admission_rows(event_id, target, made)
    if admissions:
        session.execute(insert(Admission), admissions)
    session.execute(
        delete(Conflict).where(
            Conflict.ticket_id == ticket.id,
            Conflict.scope == target[1],
            Conflict.loser_nonce.not_in([ref[1] for ref in made.conflicts]),
        )
    )
    _write_conflicts(session, event_id, target, made)
    return made


def _passing() -> Select[Any, *tuple[Any, ...]]:
    """Return the scans that passed somebody, in or out, those in quarantine, and corrections."""
    passed = [result.value for result in ADMITTED] + [ScanResult.OK_EXIT.value]
    passed += [ScanResult.UNDONE, ScanResult.RELEASED, ScanResult.DEVICE_REVOKED]
    return select(
        Scan.ticket_id,
        Scan.scope,
        Scan.device_id,
        Scan.nonce,
        Scan.n,
        Scan.gate_id,
        Scan.zone_id,
        Scan.at_ms,
        Scan.dir,
        Scan.persons,
        Scan.result,
        Scan.local_result,
        Scan.undoes_nonce,
        Scan.override_by,
    ).where(Scan.ticket_id.is_not(None), Scan.result.in_(passed))


def _all_folds(session: Session, config: EventConfig) -> dict[Target, Fold]:
    tickets = {
        row.id: TicketFold(row.id, row.ticket_type_id, row.party)
        for row in session.execute(
            select(Ticket.id, Ticket.ticket_type_id, Ticket.party).where(
                Ticket.event_id == config.event.id
            )
        )
    }
    groups: dict[Target, list[Any]] = {}
    corrections: dict[int, list[Any]] = {}
    for row in session.execute(_passing().where(Scan.event_id == config.event.id)):
        if row.dir in CORRECTIONS:
            corrections.setdefault(row.ticket_id, []).append(row)
        else:
            groups.setdefault((row.ticket_id, row.scope), []).append(row)
    return {
        target: fold(
            [_entry(row) for row in (*rows, *corrections.get(target[0], ()))],
            _policy(config, tickets[target[0]], rows[0].zone_id),
        )
        for target, rows in groups.items()
    }


def _policy(config: EventConfig, ticket: TicketFold, zone_id: int) -> FoldPolicy:
    found, _is_zone_own = config.policy(ticket.type_id, zone_id)
    return FoldPolicy(party=ticket.party, reentry=found.reentry, once=found.once)


def _entry(row: Any) -> LoggedEntry:
    return LoggedEntry(
        device_id=row.device_id,
        nonce=bytes(row.nonce),
        n=row.n,
        gate_id=row.gate_id,
        at_ms=row.at_ms,
        direction=row.dir,
        persons=row.persons,
        result=row.result,
        undoes=None if row.undoes_nonce is None else bytes(row.undoes_nonce),
        is_supervised=row.override_by is not None,
        local_result=row.local_result,
    )


def _admission_rows(event_id: int, target: Target, made: Fold) -> list[dict[str, Any]]:
    return [
        {
            "event_id": event_id,
            "ticket_id": target[0],
            "scope": target[1],
            "place": place.place,
            "turn": place.turn,
            "entered_at_ms": place.entered.at_ms,
            "entered_device_id": place.entered.device_id,
            "entered_gate_id": place.entered.gate_id,
            "entered_nonce": place.entered.nonce,
            "left_nonce": place.left.nonce if place.left else None,
            "left_at_ms": place.left.at_ms if place.left else None,
            "kind": "override" if place.entered.result == ScanResult.OK_OVERRIDE else "normal",
        }
        for place in made.places
    ]


def _write_conflicts(session: Session, event_id: int, target: Target, made: Fold) -> None:
    rows: Iterable[Mapping[str, Any]] = [
        {
            "event_id": event_id,
            "ticket_id": target[0],
            "scope": target[1],
            "winner_device_id": winner[0],
            "winner_nonce": winner[1],
            "loser_device_id": loser[0],
            "loser_nonce": loser[1],
            "state": "open",
        }
        for loser, winner in made.conflicts.items()
    ]
    for row in rows:
        session.execute(sql.CONFLICT, dict(row))


def _place_keys(target: Target, made: Fold) -> Iterable[tuple[Any, ...]]:
    # Places are interchangeable: two people of a group who pass two gates in the same
    # moment may have swapped theirs, which says nothing about who is inside.
    seen: dict[tuple[Any, ...], int] = {}
    for place in made.places:
        key = (*target, place.turn, place.entered.ref, _left(place))
        seen[key] = seen.get(key, 0) + 1
        yield (*key, seen[key])


def _left(place: Place) -> int | None:
    return place.left.at_ms if place.left else None


def _kept(session: Session, event_id: int) -> tuple[set[Any], set[Any]]:
    statement = select(
        Admission.ticket_id,
        Admission.scope,
        Admission.turn,
        Admission.entered_device_id,
        Admission.entered_nonce,
        Admission.left_at_ms,
    ).where(Admission.event_id == event_id)
    seen: dict[tuple[Any, ...], int] = {}
    places = set()
    for ticket, scope, turn, device, nonce, left in session.execute(statement):
        key = (ticket, scope, turn, (device, bytes(nonce)), left)
        seen[key] = seen.get(key, 0) + 1
        places.add((*key, seen[key]))
    losers = {
        (row.loser_device_id, bytes(row.loser_nonce), row.winner_device_id, bytes(row.winner_nonce))
        for row in session.scalars(select(Conflict).where(Conflict.event_id == event_id))
    }
    return places, losers
