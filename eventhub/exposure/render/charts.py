"""
The charts of the report page as Vega-Lite specs: values of the page in, one spec out.

Each chart is drawn for phones and for columns of at least 540 px, in both
schemes; the style sheet shows one of the four. The waterfall, the shares and
the funnel stay part of their table rows, see docs/report.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Self

from flask_babel import gettext as _
from markupsafe import Markup

from eventhub.exposure.enums import Section
from eventhub.exposure.render.chapters import DayRow, days
from eventhub.exposure.render.page import sections_of
from eventhub.exposure.render.sections import Media
from eventhub.exposure.render.sections import media as media_of
from eventhub.exposure.render.series import HeatTable, StreamCurve, heat_tables, stream_curves
from eventhub.kernel import charts
from eventhub.kernel.i18n import LANGS, current_lang, in_lang

CHARTS: Final = "charts"  # folder of the instance
_SIZES: Final = {"narrow": (290, 150), "wide": (540, 190)}  # px of the plot without its axes
_INK: Final = {"measured": "#0B4F8A", "estimated": "#A65E00", "claimed": "#101312"}
_CLAIMED_DASH: Final = [1.5, 3]
_WHOLE_BAND: Final = {"band": 1}
_MOST_LABELLED: Final = 12  # days with a figure above the bar


class Drawings:
    """
    The charts of one page in one language, as its folder keeps them.

    A page never waits for a drawing: where some are missing they are begun
    behind it, and until they are there `are_coming` and their place says so.
    `is_final` tells that the page stays as it is.
    """

    def __init__(self, folder: Path, *, are_coming: bool = False, is_final: bool = True) -> None:
        self._folder = folder
        self.are_coming = are_coming
        self.is_final = is_final

    @classmethod
    def of(cls, document: Mapping[str, Any], folder: Path) -> Self:
        """Return the charts of a report.json in the language of the request."""
        wanted = [drawing for spec in _specs(document) for drawing in _drawings(spec)]
        lacking = [drawing for drawing in wanted if charts.read(drawing, folder) is None]
        name = f"{document['digest'][:32]}-{current_lang()}"
        are_coming = bool(lacking) and charts.draw_behind(lacking, folder, name=name)
        return cls(folder, are_coming=are_coming, is_final=not lacking or not charts.can_draw())

    def hours(self, tables: Sequence[HeatTable]) -> list[tuple[HeatTable, Markup]]:
        """Return entries by hour, day beside day."""
        top = hours_top(tables)
        return [(table, self._drawn(hours_spec(table, top=top))) for table in tables]

    def beside(self, rows: Sequence[DayRow]) -> list[tuple[DayRow, Markup]]:
        """Return each day by hour beside the usual one."""
        top = beside_top(rows)
        return [(day, self._drawn(beside_spec(day, top=top))) for day in rows if day.hours]

    def stream(self, stream: StreamCurve) -> Markup:
        """Return the viewers of one stream over time."""
        return self._drawn(stream_spec(stream))

    def timeline(self, media: Media) -> Markup:
        """Return reports and posts by day."""
        return self._drawn(timeline_spec(media))

    def _drawn(self, spec: Mapping[str, Any]) -> Markup:
        """Return the four drawings, that they come, or nothing: the table stands beside."""
        made = []
        for drawing in _drawings(spec):
            size = "narrow" if drawing.spec["width"] == _SIZES["narrow"][0] else "wide"
            scheme = "dark" if drawing.dark else "light"
            text = charts.read(drawing, self._folder)
            if text is None:
                return self._place()
            made.append(f'<div class="drawn-{size} drawn-{scheme}">{text}</div>')
        return Markup("".join(made))  # noqa: S704 - SVG of Vega, which escapes every text

    def _place(self) -> Markup:
        if not self.are_coming:
            return Markup()
        words = _("The chart is being drawn. Its figures stand in the table.")
        return Markup('<p class="drawn-soon cap">{}</p>').format(words)


def drawings_of(document: Mapping[str, Any]) -> list[charts.Drawing]:
    """Return every drawing that the page of a report.json shows, in both languages."""
    found = []
    for lang in LANGS:
        with in_lang(lang):
            found += [drawing for spec in _specs(document) for drawing in _drawings(spec)]
    return found


def _specs(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the charts of the sections that a page has, in the language of the moment."""
    shown = sections_of(document)
    if Section.FOOTFALL in shown:
        tables, rows = heat_tables(document, "footfall_hours"), days(document)
        yield from (hours_spec(table, top=hours_top(tables)) for table in tables)
        yield from (beside_spec(day, top=beside_top(rows)) for day in rows if day.hours)
    if Section.LIVESTREAM in shown:
        yield from map(stream_spec, stream_curves(document))
    if Section.MEDIA in shown and (found := media_of(document)):
        yield timeline_spec(found)


def _drawings(spec: Mapping[str, Any]) -> list[charts.Drawing]:
    return [
        charts.Drawing(
            {**spec, "width": width, "height": height, "background": None}, current_lang(), dark
        )
        for width, height in _SIZES.values()
        for dark in (False, True)
    ]


def hours_top(tables: Iterable[HeatTable]) -> int:
    """Return the largest hour of some days, so that their charts share one scale."""
    return max((total for table in tables for total in table.totals), default=1) or 1


def beside_top(rows: Iterable[DayRow]) -> int:
    """Return the largest hour of some days and of their usual ones."""
    hours = (one for day in rows for one in day.hours)
    return max((n for one in hours for n in (one.value, one.usual) if n), default=1)


def hours_spec(table: HeatTable, *, top: int) -> dict[str, Any]:
    """Return bars of the sums by hour; an hour that a row missed has bare warp behind it."""
    values = [
        {"hour": hour, "n": total, "gap": any(row.cells[number].is_gap for row in table.rows)}
        for number, (hour, total) in enumerate(zip(table.hours, table.totals, strict=True))
    ]
    x = _band("hour", list(table.hours))
    return {
        "data": {"values": values},
        "encoding": {"x": x},
        "layer": [
            _gap_layer({"transform": [{"filter": "datum.gap"}]}),
            {
                "mark": {"type": "bar", "color": _INK["measured"], "width": _WHOLE_BAND},
                "encoding": {"y": _y("n", top=top)},
            },
        ],
    }


def beside_spec(day: DayRow, *, top: int) -> dict[str, Any]:
    """Return bars of a day by hour with a mark where the usual day stands."""
    values = [{"hour": one.label, "n": one.value, "usual": one.usual} for one in day.hours]
    names = [_("This day"), _("Usual, median")]
    colour = {"scale": {"domain": names, "range": [_INK["measured"], _INK["claimed"]]}}
    legend = {"title": None}

    def mark(kind: Mapping[str, Any], field: str, name: str) -> dict[str, Any]:
        own = {"datum": name, **colour, "legend": legend}
        return {"mark": kind, "encoding": {"y": _y(field, top=top), "color": own}}

    tick = {"type": "tick", "thickness": 3, "bandSize": {"band": 1.3}, "opacity": 1}
    return {
        "data": {"values": values},
        "encoding": {"x": _band("hour", [one.label for one in day.hours])},
        "layer": [
            _gap_layer({"transform": [{"filter": "datum.n === null"}]}),
            mark({"type": "bar", "width": _WHOLE_BAND}, "n", names[0]),
            mark(tick, "usual", names[1]),
        ],
    }


def stream_spec(stream: StreamCurve) -> dict[str, Any]:
    """Return a line over local time; minutes without data break it and have bare warp."""
    values = [{"t": at, "n": value} for at, value in stream.points]
    gaps = [{"t": start, "end": end} for start, end in stream.gaps]
    axis = {"format": "%H:%M", "tickCount": 5}
    x = {"field": "t", "type": "temporal", "scale": {"type": "utc"}, "title": None, "axis": axis}
    line: dict[str, Any] = {"type": "line", "color": _INK.get(stream.cls, _INK["measured"])}
    if stream.cls == "claimed":
        line["strokeDash"] = _CLAIMED_DASH
    return {
        "layer": [
            _gap_layer({"data": {"values": gaps}, "encoding": {"x": x, "x2": {"field": "end"}}}),
            {
                "data": {"values": values},
                "mark": line,
                "encoding": {"x": x, "y": _y("n", top=max(2, stream.peak))},
            },
        ]
    }


def timeline_spec(media: Media) -> dict[str, Any]:
    """Return stacked bars of reports and posts by day, the sum above where there is room."""
    kinds = {"mentions": _("Reports of outlets"), "posts": _("Posts of creators")}
    values = [
        {"day": day.label, "kind": name, "n": getattr(day, key), "order": order}
        for day in media.days
        for order, (key, name) in enumerate(kinds.items())
    ]
    x = _band("day", [day.label for day in media.days])
    fills = [_INK["measured"], "url(#eh-claimed)"]
    kind = {"field": "kind", "type": "nominal", "title": None}
    domain = {"domain": list(kinds.values())}
    bars = {
        "transform": [{"filter": "datum.n > 0"}],  # no outline of nothing
        "mark": "bar",
        "encoding": {
            "y": _y("n"),
            "order": {"field": "order", "type": "quantitative"},
            "fill": {**kind, "scale": domain | {"range": fills}},
            "stroke": {**kind, "scale": domain | {"range": [_INK["measured"], _INK["claimed"]]}},
        },
    }
    sums = {
        "transform": [
            {"aggregate": [{"op": "sum", "field": "n", "as": "sum"}], "groupby": ["day"]},
            {"filter": "datum.sum > 0"},
        ],
        "mark": {"type": "text", "dy": -9, "fontWeight": 700},
        "encoding": {
            "y": {"field": "sum", "type": "quantitative"},
            "text": {"field": "sum", "type": "quantitative", "format": ",d"},
        },
    }
    layers = [bars, sums] if len(media.days) <= _MOST_LABELLED else [bars]
    return {"data": {"values": values}, "encoding": {"x": x}, "layer": layers}


def _band(field: str, order: list[str]) -> dict[str, Any]:
    """Return a band per name, in the order given, whether or not a layer has it."""
    axis = {"labelAngle": 0, "labelFlush": False}
    scale = {"domain": order}
    return {"field": field, "type": "ordinal", "title": None, "scale": scale, "axis": axis}


def _y(field: str, *, top: int | None = None) -> dict[str, Any]:
    scale = {"nice": True} if top is None else {"nice": True, "domainMin": 0, "domainMax": top}
    axis = {"tickMinStep": 1}  # people and pieces are whole
    return {
        "field": field,
        "type": "quantitative",
        "title": None,
        "scale": scale,
        "axis": axis,
        "stack": "zero" if top is None else None,
    }


def _gap_layer(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return full-height rects of bare warp; a gap is never drawn as 0."""
    return {**given, "mark": {"type": "rect", "fill": "url(#eh-residual)", "stroke": None}}
