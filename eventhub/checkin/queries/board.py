"""The gate board, the log behind it, and what one gate shows in its footer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Select, case, exists, func, select
from sqlalchemy.orm import aliased

from eventhub.checkin.enums import NOT_REFUSALS, ConflictState, ScanResult
from eventhub.checkin.models import Admission, Conflict, Device, Scan
from eventhub.checkin.queries.zones import inside_of_zone
from eventhub.kernel import clock
from eventhub.kernel.db import I18n, cached_for, db
from eventhub.programme.models import Gate
from eventhub.programme.queries import EventRow, GateRow, gates, zones
from eventhub.registration.models import Attendee, Ticket, TicketType

_RATE_FOR = timedelta(minutes=5)
_PASSED = [result.value for result in NOT_REFUSALS]
COUNTS_S = 1.0  # a board, a wall and the home page may all poll; the day is counted once a second


@dataclass(frozen=True, slots=True)
class GateBoardRow:
    """
    One gate today (operating day).

    admitted: places taken; refused and repeats: scans; reasons: results that
    make `refused` up, the most frequent first; rate_per_minute: over the last
    five full minutes; queue: scans that devices have not handed in.
    """

    gate: GateRow
    admitted: int
    exits: int
    refused: int
    reasons: tuple[tuple[str, int], ...]
    repeats: int
    overrides: int
    rate_per_minute: float
    devices: int
    queue: int
    last_seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Counts:
    """What the log of one operating day adds up to, by gate."""

    admitted: dict[int, int]
    recent: dict[int, int]
    scans: dict[tuple[int, str], int]

    def of(self, gate_id: int, result: ScanResult) -> int:
        return self.scans.get((gate_id, result.value), 0)

    def reasons(self, gate_id: int) -> tuple[tuple[str, int], ...]:
        """Return why scans let nobody pass, repeats aside, the most frequent first."""
        found = [
            (result, count)
            for (gate, result), count in self.scans.items()
            if gate == gate_id and result not in _PASSED and result != ScanResult.REPEAT.value
        ]
        return tuple(sorted(found, key=lambda row: (-row[1], row[0])))


@dataclass(frozen=True, slots=True)
class LogRow:
    """One scan as the log shows it; codes of strangers are never shown."""

    at_ms: int
    device: str
    gate: I18n
    gate_slug: str
    direction: str
    result: str
    kind: str
    persons: int
    ticket_id: int | None
    ticket_type: I18n | None
    name: str | None
    is_offline: bool
    id: int = 0
    overridden: str | None = None
    override_by: str | None = None
    override_reason: str | None = None
    is_undone: bool = False

    @property
    def at(self) -> datetime:
        """Return when it was scanned."""
        return datetime.fromtimestamp(self.at_ms / 1000, UTC)


@dataclass(frozen=True, slots=True)
class GateStats:
    """What a gate shows in its footer; `inside` is None where exits are not scanned."""

    inside: int | None
    admitted: int
    capacity: int | None
    per_minute: float
    own: int
    refused: dict[str, int]


def gate_board(event: EventRow) -> list[GateBoardRow]:
    """
    Return one row per gate for the operating day that it is now, by number.

    Counts of scans are up to `COUNTS_S` old, devices and gates are of now.
    """
    counts = _counts(event.id, *_today_ms(event))
    devices = {row.gate_id: row for row in db.session.execute(_devices(event.id))}
    all_gates = gates(event.id)
    reasons = {gate.id: counts.reasons(gate.id) for gate in all_gates}
    return [
        GateBoardRow(
            gate=gate,
            admitted=counts.admitted.get(gate.id, 0),
            exits=counts.of(gate.id, ScanResult.OK_EXIT),
            refused=sum(count for _result, count in reasons[gate.id]),
            reasons=reasons[gate.id],
            repeats=counts.of(gate.id, ScanResult.REPEAT),
            overrides=counts.of(gate.id, ScanResult.OK_OVERRIDE),
            rate_per_minute=round(counts.recent.get(gate.id, 0) / 5, 1),
            devices=devices[gate.id].devices if gate.id in devices else 0,
            queue=devices[gate.id].queue if gate.id in devices else 0,
            last_seen_at=devices[gate.id].seen if gate.id in devices else None,
        )
        for gate in all_gates
    ]


def open_conflicts(event_id: int) -> int:
    """Return how many double admissions nobody has looked at."""
    statement = select(func.count()).where(
        Conflict.event_id == event_id, Conflict.state == ConflictState.OPEN
    )
    return db.session.scalar(statement) or 0


def inside(event_id: int, zone_id: int) -> int | None:
    """Return how many people are in a zone by its gates; None where no exit is scanned."""
    has_exit = db.session.scalar(
        select(func.count()).where(
            Gate.event_id == event_id, Gate.zone_id == zone_id, Gate.direction != "in"
        )
    )
    if not has_exit:
        return None
    return inside_of_zone(event_id, zone_id)


def gate_stats(event: EventRow, gate: GateRow, device_id: int) -> GateStats:
    """Return the footer of a gate: its zone today, this device, refusals by result."""
    start, end = _today_ms(event)
    today = (
        Admission.event_id == event.id,
        Admission.entered_at_ms >= start,
        Admission.entered_at_ms < end,
    )
    in_zone = (
        select(
            func.count(),
            func.sum(case((Admission.entered_device_id == device_id, 1), else_=0)),
        )
        .join(Gate, Gate.id == Admission.entered_gate_id)
        .where(*today, Gate.zone_id == gate.zone_id)
    )
    admitted, own = db.session.execute(in_zone).one()
    refused = _refused(event.id, gate.id, start, end)
    capacity = next((zone.capacity for zone in zones(event.id) if zone.id == gate.zone_id), None)
    return GateStats(
        inside=inside(event.id, gate.zone_id),
        admitted=admitted or 0,
        capacity=capacity,
        per_minute=round(_recent(event.id).get(gate.id, 0) / 5, 1),
        own=int(own or 0),
        refused=refused,
    )


def scan_log(event_id: int, *, limit: int = 200, only: str | None = None) -> list[LogRow]:
    """
    Return the newest scans first.

    Args:
        event_id: The event.

        limit: At most so many rows.

        only: `failed` for scans that let nobody pass, `override` for those
            that somebody let pass against a refusal.
    """
    undo = aliased(Scan)
    statement = (
        select(
            Scan.at_ms,
            Device.name,
            Gate.name,
            Gate.slug,
            Scan.dir,
            Scan.result,
            Scan.code_kind,
            Scan.persons,
            Scan.ticket_id,
            TicketType.name,
            Attendee.display_name,
            Scan.is_offline,
            Scan.id,
            Scan.overridden,
            Scan.override_by,
            Scan.override_reason,
            exists().where(
                undo.device_id == Scan.device_id,
                undo.undoes_nonce == Scan.nonce,
                undo.result == ScanResult.UNDONE,
            ),
        )
        .join(Device, Device.id == Scan.device_id)
        .join(Gate, Gate.id == Scan.gate_id)
        .outerjoin(Ticket, Ticket.id == Scan.ticket_id)
        .outerjoin(TicketType, TicketType.id == Ticket.ticket_type_id)
        .outerjoin(Attendee, Attendee.id == Ticket.attendee_id)
        .where(Scan.event_id == event_id)
        .order_by(Scan.at_ms.desc(), Scan.id.desc())
        .limit(limit)
    )
    if only == "failed":
        statement = statement.where(Scan.result.not_in(_PASSED))
    elif only == "override":
        statement = statement.where(Scan.override_by.is_not(None))
    return [LogRow(*tuple(row)) for row in db.session.execute(statement)]


@cached_for(COUNTS_S)
def _counts(event_id: int, start: int, end: int) -> _Counts:
    admitted = _by_gate(
        select(Admission.entered_gate_id, func.count())
        .where(
            Admission.event_id == event_id,
            Admission.entered_at_ms >= start,
            Admission.entered_at_ms < end,
        )
        .group_by(Admission.entered_gate_id)
    )
    scans = db.session.execute(
        select(Scan.gate_id, Scan.result, func.count())
        .where(Scan.event_id == event_id, Scan.at_ms >= start, Scan.at_ms < end)
        .group_by(Scan.gate_id, Scan.result)
    )
    by_result = {(gate_id, result): count for gate_id, result, count in scans}
    return _Counts(admitted, _recent(event_id), by_result)


def _refused(event_id: int, gate_id: int, start: int, end: int) -> dict[str, int]:
    statement = (
        select(Scan.result, func.count())
        .where(
            Scan.event_id == event_id,
            Scan.gate_id == gate_id,
            Scan.at_ms >= start,
            Scan.at_ms < end,
            Scan.result.not_in(_PASSED),
        )
        .group_by(Scan.result)
    )
    return dict(sorted(db.session.execute(statement).all()))


def _recent(event_id: int) -> dict[int, int]:
    end = clock.now().replace(second=0, microsecond=0)
    return _by_gate(
        select(Admission.entered_gate_id, func.count())
        .where(
            Admission.event_id == event_id,
            Admission.entered_at_ms >= _ms(end - _RATE_FOR),
            Admission.entered_at_ms < _ms(end),
        )
        .group_by(Admission.entered_gate_id)
    )


def _by_gate(statement: Select[int, int]) -> dict[int, int]:
    return {row[0]: row[1] for row in db.session.execute(statement)}


def _devices(event_id: int) -> Select[int, int, int, datetime | None]:
    return (
        select(
            Device.gate_id,
            func.count().label("devices"),
            func.coalesce(func.sum(Device.queue_count), 0).label("queue"),
            func.max(Device.last_seen_at).label("seen"),
        )
        .where(Device.event_id == event_id, Device.revoked_at.is_(None))
        .group_by(Device.gate_id)
    )


def _today_ms(event: EventRow) -> tuple[int, int]:
    start, end = event.day_bounds(event.operating_day(clock.now()))
    return _ms(start), _ms(end)


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
