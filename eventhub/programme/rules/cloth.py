"""
The cloth: an event's cover, woven from its released programme as SVG.

Weft is one row per day and stage, warp one end per quarter of an hour. The
text depends on the arguments alone, so one programme always gives the same
bytes. Colours are classes (`g` ground, `wp` warp, `dm` dimmed, `t1`-`t8`
threads, `now`, `bw` bare warp) that the event's theme fills.
"""

from __future__ import annotations

import html
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from eventhub.programme.rules.weaves import lies_on_top, thread_of, weave_of

CELL_MIN = 15
_WARP_SHARE = 0.18
_THREAD_SHARE = 0.055
_THREAD_LIMITS = (1.0, 2.5)
_NOW_WIDTH = 2.0
_EDGE_CELL = 3.0
_SWATCH_CELLS = ((18, 4), (24, 5), (47, 6))

Orientation: TypeAlias = Literal["horizontal", "vertical"]
_Rect: TypeAlias = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class ClothShow:
    """
    One show in the cloth.

    `row` is the index of its weft row, `start_min` and `end_min` are minutes
    after 00:00 local time of the operating day (02:00 on the next date is
    1560), `stage` is the stage position from 1; a show that is not `lit` is
    woven in the dimmed colour.
    """

    row: int
    start_min: int
    end_min: int
    stage: int
    lit: bool = True


@dataclass(frozen=True, slots=True)
class ClothSpec:
    """What is woven: the stage position of each weft row, the shows, the hours in minutes."""

    rows: tuple[int, ...]
    shows: tuple[ClothShow, ...]
    first_min: int = 600
    last_min: int = 1560


def weave(
    spec: ClothSpec,
    *,
    width: int,
    height: int,
    label: str = "",
    orientation: Orientation = "horizontal",
    now_min: int | None = None,
    sub_rows: int = 4,
) -> str:
    """
    Return the cloth as one `<svg>` element.

    Args:
        spec: Rows and shows; shows outside the hours or rows are cut off.

        width, height: Size in px; the drawing stretches to any other box.

        label: One sentence as the picture's name; empty hides it from
            assistive technology.

        orientation: Time runs to the right, or downwards (phone cover).

        now_min: Minute of the line for now; outside the hours it is left out.

        sub_rows: Cells per row: 4 for covers, 3 for strips, 6 for one day.

    Raises:
        ValueError: A size or the hours are not positive.
    """
    loom = _Loom.of(spec, width, height, orientation, sub_rows)
    layers: list[tuple[str, list[_Rect]]] = [("wp", loom.warp()), ("dm", [])]
    layers += [(f"t{thread}", []) for thread in range(1, 9)]
    colours = dict(layers)
    for row, stage in enumerate(spec.rows):
        colours[_class(stage, lit=_row_is_lit(spec, row))].append(loom.thread(row))
    for show in spec.shows:
        if 0 <= show.row < len(spec.rows):
            colours[_class(show.stage, lit=show.lit)].extend(loom.show(show))
    if now_min is not None and spec.first_min <= now_min <= spec.last_min:
        layers.append(("now", [loom.now(now_min)]))
    layers = [(name, [loom.cut(rect) for rect in rects]) for name, rects in layers]
    return _svg(width, height, label, layers, turned=orientation == "vertical", kind="cloth")


def strip(
    spec: ClothSpec,
    *,
    width: int,
    height: int,
    label: str = "",
    now_min: int | None = None,
) -> str:
    """Return a low cloth of three sub-rows: day strip, ticket; see `weave`."""
    return weave(spec, width=width, height=height, label=label, now_min=now_min, sub_rows=3)


def swatch(stage: int, *, size: int = 20) -> str:
    """Return a square of a stage's weave, hidden from assistive technology; size in px."""
    cells = next((count for limit, count in _SWATCH_CELLS if size <= limit), 8)
    if weave_of(stage) == 5 and cells % 4:
        cells = 4  # a basket needs whole pairs
    cell = size / cells
    drawn = _cells(weave_of(stage), range(cells), cells)
    rects = [(x * cell, y * cell, wide * cell, high * cell) for x, y, wide, high in drawn]
    return _svg(size, size, "", [(f"t{thread_of(stage)}", rects)], kind="swatch")


def edge(stage: int, *, width: int = 10, height: int = 72) -> str:
    """Return the narrow upright strip of a stage's weave; width and height in px."""
    column = width / 2
    drawn = _cells(weave_of(stage), range(2), max(1, round(height / _EDGE_CELL)))
    rects = [
        (x * column, y * _EDGE_CELL, wide * column, high * _EDGE_CELL) for x, y, wide, high in drawn
    ]
    return _svg(width, height, "", [(f"t{thread_of(stage)}", rects)], kind="edge")


def bare_warp(*, width: int, height: int, label: str = "") -> str:
    """Return warp without weft, the picture of "nothing known here": 1 px every 5 px."""
    lines = [(float(x), 0.0, 1.0, float(height)) for x in range(0, width, 5)]
    return _svg(width, height, label, [("bw", lines)], ground=False, kind="bare")


@dataclass(frozen=True, slots=True)
class _Loom:
    """Measures of one cloth; x runs along time and y across the rows, before any turn."""

    spec: ClothSpec
    cell: float
    row: float
    sub_rows: int
    length: float
    breadth: float

    @classmethod
    def of(
        cls,
        spec: ClothSpec,
        width: int,
        height: int,
        orientation: Orientation,
        sub_rows: int,
    ) -> _Loom:
        """Return the loom for a box; raises ValueError for sizes that are not positive."""
        if width < 1 or height < 1 or sub_rows < 1:
            raise ValueError("a cloth needs a positive size")
        if spec.last_min <= spec.first_min:
            raise ValueError("a cloth needs hours that end after they begin")
        turned = orientation == "vertical"
        length, breadth = (height, width) if turned else (width, height)
        cells = (spec.last_min - spec.first_min) / CELL_MIN
        row = breadth / max(1, len(spec.rows))
        return cls(spec, length / cells, row, sub_rows, float(length), float(breadth))

    def cut(self, rect: _Rect) -> _Rect:
        """Return the part of a cell that lies inside the cloth, for boxes of very few px."""
        x, y, wide, high = rect
        left, top = max(0.0, x), max(0.0, y)
        right, bottom = min(self.length, x + wide), min(self.breadth, y + high)
        return (left, top, max(0.0, right - left), max(0.0, bottom - top))

    def at(self, minute: float) -> float:
        """Return how far along the weft a minute lies, in px."""
        return (minute - self.spec.first_min) / CELL_MIN * self.cell

    def warp(self) -> list[_Rect]:
        """Return the warp ends, one in the middle of each quarter of an hour."""
        wide = self.cell * _WARP_SHARE
        first = self.spec.first_min // CELL_MIN
        last = -(-self.spec.last_min // CELL_MIN)
        middles = (self.at((quarter + 0.5) * CELL_MIN) for quarter in range(first, last))
        return [
            (middle - wide / 2, 0.0, wide, self.breadth)
            for middle in middles
            if 0 <= middle <= self.length
        ]

    def thread(self, row: int) -> _Rect:
        """Return the weft thread that runs through a row from edge to edge."""
        low, high = _THREAD_LIMITS
        thick = min(high, max(low, self.row * _THREAD_SHARE))
        return (0.0, (row + 0.5) * self.row - thick / 2, self.length, thick)

    def show(self, show: ClothShow) -> list[_Rect]:
        """Return the cells of a show that lie on top, runs joined, cut to the hours."""
        start = max(show.start_min, self.spec.first_min)
        end = min(show.end_min, self.spec.last_min)
        if end <= start:
            return []
        sub = self.row / self.sub_rows
        quarters = range(start // CELL_MIN, -(-end // CELL_MIN))
        rects = []
        for quarter, y, wide, high in _cells(weave_of(show.stage), quarters, self.sub_rows):
            left = max(0.0, self.at(quarter * CELL_MIN))
            right = min(self.length, self.at((quarter + wide) * CELL_MIN))
            rects.append((left, show.row * self.row + y * sub, right - left, high * sub))
        return rects

    def now(self, minute: int) -> _Rect:
        """Return the line for now, kept inside the cloth."""
        left = min(self.length - _NOW_WIDTH, max(0.0, self.at(minute) - _NOW_WIDTH / 2))
        return (left, 0.0, _NOW_WIDTH, self.breadth)


def _row_is_lit(spec: ClothSpec, row: int) -> bool:
    """Tell whether a row keeps its colour: always, unless shows are dimmed and none here lit."""
    if all(show.lit for show in spec.shows):
        return True
    return any(show.lit for show in spec.shows if show.row == row)


def _class(stage: int, *, lit: bool) -> str:
    return f"t{thread_of(stage)}" if lit else "dm"


def _cells(number: int, columns: range, rows: int) -> Iterable[tuple[int, int, int, int]]:
    """Yield (column, row, columns, rows) of what lies on top, cells joined where they touch."""
    open_runs: dict[tuple[int, int], int] = {}
    for y in range(rows + 1):
        runs = set(_runs(number, columns, y)) if y < rows else set()
        for run in sorted(open_runs.keys() - runs):
            top = open_runs.pop(run)
            yield run[0], top, run[1], y - top
        for run in sorted(runs - open_runs.keys()):
            open_runs[run] = y


def _runs(number: int, columns: range, y: int) -> Iterable[tuple[int, int]]:
    """Yield (column, columns) of each unbroken run of yarn in one sub-row."""
    begin: int | None = None
    for x in columns:
        if lies_on_top(number, x, y):
            begin = x if begin is None else begin
        elif begin is not None:
            yield begin, x - begin
            begin = None
    if begin is not None:
        yield begin, columns.stop - begin


def _svg(
    width: int,
    height: int,
    label: str,
    layers: Iterable[tuple[str, list[_Rect]]],
    *,
    kind: str,
    turned: bool = False,
    ground: bool = True,
) -> str:
    """Return the element: name, ground, then one path per class that has any cells."""
    name = f'role="img" aria-label="{html.escape(label)}"' if label else 'aria-hidden="true"'
    head = (
        f'<svg class="{kind}" xmlns="http://www.w3.org/2000/svg" width="{width}"'
        f' height="{height}" viewBox="0 0 {width} {height}" preserveAspectRatio="none"'
        f' shape-rendering="crispEdges" {name}>'
    )
    parts = [head]
    if ground:
        parts.append(f'<path class="g" d="M0 0h{width}v{height}H0z"/>')
    for css_class, rects in layers:
        if rects:
            path = "".join(_box(rect, turned=turned) for rect in rects)
            parts.append(f'<path class="{css_class}" d="{path}"/>')
    return "".join((*parts, "</svg>"))


def _box(rect: _Rect, *, turned: bool) -> str:
    x, y, wide, high = rect
    if turned:
        x, y, wide, high = y, x, high, wide
    return f"M{_px(x)} {_px(y)}h{_px(wide)}v{_px(high)}h{_px(-wide)}z"


def _px(value: float) -> str:
    """Return a length with at most two decimals and no trailing zeros."""
    return f"{round(value, 2) + 0.0:.2f}".rstrip("0").rstrip(".")
