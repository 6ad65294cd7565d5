"""Slides whose middle is a drawing: waterfall, curves, funnel, timeline, field of cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import ROUND_CEILING, Decimal
from itertools import accumulate, groupby
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from eventhub.exposure.render import sections, words
from eventhub.exposure.render.chapters import DayRow
from eventhub.exposure.render.deck import COLOURS, INK, LEFT, RIGHT, TOP, Box, Deck, library, plain
from eventhub.exposure.render.page import ReportPage
from eventhub.exposure.render.series import HeatTable
from eventhub.kernel.format import exact, percent
from eventhub.kernel.i18n import current_lang, pick

_CHART: Final = Box(LEFT, TOP, RIGHT - LEFT, 5.1)
_COLUMN, _COLUMN_STACKED, _BAR, _BAR_STACKED, _LINE = 51, 52, 57, 58, 4  # XL_CHART_TYPE
_COLUMNS: Final = 25
_LONGEST_NAME: Final = 26
_TARGETS: Final = 12
_MOST_LABELS: Final = 8  # under an axis
_MOST_CELLS: Final = 400


def waterfall(deck: Deck, document: Mapping[str, Any], page: ReportPage) -> None:
    """Draw the counted lines as bars, each beginning where the one before ends."""
    counted = [line for line in document["lines"] if line["in_gross"]]
    if not counted or page.scale is None:
        return
    names = [_named(words.name_of(line), int(line["value"])) for line in counted]
    names.append(_named(_("Gross with evidence"), document["gross"]))
    starts = list(accumulate((int(line["value"]) for line in counted), initial=0))
    blanks = [*starts[:-1], 0]
    stacked = {
        cls: [*(int(line["value"]) if line["class"] == cls else 0 for line in counted), total]
        for cls, total in document["by_class"].items()
    }
    if document["residual"]:
        names.append(_named(_("Unexplained residual"), document["residual"]))
        blanks.append(starts[-1])
        for values in stacked.values():
            values.append(0)
        stacked["residual"] = [*[0] * (len(names) - 1), document["residual"]]
    stacked = {cls: values for cls, values in stacked.items() if any(values)}
    foot = _("contacts, added up from top to bottom; the texture says the class")
    slide = deck.slide(_("Where every contact comes from"), foot)
    data = [("", blanks), *((sections.class_word(cls), own) for cls, own in stacked.items())]
    chart = _chart(deck, slide, _BAR_STACKED, names, data)
    chart.category_axis.reverse_order = True
    _without_scale(chart)
    plot = chart.plots[0]
    plot.gap_width, plot.overlap = 45, 100
    plot.series[0].format.fill.background()
    for series, cls in zip(list(plot.series)[1:], stacked, strict=True):
        _weave(deck, series, cls)


def _weave(deck: Deck, series: Any, cls: str) -> None:
    deck.texture(series.format.fill, cls)
    series.format.line.color.rgb = deck.rgb(COLOURS[cls])


def _without_scale(chart: Any) -> None:
    """Leave the axis away where every bar has its figure beside it."""
    chart.value_axis.visible = chart.value_axis.has_major_gridlines = False


def targets(deck: Deck, document: Mapping[str, Any], page: ReportPage) -> None:
    """Print targets and what was reached; beside each row its bar, which ends at the target."""
    rows = page.targets[:_TARGETS]
    if not rows:
        return
    slide = deck.slide(_("Targets and what was reached"), _("a target set late says so"))
    heads = [_("Figure"), _("Target"), _("Reached"), _("Class"), _("Share of the target"), ""]
    cells = [
        [
            " · ".join(filter(None, (row.name, row.unit, row.note))),
            *(row.target, row.reached or _("not measured"), sections.class_word(row.cls)),
            *("", row.share),
        ]
        for row in rows
    ]
    widths = (3.5, 1.6, 1.8, 1.15, 2.4, 1.05)
    ends = deck.table(slide, _CHART, [heads, *cells], widths, numbers=frozenset({1, 2, 5}))
    left, wide = LEFT + sum(widths[:4]) + 0.05, widths[4] - 0.1
    for row, top, end in zip(rows, ends, ends[1:], strict=False):
        middle = (top + end) / 2
        if row.share:
            share = float(row.width.rstrip("%")) / 100
            bar = Box(left, middle - 0.11, max(0.02, wide * share), 0.22)
            deck.rectangle(slide, bar, row.cls or "measured")
            deck.rule(slide, Box(left + wide, middle - 0.17, 0, 0.34), INK, 1.5)


def _named(name: str, value: int) -> str:
    """Return a name that leaves room for the bars, with its value: a short bar holds no label."""
    short = name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
    return f"{short}  {exact(value)}"


def beside(deck: Deck, slide: Any, day: DayRow, box: Box) -> None:
    """Draw a day by hour beside the usual one into a place of a slide."""
    data = [
        (_("%(day)s by hour", day=day.day), [one.value for one in day.hours]),
        (_("Usual, median"), [one.usual for one in day.hours]),
    ]
    chart = _chart(deck, slide, _COLUMN, [one.label for one in day.hours], data, box)
    chart.plots[0].gap_width, chart.plots[0].overlap = 40, 0
    for series, cls in zip(chart.plots[0].series, ("measured", "residual"), strict=True):
        _weave(deck, series, cls)
    chart.has_legend = True
    chart.legend.position, chart.legend.include_in_layout = -4160, False  # top


def totals(deck: Deck, slide: Any, table: HeatTable, box: Box) -> None:
    """Draw the sums by hour of a table into the room below it."""
    data = [(_("Total"), table.totals)]
    chart = _chart(deck, slide, _COLUMN, table.hours, data, box)
    chart.plots[0].gap_width = 45
    deck.texture(chart.plots[0].series[0].format.fill, "measured")


def streams(deck: Deck, document: Mapping[str, Any], page: ReportPage) -> None:
    """Draw the curves of the livestreams, at most three; a gap breaks the line."""
    zone, lang = ZoneInfo(document["timezone"]), current_lang()
    for curve in document["series"].get("concurrency", [])[:3]:
        times = [f"{datetime.fromisoformat(at).astimezone(zone):%H:%M}" for at in curve["at"]]
        title = " · ".join(filter(None, (pick(curve["title"]), curve[lang])))
        known = [value for value in curve["values"] if value is not None]
        peak = exact(max(known, default=0))
        foot = _(
            "viewers at the same time · %(class)s · peak %(peak)s",
            **{
                "class": sections.class_word(curve["class"]),
                "peak": peak,
            },
        )
        slide = deck.slide(title, foot)
        chart = _chart(deck, slide, _LINE, times, [(title, curve["values"])])
        series = chart.plots[0].series[0]
        series.smooth = False
        series.format.line.color.rgb = deck.rgb(COLOURS[curve["class"]])
        series.marker.style = -4142  # none
        _sparse(chart, len(times))


def funnel(deck: Deck, document: Mapping[str, Any], page: ReportPage) -> None:
    """Draw registered, confirmed, arrived; beside it the ticket types with those who stayed."""
    found = sections.funnel(document)
    if found is None:
        return
    foot = _("people, crew left out")
    if found.due:
        foot = _(
            "No-show %(share)s: %(n)s of %(due)s tickets whose days are over",
            share=found.no_show_share,
            n=exact(found.no_show),
            due=exact(found.due),
        )
    slide = deck.slide(_("From registration to arrival"), foot)
    names = [step.name for step in found.steps]
    values = [step.value for step in found.steps]
    box = Box(LEFT, TOP, 5.2, 5.1)
    chart = _chart(deck, slide, _BAR, names, [(_("People"), values)], box)
    chart.category_axis.reverse_order = True
    _without_scale(chart)
    chart.plots[0].gap_width = 45
    deck.texture(chart.plots[0].series[0].format.fill, "measured")
    _label(deck, chart.plots[0].series[0])
    heads = ["", *(step.name for step in found.steps), _("No-show")]
    rows = [
        [row.name, exact(row.registered), exact(row.confirmed), exact(row.arrived), row.no_show]
        for row in found.types[:12]
    ]
    box = Box(6.6, TOP + 0.2, 6.05, 4.6)
    deck.table(
        slide,
        box,
        [heads, *rows],
        (2.0, 1.1, 1.1, 0.95, 0.9),
        size=14,
        numbers=frozenset({1, 2, 3, 4}),
    )


def timeline(deck: Deck, document: Mapping[str, Any], page: ReportPage) -> None:
    """Draw mentions and posts by day."""
    found = sections.media(document)
    if found is None:
        return
    foot = _(
        "%(mentions)s reports of %(outlets)s outlets · %(creators)s creators",
        mentions=exact(found.mention_count),
        outlets=exact(found.outlet_count),
        creators=exact(found.creator_count),
    )
    slide = deck.slide(_("Media and creators, by day"), foot)
    days = [day.label for day in found.days]
    data = [
        (_("Mentions"), [day.mentions for day in found.days]),
        (_("Posts"), [day.posts for day in found.days]),
    ]
    chart = _chart(deck, slide, _COLUMN_STACKED, days, data)
    chart.plots[0].gap_width, chart.plots[0].overlap = 45, 100
    for series, cls in zip(chart.plots[0].series, ("measured", "claimed"), strict=True):
        _weave(deck, series, cls)
    chart.has_legend = True
    chart.legend.position, chart.legend.include_in_layout = -4160, False  # top
    _sparse(chart, len(days))


def unit_field(deck: Deck, slide: Any, document: Mapping[str, Any]) -> None:
    """Draw cells of one round amount as rows of warp, and what is traced solid on them."""
    cell = 1
    while document["claimed"] > cell * _MOST_CELLS:
        cell *= 10
    count = int((Decimal(document["claimed"]) / cell).to_integral_value(rounding=ROUND_CEILING))
    pitch, side, left, top = 0.257, 0.2, 6.28, 2.35
    places = [divmod(number, _COLUMNS) for number in range(count)]
    squares = [(left + x * pitch, top + y * pitch) for y, x in places]
    _squares(deck, slide, squares, side, "residual")
    whole = Decimal(document["gross"]) / cell
    solid = squares[: int(whole)]
    _squares(deck, slide, solid, side, "ink")
    rest = float(whole - int(whole))
    if rest and len(solid) < len(squares):
        x, y = squares[len(solid)]
        part = Box(x, y + side * (1 - rest), side, side * rest)
        deck.ink(deck.rectangle(slide, part, "measured"))
    note = _("%(cells)s cells of %(value)s contacts", cells=count, value=exact(cell))
    share = percent(page_share(document))
    deck.text(slide, Box(left, 1.75, 6.3, 0.3), f"{note} · {share}", size=13)


def page_share(document: Mapping[str, Any]) -> Decimal:
    """Return the share of the published total that can be traced."""
    return Decimal(document["share_of_claimed"] or 0)


def _squares(
    deck: Deck, slide: Any, corners: Sequence[tuple[float, float]], side: float, cls: str
) -> None:
    """Draw squares, one shape a row: the time to make a shape grows with the square of its size."""
    for _y, row in groupby(corners, key=lambda corner: corner[1]):
        _row(deck, slide, list(row), side, cls)


def _row(
    deck: Deck, slide: Any, corners: Sequence[tuple[float, float]], side: float, cls: str
) -> None:
    inch = 914_400
    x, y = corners[0]
    builder = slide.shapes.build_freeform(int(x * inch), int(y * inch))
    for number, (x, y) in enumerate(corners):
        if number:
            builder.move_to(int(x * inch), int(y * inch))
        ends = ((x + side, y), (x + side, y + side), (x, y + side))
        builder.add_line_segments([(int(a * inch), int(b * inch)) for a, b in ends], close=True)
    shape = builder.convert_to_shape()
    deck.texture(shape.fill, cls, slide.part)
    shape.line.fill.background()
    plain(shape)


def _chart(
    deck: Deck,
    slide: Any,
    kind: int,
    names: Sequence[str],
    series: Sequence[tuple[str, Sequence[Any]]],
    box: Box = _CHART,
) -> Any:
    pt = library("util").Pt
    data = library("chart.data").CategoryChartData(number_format="#,##0")
    data.categories = names
    for name, values in series:
        data.add_series(name, values)
    place = map(deck.inches, (box.x, box.y, box.w, box.h))
    chart = slide.shapes.add_chart(library("enum.chart").XL_CHART_TYPE(kind), *place, data).chart
    chart.has_legend, chart.has_title = False, False
    chart.font.size, chart.font.name = pt(11), "Arial"
    chart.font.color.rgb = deck.rgb(INK)
    lines = chart.value_axis.major_gridlines.format.line
    lines.color.rgb, lines.width = deck.rgb("D0D6D3"), pt(0.75)
    chart.value_axis.format.line.fill.background()
    chart.value_axis.tick_labels.number_format = "#,##0"
    chart.value_axis.tick_labels.number_format_is_linked = False
    return chart


def _label(deck: Deck, series: Any) -> None:
    labels = series.data_labels
    labels.show_value = True
    labels.number_format, labels.number_format_is_linked = "#,##0", False
    labels.font.color.rgb = deck.rgb(INK)


def _sparse(chart: Any, count: int) -> None:
    """Write every n-th name under the axis; few stand level."""
    step = max(1, -(-count // _MOST_LABELS))
    axis, qn = chart.category_axis._element, library("oxml.ns").qn
    for name in ("c:tickLblSkip", "c:tickMarkSkip"):
        element = axis.makeelement(qn(name), {"val": str(step)})
        axis.find(qn("c:noMultiLvlLbl")).addprevious(element)
