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
