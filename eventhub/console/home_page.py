"""What stands on the organizer's home: stats, tasks, next shows, gates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from eventhub.accounts.enums import Permission
from eventhub.audience import queries as audience
from eventhub.audience.enums import Op
from eventhub.audience.queries import LiveSnapshot, StreamNow
from eventhub.checkin import queries as checkin
from eventhub.console import queries, render, rules
from eventhub.kernel.format import exact, percent, time_text
from eventhub.kernel.i18n import pick
from eventhub.programme import queries as programme
from eventhub.programme.queries import EventRow, PerformanceRow
from eventhub.registration import queries as registration


@dataclass(frozen=True, slots=True)
class Stat:
    """One large figure with what it is, how it is known and a small line."""

    caption: str
    figure: str
    unit: str = ""
    note: str = ""
    cls: str | None = None


def context(event: EventRow, now: datetime) -> dict[str, Any]:
    """Return the values of `console/home.html` at an instant."""
    today = event.operating_day(now)
    rows = programme.programme(event)
    shows = [row for row in rows if row.day == today]
    found = [
        task
        for task in rules.tasks(queries.facts(event, shows, now), now)
        if render.concerns_reader(task, event)
    ]
    return {
        "heading": _heading(len(found)),
        "today": today,
        "today_count": len(shows),
        "stats": _stats(event, now),
        "tasks": [render.task_row(task, event, now) for task in found],
        "next_shows": queries.next_shows(event.id, shows, now),
        "next_text": _next_text(event, rows, now),
        "board": render.gate_lines(checkin.gate_board(event), now)
        if render.may(event, Permission.GATE_VIEW)
        else [],
    }


def _heading(count: int) -> str:
    if not count:
        return _("Nothing to do right now")
    return ngettext("%(num)s thing to do", "%(num)s things to do", count)


def _next_text(event: EventRow, rows: list[PerformanceRow], now: datetime) -> str:
    following = next((row for row in rows if row.starts_at > now), None)
    if following is None:
        return _("No show is ahead.")
    at = time_text(following.starts_at, event.zone)
    return _("Next: %(time)s %(title)s", time=at, title=pick(following.title))


def _stats(event: EventRow, now: datetime) -> list[Stat]:
    counts = registration.counts(event.id)
    came = queries.entered(event, now)
    counted = audience.live_snapshot(event)
    share = came.people / counts.tickets if counts.tickets else None
    return [
        Stat(
            _("Inside (by the gates)"),
            exact(came.inside),
            _("people"),
            _("entered and not left"),
            "measured",
        ),
        Stat(
            _("Arrived today / tickets"),
            exact(came.people),
            f"/ {exact(counts.tickets)}",
            percent(share, 1),
            "measured",
        ),
        _footfall(counted),
        _viewers(event, counted),
    ]


def _footfall(counted: LiveSnapshot) -> Stat:
    caption = _("Footfall today")
    visits = counted.visits
    if visits is None:
        return Stat(caption, "—", note=_("No data"))
    sign = "≥ " if visits.op is Op.OVER else ""
    note = ngettext("%(num)s counter", "%(num)s counters", len(visits.counter_names))
    return Stat(caption, f"{sign}{exact(visits.count)}", _("visits"), note, visits.cls)


def _viewers(event: EventRow, counted: LiveSnapshot) -> Stat:
    caption = _("Watching the streams now")
    peak = max((row for row in counted.streams if row.peak_at), key=_peak, default=None)
    note = _("No data")
    if peak is not None and peak.peak_at is not None:
        at = time_text(peak.peak_at, event.zone)
        note = _(
            "peak of %(name)s %(n)s, %(at)s", name=pick(peak.stream.name), n=exact(peak.peak), at=at
        )
    if counted.viewers is None:
        return Stat(caption, "—", note=note)
    return Stat(caption, exact(counted.viewers), _("people"), note, counted.viewers_cls)


def _peak(row: StreamNow) -> int:
    return row.peak or 0
