"""The look of charts as Vega-Lite config; the colours are the roles of the design tokens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

CONFIG: Final[Mapping[str, Any]] = {
    "background": "#FFFFFF",
    "font": "Noto Sans SC",
    "padding": {"left": 2, "right": 12, "top": 8, "bottom": 4},
    "view": {"stroke": None},
    "title": {
        "anchor": "start",
        "align": "left",
        "frame": "group",
        "font": "Noto Sans SC",
        "fontSize": 17,
        "fontWeight": 700,
        "color": "#101312",
        "subtitleColor": "#454C49",
        "subtitleFontSize": 13,
        "offset": 16,
    },
    "axis": {
        "labelFont": "Noto Sans SC",
        "labelFontSize": 13,
        "labelColor": "#454C49",
        "titleFontSize": 13,
        "titleFontWeight": 400,
        "titleColor": "#454C49",
        "labelPadding": 8,
        "ticks": False,
        "domain": False,
        "grid": True,
        "gridColor": "#D0D6D3",
        "gridWidth": 1,
    },
    "axisX": {
        "domain": True,
        "domainColor": "#101312",
        "domainWidth": 1,
        "grid": False,
        "ticks": True,
        "tickColor": "#101312",
        "tickSize": 5,
        "labelFlush": True,
        "labelOverlap": "greedy",
        "tickCount": 6,
    },
    "axisY": {"minExtent": 44, "tickCount": 4},
    "axisBand": {"grid": False},
    "axisQuantitative": {"format": ",d"},
    "legend": {
        "orient": "top",
        "direction": "horizontal",
        "labelFontSize": 13,
        "titleFontSize": 13,
        "labelColor": "#101312",
        "symbolType": "square",
        "symbolSize": 160,
        "symbolStrokeWidth": 1.5,
        "offset": 12,
        "columnPadding": 24,
    },
    "header": {
        "labelFontSize": 14,
        "labelFontWeight": 700,
        "labelAnchor": "start",
        "labelColor": "#101312",
        "titleFontSize": 13,
    },
    "line": {
        "color": "#0B4F8A",
        "strokeWidth": 2.5,
        "strokeCap": "butt",
        "strokeJoin": "miter",
        "interpolate": "linear",
        "invalid": "break-paths-show-domains",
    },
    "bar": {
        "color": "#101312",
        "cornerRadius": 0,
        "strokeWidth": 1.5,
        "discreteBandSize": {"band": 0.62},
    },
    "area": {"opacity": 1, "line": True},
    "point": {"size": 48, "filled": True, "shape": "square", "color": "#0B4F8A"},
    "rule": {"color": "#101312", "strokeWidth": 1},
    "text": {"fontSize": 13, "color": "#101312"},
    "errorbar": {"ticks": True, "thickness": 2},
    "rect": {"stroke": "#FFFFFF", "strokeWidth": 2},
    "range": {
        "category": ["#0B4F8A", "#A65E00", "#101312", "#8A938F", "#2C8C7E", "#D7301F"],
        "ramp": ["#EEF1EF", "#DBE7F1", "#A9C8E2", "#6EA2CF", "#2F73B0", "#0B4F8A"],
        "heatmap": ["#EEF1EF", "#DBE7F1", "#A9C8E2", "#6EA2CF", "#2F73B0", "#0B4F8A"],
        "diverging": ["#A65E00", "#EAD7BA", "#EEF1EF", "#A9C8E2", "#0B4F8A"],
    },
    "scale": {"bandPaddingInner": 0.38, "zero": True},
}

# Role by role: the light colour that specs name, and the dark one.
DARK: Final[Mapping[str, str]] = {
    "#FBFCFB": "#0D100F",  # paper
    "#FFFFFF": "#141817",  # sheet
    "#EEF1EF": "#1B201E",  # band
    "#101312": "#F1F4F2",  # ink, claimed
    "#454C49": "#B9C1BD",  # ink2
    "#656D6A": "#8F9894",  # ink3
    "#D0D6D3": "#303734",  # hair
    "#0B57D0": "#8AB8FF",  # focus
    "#0A7D2C": "#4ADE80",  # ok
    "#1B5FAA": "#8AB8FF",  # info
    "#A56200": "#F5B04C",  # hold
    "#B3001B": "#FF8A8A",  # stop
    "#0B4F8A": "#6DB3F2",  # measured
    "#A65E00": "#F0A63A",  # estimated
    "#8A938F": "#6F7974",  # residual
    "#D7301F": "#FF5A36",  # threads of the default event theme
    "#1C46A8": "#8FB7FF",
    "#F29F97": "#FFB8C0",
    "#2C8C7E": "#2FB59B",
}
_RAMP: Final = ["#1B201E", "#16293A", "#1D4263", "#2A6496", "#5BA3E0", "#A9D3F7"]
DARK_RANGES: Final[Mapping[str, Any]] = {
    "category": ["#6DB3F2", "#F0A63A", "#F1F4F2", "#6F7974", "#2FB59B", "#FF5A36"],
    "ramp": _RAMP,
    "heatmap": _RAMP,
    "diverging": ["#F0A63A", "#6B4A1C", "#1B201E", "#2A6496", "#6DB3F2"],
}
