"""Pictures of an event for links and walls: cards for chats and networks, a poster with a code."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from flask import Blueprint, request, url_for
from flask.wrappers import Response
from flask_babel import gettext as _

from eventhub.kernel import clock, pictures, qr, typeset
from eventhub.kernel.errors import NotFound
from eventhub.kernel.format import day_text, time_text
from eventhub.kernel.http import conditional
from eventhub.kernel.i18n import current_lang, pick
from eventhub.kernel.page import site_url
from eventhub.kernel.theme import colours
from eventhub.programme import board, covers, frame, headline, queries
from eventhub.programme.queries import EventRow

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

SIZE: Final = (1200, 630)  # px, what networks show uncut
_CLOTH_PX: Final = 400
_POSTER_CLOTH: Final = (297, 268)  # mm, as templates/typst/poster.typ places it
_MARGIN: Final = 56
_PAPER: Final = "#FBFCFB"
_INK: Final = "#101312"
_INK2: Final = "#454C49"
_TITLE_PX: Final = (84, 72, 60, 50, 42)
_TITLE_WIDTH: Final = 940
_LINES: Final = 2
_AGE_S: Final = 300
_LAYER = re.compile(r'<path class="(\w+)" d="([^"]*)"')
_RECT = re.compile(r"M([\d.-]+) ([\d.-]+)h([\d.-]+)v([\d.-]+)")

bp = Blueprint("cards", __name__)


@dataclass(frozen=True, slots=True)
class Card:
    """What stands on a card: the cloth as SVG, colours by class, title and lines below."""

    cloth: str
    colours: tuple[tuple[str, str], ...]
    title: str
    lines: tuple[str, ...]
    mark: str = ""
    photo: bytes = b""  # JPEG in place of the cloth


@bp.get("/e/<slug>/card.png")
def event_card(slug: str) -> Response:
    """GET /e/SLUG/card.png - the picture that networks show for the event; anybody."""
    event = queries.shown_event(slug)
    rows, stages = queries.programme(event), frame.stages_of(event)
    today = event.operating_day(clock.now())
    card = Card(
        cloth=str(covers.cover(event, rows, stages, today)),
        colours=_colours(event),
        title=pick(event.title),
        lines=_lines(headline.date_range(event), pick(event.place_text)),
        mark=_mark(event),
        photo=queries.cover_bytes(event.id) or b"",
    )
    return _picture(card)


@bp.get("/e/<slug>/cover.jpg")
def cover_picture(slug: str) -> Response:
    """GET /e/SLUG/cover.jpg?size=small - the picture of the event; anybody."""
    event = queries.shown_event(slug)
    data = queries.cover_bytes(event.id, is_small=request.args.get("size") == "small")
    if data is None:
        raise NotFound
    return conditional(Response(data, mimetype="image/jpeg"), _AGE_S)


@bp.get("/e/<slug>/shows/<code>/card.png")
def show_card(slug: str, code: str) -> Response:
    """GET /e/SLUG/shows/CODE/card.png - the picture of one show; anybody."""
    event = queries.shown_event(slug)
    page = queries.show_by_code(event, code)
    items = board.listed(page.performances, queries.publications(event.id), clock.now())
    shown = board.shown_first(items)
    rows, stages = queries.programme(event), frame.stages_of(event)
    when = where = ""
    cloth = covers.unwoven()
    if shown is not None:
        row = shown.row
        when = f"{day_text(row.day, current_lang())} {time_text(row.starts_at, event.zone)}"
        where = next((pick(stage.name) for stage in stages if stage.slug == row.stage_slug), "")
        cloth = covers.show_strip(event, rows, stages, row)
    card = Card(
        cloth=str(cloth),
        colours=_colours(event),
        title=pick(page.show.title),
        lines=_lines(" · ".join(filter(None, (when, where))), pick(event.title)),
        mark=_mark(event),
    )
    return _picture(card)


@bp.get("/e/<slug>/poster.pdf")
def poster(slug: str) -> Response:
    """GET /e/SLUG/poster.pdf - a wall poster in A3 with a code that leads to the event; anybody."""
    event = queries.shown_event(slug)
    rows, stages = queries.programme(event), frame.stages_of(event)
    address = site_url(url_for("programme.home", slug=slug))
    cover = covers.phone_cover(event, rows, stages, event.operating_day(clock.now()))
    data = {
        "lang": current_lang(),
        "title": pick(event.title),
        "subtitle": pick(event.subtitle or {}),
        "dates": headline.date_range(event),
        "place": pick(event.place_text),
        "call": _("Programme and registration") if event.is_registration_open else _("Programme"),
        "address": urlsplit(address).netloc + urlsplit(address).path,
        "cloth": _photo(event) or styled(str(cover), dict(_colours(event))),
        "code": qr.svg(address),
        "mark": _mark(event),
    }
    answer = Response(typeset.pdf("poster", data), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{event.slug}-poster.pdf"'
    return conditional(answer, _AGE_S)


def _photo(event: EventRow) -> str:
    """Return the picture of an event as an SVG of the shape of the poster's cloth, "" without."""
    data = queries.cover_bytes(event.id)
    if data is None:
        return ""
    wide, high = _POSTER_CLOTH
    source = f"data:image/jpeg;base64,{base64.b64encode(data).decode()}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}">'
        f'<image width="{wide}" height="{high}" preserveAspectRatio="xMidYMid slice" '
        f'href="{source}"/></svg>'
    )


def styled(svg: str, classes: dict[str, str]) -> str:
    """Return a cloth that carries its own colours, for places without style sheets."""
    if not svg.startswith("<svg"):
        return ""
    return re.sub(
        r'<path class="(\w+)"', lambda m: f'<path fill="{classes.get(m.group(1), _INK)}"', svg
    )


def _picture(card: Card) -> Response:
    return conditional(Response(draw(card), mimetype="image/png"), _AGE_S)


@lru_cache(maxsize=128)
def draw(card: Card) -> bytes:
    """Return the card as PNG, the same bytes for the same card."""
    from PIL import Image, ImageDraw  # noqa: PLC0415 - slow import

    picture = Image.new("RGB", SIZE, _PAPER)
    pen = ImageDraw.Draw(picture)
    if card.photo:
        picture.paste(pictures.cropped(card.photo, (SIZE[0], _CLOTH_PX)))
    else:
        _weave(pen, card)
    font, lines = _fitted(pen, " ".join(card.title.split()))
    height = sum(_line_px(font) for _line in lines)
    width = max(pen.textlength(line, font=font) for line in lines)
    top = _CLOTH_PX - height - 28
    label = (_MARGIN, top - 24, _MARGIN + width + 64, _CLOTH_PX)
    pen.rectangle(label, fill=_PAPER)
    pen.line(
        [(label[0], label[3]), (label[0], label[1]), (label[2], label[1]), (label[2], label[3])],
        fill=_INK,
        width=2,
    )
    for line in lines:
        pen.text((_MARGIN + 32, top), line, font=font, fill=_INK)
        top += _line_px(font)
    small = _font("NotoSansSC-Regular.ttf", 34)
    top = _CLOTH_PX + 52
    for line in card.lines:
        pen.text(
            (_MARGIN + 32, top), _cut(pen, " ".join(line.split()), small), font=small, fill=_INK2
        )
        top += 54
    if card.mark:
        tiny = _font("NotoSansSC-Bold.ttf", 22)
        wide = pen.textlength(card.mark, font=tiny)
        pen.text((SIZE[0] - _MARGIN - wide, SIZE[1] - 56), card.mark, font=tiny, fill=_INK2)
    made = io.BytesIO()
    picture.save(made, "PNG", optimize=True)
    return made.getvalue()


def _weave(pen: ImageDraw, card: Card) -> None:
    """Draw the rectangles of the cloth; bare warp when there is none."""
    classes = dict(card.colours)
    pen.rectangle((0, 0, SIZE[0], _CLOTH_PX), fill=classes["g"])
    box = re.search(r'viewBox="0 0 (\d+) (\d+)"', card.cloth)
    if box is None:
        for x in range(0, SIZE[0], 8):
            pen.line([(x, 0), (x, _CLOTH_PX)], fill=classes["wp"])
        return
    across, down = SIZE[0] / int(box[1]), _CLOTH_PX / int(box[2])
    for name, path in _LAYER.findall(card.cloth):
        for x, y, wide, high in _RECT.findall(path):
            left, top = float(x) * across, float(y) * down
            right = max(left, left + float(wide) * across - 1)
            bottom = max(top, top + float(high) * down - 1)
            pen.rectangle((left, top, right, bottom), fill=classes.get(name, _INK))


def _fitted(pen: ImageDraw, title: str) -> tuple[FreeTypeFont, list[str]]:
    """Return the largest font in which the title fits two lines, and the lines."""
    for size in _TITLE_PX:
        font = _font("NotoSansSC-Bold.ttf", size)
        lines = _broken(pen, title, font, _TITLE_WIDTH)
        if len(lines) <= _LINES:
            return font, _balanced(pen, title, font, len(lines))
    return font, [lines[0], _cut(pen, " ".join(lines[1:]), font)]


def _balanced(pen: ImageDraw, text: str, font: FreeTypeFont, count: int) -> list[str]:
    """Break into `count` lines that are about equally long: no last word alone."""
    for width in range(_TITLE_WIDTH // 2, _TITLE_WIDTH, 20):
        lines = _broken(pen, text, font, width)
        if len(lines) <= count and all(pen.textlength(one, font=font) <= width for one in lines):
            return lines
    return _broken(pen, text, font, _TITLE_WIDTH)


def _broken(pen: ImageDraw, text: str, font: FreeTypeFont, width: int) -> list[str]:
    """Break at spaces and after Han characters, so that no line is too wide."""
    lines = [""]
    for part in re.findall(
        r"[\u3000-\u9fff\uff00-\uffef][：，。、！？；）」』》”]?|[^\s\u3000-\u9fff\uff00-\uffef]+|\s+",
        text,
    ):
        longer = lines[-1] + part
        if pen.textlength(longer.rstrip(), font=font) > width and lines[-1].strip():
            lines.append(part.lstrip())
        else:
            lines[-1] = longer
    return [line.rstrip() for line in lines if line.strip()] or [" "]


def _cut(pen: ImageDraw, text: str, font: FreeTypeFont) -> str:
    """Return the text, shortened by an ellipsis when it is too wide."""
    wide = SIZE[0] - 2 * _MARGIN - 32
    if pen.textlength(text, font=font) <= wide:
        return text
    while text and pen.textlength(f"{text}…", font=font) > wide:
        text = text[:-1]
    return f"{text.rstrip()}…"


def _line_px(font: FreeTypeFont) -> int:
    return round(font.size * 1.3)


@lru_cache(maxsize=16)
def _font(name: str, size: int) -> FreeTypeFont:
    from PIL import ImageFont  # noqa: PLC0415 - slow import

    return ImageFont.truetype(str(typeset.FONTS / name), size)


def _colours(event: EventRow) -> tuple[tuple[str, str], ...]:
    """Return the light colour of each class of a cloth."""
    found = colours(event.theme, "light")
    named = {"g": found["ground"], "wp": found["warp"], "dm": found["dimmed"], "bw": found["warp"]}
    return tuple((named | {key: found[key] for key in found if key.startswith("t")}).items())


def _lines(*lines: str) -> tuple[str, ...]:
    return tuple(line for line in lines if line)


def _mark(event: EventRow) -> str:
    return _("Demonstration") if event.is_synthetic else ""
