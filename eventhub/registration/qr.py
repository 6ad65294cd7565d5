"""Codes as QR pictures: SVG for pages and print, PNG to keep."""

from __future__ import annotations

import io
from functools import lru_cache

_QUIET = 4  # modules of white around a code, as the standard asks
_MASK = 3  # fixed: choosing the best of eight costs most of the time
_VERSIONS = {"GS": 6, "GR": 1, "GD": 2}
_PNG_MODULE = 12  # px; 588 px across for a signed code, sharp on every phone


@lru_cache(maxsize=256)
def matrix(code: str) -> tuple[tuple[bool, ...], ...]:
    """
    Return the modules of a code with its quiet zone, rows from the top.

    Raises:
        ValueError: The code does not fit the version that scanners expect.
    """
    import qrcode  # noqa: PLC0415 - slow import

    version = _VERSIONS[code[:2]]
    drawn = qrcode.QRCode(
        error_correction=qrcode.constants.ERROR_CORRECT_M, mask_pattern=_MASK, border=_QUIET
    )
    drawn.add_data(code, optimize=0)  # otherwise it is split and leaves alphanumeric mode
    drawn.make(fit=True)
    if drawn.version != version:
        raise ValueError(f"the code needs QR version {drawn.version}, not {version}")
    return tuple(tuple(bool(module) for module in row) for row in drawn.get_matrix())


def svg(code: str, *, label: str = "") -> str:
    """
    Return a code as one `<svg>` element, black on white in every colour scheme.

    Args:
        code: The text of the code.

        label: Its name for assistive technology; plain text without markup.
    """
    rows = matrix(code)
    size = len(rows)
    # runs as lines of one module's width: half of what squares take of a page
    path = "".join(f"M{x} {y}h{width}" for y, row in enumerate(rows) for x, width in _runs(row))
    name = f'role="img" aria-label="{label}"' if label else 'aria-hidden="true"'
    return (
        f'<svg class="qr" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}"'
        f' width="{size * 8}" height="{size * 8}" shape-rendering="crispEdges" {name}>'
        f'<path fill="#fff" d="M0 0h{size}v{size}H0z"/>'
        f'<path stroke="#000" d="{path}" transform="translate(0 .5)"/></svg>'
    )


def png(code: str) -> bytes:
    """Return a code as a PNG of 12 px per module; the same code gives the same bytes."""
    from PIL import Image  # noqa: PLC0415 - slow import

    rows = matrix(code)
    size = len(rows)
    picture = Image.new("1", (size, size), 1)
    picture.putdata([0 if module else 1 for row in rows for module in row])
    large = picture.resize((size * _PNG_MODULE,) * 2, Image.Resampling.NEAREST)
    out = io.BytesIO()
    large.save(out, format="PNG", optimize=False)
    return out.getvalue()


def _runs(row: tuple[bool, ...]) -> list[tuple[int, int]]:
    """Return (start, length) of each run of dark modules."""
    runs: list[tuple[int, int]] = []
    start: int | None = None
    for x, module in enumerate((*row, False)):
        if module and start is None:
            start = x
        elif not module and start is not None:
            runs.append((start, x - start))
            start = None
    return runs
