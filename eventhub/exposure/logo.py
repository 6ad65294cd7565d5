"""A logo from an upload: drawn anew, so that nothing but the picture is kept of the file."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import Final

from eventhub.exposure.errors import UnreadableLogo

MAX_BYTES: Final = 2 * 1024 * 1024
_MOST_SIDE: Final = 6000  # points of an upload
_WIDE, _HIGH = 640, 200  # points of what is kept
_FORMATS: Final = ("PNG", "JPEG", "WEBP")


@dataclass(frozen=True, slots=True)
class Logo:
    """A PNG with its size in points."""

    png: bytes
    width: int
    height: int


def redrawn(data: bytes) -> Logo:
    """
    Return an upload as a PNG of at most 640 × 200 points, without metadata.

    Raises:
        UnreadableLogo: Too large, no picture, or no format that is accepted.
    """
    from PIL import Image  # noqa: PLC0415 - slow import

    if not 0 < len(data) <= MAX_BYTES:
        raise UnreadableLogo()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=_FORMATS) as found:
                if max(found.size) > _MOST_SIDE or min(found.size) < 1:
                    raise UnreadableLogo(code="logo-too-large")
                picture = found.convert("RGBA")
    except (
        OSError,
        ValueError,
        SyntaxError,
        Image.DecompressionBombWarning,
        Image.DecompressionBombError,
    ) as error:
        raise UnreadableLogo() from error
    picture.thumbnail((_WIDE, _HIGH))
    clean = Image.new("RGBA", picture.size)
    clean.paste(picture)
    target = io.BytesIO()
    clean.save(target, "PNG", optimize=True)
    return Logo(target.getvalue(), clean.width, clean.height)
