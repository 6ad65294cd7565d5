"""Texts as QR pictures; ticket codes have versions of their own in `registration.qr`."""

from __future__ import annotations

_QUIET = 4  # modules of white around a code, as the standard asks


def svg(text: str) -> str:
    """Return `text` as one `<svg>` element, black on white in every colour scheme."""
    import qrcode  # noqa: PLC0415 - slow import

    drawn = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=_QUIET)
    drawn.add_data(text)
    drawn.make(fit=True)
    rows = drawn.get_matrix()
    size = len(rows)
    path = "".join(
        f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark
    )
    return (
        f'<svg class="qr" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}"'
        f' width="{size * 8}" height="{size * 8}" shape-rendering="crispEdges" role="img"'
        f' aria-label="QR"><path fill="#fff" d="M0 0h{size}v{size}H0z"/>'
        f'<path fill="#000" d="{path}"/></svg>'
    )
