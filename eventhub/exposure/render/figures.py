"""Drawings of a report as SVG without style: classes and attributes only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal
from typing import Any, Final

_COLUMNS: Final = 25
_MOST_CELLS: Final = 400
_PITCH: Final = 25  # px from cell to cell
_SIDE: Final = 20  # px of a cell
_ENDS: Final = (2.5, 7.5, 12.5, 17.5)  # the four warp ends of a cell, px
_PLOT_W: Final = 1000
_PLOT_H: Final = 200


@dataclass(frozen=True, slots=True)
class UnitField:
    """Cells of one round amount each: what is traced is solid, the rest is bare warp."""

    cells: int
    cell_value: int
    width: int
    height: int
    warp_path: str
    solid_path: str
    traced_cells: Decimal
    other_cells: Decimal


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of the waterfall in per cent of its width; `start` joins the row above."""

    start: str
    width: str
    cls: str
    low: str = ""  # ends of the interval, "" without one
    high: str = ""


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark of an axis: place in per cent, text."""

    at: str
    text: str


@dataclass(frozen=True, slots=True)
class Curve:
    """A line over time in a box of 1000 × 200; gaps are stretches without data."""

    path: str
    gaps: tuple[Bar, ...]
    y_ticks: tuple[Tick, ...]
    top: int


def unit_field(claimed: int, gross: int) -> UnitField:
    """
    Return a field whose cells hold one round amount, at most 400 cells.

    Proportions are true: a share of a cell is that share of its area.
    """
    cell = 1
    while claimed > cell * _MOST_CELLS:
        cell *= 10
    cells = int((Decimal(claimed) / cell).to_integral_value(rounding=ROUND_CEILING))
    rows = -(-cells // _COLUMNS)
    warp, solid = [], []
    for number in range(cells):
        x, y = number % _COLUMNS * _PITCH, number // _COLUMNS * _PITCH
        warp += [f"M{x + end:g} {y}v{_SIDE}" for end in _ENDS]
        filled = min(Decimal(1), max(Decimal(0), Decimal(gross) / cell - number))
        if filled:
            height = (filled * _SIDE).quantize(Decimal("0.01")).normalize()
            solid.append(f"M{x} {y + _SIDE}h{_SIDE}v-{height:f}h-{_SIDE}z")
    traced = (Decimal(gross) / cell).quantize(Decimal("0.01"))
    total = (Decimal(claimed) / cell).quantize(Decimal("0.01"))
    return UnitField(
        cells=cells,
        cell_value=cell,
        width=_COLUMNS * _PITCH - (_PITCH - _SIDE),
        height=rows * _PITCH - (_PITCH - _SIDE),
        warp_path="".join(warp),
        solid_path="".join(solid),
        traced_cells=traced,
        other_cells=total - traced,
    )


def waterfall(lines: Sequence[Mapping[str, Any]], scale: int) -> dict[str, Bar]:
    """Return a bar for every counted line, each beginning where the one before ends."""
    bars, done = {}, 0
    for line in lines:
        if line["in_gross"]:
            found = bar(done, int(line["value"]), scale, line["class"])
            if line["low"] is not None:
                low, high = (_percent(done + line[end], scale) for end in ("low", "high"))
                found = replace(found, low=low, high=high)
            bars[line["line"]] = found
            done += int(line["value"])
    return bars


def sum_bars(by_class: Mapping[str, int], scale: int) -> tuple[Bar, ...]:
    """Return the parts of the sum in the order measured, estimated, claimed."""
    bars, done = [], 0
    for cls in ("measured", "estimated", "claimed"):
        if by_class[cls]:
            bars.append(bar(done, by_class[cls], scale, cls))
            done += by_class[cls]
    return tuple(bars)


def bar(start: int, value: int, scale: int, cls: str) -> Bar:
    """Return the stretch from `start` over `value`, on a scale that ends at `scale`."""
    return Bar(_percent(start, scale), _percent(value, scale), cls)


def curve(values: Sequence[int | None]) -> Curve:
    """
    Return the line through `values`, evenly spaced; None is a gap.

    A gap breaks the line; it is never drawn as 0.
    """
    known = [value for value in values if value is not None]
    top = _round_top(max(known, default=1))
    last = max(1, len(values) - 1)
    path, gaps, pen, gap_from = [], [], "M", None
    for number, value in enumerate(values):
        if value is None:
            gap_from = number if gap_from is None else gap_from
            pen = "M"
            continue
        if gap_from is not None:
            gaps.append(bar(max(0, gap_from - 1), number - max(0, gap_from - 1), last, "gap"))
            gap_from = None
        x = round(number * _PLOT_W / last, 1)
        path.append(f"{pen}{x:g} {round(_PLOT_H - value * _PLOT_H / top, 1):g}")
        pen = "L"
    if gap_from is not None:
        gaps.append(bar(max(0, gap_from - 1), last - max(0, gap_from - 1), last, "gap"))
    ticks = tuple(
        Tick(_percent(top - value, top), f"{value:,}") for value in (top, top // 2) if value
    )
    return Curve(path="".join(path), gaps=tuple(gaps), y_ticks=ticks, top=top)


def _round_top(value: int) -> int:
    step: int = 10 ** max(0, len(str(value)) - 2)
    return max(2, -(-value // (2 * step)) * 2 * step)


def _percent(value: int, whole: int) -> str:
    share = Decimal(value) * 100 / Decimal(max(1, whole))
    return f"{share.quantize(Decimal('0.001')).normalize():f}%"
