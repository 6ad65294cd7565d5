"""Import a schedule file into the working copy: all of it that can be taken, or nothing."""

from __future__ import annotations

from dataclasses import dataclass

from eventhub.kernel import clock, ids
from eventhub.kernel.db import command, db
from eventhub.programme.enums import PerformanceKind, ShowState, SlotStatus
from eventhub.programme.errors import ReleasedImmutable
from eventhub.programme.models import (
    ImportedItem,
    Performance,
    Schedule,
    Show,
    ShowParty,
    Slot,
)
from eventhub.programme.rules.exchange import Item, Reading
from eventhub.programme.rules.naming import NUMBER_MAX
from eventhub.programme.service.edit import working_copy
from eventhub.programme.service.import_names import Names
from eventhub.programme.service.import_state import Given, State, differences, load_state


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSchedule:
    """What a file says and which event it is for."""

    event_id: int
    reading: Reading


@dataclass(frozen=True, slots=True)
class Imported:
    """How many performances an import makes, changes, leaves alone and takes away."""

    created: int
    changed: int
    unchanged: int
    removed: int


@dataclass(frozen=True, slots=True)
class _Plan:
    """What an import would do to one state of the working copy."""

    new: tuple[Item, ...]
    changed: tuple[tuple[Item, Given], ...]
    unchanged_count: int
    removed: tuple[Given, ...]

    def counts(self) -> Imported:
        return Imported(len(self.new), len(self.changed), self.unchanged_count, len(self.removed))


def preview_import(cmd: ImportSchedule) -> Imported:
    """Return what `import_schedule` would do; writes nothing."""
    return _plan(cmd.reading, load_state(cmd.event_id, cmd.reading.source)).counts()


@command
def import_schedule(cmd: ImportSchedule) -> Imported:
    """
    Bring the working copy to what a file says and return what that took.

    A second run of the same file writes no row. What an earlier file of the
    same source made and this one has not leaves the working copy.

    Raises:
        ReleasedImmutable: The event has no working copy.
    """
    schedule = working_copy(cmd.event_id)
    if schedule is None:
        raise ReleasedImmutable()
    state = load_state(cmd.event_id, cmd.reading.source)
    plan = _plan(cmd.reading, state)
    names = Names(cmd.event_id, cmd.reading.source, state)
    names.make_missing([*((item, None) for item in plan.new), *plan.changed])
    for item, given in plan.changed:
        _change(item, given, schedule, names)
    _create(plan.new, schedule, state, names, cmd.reading.source)
    for given in plan.removed:
        db.session.delete(given.slot)
    db.session.flush()
    return plan.counts()


def _plan(reading: Reading, state: State) -> _Plan:
    new: list[Item] = []
    changed: list[tuple[Item, Given]] = []
    met: set[int] = set()
    for item in reading.items:
        given = state.given(item.key)
        if given is None:
            if not state.is_day_part(item.key):
                new.append(item)
            continue
        met.add(given.performance.id)
        if differences(item, given, state):
            changed.append((item, given))
    kept = {state.given(key) for key in reading.refused_keys}
    removed = tuple(
        given
        for given in state.imported()
        if given.slot is not None and given.performance.id not in met and given not in kept
    )
    unchanged = len(reading.items) - len(new) - len(changed)
    return _Plan(tuple(new), tuple(changed), unchanged, removed)


def _change(item: Item, given: Given, schedule: Schedule, names: Names) -> None:
    slot = given.slot
    if slot is None:
        slot = Slot(schedule_id=schedule.id, performance_id=given.performance.id, row_version=0)
        slot.status = SlotStatus.SCHEDULED
        slot.is_visible = True
        db.session.add(slot)
        given.performance.is_dropped = False
    changed = differences(item, given, names.state)
    if changed & {"stage", "starts_at", "ends_at", "status", "slot"}:
        _place(slot, item, names, keeps_end="ends_at" not in changed and "slot" not in changed)
    show = given.show
    if "title" in changed:
        show.title = show.title | item.title
    if "summary" in changed:
        show.line = names.text(item.summary, show.line)
    if "description" in changed:
        show.description = names.text(item.description, show.description)
    if "language" in changed:
        show.language = item.language or None
    if "kind" in changed:
        show.type_id = names.type_id(item.kind)
    if "track" in changed:
        show.track_id = names.track_id(item.track)
    if "people" in changed:
        _recast(item, given, names)


def _place(slot: Slot, item: Item, names: Names, *, keeps_end: bool) -> None:
    slot.stage_id = names.stage_id(item.room)
    slot.starts_at = item.starts_at
    if not keeps_end:
        slot.ends_at = item.ends_at
    if item.status is not None:
        slot.status = item.status
    slot.row_version += 1
    slot.updated_at = clock.now()


def _recast(item: Item, given: Given, names: Names) -> None:
    for link in given.cast:
        db.session.delete(link)
    db.session.flush()
    parties = [names.party_id(person, given) for person in item.people or ()]
    for position, party_id in enumerate(dict.fromkeys(parties)):
        db.session.add(_link(given.show.id, party_id, position))


def _create(
    items: tuple[Item, ...], schedule: Schedule, state: State, names: Names, source: str
) -> None:
    shows = [_show(item, schedule.event_id, state, names) for item in items]
    db.session.add_all(shows)
    db.session.flush()
    uuids = state.new_uuids([item.key for item in items])
    made = [
        Performance(
            event_id=schedule.event_id,
            uuid=uuid,
            public_no=state.take_number(item.number, limit=NUMBER_MAX),
            show_id=show.id,
            kind=PerformanceKind.SHOW,
        )
        for item, show, uuid in zip(items, shows, uuids, strict=True)
    ]
    db.session.add_all(made)
    db.session.flush()
    for item, show, performance in zip(items, shows, made, strict=True):
        slot = Slot(schedule_id=schedule.id, performance_id=performance.id, row_version=0)
        slot.status = SlotStatus.SCHEDULED
        slot.is_visible = True
        _place(slot, item, names, keeps_end=False)
        db.session.add(slot)
        parties = [names.party_id(person) for person in item.people or ()]
        for position, party_id in enumerate(dict.fromkeys(parties)):
            db.session.add(_link(show.id, party_id, position))
        db.session.add(
            ImportedItem(
                event_id=schedule.event_id, source=source[:300], performance_id=performance.id
            )
        )


def _show(item: Item, event_id: int, state: State, names: Names) -> Show:
    return Show(
        event_id=event_id,
        uuid=ids.new_uuid(),
        code=state.take_code(item.code),
        type_id=names.type_id(item.kind),
        track_id=names.track_id(item.track),
        title=item.title,
        line=names.text(item.summary, None),
        description=names.text(item.description, None),
        language=item.language or None,
        state=ShowState.CONFIRMED,
    )


def _link(show_id: int, party_id: int, position: int) -> ShowParty:
    return ShowParty(show_id=show_id, party_id=party_id, role="", position=position)
