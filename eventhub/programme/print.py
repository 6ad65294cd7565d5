"""The programme on paper: one page or more per operating day and venue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from flask_babel import gettext as _

from eventhub.kernel import format as text
from eventhub.kernel import typeset
from eventhub.kernel.i18n import current_lang, html_lang, pick
from eventhub.programme.enums import SlotStatus
from eventhub.programme.queries import EventRow, PerformanceRow, VersionRow

_LINE_MAX: Final = 160  # characters of the sentence below a title


def programme_pdf(event: EventRow, chosen: VersionRow) -> bytes:
    """
    Return a version as PDF in the language of the request.

    Raises:
        Unavailable: Typst is not installed on this platform.
    """
    return typeset.pdf("programme", _content(event, chosen))


def _content(event: EventRow, chosen: VersionRow) -> dict[str, Any]:
    return {
        "lang": html_lang(),
        "event": pick(event.title),
        "second": " · ".join(
            part for part in (pick(event.place_text), pick(event.period_text)) if part
        ),
        "version": _("Draft, not released")
        if chosen.is_draft
        else _("Version %(name)s", name=chosen.name),
        "zone": _("All times: %(zone)s", zone=event.timezone),
        "demo": _("Demonstration event, nothing here is real") if event.is_synthetic else "",
        "empty": _("Nothing is placed yet."),
        "pages": _pages(event, chosen.rows),
    }


def _pages(event: EventRow, rows: Sequence[PerformanceRow]) -> list[dict[str, Any]]:
    """Return pages by operating day and then in order of the venues' first stage."""
    found: dict[tuple[Any, int, str], list[PerformanceRow]] = {}
    first: dict[str, int] = {}
    for row in rows:
        first[row.venue_slug] = min(
            first.get(row.venue_slug, row.stage_position), row.stage_position
        )
    for row in rows:
        key = (row.day, first[row.venue_slug], row.venue_slug)
        found.setdefault(key, []).append(row)
    return [
        {
            "day": text.day_text(day, current_lang()),
            "venue": pick(listed[0].venue_name) or _("Place to be announced"),
            "items": [_item(event, row) for row in listed],
        }
        for (day, _position, _venue), listed in sorted(found.items())
    ]


def _item(event: EventRow, row: PerformanceRow) -> dict[str, str]:
    line = pick(row.line)
    return {
        "time": text.range_text(row.starts_at, row.ends_at, event.zone),
        "stage": pick(row.stage_name) or _("Place to be announced"),
        "title": pick(row.title),
        "people": ", ".join(pick(party.name) for party in row.parties),
        "line": line if len(line) <= _LINE_MAX else f"{line[: _LINE_MAX - 1]}…",
        "mark": _mark(row),
    }


def _mark(row: PerformanceRow) -> str:
    match SlotStatus(row.status):
        case SlotStatus.CANCELLED:
            return _("Cancelled")
        case SlotStatus.POSTPONED:
            return _("Postponed")
        case SlotStatus.TENTATIVE:
            return _("Tentative")
        case SlotStatus.SCHEDULED:
            return ""
