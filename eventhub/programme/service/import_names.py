"""Stages, kinds, strands and people that a file names, found or made."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute

from eventhub.kernel import ids
from eventhub.kernel.db import I18n, db
from eventhub.programme.models import Party, ShowType, Stage, Track, Venue
from eventhub.programme.rules import exchange
from eventhub.programme.rules.exchange import Item, Person, Room
from eventhub.programme.service.import_state import (
    NO_TYPE,
    Given,
    State,
    has_place,
    in_use,
    stage_key,
    stage_of,
)

_SLUG_MAX: Final = 40


class Names:
    """Everything a file may refer to by name; what is missing is made once."""

    def __init__(self, event_id: int, source: str, state: State) -> None:
        """Begin with what the event has."""
        self.state = state
        self._event_id = event_id
        self._source = source
        self._parties = {uuid: party.id for uuid, party in state.parties.items()}

    def make_missing(self, rows: Iterable[tuple[Item, Given | None]]) -> None:
        """Make stages, kinds, strands and people that the rows name; flushes once per table."""
        listed = list(rows)
        items = [item for item, _ in listed]
        self._make_stages(
            {stage_key(item.room): item.room for item in items if item.room is not None}
        )
        self._make_types({item.kind for item in items if item.kind})
        self._make_tracks({item.track for item in items if item.track})
        self._make_parties(
            [
                person
                for item, given in listed
                for person in item.people or ()
                if self._known_party(person, given) is None
            ]
        )

    def stage_id(self, room: Room | None) -> int | None:
        """Return the stage of a row, None when it names no place."""
        return stage_of(room, self.state) if has_place(room) else None

    def type_id(self, name: str | None) -> int | None:
        """Return the kind of show that a row names."""
        return self.state.types.get(name) if name else None

    def track_id(self, name: str | None) -> int | None:
        """Return the strand that a row names."""
        return self.state.tracks.get(name) if name else None

    def party_id(self, person: Person, given: Given | None = None) -> int:
        """Return the party of a person; by name alone only among those of the same show."""
        found = self._known_party(person, given)
        if found is None:
            raise KeyError(person.key)
        return found

    def _known_party(self, person: Person, given: Given | None) -> int | None:
        if person.guid in self._parties:
            return self._parties[person.guid]
        derived = self.state.derived(person.key)
        if derived in self._parties:
            return self._parties[derived]
        cast = given.cast if given is not None else []
        named = (link.party_id for link in cast if person.name in link.party.name.values())
        return next(named, None)

    def text(self, wanted: str | None, existing: I18n | None) -> I18n | None:
        """Return a text of the organizer with the file's wording in its language."""
        if wanted is None:
            return existing
        return (existing or {}) | exchange.in_language(wanted) if wanted else None

    def _make_stages(self, rooms: dict[str, Room]) -> None:
        missing = [
            room
            for room in rooms.values()
            if has_place(room) and stage_of(room, self.state) is None
        ]
        if not missing:
            return
        position = self._highest(Stage.position, Stage.event_id)
        taken = self._slugs(Stage.slug, Stage.event_id)
        made = []
        for number, room in enumerate(missing, position + 1):
            stage = Stage(
                event_id=self._event_id,
                venue_id=self._venue_id(room.venue),
                uuid=self._stage_uuid(room),
                slug=slug_of(room.name, "stage", taken),
                name=exchange.in_language(room.name),
                kind="other",
                position=number,
            )
            db.session.add(stage)
            made.append((room, stage))
        db.session.flush()
        for room, stage in made:
            self.state.stages[stage_key(room)] = stage.id
            self.state.stages.setdefault(room.name, stage.id)

    def _stage_uuid(self, room: Room) -> str:
        statement = select(Stage.id).where(Stage.uuid == room.guid)
        if room.guid is None or db.session.scalar(statement) is not None:
            return ids.new_uuid()
        return room.guid

    def _venue_id(self, name: str | None) -> int:
        """Return the venue of a name; without one the only venue, else the event's place."""
        venues = self.state.venues
        if name is None:
            if len(set(venues.values())) == 1:
                return next(iter(venues.values()))
            event = self.state.event
            texts = event.place_text or event.title
            name = texts.get("en") or next(iter(texts.values()))
        else:
            texts = exchange.in_language(name)
        if name not in venues:
            venue = Venue(
                event_id=self._event_id,
                uuid=ids.new_uuid(),
                slug=slug_of(name, "venue", self._slugs(Venue.slug, Venue.event_id)),
                name=texts,
            )
            db.session.add(venue)
            db.session.flush()
            venues[name] = venue.id
        return venues[name]

    def _make_types(self, names: set[str]) -> None:
        taken = self._slugs(ShowType.slug, ShowType.event_id)
        made = {
            name: ShowType(
                event_id=self._event_id,
                slug=slug_of(name, "type", taken),
                name=exchange.in_language(name),
            )
            for name in sorted(names - self.state.types.keys() - {NO_TYPE})
        }
        db.session.add_all(made.values())
        db.session.flush()
        self.state.types.update({name: row.id for name, row in made.items()})

    def _make_tracks(self, names: set[str]) -> None:
        taken = self._slugs(Track.slug, Track.event_id)
        made = {
            name: Track(
                event_id=self._event_id,
                slug=slug_of(name, "track", taken),
                name=exchange.in_language(name),
            )
            for name in sorted(names - self.state.tracks.keys())
        }
        db.session.add_all(made.values())
        db.session.flush()
        self.state.tracks.update({name: row.id for name, row in made.items()})

    def _make_parties(self, people: Iterable[Person]) -> None:
        missing = {self.state.derived(person.key): person for person in people}
        if not missing:
            return
        number = self._highest(Party.public_no, Party.event_id)
        taken = self._slugs(Party.slug, Party.event_id)
        guids = [person.guid for person in missing.values() if person.guid]
        elsewhere = in_use(Party.uuid, guids)
        made = {}
        for public_no, (derived, person) in enumerate(missing.items(), number + 1):
            own = person.guid if person.guid not in elsewhere else None
            made[derived] = Party(
                event_id=self._event_id,
                uuid=own or derived,
                public_no=public_no,
                slug=slug_of(person.name, "party", taken),
                kind="person",
                name=exchange.in_language(person.name),
            )
        db.session.add_all(made.values())
        db.session.flush()
        for derived, party in made.items():
            self._parties[derived] = self._parties[party.uuid] = party.id

    def _highest(
        self, column: InstrumentedAttribute[int], event: InstrumentedAttribute[int]
    ) -> int:
        statement = select(func.max(column)).where(event == self._event_id)
        return db.session.scalar(statement) or 0

    def _slugs(
        self, column: InstrumentedAttribute[str], event: InstrumentedAttribute[int]
    ) -> set[str]:
        return set(db.session.scalars(select(column).where(event == self._event_id)))


def slug_of(name: str, prefix: str, taken: set[str]) -> str:
    """Return a free short name like the name: a-z first, at least two signs; adds it to `taken`."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[: _SLUG_MAX - 9].strip("-")
    if len(slug) < 2 or not slug[0].isalpha():
        slug = f"{prefix}-{slug or hashlib.sha256(name.encode()).hexdigest()[:8]}"
    found, number = slug, 2
    while found in taken:
        found, number = f"{slug}-{number}", number + 1
    taken.add(found)
    return found
