"""Pictures from uploads: drawn anew, so that nothing but the picture is kept of the file."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask_babel import lazy_gettext as _l

from eventhub.kernel.errors import Invalid

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

MAX_BYTES: Final = 6 * 1024 * 1024
MAX_PIXELS: Final = 25_000_000
LARGE_PX: Final = 1600  # widest of what is kept
SMALL_PX: Final = 800
PLAIN_PX: Final = 2400  # an A5 sheet at 290 dots per inch: small print stays readable
LEAST: Final = (800, 400)  # a smaller one is coarse on a wide screen
_FORMATS: Final = ("PNG", "JPEG", "WEBP")
_QUALITY: Final = 82
_TOO_MANY: Final = _l("The picture has more than 25 million points.")


@dataclass(frozen=True, slots=True)
class Redrawn:
    """A picture as JPEG in two sizes without metadata; `width` and `height` of the large one."""

    large: bytes
    small: bytes
    width: int
    height: int


def redrawn(data: bytes, field: str = "picture") -> Redrawn:
    """
    Return an upload in the sizes that are kept, upright and without metadata.

    The size that a file states is checked before a pixel of it is unpacked.

    Raises:
        Invalid: Too many bytes or pixels, too small, or no picture of a format that is
            accepted; `field` is blamed.
    """
    if len(data) > MAX_BYTES:
        raise Invalid(fields={field: [_l("The picture is larger than 6 MB.")]})
    picture = _unpacked(data, field, LARGE_PX)
    if picture.width < LEAST[0] or picture.height < LEAST[1]:
        text = _l("At least %(wide)s × %(high)s points are needed.", wide=LEAST[0], high=LEAST[1])
        raise Invalid(fields={field: [text]})
    paper = _on_paper(picture, LARGE_PX)
    small = paper.copy()
    small.thumbnail((SMALL_PX, SMALL_PX))
    return Redrawn(_jpeg(paper), _jpeg(small), paper.width, paper.height)


def plain(data: bytes, field: str) -> bytes:
    """
    Return a picture drawn anew as JPEG, upright, `PLAIN_PX` wide or high at most.

    Raises:
        Invalid: Too many points, or no picture of a format that is accepted;
            `field` is blamed.
    """
    return _jpeg(_on_paper(_unpacked(data, field, PLAIN_PX), PLAIN_PX))


def cropped(jpeg: bytes, size: tuple[int, int]) -> Picture:
    """Return the middle of a kept picture that fills `size`."""
    from PIL import Image, ImageOps  # noqa: PLC0415 - slow import

    with Image.open(io.BytesIO(jpeg), formats=("JPEG",)) as found:
        return ImageOps.fit(found.convert("RGB"), size)


def _unpacked(data: bytes, field: str, px: int) -> Picture:
    """Return the pixels of a picture; the size that it states is checked before."""
    from PIL import Image, ImageOps  # noqa: PLC0415 - slow import

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=_FORMATS) as found:
                if found.width * found.height > MAX_PIXELS:
                    raise Invalid(fields={field: [_TOO_MANY]})
                found.draft("RGB", (px, px))  # a JPEG unpacks no more than needed
                return ImageOps.exif_transpose(found).convert("RGBA")
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise Invalid(fields={field: [_TOO_MANY]}) from error
    except (OSError, ValueError, SyntaxError) as error:
        raise Invalid(fields={field: [_l("This is no picture in PNG, JPEG or WebP.")]}) from error


def _on_paper(picture: Picture, px: int) -> Picture:
    """Return a picture on white, at most `px` wide and high."""
    from PIL import Image  # noqa: PLC0415 - slow import

    paper = Image.new("RGB", picture.size, "#FFFFFF")
    paper.paste(picture, mask=picture)
    paper.thumbnail((px, px))
    return paper


def _jpeg(picture: Picture) -> bytes:
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=_QUALITY, optimize=True, progressive=True)
    return target.getvalue()
