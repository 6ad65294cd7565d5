"""Typst: a template of ours and JSON data become a PDF, with vendored fonts only."""

from __future__ import annotations

import functools
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import orjson

from eventhub.kernel.errors import Unavailable
from eventhub.settings import ROOT

if TYPE_CHECKING:
    import typst

FONTS: Final = ROOT / "static" / "fonts"
TEMPLATES: Final = ROOT / "templates" / "typst"


def pdf(template: str, data: Mapping[str, Any]) -> bytes:
    """
    Return a PDF; the same template and data give the same bytes.

    Args:
        template: Name of a file in `templates/typst`, without `.typ`. It reads
            `json(bytes(sys.inputs.data))` and sets `#set document(date: none)`.

        data: JSON-able. Text in it is data, never markup; pictures travel as
            SVG text and are drawn by `image(bytes(d.qr), format: "svg")`.

    Raises:
        Unavailable: Typst is not installed on this platform.

        typst.TypstError: The template does not compile with this data.
    """
    compiler = _compiler(template)
    with compiler.lock:
        made: bytes = compiler.typst.compile(
            format="pdf", sys_inputs={"data": orjson.dumps(data).decode()}
        )
    return made


class _Compiler:
    """A kept compiler of one template: five times faster from the second document on."""

    def __init__(self, template: str) -> None:
        self.lock = threading.Lock()
        self.typst: Any = _module().Compiler(
            input=str(TEMPLATES / f"{template}.typ"),
            root=str(TEMPLATES),
            font_paths=_fonts(),
            ignore_system_fonts=True,
        )


@functools.cache
def _compiler(template: str) -> _Compiler:
    return _Compiler(template)


@functools.cache
def _fonts() -> typst.Fonts:
    made: typst.Fonts = _module().Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)]
    )
    return made


def _module() -> Any:
    try:
        import typst  # noqa: PLC0415 - slow import, optional dependency
    except ImportError as error:
        raise Unavailable(code="pdf-unavailable") from error
    return typst
