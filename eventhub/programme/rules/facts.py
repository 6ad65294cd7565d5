"""What the conflict rules look at: one version of a schedule as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from functools import cached_property
from zoneinfo import ZoneInfo

I18n = dict[str, str]
OFF_STATUSES = frozenset({"cancelled", "postponed"})
OFF_STATES = frozenset({"cancelled", "withdrawn"})


@dataclass(frozen=True, slots=True)
class Item:
    """
    A performance in the version; times in seconds since 1970, both None when unplaced.

    `for_id`: the performance that a rehearsal, sound check or doors belongs to.
    """

    id: int
    uuid: str
    kind: str
    show_id: int
    stage_id: int | None = None
    start_s: int | None = None
    end_s: int | None = None
    status: str = "scheduled"
    for_id: int | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """An item that takes place, with a length above zero; made by `Facts.placed`."""

    start_s: int
    end_s: int
    id: int
    stage_id: int | None
    show_id: int
    item: Item


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowFacts:
    """What matters of a show; times in minutes, `party_ids` include everybody who takes part."""

    id: int
    uuid: str
    code: str
    title: I18n
    state: str = "confirmed"
    has_type: bool = True
    has_track: bool = True
    min_minutes: int | None = None
    max_minutes: int | None = None
    changeover_before_min: int = 0
    changeover_after_min: int = 0
    requires_rehearsal: bool = False
    rehearsal_same_stage: bool = False
    rehearsal_min_gap_min: int = 0
    expected_audience: int | None = None
    bill: str | None = None
    party_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StageFacts:
    """What matters of a stage."""

    id: int
    uuid: str
    venue_id: int
    name: I18n
    capacity: int | None = None
    min_changeover_min: int = 0
    allow_overlap: bool = False
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class VenueFacts:
    """Where a venue is, degrees; None when nobody wrote it down."""

    id: int
    lat: float | None = None
    lon: float | None = None


@dataclass(frozen=True, slots=True)
class PartyFacts:
    """A party and the minutes that it needs between two places beside the way."""

    id: int
    uuid: str
    name: I18n
    buffer_min: int = 0


@dataclass(frozen=True, slots=True)
class Member:
    """A person belongs to a group, within these seconds (None: always)."""

    group_id: int
    person_id: int
    from_s: int | None = None
    until_s: int | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """When a venue or stage is open, closed, under curfew or open for load-in."""

    kind: str
    start_s: int
    end_s: int
    venue_id: int | None = None
    stage_id: int | None = None


@dataclass(frozen=True, slots=True)
class Available:
    """When a party can, can not or would like to take part."""

    party_id: int
    kind: str
    start_s: int
    end_s: int


@dataclass(frozen=True, slots=True)
class Kit:
    """A resource and how many of it there are."""

    id: int
    uuid: str
    name: I18n
    quantity: int


@dataclass(frozen=True, slots=True)
class Use:
    """An item needs some of a resource, with minutes before and after."""

    item_id: int
    kit_id: int
    quantity: int = 1
    before_min: int = 0
    after_min: int = 0


@dataclass(frozen=True, slots=True)
class Needs:
    """How item `a` must stand to item `b`; `min_gap_min` is the largest gap for adjacent."""

    a_id: int
    b_id: int
    kind: str
    min_gap_min: int = 0


@dataclass(frozen=True, slots=True)
class Stream:
    """A livestream of an item; without a window it runs as long as the item."""

    item_id: int
    channel: str
    start_s: int | None = None
    end_s: int | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """Where and when the last release had an item."""

    item_id: int
    stage_id: int | None
    start_s: int
    end_s: int
    status: str = "scheduled"


@dataclass(frozen=True, slots=True)
class Calendar:
    """Zone, operating days (None: not stated), planning grid and languages of an event."""

    zone: ZoneInfo
    day_start: time = time(6, 0)
    first_day: date | None = None
    last_day: date | None = None
    grid_min: int = 5
    languages: tuple[str, ...] = ("zh", "en")


@dataclass(frozen=True, kw_only=True)
class Facts:
    """All that a check reads; `demand` holds people per source by item id."""

    calendar: Calendar
    items: Sequence[Item]
    shows: Mapping[int, ShowFacts]
    stages: Mapping[int, StageFacts]
    venues: Mapping[int, VenueFacts] = field(default_factory=dict)
    travel_min: Mapping[tuple[int, int], int] = field(default_factory=dict)
    parties: Mapping[int, PartyFacts] = field(default_factory=dict)
    members: Sequence[Member] = ()
    windows: Sequence[Window] = ()
    available: Sequence[Available] = ()
    kits: Mapping[int, Kit] = field(default_factory=dict)
    uses: Sequence[Use] = ()
    needs: Sequence[Needs] = ()
    streams: Sequence[Stream] = ()
    told: Sequence[Told] = ()
    demand: Mapping[int, Mapping[str, int]] = field(default_factory=dict)

    @cached_property
    def placed(self) -> list[Placed]:
        """Return what takes place, by start and end."""
        shows = self.shows
        found = [
            Placed(item.start_s, item.end_s, item.id, item.stage_id, item.show_id, item)
            for item in self.items
            if item.start_s is not None
            and item.end_s is not None
            and item.end_s > item.start_s
            and item.status not in OFF_STATUSES
            and shows[item.show_id].state not in OFF_STATES
        ]
        found.sort(key=lambda row: (row.start_s, row.end_s, row.id))
        return found

    @cached_property
    def by_stage(self) -> dict[int, list[Placed]]:
        """Return what occupies each stage, by start; doors occupy none."""
        found: dict[int, list[Placed]] = {}
        for row in self.placed:
            if row.stage_id is not None and row.item.kind != "doors":
                found.setdefault(row.stage_id, []).append(row)
        return found

    @cached_property
    def by_id(self) -> dict[int, Placed]:
        """Return what takes place, by item id."""
        return {row.id: row for row in self.placed}

    @cached_property
    def by_party(self) -> dict[int, list[Placed]]:
        """Return where each party has to be, by start; a person also where its groups are."""
        found: dict[int, dict[int, Placed]] = {}
        groups: dict[int, list[Member]] = {}
        for member in self.members:
            groups.setdefault(member.group_id, []).append(member)
        for row in self.placed:
            for party_id in self.shows[row.show_id].party_ids:
                found.setdefault(party_id, {})[row.id] = row
                for member in groups.get(party_id, ()):
                    if _valid(member, row):
                        found.setdefault(member.person_id, {})[row.id] = row
        return {
            party_id: sorted(rows.values(), key=lambda row: (row.start_s, row.end_s, row.id))
            for party_id, rows in found.items()
        }


def _valid(member: Member, row: Placed) -> bool:
    return (member.from_s is None or member.from_s <= row.start_s) and (
        member.until_s is None or row.start_s < member.until_s
    )


def instant(seconds: int) -> datetime:
    """Return an aware UTC instant."""
    return datetime.fromtimestamp(seconds, UTC)
