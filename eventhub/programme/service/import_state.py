"""What an event has before an import, and where a row of a file differs from it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, contains_eager

from eventhub.kernel import ids
from eventhub.kernel.db import I18n, db
from eventhub.programme.enums import ScheduleState
from eventhub.programme.models import (
    ImportedItem,
    Party,
    Performance,
    Schedule,
    Show,
    ShowParty,
    ShowType,
    Slot,
    Stage,
    Track,
    Venue,
)
from eventhub.programme.queries import EventRow, event_by_id
from eventhub.programme.rules.exchange import Item, Person, Room, plain

_DAY: Final = timedelta(days=1)
_CHUNK: Final = 500  # values in one IN
_SHORTEST: Final = timedelta(minutes=5)  # shorter shows are exported with this length
# What exports write where no stage is known, in both languages.
NO_PLACE: Final = frozenset({"Place to be announced", "地点待定"})
NO_TYPE: Final = "other"


@dataclass(eq=False, slots=True)
class Given:
    """A performance as it stands before the import; `cast` are its public links."""

    performance: Performance
    show: Show
    slot: Slot | None
    is_imported: bool
    cast: list[ShowParty] = field(default_factory=list)


@dataclass(slots=True)
class State:
    """An event before the import, indexed the way a file names things."""

    event: EventRow
    source: str
    stages: dict[str, int]
    venues: dict[str, int]
    types: dict[str, int]
    tracks: dict[str, int]
    parties: dict[str, Party]
    _by_uuid: dict[str, Given]
    _day_parts: set[str]
    _numbers: set[int]
    _codes: set[str]

    def given(self, key: str) -> Given | None:
        """Return the performance that a row's key names."""
        return self._by_uuid.get(key) or self._by_uuid.get(self.derived(key))

    def imported(self) -> Iterator[Given]:
        """Yield what earlier files of this source made."""
        return (given for given in self._by_uuid.values() if given.is_imported)

    def is_day_part(self, key: str) -> bool:
        """Tell whether a guid is one day of a long show that an export has cut up."""
        return key in self._day_parts

    def derived(self, key: str) -> str:
        """Return the same UUID for the same key of the same source, other for each event."""
        return str(uuid.uuid5(uuid.UUID(self.event.uuid), f"{self.source}#{key}"))

    def new_uuids(self, keys: Sequence[str]) -> list[str]:
        """Return the guid per row; a derived one where it is none or another event has it."""
        elsewhere = in_use(Performance.uuid, filter(is_uuid, keys))
        return [key if is_uuid(key) and key not in elsewhere else self.derived(key) for key in keys]

    def take_number(self, wanted: int | None, *, limit: int) -> int:
        """Return the file's number when it is free, else the next one."""
        if wanted is None or wanted > limit or wanted in self._numbers:
            wanted = max(self._numbers, default=0) + 1
        self._numbers.add(wanted)
        return wanted

    def take_code(self, wanted: str | None) -> str:
        """Return the file's code when it is free, else a new one."""
        while wanted is None or wanted in self._codes:
            wanted = ids.new_code()
        self._codes.add(wanted)
        return wanted


def load_state(event_id: int, source: str) -> State:
    """Return an event as an import of `source` meets it."""
    event = event_by_id(event_id)
    givens = _givens(event_id, source)
    shows = {given.show.id for given in givens}
    parties = db.session.scalars(select(Party).where(Party.event_id == event_id)).all()
    _add_cast(givens, shows)
    codes = db.session.scalars(select(Show.code).where(Show.event_id == event_id))
    numbers = db.session.scalars(
        select(Performance.public_no).where(Performance.event_id == event_id)
    )
    return State(
        event=event,
        source=source,
        stages=_stages(event_id),
        venues=_named(event_id, Venue),
        types=_named(event_id, ShowType),
        tracks=_named(event_id, Track),
        parties={party.uuid: party for party in parties},
        _by_uuid={given.performance.uuid: given for given in givens},
        _day_parts=_day_parts(event, givens),
        _numbers=set(numbers),
        _codes=set(codes),
    )


def differences(item: Item, given: Given, state: State) -> set[str]:
    """Return which parts of a performance a row would change."""
    slot, show = given.slot, given.show
    if slot is None or slot.starts_at is None or slot.ends_at is None:
        found = {"slot"}
    else:
        found = _moved(item, slot, slot.starts_at, slot.ends_at, state)
    if _says_other(item.title, show.title):
        found.add("title")
    if _is_other_text(item.summary, show.line):
        found.add("summary")
    if _is_other_text(item.description, show.description):
        found.add("description")
    if item.language is not None and item.language != (show.language or ""):
        found.add("language")
    if _is_other_id(item.kind, show.type_id, state.types, unknown=NO_TYPE):
        found.add("kind")
    if _is_other_id(item.track, show.track_id, state.tracks):
        found.add("track")
    if item.people is not None and not _is_cast(item.people, given, state):
        found.add("people")
    return found


def stage_key(room: Room) -> str:
    """Return how a stage with its venue is found."""
    return f"{room.name}, {room.venue}" if room.venue else room.name


def stage_of(room: Room | None, state: State) -> int | None:
    """Return the stage a row names; None for no place and for a stage yet to be made."""
    if room is None:
        return None
    return state.stages.get(stage_key(room)) or (
        state.stages.get(room.name) if room.venue is None else None
    )


def has_place(room: Room | None) -> bool:
    """Tell whether a row names a place at all."""
    return room is not None and room.name not in NO_PLACE


def is_uuid(key: str) -> bool:
    """Tell whether a key is a UUID in its usual spelling."""
    try:
        return str(uuid.UUID(key)) == key
    except ValueError:
        return False


def in_use(column: InstrumentedAttribute[str], wanted: Iterable[str]) -> set[str]:
    """Return which of some UUIDs any row has, of whatever event."""
    listed = sorted(set(wanted))
    found: set[str] = set()
    for at in range(0, len(listed), _CHUNK):
        part = column.in_(listed[at : at + _CHUNK])
        found.update(db.session.scalars(select(column).where(part)))
    return found


def _moved(
    item: Item, slot: Slot, starts_at: datetime, ends_at: datetime, state: State
) -> set[str]:
    found = set()
    stage_id = stage_of(item.room, state) if has_place(item.room) else None
    if stage_id != slot.stage_id or (stage_id is None and has_place(item.room)):
        found.add("stage")
    if item.starts_at != starts_at:
        found.add("starts_at")
    told_length = max(ends_at - starts_at, _SHORTEST)
    is_told = item.starts_at == starts_at and item.ends_at - item.starts_at == told_length
    if item.ends_at != ends_at and not is_told:
        found.add("ends_at")
    if item.status is not None and item.status != slot.status:
        found.add("status")
    return found


def _says_other(wanted: I18n, existing: I18n) -> bool:
    return any(text not in existing.values() for text in wanted.values())


def _is_other_text(wanted: str | None, existing: I18n | None) -> bool:
    if wanted is None:
        return False
    texts = [text.strip() for text in (existing or {}).values()]
    if not wanted:
        return any(texts)
    return wanted not in texts and wanted not in [plain(text) for text in texts]


def _is_other_id(
    wanted: str | None, existing: int | None, known: dict[str, int], *, unknown: str = ""
) -> bool:
    if wanted is None:
        return False
    if not wanted or wanted == unknown:
        # exports write `unknown` for a show without any
        return existing is not None and known.get(wanted) != existing
    return known.get(wanted) is None or known[wanted] != existing


def _is_cast(people: tuple[Person, ...], given: Given, state: State) -> bool:
    current = [link.party for link in given.cast]
    distinct = list({person.key: person for person in people}.values())
    if len(distinct) != len(current):
        return False
    return all(
        party.uuid in {person.guid, state.derived(person.key)}
        or (person.guid is None and person.name in party.name.values())
        for person, party in zip(distinct, current, strict=True)
    )


def _givens(event_id: int, source: str) -> list[Given]:
    statement = (
        select(Performance, Show, Slot, ImportedItem.id)
        .join(Show, Show.id == Performance.show_id)
        .outerjoin(
            Schedule,
            (Schedule.event_id == Performance.event_id) & (Schedule.state == ScheduleState.WIP),
        )
        .outerjoin(
            Slot, (Slot.performance_id == Performance.id) & (Slot.schedule_id == Schedule.id)
        )
        .outerjoin(
            ImportedItem,
            (ImportedItem.performance_id == Performance.id) & (ImportedItem.source == source[:300]),
        )
        .where(Performance.event_id == event_id)
        .order_by(Performance.id)
    )
    return [
        Given(performance, show, slot, imported is not None)
        for performance, show, slot, imported in db.session.execute(statement)
    ]


def _add_cast(givens: list[Given], show_ids: set[int]) -> None:
    if not show_ids:
        return
    statement = (
        select(ShowParty)
        .join(Show, Show.id == ShowParty.show_id)
        .join(ShowParty.party)
        .options(contains_eager(ShowParty.party))
        .where(Show.event_id == givens[0].performance.event_id)
        .where(ShowParty.is_public, Party.is_public)
        .order_by(ShowParty.show_id, ShowParty.position, ShowParty.id)
    )
    found: dict[int, list[ShowParty]] = {}
    for link in db.session.scalars(statement):
        found.setdefault(link.show_id, []).append(link)
    for given in givens:
        given.cast = found.get(given.show.id, [])


def _stages(event_id: int) -> dict[str, int]:
    """Return stages by name, and by "stage, venue" and "venue: stage" as exports write them."""
    found: dict[str, int] = {}
    bare: dict[str, set[int]] = {}
    statement = select(Stage, Venue).join(Stage.venue).where(Stage.event_id == event_id)
    for stage, venue in db.session.execute(statement.order_by(Stage.position, Stage.id)):
        for name in stage.name.values():
            bare.setdefault(name, set()).add(stage.id)
            for place in venue.name.values():
                found[f"{name}, {place}"] = stage.id
                found[f"{place}: {name}"] = stage.id
    return found | {name: stages.pop() for name, stages in bare.items() if len(stages) == 1}


def _named(event_id: int, model: type[Venue | ShowType | Track]) -> dict[str, int]:
    """Return ids by short name and by name in every language."""
    found: dict[str, int] = {}
    rows: Iterable[Venue | ShowType | Track] = db.session.scalars(
        select(model).where(model.event_id == event_id).order_by(model.id)
    )
    for row in rows:
        for name in (row.slug, *row.name.values()):
            found.setdefault(name, row.id)
    return found


def _day_parts(event: EventRow, givens: list[Given]) -> set[str]:
    parts = set()
    for given in givens:
        slot = given.slot
        if slot is None or slot.starts_at is None or slot.ends_at is None:
            continue
        if slot.ends_at - slot.starts_at < _DAY:
            continue
        day = event.operating_day(slot.starts_at)
        while event.day_bounds(day)[0] < slot.ends_at:
            parts.add(str(uuid.uuid5(uuid.UUID(given.performance.uuid), day.isoformat())))
            day += _DAY
    return parts
