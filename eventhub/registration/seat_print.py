"""The seating chart and the door list on paper, by Typst."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _

from eventhub.kernel import typeset
from eventhub.kernel.format import day_text, time_text
from eventhub.kernel.i18n import current_lang, html_lang, pick
from eventhub.programme.queries import EventRow, PerformanceRow
from eventhub.registration.glyphs import printable
from eventhub.registration.pinyin import keys_of
from eventhub.registration.queries.seats import BlockRow, SeatRow
from eventhub.registration.rules.seat_chart import ChartRow, chart, text_on

_OPEN = "#f2f4f3"


def chart_pdf(
    event: EventRow, show: PerformanceRow, rows: Sequence[SeatRow], blocks: Sequence[BlockRow]
) -> bytes:
    """
    Return the seating chart of a performance as a PDF of one A3 page.

    Every name can be extracted. Colours of tiers stand beside their letters.

    Raises:
        Unavailable: Typst is not installed on this platform.
    """
    drawn = chart(rows)
    legend = {
        block.tier_id: {
            "letter": block.tier_letter,
            "color": block.tier_color,
            "ink": text_on(block.tier_color),
            "name": pick(block.tier_name),
        }
        for block in blocks
        if block.tier_id is not None
    }
    return typeset.pdf(
        "seat-chart",
        {
            **_head(event, show, rows),
            "width": drawn.width,
            "above": [_row(row) for row in drawn.above],
            "below": [_row(row) for row in drawn.below],
            "sections": list(drawn.sections),
            "runway": _("Runway"),
            "legend": list(legend.values()),
        },
    )


def door_list_pdf(event: EventRow, show: PerformanceRow, rows: Sequence[SeatRow]) -> bytes:
    """
    Return who sits where as a PDF: first by row, then by name.

    Chinese names stand in the order of their pinyin.

    Raises:
        Unavailable: Typst is not installed on this platform.
    """
    seated = [row for row in rows if row.state != "free"]
    by_row = sorted(seated, key=lambda row: (row.section, row.row_rank, row.row_label, row.number))
    guests = [row for row in seated if row.ticket_id is not None]
    return typeset.pdf(
        "door-list",
        {
            **_head(event, show, rows),
            "heads": [_("Seat"), _("Name"), _("Ticket type"), _("Code"), _("Note")],
            "parts": [
                {"title": _("By row"), "rows": [_line(row) for row in by_row]},
                {"title": _("By name"), "rows": [_line(row) for row in sorted(guests, key=order)]},
            ],
            "empty": _("Nobody has a seat yet."),
        },
    )


def order(row: SeatRow) -> tuple[str, str]:
    """Return the key of a name in a list by name: pinyin first, then as written."""
    reading = row.readings.strip("|").split("|")[0]
    if not reading:  # the index of names is a moment behind
        reading = " ".join(next(iter(keys_of(row.name).readings), ()))
    return (reading or row.name.lower(), row.name)


def _head(event: EventRow, show: PerformanceRow, rows: Sequence[SeatRow]) -> dict[str, Any]:
    seated = sum(row.state == "assigned" for row in rows)
    when = f"{day_text(show.day, current_lang())} {time_text(show.starts_at, event.zone)}"
    return {
        "lang": html_lang(),
        "event": pick(event.title),
        "title": pick(show.title),
        "place": " · ".join(part for part in (pick(show.stage_name), when) if part),
        "count": _("%(n)s of %(all)s seats given", n=seated, all=len(rows)),
        "demo": _("Demonstration: all names and figures are invented")
        if event.is_synthetic
        else "",
    }


def _row(row: ChartRow[SeatRow]) -> dict[str, Any]:
    return {
        "label": row.label,
        "offset": row.offset,
        "seats": [_seat(seat) for seat in row.seats],
    }


def _seat(seat: SeatRow) -> dict[str, Any]:
    color = seat.tier_color or _OPEN
    name = printable(seat.name, seat.latin_name) if seat.name else seat.note
    return {
        "at": seat.position,
        "number": str(seat.number),
        "letter": seat.tier_letter,
        "color": color,
        "ink": text_on(color),
        "kind": seat.kind,
        "name": name,
        "held": seat.state == "held",
    }


def _line(row: SeatRow) -> list[str]:
    name = printable(row.name, row.latin_name) if row.name else _("Held")
    latin = f" {row.latin_name}" if row.latin_name and row.latin_name != name else ""
    return [row.label, f"{name}{latin}", pick(row.type_name), row.code, row.note]
