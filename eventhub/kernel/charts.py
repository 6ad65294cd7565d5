"""
Vega-Lite specs become SVG and PNG, in the look of the project, without a browser.

A spec has its data inline and may fill with `url(#eh-measured)`,
`url(#eh-estimated)`, `url(#eh-claimed)` and `url(#eh-residual)`, the textures
of the evidence classes. Nothing is fetched. The SVG has no script and no
`style`, so that it may stand inline under the Content-Security-Policy.
"""

from __future__ import annotations

import functools
import hashlib
import re
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import orjson

from eventhub.kernel.chart_theme import CONFIG, DARK, DARK_RANGES
from eventhub.kernel.errors import Unavailable
from eventhub.settings import ROOT

FONTS: Final = ROOT / "static" / "fonts"
VEGA_LITE: Final = "6.4"
_SORTED: Final = orjson.OPT_SORT_KEYS
_FONT_STACK: Final = "Noto Sans SC, PingFang SC, Microsoft YaHei, Helvetica, Arial, sans-serif"
_ROLES = re.compile(r' (?:role|aria-[a-z]+)="[^"]*"')
_HEX = re.compile(r"#[0-9A-Fa-f]{6}\Z")
# Class: colour, width and height of the tile, the inked part, turn in degrees.
_TEXTURES: Final[Mapping[str, tuple[str, float, float, float, float, int]]] = {
    "measured": ("#0B4F8A", 4, 4, 4, 4, 0),
    "estimated": ("#A65E00", 6, 6, 3, 6, 45),
    "claimed": ("#101312", 5, 5, 5, 1.4, 0),
    "residual": ("#8A938F", 5, 5, 1, 5, 0),
}


def svg(spec: Mapping[str, Any], *, dark: bool = False) -> str:
    """
    Return a chart as SVG text that may stand inline in a page.

    Ids in it carry a hash of the spec, so several charts share a page. The
    same spec gives the same text. Takes about 70 ms and holds the interpreter
    lock: draw when a report is built and keep the result.

    Args:
        spec: Vega-Lite 6, data inline as `values`, colours of the light scheme.

        dark: Draw with the roles of the dark scheme.

    Raises:
        Unavailable: vl-convert is not installed on this platform.

        ValueError: The spec is no Vega-Lite or refers to data elsewhere.
    """
    digest = hashlib.sha256(orjson.dumps(spec, option=orjson.OPT_SORT_KEYS)).hexdigest()[:8]
    text = _draw(spec, dark=dark)
    text = text.replace('font-family="Noto Sans SC"', f'font-family="{_FONT_STACK}"')
    return _with_unique_ids(text, f"{digest}{'d' if dark else ''}")


def kept(spec: Mapping[str, Any], folder: Path, *, lang: str, dark: bool = False) -> str:
    """
    Return what `svg` draws, from `folder` where it was drawn before.

    Files carry the digest of all that shapes the drawing, so a new look draws
    anew and nothing kept is ever out of date; the folder may be emptied at any
    time. Processes that only read do not load V8. Errors as `svg`.
    """
    shaped = orjson.dumps([spec, VEGA_LITE, CONFIG, DARK, DARK_RANGES], option=_SORTED)
    name = f"{hashlib.sha256(shaped).hexdigest()}-{lang}-{'dark' if dark else 'light'}.svg"
    path = folder / name
    with suppress(FileNotFoundError):
        return path.read_text()
    text = svg(spec, dark=dark)
    with suppress(OSError):  # a full or read-only disk: drawn anew next time
        _put(path, text)
    return text


def _put(path: Path, text: str) -> None:
    """Write a file so that other processes see all of it or nothing."""
    path.parent.mkdir(exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as target:
        target.write(text)
    Path(target.name).replace(path)


def png(spec: Mapping[str, Any], *, scale: float = 2) -> bytes:
    """Return a chart as PNG, `scale` pixels per unit of the spec; errors as `svg`."""
    made: bytes = _module().svg_to_png(_draw(spec, dark=False), scale=scale)
    return made


def textures(*, dark: bool = False) -> str:
    """Return the four `<pattern>` elements of the evidence classes."""
    made = []
    for name, (colour, width, height, ink_width, ink_height, turn) in _TEXTURES.items():
        fill = DARK.get(colour, colour) if dark else colour
        turned = f' patternTransform="rotate({turn})"' if turn else ""
        made.append(
            f'<pattern id="eh-{name}" width="{width}" height="{height}" '
            f'patternUnits="userSpaceOnUse"{turned}>'
            f'<rect width="{ink_width}" height="{ink_height}" fill="{fill}"/></pattern>'
        )
    return "".join(made)


def _draw(spec: Mapping[str, Any], *, dark: bool) -> str:
    config: Any = {**CONFIG, "aria": False}
    drawn: Any = dict(spec)
    if dark:
        config = {**_darken(config), "range": DARK_RANGES}
        drawn = _darken(drawn)
    text: str = _module().vegalite_to_svg(
        drawn, vl_version=VEGA_LITE, config=config, allowed_base_urls=[]
    )
    # Layered marks keep their roles in spite of `aria`; the table behind a chart is its text.
    text = _ROLES.sub("", text)
    head, mark, rest = text.partition(">")
    return f"{head}{mark}<defs>{textures(dark=dark)}</defs>{rest}"


def _darken(value: Any) -> Any:
    """Return a spec or config with the colours of the light scheme replaced."""
    match value:
        case str() if _HEX.match(value):
            return DARK.get(value.upper(), value)
        case Mapping():
            return {key: _darken(item) for key, item in value.items()}
        case list() | tuple():
            return [_darken(item) for item in value]
        case _:
            return value


def _with_unique_ids(text: str, suffix: str) -> str:
    text = re.sub(r'\bid="([\w-]+)"', rf'id="\1-{suffix}"', text)
    text = re.sub(r"url\(#([\w-]+)\)", rf"url(#\1-{suffix})", text)
    return re.sub(r'href="#([\w-]+)"', rf'href="#\1-{suffix}"', text)


@functools.cache
def _module() -> Any:
    try:
        import vl_convert  # noqa: PLC0415 - slow import, optional dependency
    except ImportError as error:
        raise Unavailable(code="charts-unavailable") from error
    vl_convert.register_font_directory(str(FONTS))
    return vl_convert
