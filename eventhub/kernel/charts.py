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
import importlib.util
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from eventhub.kernel.chart_theme import CONFIG, DARK, DARK_RANGES
from eventhub.kernel.errors import Unavailable
from eventhub.settings import ROOT

FONTS: Final = ROOT / "static" / "fonts"
VEGA_LITE: Final = "6.4"
_SORTED: Final = orjson.OPT_SORT_KEYS
_APART_S: Final = 300  # a batch of some hundred drawings on a slow machine
_PATIENCE_S: Final = 120  # so long a page says that its drawings come
_TRY_AGAIN_S: Final = 600  # after drawing failed
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


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart to draw: its spec, the language of its texts, its scheme."""

    spec: Mapping[str, Any]
    lang: str
    dark: bool = False

    @property
    def name(self) -> str:
        """Return the name of its file: the digest of all that shapes it, language, scheme."""
        shaped = orjson.dumps([self.spec, VEGA_LITE, CONFIG, DARK, DARK_RANGES], option=_SORTED)
        scheme = "dark" if self.dark else "light"
        return f"{hashlib.sha256(shaped).hexdigest()}-{self.lang}-{scheme}.svg"


def kept(drawing: Drawing, folder: Path) -> str:
    """
    Return what `svg` draws, from `folder` where it was drawn before.

    Files carry the digest of all that shapes the drawing, so a new look draws
    anew and nothing kept is ever out of date; the folder may be emptied at any
    time. Errors as `svg`.
    """
    held = read(drawing, folder)
    if held is not None:
        return held
    path = folder / drawing.name
    text = svg(drawing.spec, dark=drawing.dark)
    with suppress(OSError):  # a full or read-only disk: drawn anew next time
        _put(path, text)
    return text


def read(drawing: Drawing, folder: Path) -> str | None:
    """Return a drawing from `folder`, None where it is missing or damaged; loads no V8."""
    with suppress(OSError, UnicodeDecodeError):
        text = (folder / drawing.name).read_text()
        if text.startswith("<svg") and text.rstrip().endswith("</svg>"):
            return text
    return None


def missing(drawings: Iterable[Drawing], folder: Path) -> list[Drawing]:
    """Return those of some drawings that `folder` does not hold, each once."""
    try:
        held = {path.name for path in folder.iterdir()}
    except OSError:
        held = set()
    by_name = {drawing.name: drawing for drawing in drawings}
    return [drawing for name, drawing in by_name.items() if name not in held]


def draw_apart(drawings: Sequence[Drawing], folder: Path) -> None:
    """
    Draw into `folder` in a process of its own, and wait for it.

    A drawing holds the interpreter lock for its whole time; this process goes
    on answering meanwhile and never loads V8. One that fails stops no other.

    Raises:
        Unavailable: vl-convert is not installed, or a drawing failed.
    """
    if not can_draw():
        raise Unavailable(code="charts-unavailable")
    told = orjson.dumps([str(folder), [[one.spec, one.lang, one.dark] for one in drawings]])
    try:
        subprocess.run(
            [sys.executable, "-m", "eventhub.kernel.charts"],
            input=told,
            capture_output=True,
            cwd=ROOT,
            timeout=_APART_S,
            check=True,
        )
    except subprocess.SubprocessError as error:
        error.add_note((getattr(error, "stderr", None) or b"").decode(errors="replace"))
        raise Unavailable(code="charts-unavailable") from error


def can_draw() -> bool:
    """Tell whether vl-convert is installed, without loading it."""
    return importlib.util.find_spec("vl_convert") is not None


def draw_behind(drawings: Sequence[Drawing], folder: Path, *, name: str) -> bool:
    """
    Begin to draw into `folder` in a process of its own, and do not wait for it.

    A file `name` marks the work, so that several workers asked for the same
    page start one process. Drawn is from the last to the first: where a job
    draws the same from the other end, they meet in the middle.

    Returns:
        True while the drawings may still come; False where nothing can be
        drawn or kept, or where it failed and is not tried again yet.
    """
    if not can_draw():
        return False
    mark = folder / f"{name}.drawing"
    try:
        folder.mkdir(exist_ok=True)
        age = time.time() - mark.stat().st_mtime if mark.exists() else None
        if age is not None and age < _TRY_AGAIN_S:
            return age < _PATIENCE_S
        mark.unlink(missing_ok=True)
        mark.touch(exist_ok=False)
    except OSError:  # no folder to keep it in, or another worker was faster
        return mark.exists()

    def work() -> None:
        with suppress(Unavailable, OSError):  # the mark stays: not again at once
            draw_apart(list(reversed(drawings)), folder)
            mark.unlink(missing_ok=True)

    threading.Thread(target=work, name="charts", daemon=True).start()
    return True


def _draw_told() -> int:
    """Draw what standard input asks for; return 1 when a drawing failed."""
    os.nice(10)
    folder, told = orjson.loads(sys.stdin.buffer.read())
    failed = 0
    for spec, lang, dark in told:
        try:
            kept(Drawing(spec, lang, dark), Path(folder))
        except (Unavailable, ValueError) as error:
            failed = 1
            sys.stderr.write(f"{error}\n")
    return failed


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


if __name__ == "__main__":
    sys.exit(_draw_told())
