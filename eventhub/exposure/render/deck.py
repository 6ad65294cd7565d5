"""What the slides of a report are made of: places, texts, lines, tables; 16:9."""

from __future__ import annotations

import importlib
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import Any, Final

INK: Final = "101312"
INK2: Final = "454C49"
HAIR: Final = "D0D6D3"
COLOURS: Final = {
    "measured": "0B4F8A",
    "estimated": "A65E00",
    "claimed": "101312",
    "residual": "8A938F",
}
HEATS: Final = ("EEF1EF", "DBE7F1", "A9C8E2", "6EA2CF", "2F73B0", "0B4F8A")
WIDTH: Final = 13.333  # inches
HEIGHT: Final = 7.5
LEFT: Final = 1.145
RIGHT: Final = 12.667
TOP: Final = 1.45  # below the title
FOOT: Final = 6.72
EDGE: Final = 0.583
_SQUARE: Final = 0x2E7F  # characters behind it are as wide as high
_NARROW: Final = 0.56  # width of the others, em
_LEADING: Final = 1.2
_TALL_LEADING: Final = 1.4  # of Chinese fonts
_ROW: Final = 0.031  # height of a row, inches per point of its text
_SMALLEST: Final = 7  # points
_TALL: Final = 0.62  # inches that a row takes where there is room
_SLACK: Final = 0.9  # of a width: programs set the same font a little wider or narrower
_LATIN: Final = "Arial"
_ASIAN: Final = "Microsoft YaHei"
_SONG: Final = ("Times New Roman", "SimSun")


# Class: edge of the tile, points, and which of its pixels are inked.
_TILES: Final[Mapping[str, tuple[float, Callable[[float, float], bool]]]] = {
    "estimated": (8.0, lambda x, y: (x + y) % 1 < 0.5),
    "claimed": (5.0, lambda _x, y: 0.36 <= y < 0.64),
    "residual": (5.0, lambda x, _y: 0.4 <= x < 0.6),
}
_PATTERNS: Final = {
    "estimated": "WIDE_UPWARD_DIAGONAL",
    "claimed": "LIGHT_HORIZONTAL",
    "residual": "LIGHT_VERTICAL",
}
_TILE_PX: Final = 50
_TILED: Final = (
    '<a:blipFill xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'dpi="0" rotWithShape="1"><a:blip r:embed="{}"/><a:srcRect/>'
    '<a:tile tx="0" ty="0" sx="100000" sy="100000" flip="none" algn="tl"/></a:blipFill>'
)


@cache
def _tile(cls: str) -> bytes:
    """Return the PNG of one tile, colour on white."""
    from PIL import Image  # noqa: PLC0415 - slow import

    points, is_inked = _TILES[cls]
    colour = tuple(bytes.fromhex(COLOURS[cls]))
    picture = Image.new("RGB", (_TILE_PX, _TILE_PX), (255, 255, 255))
    for x in range(_TILE_PX):
        for y in range(_TILE_PX):
            if is_inked(x / _TILE_PX, y / _TILE_PX):
                picture.putpixel((x, y), colour)
    dots = _TILE_PX / points * 72
    target = io.BytesIO()
    picture.save(target, "PNG", dpi=(dots, dots))
    return target.getvalue()


def library(name: str) -> Any:
    """Return a module of python-pptx; it is loaded when the first deck is made."""
    return importlib.import_module(f"pptx.{name}")


def plain(shape: Any) -> None:
    """Take away the style of the theme, which throws a shadow in some programs."""
    style = shape._element.find(library("oxml.ns").qn("p:style"))
    if style is not None:
        shape._element.remove(style)


@dataclass(frozen=True, slots=True)
class Box:
    """A place on a slide, inches."""

    x: float
    y: float
    w: float
    h: float


def fitting(text: str, box: Box, sizes: Sequence[int] = (34, 28, 24, 20)) -> int:
    """Return the largest of some sizes, points, in which a text stays inside its box."""
    for size in sizes:
        count = sum(lines(part, size, box.w) for part in text.split("\n"))
        if count * size / 72 * _leading(text) <= box.h:
            return size
    return sizes[-1]


def lines(text: str, size: float, width: float) -> int:
    """Return how many lines a text takes in a width, inches, at a size, points."""
    em = size / 72
    length = sum(em if ord(char) > _SQUARE else em * _NARROW for char in text)
    return max(1, -int(-length // (width * _SLACK)))


def _leading(text: str) -> float:
    return _TALL_LEADING if any(ord(char) > _SQUARE for char in text) else _LEADING


def _table_size(
    rows: Sequence[Sequence[str]], widths: Sequence[float], height: float, size: float
) -> float:
    """Return the size of text, at most `size`, in which a table keeps to a height."""
    while size > _SMALLEST and sum(_row_heights(rows, widths, size)) > height:
        size -= 0.5
    return size


def _row_heights(
    rows: Sequence[Sequence[str]], widths: Sequence[float], size: float
) -> list[float]:
    """Return how high rows become whose cells wrap, inches; 0.1 and 0.04 are the margins."""
    return [
        max(
            size * _ROW,
            *(
                lines(text, size, width - 0.1) * size / 72 * _leading(text) + 0.04
                for text, width in zip(row, widths, strict=True)
            ),
        )
        for row in rows
    ]


class Deck:
    """A presentation of blank slides that share selvedge, watermark and footer."""

    def __init__(self, *, title: str, edge: str, mark: str, accent: str = "") -> None:
        """
        Begin an empty deck.

        `edge` stands in the selvedge, `mark` on every slide; `accent` is the
        colour, six digits, of the rule above each title.
        """
        self.file: Any = library("api").Presentation()
        self.inches: Any = library("util").Inches
        self.file.slide_width, self.file.slide_height = (
            self.inches(WIDTH),
            self.inches(HEIGHT),
        )
        self.file.core_properties.title = title
        self.edge, self.mark, self.accent = edge, mark, accent
        self.count = 0

    def cover(self) -> Any:
        """Return a new slide with nothing but selvedge and watermark."""
        made = self.file.slides.add_slide(self.file.slide_layouts[6])
        self.count += 1
        self.rule(made, Box(EDGE, 0, 0, HEIGHT), INK)
        self._selvedge(made)
        if self.accent:
            self.rule(made, Box(LEFT, 0.44, 1.2, 0), self.accent, 4.0)
        if self.mark:
            self.text(made, Box(LEFT, 0.1, 4.2, 0.34), self.mark, size=11, bold=True)
        return made

    def ink(self, shape: Any) -> None:
        """Fill a shape with ink, without a texture."""
        shape.fill.solid()
        shape.fill.fore_color.rgb = shape.line.color.rgb = self.rgb(INK)

    def slide(self, title: str, foot: str = "", source: str = "") -> Any:
        """Return a new slide with its title, selvedge, footer and watermark."""
        made = self.file.slides.add_slide(self.file.slide_layouts[6])
        self.count += 1
        self.rule(made, Box(EDGE, 0, 0, HEIGHT), INK)
        self._selvedge(made)
        if self.accent:
            self.rule(made, Box(LEFT, 0.44, 1.2, 0), self.accent, 4.0)
        if title:
            box = Box(LEFT, 0.5, RIGHT - LEFT, 0.85)
            self.text(made, box, title, size=fitting(title, box), song=True)
        self.rule(made, Box(LEFT, FOOT, RIGHT - LEFT, 0), INK)
        right = 3.9 if source else 0.7
        wide = RIGHT - LEFT - right - 0.1
        self.text(made, Box(LEFT, FOOT + 0.08, wide, 0.4), foot, size=11, colour=INK2)
        end = f"{source}    {self.count}" if source else str(self.count)
        box = Box(RIGHT - right, FOOT + 0.08, right, 0.4)
        self.text(made, box, end, size=11, colour=INK2, align="right")
        if self.mark:
            box = Box(RIGHT - 4.2, 0.08, 4.2, 0.34)
            self.text(made, box, self.mark, size=11, bold=True, align="right")
        return made

    def text(
        self,
        slide: Any,
        box: Box,
        text: str,
        *,
        size: float,
        bold: bool = False,
        colour: str = INK,
        align: str = "left",
        song: bool = False,
    ) -> Any:
        """Add a text that wraps inside its box; nothing for an empty one."""
        if not text:
            return None
        shape = slide.shapes.add_textbox(*self._place(box))
        frame = shape.text_frame
        frame.word_wrap = True
        frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
        for number, line in enumerate(text.split("\n")):
            paragraph = frame.paragraphs[0] if not number else frame.add_paragraph()
            self.fill(paragraph, line, size=size, bold=bold or song, colour=colour, song=song)
            paragraph.alignment = {"left": 1, "center": 2, "right": 3}[align]
        return shape

    def fill(
        self,
        paragraph: Any,
        text: str,
        *,
        size: float,
        bold: bool = False,
        colour: str = INK,
        song: bool = False,
    ) -> None:
        """Write a run with its fonts: one for Latin letters, one for Chinese characters."""
        qn, pt = library("oxml.ns").qn, library("util").Pt
        run = paragraph.add_run()
        run.text = text
        latin, asian = _SONG if song else (_LATIN, _ASIAN)
        run.font.size, run.font.bold, run.font.name = pt(size), bold, latin
        run.font.color.rgb = self.rgb(colour)
        properties = run._r.get_or_add_rPr()
        properties.append(properties.makeelement(qn("a:ea"), {"typeface": asian}))

    def rule(self, slide: Any, box: Box, colour: str, weight: float = 1.0) -> None:
        """Add a straight line from the place of a box over its width and height."""
        x, y, w, h = self._place(box)
        line = slide.shapes.add_connector(1, x, y, x + w, y + h)
        line.line.color.rgb = self.rgb(colour)
        line.line.width = library("util").Pt(weight)
        plain(line)

    def picture(self, slide: Any, box: Box, png: bytes) -> Any:
        """Add a picture at the right of a box, as large as fits into it."""
        shape = slide.shapes.add_picture(io.BytesIO(png), *self._place(box)[:2])
        share = min(self.inches(box.w) / shape.width, self.inches(box.h) / shape.height)
        shape.width, shape.height = int(shape.width * share), int(shape.height * share)
        shape.left = int(self.inches(box.x + box.w) - shape.width)
        return shape

    def rectangle(self, slide: Any, box: Box, cls: str) -> Any:
        """Add a rectangle in the texture of a class of evidence."""
        shape = slide.shapes.add_shape(1, *self._place(box))
        shape.line.color.rgb = self.rgb(COLOURS[cls])
        self.texture(shape.fill, cls, slide.part)
        plain(shape)
        return shape

    def texture(self, fill: Any, cls: str, part: Any = None) -> None:
        """
        Fill in the texture of a class: solid, twill, lines, bare warp.

        On a slide, `part`, it is a tile of a picture: the patterns of the format
        look otherwise in every program. Charts have the nearest pattern.
        """
        if part is None and cls in _TILES:
            fill.patterned()
            fill.pattern = getattr(library("enum.dml").MSO_PATTERN, _PATTERNS[cls])
            fill.fore_color.rgb, fill.back_color.rgb = self.rgb(COLOURS[cls]), self.rgb("FFFFFF")
            return
        fill.solid()
        fill.fore_color.rgb = self.rgb(COLOURS.get(cls, INK))
        if cls not in _TILES:
            return
        image = self.file.part.package.get_or_add_image_part(io.BytesIO(_tile(cls)))
        relation = part.relate_to(image, library("opc.constants").RELATIONSHIP_TYPE.IMAGE)
        solid = fill._xPr.find(library("oxml.ns").qn("a:solidFill"))
        solid.getparent().replace(solid, library("oxml").parse_xml(_TILED.format(relation)))

    def table(
        self,
        slide: Any,
        box: Box,
        rows: Sequence[Sequence[str]],
        widths: Sequence[float],
        *,
        size: float = 16,
        numbers: frozenset[int] = frozenset(),
        centred: frozenset[int] = frozenset(),
        fills: dict[tuple[int, int], str] | None = None,
        margin: float = 0.05,
    ) -> list[float]:
        """
        Add a native table and return where each row ends, inches.

        The first row is its head; `numbers` stand right, `centred` in the middle.
        Rows take the room that there is.

        `size` is the largest size of its text, points: long cells make it smaller;
        `margin` stands left and right in each cell, inches.
        """
        size = _table_size(rows, widths, box.h, size)
        heights = _row_heights(rows, widths, size)
        spare = (box.h - sum(heights)) / len(rows)
        heights = [max(high, min(_TALL, high + spare)) for high in heights]
        height = self.inches(sum(heights))
        place = (self.inches(box.x), self.inches(box.y), self.inches(box.w), height)
        shape = slide.shapes.add_table(len(rows), len(widths), *place)
        table = shape.table
        table.horz_banding = table.first_row = False
        for column, width in enumerate(widths):
            table.columns[column].width = self.inches(width)
        for line, cells in enumerate(rows):
            table.rows[line].height = self.inches(heights[line])
            for column, text in enumerate(cells):
                cell = table.cell(line, column)
                colour = (fills or {}).get((line, column), "FFFFFF")
                self._cell(cell, text, size=size, is_head=not line, colour=colour)
                cell.margin_left = cell.margin_right = self.inches(margin)
                if column in numbers or column in centred:
                    cell.text_frame.paragraphs[0].alignment = 3 if column in numbers else 2
        return [box.y + end for end in accumulate(heights)]

    def rgb(self, colour: str) -> Any:
        """Return a colour of six hexadecimal digits."""
        return library("dml.color").RGBColor.from_string(colour)

    def _cell(self, cell: Any, text: str, *, size: float, is_head: bool, colour: str) -> None:
        cell.fill.solid()
        cell.fill.fore_color.rgb = self.rgb(colour)
        cell.margin_top = cell.margin_bottom = self.inches(0.02)
        cell.vertical_anchor = 3  # middle
        dark = colour in HEATS[4:]
        shade = "FFFFFF" if dark else INK2 if is_head else INK
        self.fill(cell.text_frame.paragraphs[0], text, size=size, colour=shade)

    def _selvedge(self, slide: Any) -> None:
        side = 0.062
        for number in range(16):
            row, column = divmod(number, 4)
            if (row + column) % 2:
                box = Box(0.165 + column * side, 0.14 + row * side, side, side)
                self.ink(self.rectangle(slide, box, "measured"))
        box = Box(-2.2, 3.6, 5.0, 0.3)
        shape = self.text(slide, box, self.edge, size=10, colour=INK2, align="center")
        shape.rotation = 90

    def _place(self, box: Box) -> tuple[Any, Any, Any, Any]:
        return self.inches(box.x), self.inches(box.y), self.inches(box.w), self.inches(box.h)
