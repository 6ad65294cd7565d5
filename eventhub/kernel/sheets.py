"""The first sheet of a workbook as plain values; a bomb is refused before it is unpacked."""

from __future__ import annotations

import io
import zipfile
from typing import Final

MAGIC: Final = b"PK\x03\x04"
_MAX_UNPACKED: Final = 200 * 1024 * 1024  # bytes; a zip bomb has more
_MAX_PARTS: Final = 2000


class SheetTooLarge(ValueError):
    """The workbook has more parts, or more bytes when unpacked, than one of people has."""


class UnreadableSheet(ValueError):
    """A damaged or hostile workbook."""


def is_workbook(data: bytes) -> bool:
    """Tell whether bytes begin as an XLSX does."""
    return data.startswith(MAGIC)


def read_sheet(data: bytes) -> list[list[object]]:
    """
    Return the cells of the first sheet, row by row, as text, numbers and dates.

    Raises:
        SheetTooLarge: Over 200 MB or 2,000 parts when unpacked.

        UnreadableSheet: No workbook.
    """
    from python_calamine import CalamineWorkbook  # noqa: PLC0415 - slow import

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            entries = parts.infolist()
        if len(entries) > _MAX_PARTS or sum(one.file_size for one in entries) > _MAX_UNPACKED:
            raise SheetTooLarge()
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        return [list(row) for row in book.get_sheet_by_index(0).to_python(skip_empty_area=False)]
    except SheetTooLarge:
        raise
    except Exception as error:  # the reader names its errors differently in each version
        raise UnreadableSheet() from error
