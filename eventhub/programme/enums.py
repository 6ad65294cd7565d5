"""Words of the programme."""

from __future__ import annotations

from enum import StrEnum


class ScheduleState(StrEnum):
    """Whether a schedule is the working copy or a release."""

    WIP = "wip"
    RELEASED = "released"
    ARCHIVED = "archived"


class ShowState(StrEnum):
    """How far a show is agreed."""

    DRAFT = "draft"
    INVITED = "invited"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"


class SlotStatus(StrEnum):
    """Whether a placed performance takes place."""

    SCHEDULED = "scheduled"
    TENTATIVE = "tentative"
    CANCELLED = "cancelled"
    POSTPONED = "postponed"


class PerformanceKind(StrEnum):
    """What a performance is for; only `show` is public."""

    SHOW = "show"
    REHEARSAL = "rehearsal"
    SOUNDCHECK = "soundcheck"
    LOAD_IN = "load_in"
    BREAK = "break"
    BLOCKER = "blocker"
    DOORS = "doors"
    SIGNING = "signing"


class GateDirection(StrEnum):
    """Which way people pass a gate."""

    IN = "in"
    OUT = "out"
    BOTH = "both"


class GateState(StrEnum):
    """Whether a gate admits."""

    OPEN = "open"
    CLOSED = "closed"
    EXIT_ONLY = "exit_only"


class ConflictRule(StrEnum):
    """The rules that a schedule is checked against, C1 to C16."""

    STAGE_OVERLAP = "stage_overlap"
    CHANGEOVER = "changeover"
    PERSON_DOUBLE = "person_double"
    TRAVEL = "travel"
    PERSON_AVAILABILITY = "person_availability"
    STAGE_CLOSED = "stage_closed"
    CURFEW = "curfew"
    REHEARSAL = "rehearsal"
    DEPENDENCY = "dependency"
    CAPACITY = "capacity"
    RESOURCE = "resource"
    STATUS = "status"
    TIME_SANITY = "time_sanity"
    STREAM_CLASH = "stream_clash"
    DUPLICATE_STAGE_NAME = "duplicate_stage_name"
    SOLD_AND_MOVED = "sold_and_moved"


class Severity(StrEnum):
    """What a finding stops."""

    OFF = "off"
    WARN = "warn"
    BLOCK_RELEASE = "block_release"
    BLOCK_PLACEMENT = "block_placement"


class ChangeKind(StrEnum):
    """What a version changes for a performance."""

    NEW = "new"
    REMOVED = "removed"
    CANCELLED = "cancelled"
    RESTORED = "restored"
    MOVED = "moved"
    RESIZED = "resized"
    RETITLED = "retitled"
    CAST = "cast"


class DemandSource(StrEnum):
    """Where a count of people who want to see a performance comes from."""

    REGISTRATIONS = "registrations"
    WAITLIST = "waitlist"
    FAVOURITES = "favourites"
    MANUAL = "manual"


class WindowKind(StrEnum):
    """What an opening window says of a place."""

    OPEN = "open"
    CURFEW = "curfew"
    LOAD_IN = "load_in"
    CLOSED = "closed"


class AvailabilityKind(StrEnum):
    """What a party says of a time."""

    AVAILABLE = "available"
    UNAVAILABLE = "unavailable"
    PREFERRED = "preferred"


class DependencyKind(StrEnum):
    """How two performances must stand to each other."""

    BEFORE = "before"
    AFTER = "after"
    NOT_WITH = "not_with"
    SAME_DAY = "same_day"
    ADJACENT = "adjacent"


class LiveState(StrEnum):
    """What a stage manager says of a performance while the event runs."""

    WAITING = "waiting"  # has not begun; the delay says how late
    RUNNING = "running"
    HELD = "held"  # begun and interrupted, or nobody knows yet when it begins
    ENDED = "ended"
    CANCELLED = "cancelled"


class NoticeAudience(StrEnum):
    """Who is told of a release."""

    PARTIES = "parties"
    REGISTRANTS = "registrants"


class RoundState(StrEnum):
    """How far the messages of one release for one audience are."""

    WAITING = "waiting"  # not written yet
    DRAFT = "draft"  # written, waits for approval
    APPROVED = "approved"
    DISCARDED = "discarded"
