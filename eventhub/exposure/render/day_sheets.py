"""Sheets of a workbook about shows and days."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from eventhub.exposure.render.book import BLUE, GREY, Book, new_sheet, write_row
from eventhub.exposure.render.chapters import shows
from eventhub.exposure.render.sections import class_word
from eventhub.kernel.i18n import current_lang, pick


def shows_sheet(made: Book, document: Mapping[str, Any]) -> None:
    """Write who registered for, came to and watched every performance, as numbers."""
    sheet = new_sheet(
        made, "Shows", _("Which show drew whom"), (44, 22, 26, 12, 12, 12, 12, 12, 40)
    )
    heads = [
        _("Show given"),
        _("Time, UTC"),
        _("Stage"),
        _("Registered people"),
        _("Arrived"),
        _("Places"),
    ]
    heads += [_("Peak viewers"), _("Viewers a minute"), _("By ticket type")]
    write_row(made, sheet, 3, heads, made.head)
    lang = current_lang()
    found = document["series"].get("programme", ())
    for row, (line, shown) in enumerate(zip(found, shows(document), strict=True), start=4):
        cells = [line[lang], line["at"], shown.stage, line["registered"], line["arrived"]]
        cells += [line["capacity"], line["peak"], line["ama"], shown.types]
        write_row(made, sheet, row, cells)
    if not found:
        write_row(made, sheet, 4, [_("No show has figures of its own.")])


def days_sheet(made: Book, document: Mapping[str, Any]) -> None:
    """Write the visits of every day beside the usual ones; the ratio is a formula."""
    title = _("Each day beside the same weekday of other weeks")
    sheet = new_sheet(made, "Days", title, (14, 5, 14, 14, 14, 12, 44, 14))
    heads = [_("Day"), "", _("Visits"), _("Class"), _("Usual"), _("Times")]
    heads = [*heads, _("Weather and notes"), _("Compared")]
    write_row(made, sheet, 3, heads, made.head)
    times = made.book.add_format({"num_format": "0.00"})
    found = document["series"].get("baseline", ())
    for row, line in enumerate(found, start=4):
        usual = line["baseline"]
        cells = [line["day"], line["op"], line["value"], class_word(line["class"])]
        shown = _("not measured") if usual is None else usual
        write_row(made, sheet, row, [*cells, shown, "", pick(line["note"]) if line["note"] else ""])
        if usual:
            compared = line.get("compared", line["value"])
            write_row(made, sheet, row, [*[""] * 7, compared])
            formula = f"=H{row + 1}/E{row + 1}"
            sheet.write_formula(row, 5, formula, times, compared / usual)
    row = 5 + len(found)
    for line in [line for line in found if line.get("hours")]:
        _day_hours(made, sheet, line, row)
        row += len(line["hours"]) + 2
    if not found:
        write_row(made, sheet, 4, [_("No counter has reported.")])


def _day_hours(made: Book, sheet: Any, line: Mapping[str, Any], row: int) -> None:
    """Write a day by hour beside the usual one, and draw it."""
    heads = [line["day"], "", _("This day"), "", _("Usual, median")]
    write_row(made, sheet, row, heads, made.head)
    hours = line["hours"]
    for number, one in enumerate(hours, start=row + 1):
        value, usual = (
            _("no data") if one[key] is None else one[key] for key in ("value", "usual")
        )
        write_row(made, sheet, number, [f"{one['hour']:02d}", "", value, "", usual])
    chart = made.book.add_chart({"type": "column"})
    for column, colour in ((2, BLUE), (4, GREY)):
        chart.add_series(
            {
                "name": ["Days", row, column],
                "categories": ["Days", row + 1, 0, row + len(hours), 0],
                "values": ["Days", row + 1, column, row + len(hours), column],
                "fill": {"color": colour},
                "gap": 40,
            }
        )
    chart.set_title({"name": line["day"], "overlay": False})
    chart.set_legend({"position": "top"})
    sheet.insert_chart(row, 9, chart, {"x_scale": 1.3, "y_scale": 1.1})
