"""The facts that decide what an organizer has to do."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import func, select

from eventhub.audience import queries as audience
from eventhub.audience.models import Quarantine
from eventhub.checkin import queries as checkin
from eventhub.console.events.steps import missing
from eventhub.console.rules import (
    OFFER_ENDS_WITHIN,
    Backlog,
    Facts,
    Feed,
    GateState,
    is_near,
)
from eventhub.exposure.enums import ReportStatus
from eventhub.exposure.models import Report
from eventhub.kernel.db import db
from eventhub.notify.models import OutboxMessage
from eventhub.programme.queries import (
    EventRow,
    PerformanceRow,
    notices_waiting,
    released,
    unreleased,
)
from eventhub.registration.enums import EntryState, RegistrationState
from eventhub.registration.models import Registration, WaitlistEntry
from eventhub.settings import current_settings

_DEVICE_IN_USE_FOR = timedelta(hours=12)  # longer silent: put away, not lost


def facts(event: EventRow, today: Iterable[PerformanceRow], now: datetime) -> Facts:
    """
    Return what the tasks of an event are decided on.

    Args:
        event: The event.

        today: Performances of the running operating day; counters and streams
            are expected to speak only until the last of them ends.

        now: The instant of the page.
    """
    since, _until = event.day_bounds(event.operating_day(now))
    is_before = not (event.is_registration_open and event.is_public) and (
        event.starts_on is None or event.operating_day(now) < event.starts_on
    )
    is_on = any(row.ends_at > now for row in today)
    return Facts(
        gates=_gates(event, now),
        counters=_counters(event.id, since) if is_on else [],
        streams=_streams(event.id, since, now) if is_on else [],
        is_released=released(event.id) is not None,
        approvals=_approvals(event.id),
        messages_dead=_messages(event.id, ("dead",)),
        conflicts=Backlog(checkin.open_conflicts(event.id), None),
        messages_held=Backlog(0, None)
        if current_settings().mail_url
        else _messages(event.id, ("queued", "deferred")),
        reports_submitted=_submitted(event.id),
        readings_set_apart=_set_apart(event.id),
        draft=_draft(event, now),
        notices=Backlog(*notices_waiting(event.id)),
        offers_ending=_offers_ending(event.id, now),
        is_before_opening=is_before,
        steps_missing=len(missing(event)) if is_before else 0,
    )


def _gates(event: EventRow, now: datetime) -> list[GateState]:
    """Return the gates whose devices were in use today."""
    return [
        GateState(row.gate.name, row.last_seen_at, row.queue)
        for row in checkin.gate_board(event)
        if row.last_seen_at is not None and row.last_seen_at > now - _DEVICE_IN_USE_FOR
    ]


def _counters(event_id: int, since: datetime) -> list[Feed]:
    return [
        Feed(row.title, row.last_at, row.period_s)
        for row in audience.counters(event_id)
        if row.last_at is not None and row.last_at >= since
    ]


def _streams(event_id: int, since: datetime, now: datetime) -> list[Feed]:
    newest = audience.latest(event_id, now)
    return [
        Feed(row.name, newest[row.id].at, row.sample_every_s)
        for row in audience.streams(event_id)
        if row.id in newest and newest[row.id].at >= since
    ]


def _draft(event: EventRow, now: datetime) -> Backlog:
    if not is_near(event.starts_on, event.ends_on, event.operating_day(now)):
        return Backlog(0, None)
    return Backlog(*unreleased(event))


def _approvals(event_id: int) -> Backlog:
    r = Registration
    statement = select(func.count(), func.min(r.created_at)).where(
        r.event_id == event_id, r.state == RegistrationState.PENDING_APPROVAL
    )
    return Backlog(*db.session.execute(statement).one())


def _messages(event_id: int, states: tuple[str, ...]) -> Backlog:
    m = OutboxMessage
    statement = select(func.count(), func.min(m.created_at)).where(
        m.event_ref == event_id, m.state.in_(states)
    )
    return Backlog(*db.session.execute(statement).one())


def _submitted(event_id: int) -> Backlog:
    statement = select(func.count(), func.min(Report.created_at)).where(
        Report.event_id == event_id, Report.status == ReportStatus.SUBMITTED
    )
    return Backlog(*db.session.execute(statement).one())


def _offers_ending(event_id: int, now: datetime) -> Backlog:
    """Return places on offer that pass on soon; since the first of them was offered."""
    w = WaitlistEntry
    statement = select(func.count(), func.min(w.offered_at)).where(
        w.event_id == event_id,
        w.state == EntryState.OFFERED,
        w.offer_expires_at <= now + OFFER_ENDS_WITHIN,
    )
    return Backlog(*db.session.execute(statement).one())


def _set_apart(event_id: int) -> Backlog:
    statement = select(func.count(), func.min(Quarantine.recorded_at)).where(
        Quarantine.event_id == event_id, Quarantine.decision == "open"
    )
    return Backlog(*db.session.execute(statement).one())
