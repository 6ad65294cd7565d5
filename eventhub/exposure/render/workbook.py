"""XLSX of a report: ten sheets, live sums, native charts; strings stay strings."""

from __future__ import annotations

import importlib
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple

from flask_babel import gettext as _

from eventhub.audience.dictionary import METRICS
from eventhub.exposure.render import words
from eventhub.exposure.render.book import BLUE, GREY, Book, new_sheet, write_row
from eventhub.exposure.render.chapters import certainty
from eventhub.exposure.render.day_sheets import days_sheet, shows_sheet
from eventhub.exposure.render.page import GROSS, RESIDUAL, ReportPage, report_page
from eventhub.exposure.render.sections import (
    class_word,
    comparison,
    funnel,
    kind_word,
    tone_word,
)
from eventhub.exposure.render.sections import media as media_of
from eventhub.kernel.i18n import current_lang, pick

_MADE: Final = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)  # no build time inside
_STRINGS: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_BLACK = "#101312"


def report_xlsx(document: Mapping[str, Any]) -> bytes:
    """Return the report as a workbook in the language of the request; same bytes twice."""
    target = io.BytesIO()
    book = importlib.import_module("xlsxwriter").Workbook(target, dict(_STRINGS))
    book.set_properties({"title": pick(document["title"]), "created": _MADE})
    made = Book(
        book=book,
        bold=book.add_format({"bold": True}),
        head=book.add_format({"bold": True, "top": 2, "bottom": 1, "text_wrap": True}),
        number=book.add_format({"num_format": "#,##0"}),
        title=book.add_format({"bold": True, "font_size": 16}),
        mark=book.add_format({"bold": True, "border": 1}),
        is_synthetic=document["synthetic"],
    )
    page = report_page(document)
    summary = new_sheet(made, "Summary", _("Exposure report"), (38, 5, 18, 14, 22, 34))
    last = _lines(made, document)
    charts = _series(made, document)
    _mentions(made, document)
    _sources(made, document)
    _method(made, document, page)
    _targets(made, document, page)
    shows_sheet(made, document)
    days_sheet(made, document)
    _overlaps(made, page)
    _summary(made, summary, document, last)
    _charts(made, summary, charts)
    book.close()
    return target.getvalue()


def _summary(made: Book, sheet: Any, document: Mapping[str, Any], last: int) -> None:
    write_row(made, sheet, 2, [pick(document["title"])], made.bold)
    facts = (pick(document["place"]), pick(document["period"]))
    write_row(made, sheet, 3, [" · ".join(filter(None, facts))])
    heads = [_("Figure"), "", _("Value"), _("Class"), _("Unit"), _("Note")]
    write_row(made, sheet, 5, heads, made.head)
    counted = f'SUMIFS(Lines!$E$5:$E${last},Lines!$K$5:$K${last},"x")'
    rows: list[tuple[str, str, str, int, str]] = [
        (_("Gross with evidence"), GROSS, f"={counted}", document["gross"], _("contacts"))
    ]
    if document["claimed"] is not None:
        total = f'SUMIFS(Lines!$E$5:$E${last},Lines!$K$5:$K${last},"total")'
        rows.append((_("Published total"), "claimed", f"={total}", document["claimed"], ""))
        rows.append((_("Unexplained residual"), RESIDUAL, "=MAX(0,C8-C7)", document[RESIDUAL], ""))
    for number, (name, key, formula, value, unit) in enumerate(rows, start=6):
        write_row(made, sheet, number, [name, document[f"{key}_op"]], made.bold)
        sheet.write_formula(number, 2, formula, made.number, value)
        cls = document["gross_class"] if key == GROSS else key
        write_row(made, sheet, number, ["", "", "", class_word(cls or ""), unit])
    row = 7 + len(rows)
    if page_certainty := certainty(document):
        write_row(made, sheet, row - 1, [page_certainty])
    shares = [(class_word(cls), value) for cls, value in document["by_class"].items()]
    for number, (name, value) in enumerate(shares, start=row):
        write_row(made, sheet, number, [name, "", value, "", _("contacts")])
    _compared(made, sheet, document, row + 4)


def _compared(made: Book, sheet: Any, document: Mapping[str, Any], row: int) -> None:
    found = comparison(document)
    if found is None:
        return
    write_row(made, sheet, row, [_("Beside another event")], made.bold)
    heads = [_("Figure"), "", found.title, _("Class"), found.other_title, _("Class")]
    write_row(made, sheet, row + 1, heads, made.head)
    for number, line in enumerate(found.rows, start=row + 2):
        cells = [line.name, "", line.ours, class_word(line.our_class)]
        write_row(made, sheet, number, [*cells, line.theirs, class_word(line.their_class)])
    write_row(made, sheet, row + 2 + len(found.rows), [found.note])


def _lines(made: Book, document: Mapping[str, Any]) -> int:
    """Write all lines and return the number of the last row, counted from 1."""
    sheet = new_sheet(made, "Lines", _("Ledger"), (6, 44, 22, 5, 16, 20, 14, 14, 12, 16, 6, 60))
    heads = ["", _("Ledger line"), _("Metric"), _("Operator"), _("Value"), _("Unit"), _("Low")]
    heads += [_("High"), _("Class"), _("In the sum"), "", _("Words as published")]
    write_row(made, sheet, 3, heads, made.head)
    row = 3
    for row, line in enumerate(document["lines"], start=4):
        is_total = line["metric"] == "exposure.total_claimed"
        cells = [line["channel"], words.name_of(line), line["metric"], line["op"]]
        cells += [Decimal(line["value"]), words.unit_of(line), line["low"], line["high"]]
        cells += [class_word(line["class"]), words.in_sum_words(line["in_sum"])]
        cells += ["x" if line["in_gross"] else "total" if is_total else "", line["quote"]]
        write_row(made, sheet, row, cells)
    return row + 1


class _Chart(NamedTuple):
    """A block of the sheet Series to draw: first and last row, value columns with names."""

    title: str
    kind: str
    first: int
    last: int
    columns: tuple[tuple[int, str, str], ...]  # column, name, colour


def _series(made: Book, document: Mapping[str, Any]) -> list[_Chart]:
    sheet = new_sheet(made, "Series", _("Series"), (24, 30, 18, 14, 14, 14))
    row, charts = 3, []
    if found := document["series"].get("media_days"):
        named = [_("Day"), "", "", _("Mentions"), _("Posts"), _("Reach")]
        write_row(made, sheet, row, named, made.head)
        first = row + 1
        columns = ("days", "mentions", "posts", "reach")
        for day, *values in zip(*(found[name] for name in columns), strict=True):
            row += 1
            write_row(made, sheet, row, [day, "", "", *values])
        drawn = ((3, _("Mentions"), BLUE), (4, _("Posts"), _BLACK))
        charts.append(_Chart(_("Media, by day"), "column", first, row, drawn))
        row += 2
    row = _steps(made, sheet, document, row, charts)
    heads = [_("Series"), _("Line"), _("Time, UTC"), _("Value"), _("Unit")]
    write_row(made, sheet, row, heads, made.head)
    for cells in _points(document):
        row += 1
        write_row(made, sheet, row, cells)
    return charts


def _steps(
    made: Book, sheet: Any, document: Mapping[str, Any], row: int, charts: list[_Chart]
) -> int:
    found = funnel(document)
    if found is None:
        return row
    write_row(made, sheet, row, (_("Step"), "", "", _("People")), made.head)
    first = row + 1
    for step in found.steps:
        row += 1
        write_row(made, sheet, row, (step.name, "", "", step.value))
    drawn = ((3, _("People"), BLUE),)
    charts.append(_Chart(_("From registration to arrival"), "bar", first, row, drawn))
    heads = (
        _("Ticket type"),
        "",
        _("Registered people"),
        _("Confirmed"),
        _("Arrived"),
        _("No-show"),
    )
    write_row(made, sheet, row + 2, heads, made.head)
    row += 2
    for line in found.types:
        row += 1
        cells = [line.name, "", line.registered, line.confirmed, line.arrived, line.no_show]
        write_row(made, sheet, row, cells)
    return row + 2


def _points(document: Mapping[str, Any]) -> Iterable[list[Any]]:
    """Yield one row per hour or minute; a gap says so and has no figure."""
    lang = current_lang()
    for key in ("footfall_hours", "checkin_hours", "tier_hours"):
        for table in document["series"].get(key, []):
            name = words.metric_name(table["metric"])
            for line in table["rows"]:
                for at, value in zip(table["hours"], line["values"], strict=True):
                    shown = _("no data") if value is None else value
                    yield [name, line[lang], at, shown, table["unit"]]
    name = words.metric_name("live.pcu")
    for curve in document["series"].get("concurrency", []):
        title = " · ".join(filter(None, (curve[lang], pick(curve["title"]))))
        for at, value in zip(curve["at"], curve["values"], strict=True):
            yield [name, title, at, _("no data") if value is None else value, ""]


def _mentions(made: Book, document: Mapping[str, Any]) -> None:
    sheet = new_sheet(made, "Mentions", _("Mentions"), (12, 26, 60, 16, 14, 12, 12, 12, 50))
    heads = [_("Day"), _("Outlet"), _("Headline"), _("Kind"), _("Reach"), _("Reads"), _("Tone")]
    write_row(made, sheet, 3, [*heads, _("Copy"), _("Address")], made.head)
    found = media_of(document)
    if found is None:
        write_row(made, sheet, 4, [_("No mention is recorded.")])
        return
    for row, line in enumerate(found.mentions, start=4):
        cells = [line["day"], pick(line["outlet"]), line["title"], kind_word(line["kind"])]
        cells += [line["reach"], line["reads"], tone_word(line["tone"])]
        write_row(made, sheet, row, [*cells, _("copy") if line["copy"] else "", line["url"]])
    row = 5 + len(found.mentions)
    if found.mention_count > len(found.mentions):
        text = _("The %(n)s with the largest reach of %(all)s.", n=row - 5, all=found.mention_count)
        write_row(made, sheet, row, [text])
        row += 2
    for title, rows in ((_("Outlets"), found.outlets), (_("Creators"), found.creators)):
        write_row(made, sheet, row, [title, "", "", _("Pieces"), _("Contacts")], made.head)
        for number, piece in enumerate(rows, start=row + 1):
            cells = [piece.name, "", piece.note, piece.count, piece.value, piece.extra]
            write_row(made, sheet, number, cells)
        row += len(rows) + 2


def _sources(made: Book, document: Mapping[str, Any]) -> None:
    sheet = new_sheet(made, "Sources", _("Sources"), (44, 26, 50, 66, 66))
    heads = [_("Ledger line"), _("Source"), _("Name"), _("Evidence"), "SHA-256"]
    write_row(made, sheet, 3, heads, made.head)
    row = 3
    for line in document["lines"]:
        for source in line["sources"]:
            row += 1
            cells = [words.name_of(line), source["source"], pick(source["title"])]
            write_row(made, sheet, row, [*cells, source["evidence"], source["sha256"]])


def _method(made: Book, document: Mapping[str, Any], page: ReportPage) -> None:
    sheet = new_sheet(made, "Method", _("Method and limits"), (30, 100, 60))
    lang = current_lang()
    rows: list[list[Any]] = [
        [_("Version"), document["version"]],
        [_("Metric dictionary"), _("version %(n)s", n=document["definition_version"])],
        [_("Day boundary"), f"{document['day_start']} {document['timezone']}"],
        [_("Digest"), document["digest"]],
        [],
        *([_("Flags"), text, figure] for text, figure in page.flags),
        *([_("Not stated in the source"), text] for text in page.not_stated),
        [],
    ]
    for metric in sorted({line["metric"] for line in document["lines"]} & set(METRICS)):
        found = METRICS[metric]
        text, rule = found.definition.i18n()[lang], found.rule.i18n()[lang]
        rows.append([words.metric_name(metric), text, rule])
    for number, cells in enumerate(rows, start=3):
        write_row(made, sheet, number, cells)


def _targets(made: Book, document: Mapping[str, Any], page: ReportPage) -> None:
    """Write targets with what was reached as numbers and their share as a formula."""
    title = _("Targets and what was reached")
    sheet = new_sheet(made, "Targets", title, (40, 16, 16, 5, 16, 14, 22, 22))
    heads = [_("Figure"), _("Unit"), _("Target"), "", _("Reached"), _("Class")]
    write_row(made, sheet, 3, [*heads, _("Share of the target"), _("Note")], made.head)
    share = made.book.add_format({"num_format": "0.0 %"})
    found = document.get("targets", ())
    for row, (line, shown) in enumerate(zip(found, page.targets, strict=True), start=4):
        wanted = Decimal(str(line["value"]))
        if line["reached"] is None:
            write_row(made, sheet, row, [shown.name, shown.unit, wanted, "", _("not measured")])
            continue
        reached = Decimal(line["reached"])
        cells = [shown.name, shown.unit, wanted, line["op"], reached, class_word(line["class"])]
        write_row(made, sheet, row, cells)
        formula = f"=E{row + 1}/C{row + 1}"
        sheet.write_formula(row, 6, formula, share, float(reached / wanted))
        write_row(made, sheet, row, [*[""] * 7, shown.note])
    if not found:
        write_row(made, sheet, 4, [_("No target is set.")])


def _overlaps(made: Book, page: ReportPage) -> None:
    """Write the matrix of channels and the people behind each."""
    title = _("Who may be counted twice")
    sheet = new_sheet(made, "Overlaps", title, (34, 22, 22, 22, 24, 24, 22))
    found = page.overlaps
    if found is None:
        write_row(made, sheet, 3, [_("Nothing is added over channels.")])
        return
    channels = found.matrix[: len(found.columns)]
    heads = ["", *(f"{row.key} {row.name}" for row in channels)]
    write_row(made, sheet, 3, heads, made.head)
    for number, row in enumerate(found.matrix, start=4):
        write_row(made, sheet, number, [row.name, *(cell.text for cell in row.cells)])
    at = 5 + len(found.matrix)
    write_row(made, sheet, at, [found.sentence])
    heads = [_("Channel"), _("Contacts"), _("Fewest people"), _("Most people")]
    heads += found.heads
    write_row(made, sheet, at + 1, heads, made.head)
    for number, line in enumerate(found.rows, start=at + 2):
        cells = [f"{line.letter} {line.name}", line.contacts, line.fewest, line.most]
        cells += [*line.moves, line.source]
        write_row(made, sheet, number, cells)


def _charts(made: Book, sheet: Any, charts: Sequence[_Chart]) -> None:
    for number, found in enumerate(charts):
        options = {"type": found.kind, "subtype": "stacked"} if len(found.columns) > 1 else None
        chart = made.book.add_chart(options or {"type": found.kind})
        for column, name, colour in found.columns:
            chart.add_series(
                {
                    "name": name,
                    "categories": ["Series", found.first, 0, found.last, 0],
                    "values": ["Series", found.first, column, found.last, column],
                    "fill": {"color": colour},
                    "gap": 60,
                }
            )
        chart.set_title({"name": found.title, "overlay": False})
        chart.set_legend({"none": len(found.columns) == 1, "position": "top"})
        chart.set_y_axis({"major_gridlines": {"visible": True, "line": {"color": GREY}}})
        sheet.insert_chart(2 + 18 * number, 7, chart, {"x_scale": 1.3, "y_scale": 1.1})
