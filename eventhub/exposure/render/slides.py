"""PPTX of a report: 16:9, native charts and tables that can be edited."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from flask_babel import gettext as _

from eventhub.exposure.enums import Section
from eventhub.exposure.render import chart_slides, words
from eventhub.exposure.render.cover_slide import cover, sums
from eventhub.exposure.render.deck import HEATS, LEFT, RIGHT, TOP, Box, Deck, fitting
from eventhub.exposure.render.page import LedgerRow, ReportPage, report_page
from eventhub.exposure.render.sections import MARK, class_word, comparison, media
from eventhub.exposure.render.series import HeatTable
from eventhub.kernel.format import day_text, exact, percent, short
from eventhub.kernel.i18n import current_lang, pick

_ROWS: Final = 13  # of a table on one slide
_END: Final = TOP + 5.1
_CHART_FROM: Final = 1.9  # inches of room that a chart below a table needs
_HOUR_ROW: Final = 0.42  # inches, above a chart
_MADE: Final = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)  # no build time inside
_Maker = Callable[[Deck, Mapping[str, Any], ReportPage], None]
_TABLE: Final = Box(LEFT, TOP, RIGHT - LEFT, 5.1)


def report_pptx(document: Mapping[str, Any], logo: bytes | None = None) -> bytes:
    """Return the report as a deck in the language of the request, `logo` (PNG) on its cover."""
    page = report_page(document)
    name = pick(document["title"])
    edge = "    ".join((_("Exposure report"), _("Version %(n)s", n=document["version"])))
    mark = MARK if document["synthetic"] else ""
    deck = Deck(title=name, edge=edge, mark=mark, accent=page.accent.lstrip("#"))
    deck.file.core_properties.created = deck.file.core_properties.modified = _MADE
    makers: dict[str, Sequence[_Maker]] = {
        Section.TARGETS: (chart_slides.targets,),
        Section.FOOTFALL: (_footfall, _days),
        Section.CHECKINS: (_checkins,),
        Section.ATTENDANCE: (chart_slides.funnel,),
        Section.PROGRAMME: (_shows,),
        Section.LIVESTREAM: (chart_slides.streams,),
        Section.MEDIA: (chart_slides.timeline, _outlets),
        Section.COMPARISON: (_comparison,),
    }
    chosen = [make for name in page.order for make in makers[name]]
    for make in (cover, _traceable, chart_slides.waterfall, *chosen, _overlaps, _lines, _limits):
        make(deck, document, page)
    if logo:
        deck.picture(deck.file.slides[0], Box(RIGHT - 3.2, 0.5, 3.2, 0.8), logo)
    target = io.BytesIO()
    deck.file.save(target)
    return target.getvalue()


def _traceable(deck: Deck, document: Mapping[str, Any], page: ReportPage) -> None:
    """Draw the look's slide: the traceable figure, its ledger, and the field of cells."""
    share = page.share
    measured = percent(page.shares["measured"], 1)
    if share is not None:
        title = _("What can be traced is %(share)s of what was published", share=percent(share))
    else:
        title = _("%(share)s of the traceable sum is measured", share=measured)
    foot = _("measured %(m)s · estimated %(e)s · claimed %(c)s", **_percents(page))
    slide = deck.slide(title, foot, _source(document))
    deck.text(slide, Box(LEFT, 1.75, 4.4, 0.4), _("Traceable"), size=16, colour="454C49")
    figure = short(document["gross"], current_lang())
    size = 72 if len(figure) < 9 else 44
    deck.text(slide, Box(LEFT, 2.1, 5.2, 1.25), figure, size=size)
    rows = [[row.name, f"{_sign(row.op)}{row.value}"] for row in _largest(page, 6)]
    rows += [[label, value] for label, value in sums(document) if label != _("Traceable")]
    box = Box(LEFT, 3.35, 4.9, 3.2)
    deck.table(slide, box, [["", _("Contacts")], *rows], (3.3, 1.6), numbers=frozenset({1}))
    if page.field:
        chart_slides.unit_field(deck, slide, document)
        return
    done, height = 0.0, 4.6
    for cls, part in page.shares.items():
        if part:
            deck.rectangle(slide, Box(7.1, 1.9 + done * height, 3.4, float(part) * height), cls)
            text = f"{class_word(cls)} {percent(part, 1)}"
            y = 1.9 + done * height + max(0.0, float(part) * height / 2 - 0.15)
            deck.text(slide, Box(10.7, y, 1.95, 0.3), text, size=13)
            done += float(part)


def _footfall(deck: Deck, document: Mapping[str, Any], page: ReportPage) -> None:
    note = _("Entries as the counters saw them, before calibration · Measured")
    _hours(deck, page.footfall[-2:], _("Footfall, by hour and counter"), note)


def _checkins(deck: Deck, document: Mapping[str, Any], page: ReportPage) -> None:
    note = _("Accepted scans · Measured")
    _hours(deck, page.checkins[-1:], _("Check-ins, by hour and gate"), note)
    _hours(deck, page.tiers[-1:], _("Check-ins, by hour and ticket type"), note)


def _hours(deck: Deck, tables: Sequence[HeatTable], name: str, note: str) -> None:
    for table in tables:
        day = day_text(table.day, current_lang())
        gap = _("Bare cell: no data in that hour; not counted as 0.") if table.has_gap else ""
        slide = deck.slide(f"{name} · {day}", " · ".join(filter(None, (note, gap))))
        rows: list[list[str]] = [["", *table.hours, _("Total")]]
        fills: dict[tuple[int, int], str] = {}
        for number, row in enumerate(table.rows, start=1):
            cells = [_("no data") if cell.is_gap else cell.text for cell in row.cells]
            total = ("≥ " if row.has_gap else "") + exact(row.total)
            rows.append([row.name, *cells, total])
            for column, cell in enumerate(row.cells, start=1):
                if not cell.is_gap:
                    fills[number, column] = HEATS[cell.step - 1]
        total = ("≥ " if table.has_gap else "") + exact(table.total)
        rows.append([_("Total"), *(exact(value) for value in table.totals), total])
        each = (RIGHT - LEFT - 2.6) / len(table.hours)
        widths = (1.7, *[each] * len(table.hours), 0.9)
        size = 12 if len(table.hours) < 12 else 11 if len(table.hours) < 18 else 8
        is_drawn = len(rows) * _HOUR_ROW <= _TABLE.h - _CHART_FROM
        (*_above, end) = deck.table(
            slide,
            Box(LEFT, TOP, RIGHT - LEFT, len(rows) * _HOUR_ROW if is_drawn else _TABLE.h),
            rows,
            widths,
            size=size,
            numbers=frozenset({len(widths) - 1}),
            centred=frozenset(range(1, len(widths) - 1)),
            fills=fills,
            margin=0.01,
        )
        if is_drawn:
            box = Box(LEFT, end + 0.15, RIGHT - LEFT, _END - end - 0.15)
            chart_slides.totals(deck, slide, table, box)


def _days(deck: Deck, document: Mapping[str, Any], page: ReportPage) -> None:
    if not page.days:
        return
    note = "" if page.has_baseline else _("The counters have no readings of other weeks.")
    slide = deck.slide(_("Each day beside the same weekday of other weeks"), note)
    heads = [_("Day"), _("Visits"), _("Class"), _("Usual"), _("Times"), _("Weather and notes")]
    rows = [
        [
            *(row.day, row.value),
            *(class_word(row.cls), row.usual or _("not measured")),
            *(row.uplift, " · ".join(filter(None, (row.note or _("none noted"), row.compared)))),
        ]
        for row in page.days[:_ROWS]
    ]
    widths = (2.7, 1.2, 1.1, 1.1, 0.9, 4.5)
    room = Box(LEFT, TOP, RIGHT - LEFT, _TABLE.h - _CHART_FROM)
    numbers = frozenset({1, 3, 4})
    (*_above, end) = deck.table(slide, room, [heads, *rows], widths, size=13, numbers=numbers)
    drawn = [day for day in page.days if day.hours][-2:]
    if _END - end < _CHART_FROM:
        slide, end = deck.slide(_("Each day beside the same weekday of other weeks"), note), TOP
    wide = (RIGHT - LEFT - 0.3) / 2
    for number, day in enumerate(drawn):
        place = Box(LEFT + number * (wide + 0.3), end + 0.2, wide, _END - end - 0.2)
        chart_slides.beside(deck, slide, day, place)


def _shows(deck: Deck, document: Mapping[str, Any], page: ReportPage) -> None:
    """Print who came to which show; registrations only where a show has its own."""
    has_own = any(row.registered for row in page.shows)
    heads = [_("Show given"), _("Time"), _("Registered people"), _("Arrived"), _("Of the places")]
    heads += [_("By ticket type"), _("Peak viewers")]
    widths = [3.2, 1.7, 1.1, 0.9, 0.9, 2.8, 0.9]
    if not has_own:
        del heads[2], widths[2]
        widths[0] += 0.5
        widths[-2] += 0.6
    count = len(widths)
    for start in range(0, len(page.shows), _ROWS):
        note = _("people at the door of each show, crew left out; viewers of its largest stream")
        slide = deck.slide(_("Which show drew whom"), note)
        shown = page.shows[start : start + _ROWS]
        rows = [
            [
                *(row.name, row.when),
                *((row.registered,) if has_own else ()),
                *(row.arrived or _("not counted"), row.share, row.types, row.peak),
            ]
            for row in shown
        ]
        arrived = count - 4
        fills = {
            (n, arrived): HEATS[row.step - 1] for n, row in enumerate(shown, start=1) if row.step
        }
        numbers = frozenset({2, arrived, arrived + 1, count - 1})
        deck.table(slide, _TABLE, [heads, *rows], widths, size=14, numbers=numbers, fills=fills)


def _outlets(deck: Deck, document: Mapping[str, Any], page: ReportPage) -> None:
    found = media(document)
    if found is None:
        return
    blocks = (
        (_("Outlets"), found.outlets, found.outlet_count, _("Reports"), _("Reach")),
        (_("Creators"), found.creators, found.creator_count, _("Posts"), _("Impressions")),
    )
    for title, rows, count, pieces, value in blocks:
        if not rows:
            continue
        shown = rows[:_ROWS]
        note = _("%(n)s of %(all)s, by reach", n=len(shown), all=count)
        slide = deck.slide(title, note)
        lines = [[title, _("Kind"), pieces, "", value]]
        lines += [[row.name, row.note, exact(row.count), row.extra, row.value] for row in shown]
        widths = (3.6, 3.4, 1.0, 1.7, 1.8)
        deck.table(slide, _TABLE, lines, widths, numbers=frozenset({2, 4}))


def _comparison(deck: Deck, document: Mapping[str, Any], page: ReportPage) -> None:
    found = comparison(document)
    if found is None:
        return
    slide = deck.slide(_("Beside another event"), found.note)
    if not found.same_definitions:
        text = _("Other definitions: not comparable")
        deck.text(slide, Box(LEFT, 1.3, 6, 0.3), text, size=14, bold=True)
    heads = [_("Figure"), _("Unit"), found.title, "", found.other_title, ""]
    rows = [
        [
            *(row.name, row.unit, row.ours, class_word(row.our_class)),
            *(row.theirs, class_word(row.their_class)),
        ]
        for row in found.rows
    ]
    widths = (2.6, 1.6, 2.3, 1.2, 2.6, 1.2)
    box = Box(LEFT, 1.65, RIGHT - LEFT, 4.9)
    deck.table(slide, box, [heads, *rows], widths, size=11, numbers=frozenset({2, 4}))


def _overlaps(deck: Deck, document: Mapping[str, Any], page: ReportPage) -> None:
    found = page.overlaps
    if found is None:
        return
    slide = deck.slide(_("Who may be counted twice"), _("contacts add up, people do not"))
    channels = found.matrix[: len(found.columns)]
    rows = [["", *(f"{row.key} {row.name}" for row in channels)]]
    for row in found.matrix:
        name = f"{row.key} {row.name}" if row in channels else row.name
        rows.append([name, *(cell.text for cell in row.cells)])
    each = (RIGHT - LEFT - 2.4) / len(channels)
    numbers = frozenset(range(1, len(channels) + 1))
    fills = {
        (n, m): HEATS[0]
        for n, row in enumerate(found.matrix, start=1)
        for m, cell in enumerate(row.cells, start=1)
        if cell.kind == "own"
    }
    widths = (2.4, *[each] * len(channels))
    box = Box(LEFT, TOP, RIGHT - LEFT, 2.5)
    (*_above, end) = deck.table(slide, box, rows, widths, size=14, numbers=numbers, fills=fills)
    box = Box(LEFT, end + 0.15, RIGHT - LEFT, 0.55)
    deck.text(slide, box, found.sentence, size=fitting(found.sentence, box, (14, 13, 12, 11)))
    heads = [_("Channel"), _("Contacts"), _("Fewest people"), _("Most people")]
    heads += found.heads
    lines = [
        [f"{row.letter} {row.name}", row.contacts, row.fewest, row.most, *row.moves]
        for row in found.rows
    ]
    each = (RIGHT - LEFT - 2.4) / (len(heads) - 1)
    widths = (2.4, *[each] * (len(heads) - 1))
    box = Box(LEFT, end + 0.75, RIGHT - LEFT, _END - end - 0.75)
    numbers = frozenset(range(1, len(heads)))
    deck.table(slide, box, [heads, *lines], widths, size=14, numbers=numbers)


def _lines(deck: Deck, document: Mapping[str, Any], page: ReportPage) -> None:
    """Print every line of the report, so that no figure is left out of the deck."""
    lines: Sequence[Mapping[str, Any]] = document["lines"]
    heads = ["", _("Ledger line"), _("Value"), _("Unit"), _("Class"), _("In the sum")]
    each = -(-len(lines) // -(-len(lines) // _ROWS)) if lines else 1  # no slide with one row
    for start in range(0, len(lines), each):
        note = _("measured %(m)s · estimated %(e)s · claimed %(c)s", **_percents(page))
        slide = deck.slide(_("Every figure with its class"), note, _source(document))
        rows = [heads, *(_line(line) for line in lines[start : start + each])]
        widths = (0.4, 5.0, 1.9, 1.7, 1.2, 1.3)
        deck.table(slide, _TABLE, rows, widths, size=14, numbers=frozenset({2}))


def _line(line: Mapping[str, Any]) -> list[str]:
    return [
        line["channel"] or "",
        words.name_of(line),
        words.signed(line["op"], line["value"]),
        words.unit_of(line),
        class_word(line["class"]),
        words.in_sum_words(line["in_sum"]),
    ]


def _limits(deck: Deck, document: Mapping[str, Any], page: ReportPage) -> None:
    slide = deck.slide(_("How to read this"), _("Digest %(digest)s", digest=document["digest"]))
    text = _(
        "Gross exposure adds contacts over channels. One person may be counted many times "
        "and in several channels; it is not a number of people."
    )
    if page.certainty:
        text = f"{text}\n{page.certainty}"
    box = Box(LEFT, TOP, 5.4, 1.95)
    deck.text(slide, box, text, size=fitting(text, box, (18, 16, 14, 12, 11, 10)))
    boundary = f"{document['day_start']} {document['timezone']}"
    facts = [
        [_("Method"), ""],
        [_("Day boundary"), boundary],
        [_("Metric dictionary"), _("version %(n)s", n=document["definition_version"])],
        *([text, figure] for text, figure in page.flags[:5]),
    ]
    deck.table(slide, Box(LEFT, 3.5, 5.4, 2.6), facts, (3.2, 2.2), numbers=frozenset({1}))
    if page.not_stated:
        head = _("Not stated in the source")
        deck.text(slide, Box(7.0, TOP, 5.6, 0.35), head, size=16, bold=True)
        shown = [f"{n}. {text}" for n, text in enumerate(page.not_stated[:12], start=1)]
        box = Box(7.0, 1.95, 5.6, 4.6)
        deck.text(
            slide, box, "\n".join(shown), size=fitting("\n".join(shown), box, (16, 14, 12, 11))
        )
        return
    rows = [[_("Method and limits, in plain words"), ""]]
    rows += [[item.head, item.text] for item in page.limits[1:]]
    deck.table(slide, Box(7.0, TOP, 5.667, 5.1), rows, (1.5, 4.167), size=14)


def _largest(page: ReportPage, count: int) -> list[LedgerRow]:
    """Return the counted rows with the largest values, in the order of the ledger."""
    by_value = sorted(page.counted, key=lambda row: -int(row.value.replace(",", "")))
    return [row for row in page.counted if row in by_value[:count]]


def _percents(page: ReportPage) -> dict[str, str]:
    return {cls[0]: percent(share, 1) for cls, share in page.shares.items()}


def _sign(op: str) -> str:
    return "" if op == "=" else f"{op} "


def _source(document: Mapping[str, Any]) -> str:
    names = {s["source"]: s for line in document["lines"] for s in line["sources"]}
    if len(names) != 1:
        return ""
    return _("Source: %(source)s", source=next(iter(names)))
