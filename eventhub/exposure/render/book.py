"""What the sheets of a workbook are made of: formats, titles, rows; strings stay strings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple

from eventhub.exposure.render.sections import MARK

BLUE: Final = "#0B4F8A"
GREY: Final = "#8A938F"


class Book(NamedTuple):
    """A workbook with its formats; every sheet begins with the watermark and a title."""

    book: Any
    bold: Any
    head: Any
    number: Any
    title: Any
    mark: Any
    is_synthetic: bool


def new_sheet(made: Book, name: str, title: str, widths: Sequence[int]) -> Any:
    """Return a new sheet with its title and, where there is one, its watermark."""
    sheet = made.book.add_worksheet(name)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    sheet.write_string(0, 0, title, made.title)
    if made.is_synthetic:
        sheet.write_string(1, 0, MARK, made.mark)
        sheet.set_header(f"&C{MARK}")
    return sheet


def write_row(made: Book, sheet: Any, row: int, cells: Iterable[Any], form: Any = None) -> None:
    """Write cells: numbers as numbers, everything else as text, nothing for unknown."""
    for column, cell in enumerate(cells):
        if cell is None or cell == "":
            continue
        if isinstance(cell, int | Decimal) and not isinstance(cell, bool):
            sheet.write_number(row, column, cell, form or made.number)
        else:
            sheet.write_string(row, column, str(cell), form)
