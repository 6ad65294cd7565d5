"""The footfall report alone: hours by counter, zone, gate and ticket type, as files."""

from __future__ import annotations

import csv
import importlib
import io
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from eventhub.exposure.render import words
from eventhub.exposure.render.sections import MARK
from eventhub.exposure.render.table import safe
from eventhub.kernel.i18n import current_lang, pick

_BOM: Final = "\ufeff"
_MADE: Final = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)  # no build time inside


class _Kind(NamedTuple):
    """A series of hours: its name in report.json, its sheet and its title."""

    series: str
    sheet: str
    title: str


def _kinds() -> tuple[_Kind, ...]:
    return (
        _Kind("footfall_hours", "Counters", _("Footfall, by hour and counter")),
        _Kind("footfall_zones", "Zones", _("Footfall, by hour and zone")),
        _Kind("checkin_hours", "Gates", _("Check-ins, by hour and gate")),
        _Kind("tier_hours", "Tiers", _("Check-ins, by hour and ticket type")),
    )


def footfall_csv(document: Mapping[str, Any]) -> bytes:
    """Return one row per hour and counter, zone, gate or ticket type; a gap has no value."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    head = ("by", "metric", "key", "zh", "en", "day", "hour_utc", "hour_local", "value", "unit")
    if document["synthetic"]:
        writer.writerow([MARK, *[""] * (len(head) - 1)])
    writer.writerow(head)
    names = {"footfall_hours": "counter", "footfall_zones": "zone", "checkin_hours": "gate"}
    for kind in _kinds():
        for cells in _rows(document, kind.series):
            writer.writerow(safe([names.get(kind.series, "ticket_type"), *cells]))
    return (_BOM + target.getvalue()).encode()


def footfall_xlsx(document: Mapping[str, Any]) -> bytes:
    """Return a sheet per kind, hours across and days below each other; live sums."""
    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = importlib.import_module("xlsxwriter").Workbook(target, options)
    book.set_properties({"title": pick(document["title"]), "created": _MADE})
    head = book.add_format({"bold": True, "top": 2, "bottom": 1})
    title = book.add_format({"bold": True, "font_size": 16})
    number = book.add_format({"num_format": "#,##0"})
    zone = ZoneInfo(document["timezone"])
    for kind in _kinds():
        sheet = book.add_worksheet(kind.sheet)
        sheet.set_column(0, 0, 34)
        sheet.write_string(0, 0, kind.title, title)
        if document["synthetic"]:
            sheet.write_string(1, 0, MARK, head)
            sheet.set_header(f"&C{MARK}")
        row = 3
        for table in document["series"].get(kind.series, []):
            row = _sheet_table(sheet, table, zone, row, head, number)
        if row == 3:
            sheet.write_string(row, 0, _("Nothing was counted."))
    book.close()
    return target.getvalue()


def _sheet_table(
    sheet: Any, table: Mapping[str, Any], zone: ZoneInfo, row: int, head: Any, number: Any
) -> int:
    cell = importlib.import_module("xlsxwriter.utility").xl_rowcol_to_cell
    last = len(table["hours"])
    sheet.write_string(row, 0, f"{table['day']} · {words.metric_name(table['metric'])}", head)
    for column, at in enumerate(table["hours"], start=1):
        sheet.write_string(row, column, f"{_local(at, zone):%H:%M}", head)
    sheet.write_string(row, last + 1, _("Total"), head)
    for line in table["rows"]:
        row += 1
        sheet.write_string(row, 0, str(line[current_lang()]))
        for column, value in enumerate(line["values"], start=1):
            if value is None:
                sheet.write_string(row, column, _("no data"))
            else:
                sheet.write_number(row, column, value, number)
        total = sum(value or 0 for value in line["values"])
        formula = f"=SUM({cell(row, 1)}:{cell(row, last)})"
        sheet.write_formula(row, last + 1, formula, number, total)
    return row + 2


def _rows(document: Mapping[str, Any], series: str) -> Iterator[list[Any]]:
    zone = ZoneInfo(document["timezone"])
    for table in document["series"].get(series, []):
        for line in table["rows"]:
            for at, value in zip(table["hours"], line["values"], strict=True):
                local = f"{_local(at, zone):%Y-%m-%d %H:%M}"
                shown = "" if value is None else value
                yield [
                    *(table["metric"], line["key"], line["zh"], line["en"]),
                    *(table["day"], at, local, shown, table["unit"]),
                ]


def _local(text: str, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(text).astimezone(zone)
