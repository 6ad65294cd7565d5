"""
One action of a person on the working copy: check, write, log.

A batch changes one or more slots. Every changed row must be as its writer saw
it; the findings that the batch adds and takes away are worked out before
anything is written, from the neighbourhood of the changed slots alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from eventhub.kernel import clock, ids
from eventhub.kernel.db import I18n, command, db
from eventhub.kernel.errors import Invalid
from eventhub.programme import queries
from eventhub.programme.enums import ScheduleState, Severity, SlotStatus
from eventhub.programme.errors import (
    PlacementBlocked,
    ReleasedImmutable,
    SlotPinned,
    StaleEdit,
    UnknownPerformance,
    UnknownStage,
)
from eventhub.programme.models import (
    Dependency,
    EditLog,
    PartyMember,
    Performance,
    Schedule,
    ShowParty,
    Slot,
    Stage,
)
from eventhub.programme.queries import EventRow, Near
from eventhub.programme.rules import conflicts
from eventhub.programme.rules.conflicts import Finding
from eventhub.programme.rules.facts import Facts, Item
from eventhub.programme.service.edit import working_copy

_AROUND = timedelta(days=1)  # no rule about neighbours reaches further


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What every action has: the event, who acts, and whether it is only tried."""

    event_id: int
    actor: str = ""
    dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotState:
    """A slot of the working copy; `row_version` 0: the performance is not in it."""

    performance_id: int
    stage_id: int | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    status: str = SlotStatus.SCHEDULED
    note_public: I18n | None = None
    is_pinned: bool = False
    row_version: int = 0
    updated_by: str | None = None

    @property
    def length(self) -> timedelta | None:
        """Return how long it is, None without times."""
        if self.starts_at is None or self.ends_at is None:
            return None
        return self.ends_at - self.starts_at


@dataclass(frozen=True, slots=True)
class Edited:
    """
    What a batch did, or would do: the slots after it and the findings it changes.

    `batch` is empty when nothing was written.
    """

    batch: str
    slots: tuple[SlotState, ...]
    added: tuple[Finding, ...]
    removed: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Desk:
    """The working copy on which a batch is planned."""

    event: EventRow
    schedule_id: int

    def slots(self, performance_ids: Iterable[int]) -> dict[int, SlotState]:
        """
        Return the slots of performances, empty ones for those that have none.

        Raises:
            UnknownPerformance: The event has not all of them.
        """
        wanted = list(performance_ids)
        statement = (
            select(Performance.id, Slot)
            .outerjoin(
                Slot,
                (Slot.performance_id == Performance.id) & (Slot.schedule_id == self.schedule_id),
            )
            .where(Performance.event_id == self.event.id, Performance.id.in_(wanted))
        )
        found = {key: _state(key, slot) for key, slot in db.session.execute(statement)}
        if len(found) != len(set(wanted)):
            raise UnknownPerformance()
        return found

    def seen(self, performance_id: int, row_version: int) -> SlotState:
        """
        Return a slot that is still as somebody saw it.

        Raises:
            StaleEdit: It has changed; the details have the row as it is.
        """
        slot = self.slots([performance_id])[performance_id]
        if slot.row_version != row_version:
            raise StaleEdit(details={"current": as_json(slot)})
        return slot

    def movable(self, performance_id: int, row_version: int) -> SlotState:
        """Return a slot that is as somebody saw it and not pinned; raises SlotPinned."""
        slot = self.seen(performance_id, row_version)
        if slot.is_pinned:
            raise SlotPinned(details={"current": as_json(slot)})
        return slot


Plan = Callable[[Desk], Sequence[SlotState]]


def run(edit: Edit, op: str, plan: Plan) -> Edited:
    """
    Plan a batch and write it, or only tell what it would do.

    Args:
        edit: Who acts on which event.

        op: Word for the log.

        plan: Returns the wanted states of the slots that change.

    Raises:
        StaleEdit, SlotPinned, PlacementBlocked, UnknownPerformance,
        UnknownStage, Invalid: Nothing was changed.

        ReleasedImmutable: The event has no working copy.
    """
    return _try(edit, plan) if edit.dry_run else _write(edit, op, plan)


def _try(edit: Edit, plan: Plan) -> Edited:
    found = db.session.scalar(
        select(Schedule.id).where(
            Schedule.event_id == edit.event_id, Schedule.state == ScheduleState.WIP
        )
    )
    if found is None:
        raise ReleasedImmutable()
    desk = Desk(queries.event_by_id(edit.event_id), found)
    wanted = plan(desk)
    _validate(edit.event_id, wanted)
    added, removed = findings_of(desk, desk.slots(s.performance_id for s in wanted), wanted)
    return Edited("", tuple(wanted), added, removed)


@command
def _write(edit: Edit, op: str, plan: Plan) -> Edited:
    schedule = working_copy(edit.event_id)
    if schedule is None:
        raise ReleasedImmutable()
    desk = Desk(queries.event_by_id(edit.event_id), schedule.id)
    wanted = plan(desk)
    _validate(edit.event_id, wanted)
    before = desk.slots(slot.performance_id for slot in wanted)
    added, removed = findings_of(desk, before, wanted)
    stopping = [row for row in added if row.severity == Severity.BLOCK_PLACEMENT and not row.waived]
    if stopping:
        raise PlacementBlocked(details={"findings": [finding_json(row) for row in stopping]})
    writer = Writer(schedule.id, before, op=op, actor=edit.actor)
    slots = tuple(writer.write(slot) for slot in wanted)
    return Edited(writer.batch, slots, added, removed)


class Writer:
    """Writes the slots of one batch inside the caller's command, and a line of log for each."""

    def __init__(
        self, schedule_id: int, before: Mapping[int, SlotState], *, op: str, actor: str
    ) -> None:
        """Load all rows of the batch at once."""
        self.batch = ids.new_public_id()
        self._schedule_id = schedule_id
        self._before = before
        self._op = op
        self._actor = actor
        statement = select(Slot).where(
            Slot.schedule_id == schedule_id, Slot.performance_id.in_(before.keys())
        )
        self._rows = {slot.performance_id: slot for slot in db.session.scalars(statement)}

    def write(self, wanted: SlotState) -> SlotState:
        """Write one slot and return it with its new version."""
        key = wanted.performance_id
        before = self._before[key]
        version = before.row_version or _last_version(self._schedule_id, key)
        after = replace(wanted, row_version=version + 1, updated_by=self._actor or None)
        slot = self._rows.get(key)
        if slot is None:
            slot = Slot(schedule_id=self._schedule_id, performance_id=key)
            db.session.add(slot)
        for name in _COLUMNS:
            setattr(slot, name, getattr(after, name))
        slot.updated_at = clock.now()
        self._log(before, after)
        return after

    def remove(self, performance_id: int) -> SlotState:
        """Take one slot out of the working copy."""
        slot = self._rows.get(performance_id)
        if slot is not None:
            db.session.delete(slot)
        self._log(self._before[performance_id], None)
        return SlotState(performance_id=performance_id)

    def _log(self, before: SlotState, after: SlotState | None) -> None:
        db.session.add(
            EditLog(
                schedule_id=self._schedule_id,
                batch_id=self.batch,
                performance_id=before.performance_id,
                actor=self._actor,
                op=self._op,
                before=as_json(before) if before.row_version else None,
                after=as_json(after) if after else None,
                at=clock.now(),
            )
        )


def as_json(slot: SlotState) -> dict[str, Any]:
    """Return a slot as JSON values."""
    values = asdict(slot)
    for name in ("starts_at", "ends_at"):
        values[name] = values[name].isoformat() if values[name] else None
    return values


def from_json(values: Mapping[str, Any]) -> SlotState:
    """Return the slot that `as_json` wrote."""
    times = {
        name: datetime.fromisoformat(values[name]).astimezone(UTC) if values[name] else None
        for name in ("starts_at", "ends_at")
    }
    return SlotState(**{**values, **times})


def finding_json(row: Finding) -> dict[str, Any]:
    """Return a finding as JSON values."""
    return {
        "rule": row.rule.value,
        "severity": row.severity.value,
        "subjects": list(row.subjects),
        "starts_at": row.starts_at.isoformat() if row.starts_at else None,
        "ends_at": row.ends_at.isoformat() if row.ends_at else None,
        "message": row.message,
        "measure": row.measure,
        "fingerprint": row.fingerprint,
        "facts_digest": row.facts_digest,
        "waived": row.waived,
        "was_waived": row.was_waived,
    }


_COLUMNS = (
    "stage_id",
    "starts_at",
    "ends_at",
    "status",
    "note_public",
    "is_pinned",
    "row_version",
    "updated_by",
)


def _state(performance_id: int, slot: Slot | None) -> SlotState:
    if slot is None:
        return SlotState(performance_id=performance_id)
    return SlotState(
        performance_id=performance_id, **{name: getattr(slot, name) for name in _COLUMNS}
    )


def _last_version(schedule_id: int, performance_id: int) -> int:
    """Return a version above every one that the performance ever had in this working copy."""
    edits = select(func.count()).where(
        EditLog.schedule_id == schedule_id, EditLog.performance_id == performance_id
    )
    return db.session.scalar(edits) or 0


def _validate(event_id: int, wanted: Sequence[SlotState]) -> None:
    for slot in wanted:
        if slot.starts_at and slot.ends_at and slot.ends_at <= slot.starts_at:
            raise Invalid(fields={"ends_at": [_l("It must end after it starts.")]})
    stages = {slot.stage_id for slot in wanted if slot.stage_id is not None}
    known = select(func.count()).where(Stage.event_id == event_id, Stage.id.in_(stages))
    if stages and db.session.scalar(known) != len(stages):
        raise UnknownStage()


def findings_of(
    desk: Desk, before: Mapping[int, SlotState], wanted: Sequence[SlotState]
) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """Return the findings that a batch adds and those that it takes away."""
    touched = {slot.performance_id: slot for slot in wanted}
    settings = queries.settings(desk.event.id)
    accepted = queries.waivers(desk.event.id)
    facts = queries.facts(desk.event, _near(desk, [*before.values(), *wanted]))
    later = replace(facts, items=[_placed(item, touched.get(item.id)) for item in facts.items])

    def found(which: Facts) -> dict[tuple[str, str], Finding]:
        rows = conflicts.check(which, settings=settings, waivers=accepted)
        return {(row.fingerprint, repr(row.measure)): row for row in rows}

    old, new = found(facts), found(later)
    added = tuple(row for key, row in new.items() if key not in old)
    removed = tuple(row for key, row in old.items() if key not in new)
    return added, removed


def _near(desk: Desk, slots: Sequence[SlotState]) -> Near:
    spans: list[tuple[datetime, datetime]] = []
    for start, end in sorted((s.starts_at, s.ends_at) for s in slots if s.starts_at and s.ends_at):
        if spans and start - _AROUND <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], end + _AROUND))
        else:
            spans.append((start - _AROUND, end + _AROUND))
    related = _related({slot.performance_id for slot in slots})
    stages = {slot.stage_id for slot in slots if slot.stage_id is not None}
    return Near(
        performance_ids=frozenset(related),
        spans=tuple(spans),
        stage_ids=frozenset(stages),
        party_ids=frozenset(_people(related)),
    )


def _people(performance_ids: set[int]) -> set[int]:
    """Return who takes part: parties, members of groups, and the other groups of those."""
    statement = (
        select(ShowParty.party_id)
        .join(Performance, Performance.show_id == ShowParty.show_id)
        .where(Performance.id.in_(performance_ids))
    )
    cast = set(db.session.scalars(statement))
    members = select(PartyMember.member_id).where(PartyMember.party_id.in_(cast))
    people = cast | set(db.session.scalars(members))
    groups = select(PartyMember.party_id).where(PartyMember.member_id.in_(people))
    return people | set(db.session.scalars(groups))


def _related(touched: set[int]) -> set[int]:
    """Return performances with those of the same shows and those that depend on them."""
    shows = select(Performance.show_id).where(Performance.id.in_(touched))
    found = set(db.session.scalars(select(Performance.id).where(Performance.show_id.in_(shows))))
    pairs = db.session.execute(
        select(Dependency.performance_a_id, Dependency.performance_b_id).where(
            Dependency.performance_a_id.in_(touched) | Dependency.performance_b_id.in_(touched)
        )
    )
    return found | touched | {key for pair in pairs for key in pair}


def _placed(item: Item, slot: SlotState | None) -> Item:
    if slot is None:
        return item
    return replace(
        item,
        stage_id=slot.stage_id,
        start_s=int(slot.starts_at.timestamp()) if slot.starts_at else None,
        end_s=int(slot.ends_at.timestamp()) if slot.ends_at else None,
        status=slot.status,
    )
