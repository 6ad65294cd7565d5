"""The seats of a performance as the console draws them: geometry, words, the chosen seat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from flask_babel import gettext as _

from eventhub.kernel.i18n import pick
from eventhub.registration.queries.seats import BlockRow, SeatRow
from eventhub.registration.rules.seat_chart import ChartRow, chart, text_on

CELL: Final = 27  # px from seat to seat
SEAT: Final = 25  # px of a seat
GUTTER: Final = 26  # px for the row labels at either side
RUNWAY: Final = 26  # px
_OPEN: Final = "#c9cfcc"


@dataclass(frozen=True, slots=True)
class DrawnSeat:
    """One seat of the chart in pixels; `words` is what a screen reader says."""

    row: SeatRow
    x: float
    y: int
    fill: str
    stroke: str
    ink: str
    words: str

    @property
    def mark(self) -> str:
        """Return the sign of a kind of seat that is not plain."""
        return {"accessible": "♿", "companion": "+", "unsellable": "×", "restricted": "◐"}.get(
            self.row.kind, ""
        )


@dataclass(frozen=True, slots=True)
class RowLabel:
    """The name of a row beside it."""

    text: str
    y: int


@dataclass(frozen=True, slots=True)
class Drawing:
    """The chart of a hall in pixels."""

    seats: tuple[DrawnSeat, ...]
    labels: tuple[RowLabel, ...]
    sections: tuple[RowLabel, ...]
    runway_y: int
    width: int
    height: int


def drawing(rows: Sequence[SeatRow]) -> Drawing:
    """Return where every seat of a performance stands."""
    drawn = chart(rows)
    seats: list[DrawnSeat] = []
    labels: list[RowLabel] = []
    sections: list[RowLabel] = []
    y = 0
    if drawn.above:
        y += 22
        sections.append(RowLabel(drawn.sections[0], 14))
    for row in drawn.above:
        _draw(row, y, seats, labels)
        y += CELL
    runway_y = y + 4
    y += RUNWAY + 12
    for row in drawn.below:
        _draw(row, y, seats, labels)
        y += CELL
    if drawn.above:
        sections.append(RowLabel(drawn.sections[-1], y + 14))
        y += 22
    width = 2 * GUTTER + drawn.width * CELL
    return Drawing(tuple(seats), tuple(labels), tuple(sections), runway_y, width, max(y, 1))


def _draw(row: ChartRow[SeatRow], y: int, seats: list[DrawnSeat], labels: list[RowLabel]) -> None:
    labels.append(RowLabel(row.label, y + 17))
    for seat in row.seats:
        color = seat.tier_color or _OPEN
        is_taken = seat.state == "assigned"
        seats.append(
            DrawnSeat(
                row=seat,
                x=GUTTER + (row.offset + seat.position - 1) * CELL + (CELL - SEAT) / 2,
                y=y,
                fill=color if is_taken else "none",
                stroke=color,
                ink=text_on(color) if is_taken else "",
                words=seat_words(seat),
            )
        )


def seat_words(seat: SeatRow) -> str:
    """Return a seat in words: label, block, kind, who has it."""
    kinds = {
        "accessible": _("accessible"),
        "companion": _("companion"),
        "restricted": _("restricted view"),
        "unsellable": _("not for guests"),
    }
    states = {"free": _("free"), "held": _("held"), "assigned": seat.name}
    parts = [
        seat.label,
        pick(seat.block_name),
        kinds.get(seat.kind, ""),
        states[seat.state],
        seat.note,
        _("protected") if seat.is_protected else "",
    ]
    return ", ".join(part for part in parts if part)


def found_seat(rows: Sequence[SeatRow], label: str) -> SeatRow | None:
    """Return the seat with a label, None when there is none."""
    return next((row for row in rows if row.label == label.strip().upper()), None)


def legend(blocks: Sequence[BlockRow]) -> list[tuple[str, str, str, str]]:
    """Return letter, name, colour and text colour of every tier that has a block."""
    found = {
        block.tier_id: (
            block.tier_letter,
            pick(block.tier_name),
            block.tier_color,
            text_on(block.tier_color),
        )
        for block in blocks
        if block.tier_id is not None
    }
    return list(found.values())


def action_words() -> dict[str, str]:
    """Return the word of every step of a seat."""
    return {
        "held": _("held"),
        "assigned": _("given"),
        "moved": _("moved"),
        "released": _("released"),
        "protected": _("protected"),
        "unprotected": _("no longer protected"),
    }


def reason_words() -> dict[str, str]:
    """Return the reasons that the product gives by itself."""
    return {
        "rule": _("by rule"),
        "ticket ended": _("the ticket ended"),
        "hold expired": _("the time to hold it was over"),
    }
