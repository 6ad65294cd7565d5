"""The log of acts as CSV and JSON, for auditors."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any, Final

import orjson

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def as_csv(rows: Iterable[dict[str, Any]]) -> bytes:
    """Return entries as CSV in UTF-8 with BOM; cells that look like formulas get an apostrophe."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    for number, row in enumerate(rows):
        if not number:
            writer.writerow(row)
        writer.writerow([_cell(value) for value in row.values()])
    return b"\xef\xbb\xbf" + buffer.getvalue().encode()


def as_json(rows: Iterable[dict[str, Any]]) -> bytes:
    """Return entries as a JSON object with one list, oldest first."""
    return orjson.dumps({"entries": list(rows)}, option=orjson.OPT_INDENT_2)


def _cell(value: Any) -> str:
    text = orjson.dumps(value).decode() if isinstance(value, dict) else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
