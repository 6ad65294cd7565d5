"""Where the seats of a hall stand on a chart: rows as they face the runway."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Generic, Protocol, TypeVar

_DARK: Final = "#101312"
_WHITE: Final = "#ffffff"
_PAPER: Final = 0.179  # luminance at which black and white have equal contrast


class Placed(Protocol):
    """What the chart needs to know of a seat."""

    @property
    def section(self) -> str:
        """Side of the runway, empty when the hall has one side."""

    @property
    def row_label(self) -> str:
        """Row."""

    @property
    def row_rank(self) -> int:
        """1 is the row at the runway."""

    @property
    def position(self) -> int:
        """Place in the row."""


S = TypeVar("S", bound=Placed)


@dataclass(frozen=True, slots=True)
class ChartRow(Generic[S]):
    """One row from left to right; `offset` centres it, in widths of a seat."""

    label: str
    offset: float
    seats: tuple[S, ...]


@dataclass(frozen=True, slots=True)
class Chart(Generic[S]):
    """
    Rows above and below the runway, from top to bottom.

    A hall with one side has all its rows below. `width` is in seats.
    """

    above: tuple[ChartRow[S], ...]
    below: tuple[ChartRow[S], ...]
    sections: tuple[str, ...]
    width: int


def chart(seats: Sequence[S]) -> Chart[S]:
    """Return the chart of the seats of a map."""
    sections = tuple(dict.fromkeys(seat.section for seat in seats))
    width = max((seat.position for seat in seats), default=0)
    sides = [_rows([seat for seat in seats if seat.section == name], width) for name in sections]
    if len(sides) < 2:
        return Chart((), sides[0] if sides else (), sections, width)
    return Chart(sides[0][::-1], sides[1], sections, width)


def text_on(color: str) -> str:
    """
    Return black or white, whichever reads better on `#rrggbb`.

    Source:
        WCAG 2.2, relative luminance.
    """
    if len(color) != 7:
        return _DARK
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return _WHITE if 0.2126 * red + 0.7152 * green + 0.0722 * blue < _PAPER else _DARK


def _rows(seats: Sequence[S], width: int) -> tuple[ChartRow[S], ...]:
    found: dict[tuple[int, str], list[S]] = {}
    for seat in seats:
        found.setdefault((seat.row_rank, seat.row_label), []).append(seat)
    rows = []
    for (_, label), members in sorted(found.items()):
        members.sort(key=lambda seat: seat.position)
        rows.append(ChartRow(label, (width - members[-1].position) / 2, tuple(members)))
    return tuple(rows)
