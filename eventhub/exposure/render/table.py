"""CSV of a report: one row per line, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any, Final

from eventhub.exposure.render.sections import MARK

_BOM: Final = "\ufeff"
_HEAD: Final = (
    "metric",
    "zh",
    "en",
    "value",
    "op",
    "unit",
    "low",
    "high",
    "class",
    "source",
    "evidence",
)
# A cell that begins so would be run as a formula; the full-width forms too.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_SUMS: Final = (
    ("exposure.gross", "总曝光量（可溯源）", "gross exposure", "gross"),
    ("exposure.residual", "未分解部分", "unexplained", "residual"),
)


def report_csv(document: Mapping[str, Any]) -> bytes:
    """
    Return the lines and the sums as CSV, UTF-8 with a byte-order mark.

    Every cell that a spreadsheet would read as a formula gets a leading
    apostrophe. Demonstration data say so in the first row.
    """
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    if document["synthetic"]:
        writer.writerow([MARK, *[""] * (len(_HEAD) - 1)])
    writer.writerow(_HEAD)
    for line in document["lines"]:
        writer.writerow(safe(_row(line)))
    for metric, zh, en, key in _SUMS:
        if document[key] is not None:
            cls = document["gross_class"] if key == "gross" else ""
            low, high = _bounds(document, key)
            op = document[f"{key}_op"]
            row = [metric, zh, en, document[key], op, "次", low, high, cls, "", ""]
            writer.writerow(safe(row))
    return (_BOM + target.getvalue()).encode()


def _bounds(document: Mapping[str, Any], key: str) -> tuple[Any, Any]:
    """Return the interval of a sum; gross has none as long as a claim is part of it."""
    found = document.get("uncertainty")
    if not found or (key == "gross" and found["without_error"]):
        return "", ""
    low, high = ("low", "high") if key == "gross" else ("residual_low", "residual_high")
    return _or_blank(found[low]), _or_blank(found[high])


def _or_blank(value: Any) -> Any:
    return "" if value is None else value


def _row(line: Mapping[str, Any]) -> list[Any]:
    sources = line["sources"]
    return [
        line["metric"],
        line["zh"],
        line["en"],
        line["value"],
        line["op"],
        line["unit"],
        line["low"],
        line["high"],
        line["class"],
        "; ".join(source["source"] for source in sources),
        "; ".join(sorted({source["evidence"] for source in sources})),
    ]


def safe(cells: list[Any]) -> list[Any]:
    """Return cells of which none is run as a formula by a spreadsheet."""
    return [
        f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
        for cell in cells
    ]
