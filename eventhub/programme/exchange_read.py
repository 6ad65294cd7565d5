"""Read a schedule file of any format, unpacked within limits."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from typing import Final

from eventhub.programme import csv_rows, frab, ical_read
from eventhub.programme.errors import ImportUnreadable
from eventhub.programme.queries import EventRow
from eventhub.programme.rules.exchange import Reading

CSV: Final = "csv"
LIMIT_MB: Final = 20
_LIMIT: Final = LIMIT_MB * 1024 * 1024
_READERS: Final[dict[str, Callable[[EventRow, bytes], Reading]]] = {
    "frab-xml": frab.read_xml,
    "frab-json": frab.read_json,
    "ical": ical_read.read,
}
FORMATS: Final = (*_READERS, CSV)


def read_file(
    event: EventRow,
    kind: str,
    data: bytes,
    *,
    source: str,
    columns: Mapping[str, str] | None = None,
) -> Reading:
    """
    Return what a file says.

    Args:
        event: Whose zone and days count.

        kind: One of `FORMATS`.

        data: The file, which may be packed with gzip.

        source: Its name, for tables, which name no source themselves.

        columns: Header per field of a table.

    Raises:
        ImportUnreadable: It can not be read at all.
    """
    if kind == CSV:
        reading = csv_rows.read(event, unpacked(data), source=source, columns=columns)
    else:
        reading = _READERS[kind](event, unpacked(data))
    _note_outside(event, reading)
    return reading


def unpacked(data: bytes) -> bytes:
    """Return a file, unpacked when it is gzip; raises ImportUnreadable above the limit."""
    if data[:2] == b"\x1f\x8b" and len(data) <= _LIMIT:
        unpacking = zlib.decompressobj(wbits=31)
        try:
            data = unpacking.decompress(data, _LIMIT + 1)
        except zlib.error as error:
            raise ImportUnreadable.because("not a gzip file that can be read", line=0) from error
    if len(data) > _LIMIT:
        raise ImportUnreadable.because(f"the file is larger than {LIMIT_MB} MB", line=0)
    return data


def _note_outside(event: EventRow, reading: Reading) -> None:
    """Say how many rows are on days that the event does not have."""
    days = event.days()
    outside = [item for item in reading.items if event.operating_day(item.starts_at) not in days]
    if outside:
        first = min(item.line for item in outside)
        reading.note(first, f"outside: on no day of the event, {len(outside)} in all")
