"""What an organizer has to do next: findings from plain facts, and their order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from eventhub.console.enums import Severity, TaskKind

I18n = dict[str, str]  # as kernel.db has it, which rules may not import

GATE_SILENT_FOR = timedelta(minutes=2)  # three heartbeats
FEED_SILENT_FOR = timedelta(minutes=5)
FEED_MISSED_PERIODS = 5
OFFER_ENDS_WITHIN = timedelta(hours=2)  # time enough to ring somebody up
NAMES_SHOWN = 3
NEAR_FOR = timedelta(days=7)  # before the first day: later changes reach people who have planned
DRAFT_OLD_AFTER = timedelta(hours=6)
NOTICES_OLD_AFTER = timedelta(hours=24)

_ORDER = {Severity.STOP: 0, Severity.HOLD: 1, Severity.TODO: 2}


@dataclass(frozen=True, slots=True)
class Task:
    """
    One thing to do.

    `figure` is how many things it is about; `since` when the oldest began,
    null when that is not known; `names` are the things, shortest list first.
    """

    kind: TaskKind
    severity: Severity
    figure: int
    since: datetime | None = None
    names: tuple[I18n, ...] = ()


@dataclass(frozen=True, slots=True)
class Feed:
    """A counter or stream: when its newest value is from and how often it should come."""

    name: I18n
    last_at: datetime
    period_s: int


@dataclass(frozen=True, slots=True)
class GateState:
    """A gate device: last sign of life and scans that it has not handed over."""

    name: I18n
    seen_at: datetime
    queued: int


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many things wait, and since when the oldest does."""

    count: int
    oldest_at: datetime | None


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the tasks of one event are decided on."""

    gates: Sequence[GateState]
    counters: Sequence[Feed]
    streams: Sequence[Feed]
    is_released: bool
    approvals: Backlog
    conflicts: Backlog
    messages_dead: Backlog
    messages_held: Backlog
    reports_submitted: Backlog
    readings_set_apart: Backlog
    draft: Backlog = Backlog(0, None)  # shows that stand otherwise than released; see `is_near`
    notices: Backlog = Backlog(0, None)  # drafts of notices
    offers_ending: Backlog = Backlog(0, None)
    is_before_opening: bool = False
    steps_missing: int = 0  # of the set-up, before registration opens


def tasks(facts: Facts, now: datetime) -> list[Task]:
    """Return what there is to do, by severity and then by age, oldest first."""
    found = [
        _gates(facts.gates, now),
        _feeds(TaskKind.COUNTERS_SILENT, facts.counters, now),
        _feeds(TaskKind.STREAMS_SILENT, facts.streams, now),
        None if facts.is_released else Task(TaskKind.NOT_RELEASED, Severity.HOLD, 0),
        _old(TaskKind.DRAFT_UNRELEASED, Severity.HOLD, facts.draft, now - DRAFT_OLD_AFTER),
        _old(TaskKind.NOTICES_WAITING, Severity.HOLD, facts.notices, now - NOTICES_OLD_AFTER),
        _waiting(TaskKind.MESSAGES_DEAD, Severity.STOP, facts.messages_dead),
        _waiting(TaskKind.CONFLICTS, Severity.STOP, facts.conflicts),
        _waiting(TaskKind.READINGS_SET_APART, Severity.HOLD, facts.readings_set_apart),
        _set_up(facts),
        _waiting(TaskKind.OFFERS_ENDING, Severity.TODO, facts.offers_ending),
        _waiting(TaskKind.APPROVALS, Severity.TODO, facts.approvals),
        _waiting(TaskKind.REPORT_SUBMITTED, Severity.TODO, facts.reports_submitted),
        _waiting(TaskKind.MESSAGES_HELD, Severity.TODO, facts.messages_held),
    ]
    return ordered((task for task in found if task is not None), now)


def ordered(found: Iterable[Task], now: datetime) -> list[Task]:
    """Return tasks by severity, then oldest first; unknown age counts as new."""
    return sorted(found, key=lambda task: (_ORDER[task.severity], task.since or now, task.kind))


def is_near(starts_on: date | None, ends_on: date | None, today: date) -> bool:
    """Return whether an event is on, or so near that its draft should not wait for long."""
    return (
        starts_on is not None and ends_on is not None and starts_on - NEAR_FOR <= today <= ends_on
    )


def is_silent(feed: Feed, now: datetime) -> bool:
    """Return whether a feed has missed so many values that somebody should look."""
    allowed = max(FEED_SILENT_FOR, timedelta(seconds=feed.period_s * FEED_MISSED_PERIODS))
    return now - feed.last_at > allowed


def is_offline(gate: GateState, now: datetime) -> bool:
    """Return whether a gate has not been heard of for two minutes."""
    return now - gate.seen_at > GATE_SILENT_FOR


def _gates(gates: Sequence[GateState], now: datetime) -> Task | None:
    lost = sorted((gate for gate in gates if is_offline(gate, now)), key=lambda gate: gate.seen_at)
    if not lost:
        return None
    severity = Severity.STOP if any(gate.queued for gate in lost) else Severity.HOLD
    names = tuple(gate.name for gate in lost)
    return Task(TaskKind.GATES_OFFLINE, severity, len(lost), lost[0].seen_at, names)


def _feeds(kind: TaskKind, feeds: Sequence[Feed], now: datetime) -> Task | None:
    lost = sorted((feed for feed in feeds if is_silent(feed, now)), key=lambda feed: feed.last_at)
    if not lost:
        return None
    names = tuple(feed.name for feed in lost)
    return Task(kind, Severity.HOLD, len(lost), lost[0].last_at, names)


def _old(kind: TaskKind, severity: Severity, backlog: Backlog, before: datetime) -> Task | None:
    """Return a task when the oldest has waited since an instant."""
    if backlog.oldest_at is None or backlog.oldest_at > before:
        return None
    return _waiting(kind, severity, backlog)


def _set_up(facts: Facts) -> Task | None:
    if not facts.is_before_opening:
        return None
    return Task(TaskKind.SET_UP_MISSING, Severity.HOLD, facts.steps_missing)


def _waiting(kind: TaskKind, severity: Severity, backlog: Backlog) -> Task | None:
    if not backlog.count:
        return None
    return Task(kind, severity, backlog.count, backlog.oldest_at)
