"""What the console says: tasks, navigation, states, ages; all in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from eventhub.accounts.enums import Permission
from eventhub.checkin.queries import GateBoardRow
from eventhub.console.enums import Severity, TaskKind
from eventhub.console.rules import GATE_SILENT_FOR, NAMES_SHOWN, Task
from eventhub.kernel.auth import current_actor
from eventhub.kernel.format import exact
from eventhub.kernel.i18n import current_lang, pick
from eventhub.programme.queries import EventRow

_HOURS_SHOWN = 48


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task in words, with the one action that begins to solve it."""

    severity: Severity
    title: str
    note: str
    age: str
    figure: str
    unit: str
    action: str
    address: str


def may(event: EventRow, permission: Permission) -> bool:
    """Return whether the reader may do something in the event."""
    return current_actor().may(permission, organisation_id=event.organisation_id, event_id=event.id)


def task_row(task: Task, event: EventRow, now: datetime) -> TaskRow:
    """Return a task as the home page shows it."""
    title, note = _words(task, event)
    action, endpoint = _action(task.kind)
    if endpoint == "programme.home" and may(event, Permission.PROGRAMME_EDIT):
        action, endpoint = _("Open schedule"), "console.programme"
    return TaskRow(
        severity=task.severity,
        title=title,
        note=note,
        age=age(now - task.since) if task.since else "",
        figure=exact(task.figure) if task.figure else "",
        unit=_unit(task.kind, task.figure),
        action=action,
        address=url_for(endpoint, slug=event.slug),
    )


_NEEDS = {  # right to open the page of a task; pages that are public need none
    "console.gates": Permission.GATE_VIEW,
    "console.counters": Permission.AUDIENCE_VIEW,
    "console.quarantine": Permission.AUDIENCE_VIEW,
    "console.programme": Permission.PROGRAMME_EDIT,
    "console.notices": Permission.PROGRAMME_EDIT,
    "console.programme_release": Permission.PROGRAMME_EDIT,
    "console.outbox": Permission.OUTBOX_VIEW,
    "console.approval": Permission.GUESTS_VIEW,
    "console.waitlist": Permission.GUESTS_VIEW,
    "console.report": Permission.REPORT_VIEW,
    "console.set_up": Permission.SETTINGS_EDIT,
}


def concerns_reader(task: Task, event: EventRow) -> bool:
    """Tell whether the reader may open the page on which a task is solved."""
    needed = _NEEDS.get(_action(task.kind)[1])
    return needed is None or may(event, needed)


def age(since: timedelta) -> str:
    """Return how long ago something began: 12 minutes, 26 hours, 3 days."""
    minutes = max(0, int(since.total_seconds() // 60))
    if not minutes:
        return _("less than a minute")
    if minutes < 60:
        return ngettext("%(num)s minute", "%(num)s minutes", minutes)
    hours = minutes // 60
    if hours < _HOURS_SHOWN:
        return ngettext("%(num)s hour", "%(num)s hours", hours)
    return ngettext("%(num)s day", "%(num)s days", hours // 24)


def _names(task: Task) -> str:
    joint = "、" if current_lang() == "zh" else ", "
    shown = joint.join(pick(name) for name in task.names[:NAMES_SHOWN])
    more = len(task.names) - NAMES_SHOWN
    return _("%(names)s and %(n)s more", names=shown, n=more) if more > 0 else shown


def _words(task: Task, event: EventRow) -> tuple[str, str]:
    names = _names(task)
    match task.kind:
        case TaskKind.GATES_OFFLINE:
            return _("%(names)s offline", names=names), _(
                "Entries go on; the figures follow when the gate is back."
            )
        case TaskKind.CONFLICTS:
            return _("Tickets admitted twice"), _(
                "Two gates without connection let the same ticket in."
            )
        case TaskKind.COUNTERS_SILENT:
            return _("No data from %(names)s", names=names), _(
                "Gaps stay gaps; today's footfall is a lower bound."
            )
        case TaskKind.STREAMS_SILENT:
            return _("No viewers reported by %(names)s", names=names), _("The curve shows the gap.")
        case TaskKind.NOT_RELEASED:
            return _("The programme is not released"), _("Visitors see no shows yet.")
        case TaskKind.DRAFT_UNRELEASED:
            return _("Changes of the programme are not released"), _(
                "The event is near; visitors see the old places and times."
            )
        case TaskKind.NOTICES_WAITING:
            return _("Notices of a release wait for approval"), _(
                "Nobody concerned has been told yet."
            )
        case TaskKind.MESSAGES_DEAD:
            return _("Messages that could not be delivered"), _(
                "These people have not got their ticket by mail."
            )
        case TaskKind.READINGS_SET_APART:
            return _("Readings set apart"), _("They are not counted until somebody decides.")
        case TaskKind.OFFERS_ENDING:
            return _("Places on offer pass on soon"), _(
                "Within two hours the next in line gets them."
            )
        case TaskKind.SET_UP_MISSING if task.figure:
            return _("The set-up is not complete"), _("Registration can not open before.")
        case TaskKind.SET_UP_MISSING:
            return _("Registration is not open yet"), _("Everything that it needs is there.")
        case TaskKind.APPROVALS:
            return _("Registrations wait for approval"), _("Oldest first in the list.")
        case TaskKind.MESSAGES_HELD:
            return _("Messages wait in the outbox"), _("No mail server is set, so none is sent.")
        case TaskKind.REPORT_SUBMITTED:
            return _("A report waits for a second person"), _("Who built it may not publish it.")
        case _:
            assert_never(task.kind)


def _unit(kind: TaskKind, figure: int) -> str:
    match kind:
        case TaskKind.GATES_OFFLINE:
            return ngettext("gate", "gates", figure)
        case TaskKind.COUNTERS_SILENT:
            return ngettext("counter", "counters", figure)
        case TaskKind.STREAMS_SILENT:
            return ngettext("stream", "streams", figure)
        case TaskKind.DRAFT_UNRELEASED:
            return ngettext("show", "shows", figure)
        case TaskKind.MESSAGES_DEAD | TaskKind.MESSAGES_HELD | TaskKind.NOTICES_WAITING:
            return ngettext("message", "messages", figure)
        case TaskKind.READINGS_SET_APART:
            return ngettext("reading", "readings", figure)
        case TaskKind.OFFERS_ENDING:
            return ngettext("place", "places", figure)
        case TaskKind.SET_UP_MISSING:
            return ngettext("step", "steps", figure)
        case TaskKind.APPROVALS:
            return ngettext("registration", "registrations", figure)
        case TaskKind.REPORT_SUBMITTED:
            return ngettext("version", "versions", figure)
        case TaskKind.CONFLICTS:
            return ngettext("ticket", "tickets", figure)
        case TaskKind.NOT_RELEASED:
            return ""
        case _:
            assert_never(kind)


def _action(kind: TaskKind) -> tuple[str, str]:
    match kind:
        case TaskKind.GATES_OFFLINE | TaskKind.CONFLICTS:
            return _("Open gates"), "console.gates"
        case TaskKind.COUNTERS_SILENT:
            return _("Open counters"), "console.counters"
        case TaskKind.READINGS_SET_APART:
            return _("Decide"), "console.quarantine"
        case TaskKind.STREAMS_SILENT:
            return _("Open live page"), "audience.live"
        case TaskKind.NOT_RELEASED:
            return _("Open programme"), "programme.home"
        case TaskKind.DRAFT_UNRELEASED:
            return _("Look before the release"), "console.programme_release"
        case TaskKind.NOTICES_WAITING:
            return _("Decide"), "console.notices"
        case TaskKind.MESSAGES_DEAD | TaskKind.MESSAGES_HELD:
            return _("Open messages"), "console.outbox"
        case TaskKind.OFFERS_ENDING:
            return _("Open waitlists"), "console.waitlist"
        case TaskKind.SET_UP_MISSING:
            return _("Go on"), "console.set_up"
        case TaskKind.APPROVALS:
            return _("Review"), "console.approval"
        case TaskKind.REPORT_SUBMITTED:
            return _("Open report"), "console.report"
        case _:
            assert_never(kind)


@dataclass(frozen=True, slots=True)
class GateLine:
    """A gate of the board with its rate and silence in words."""

    row: GateBoardRow
    is_paired: bool
    is_online: bool
    silent_text: str
    rate_text: str


def gate_lines(rows: list[GateBoardRow], now: datetime) -> list[GateLine]:
    """Return the board as pages show it; an offline gate has no rate."""
    lines = []
    for row in rows:
        silent_for = now - row.last_seen_at if row.last_seen_at else None
        is_online = silent_for is not None and silent_for <= GATE_SILENT_FOR
        lines.append(
            GateLine(
                row=row,
                is_paired=row.devices > 0,
                is_online=is_online,
                silent_text=age(silent_for) if silent_for else "",
                rate_text=f"{row.rate_per_minute:.1f}" if is_online else "—",
            )
        )
    return lines
