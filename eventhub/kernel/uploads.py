"""
Files that guests send: told by their first bytes, pictures drawn anew, all else refused.

A PDF is kept as it was sent: nothing here draws it anew. So whoever gives an
upload out sends it as a download (`attachment`) and never lets a browser show it.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from flask import Response
from flask_babel import lazy_gettext as _l

from eventhub.kernel import pictures, text
from eventhub.kernel.errors import Invalid

MAX_BYTES: Final = 5 * 1024 * 1024  # of one file (registration.md, section 2)
MAX_BODY: Final = 18 * 1024 * 1024  # of a form with files: three of them, or a sentence about one
ACCEPT: Final = "image/png,image/jpeg,image/webp,application/pdf"
PDF: Final = "application/pdf"
JPEG: Final = "image/jpeg"
_TAIL: Final = 1024  # bytes in which a PDF ends (ISO 32000-1, annex H.3)
_LONGEST_NAME: Final = 100
_SUFFIX: Final = {PDF: ".pdf", JPEG: ".jpg"}
_PICTURES: Final = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it is kept; `name` has the ending of its type."""

    name: str
    mimetype: str
    data: bytes

    @property
    def sha256(self) -> str:
        """Return the SHA-256 of the content in hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()


def read_upload(name: str, data: bytes, field: str) -> Upload:
    """
    Return a file as it is kept.

    Args:
        name: What the browser calls it; says nothing about its type.

        data: Its bytes, `MAX_BYTES` at most.

        field: Blamed when it is refused.

    Raises:
        Invalid: Empty, too large, neither a picture nor a PDF, a picture that
            unpacks to too many points.
    """
    if not data:
        raise Invalid(fields={field: [_l("The file is empty.")]})
    if len(data) > MAX_BYTES:
        raise Invalid(fields={field: [_l("The file is larger than 5 MB.")]})
    if _is_pdf(data):
        return Upload(_named(name, PDF), PDF, data)
    if data.startswith(_PICTURES) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP"):
        return Upload(_named(name, JPEG), JPEG, pictures.plain(data, field))
    raise Invalid(fields={field: [_l("Send a picture (PNG, JPEG, WebP) or a PDF.")]})


def download(upload: Upload) -> Response:
    """Return a file as a download that no browser shows or keeps."""
    answer = Response(upload.data, mimetype="application/octet-stream")
    name = (
        f"filename=file{_SUFFIX[upload.mimetype]}; filename*=UTF-8''{quote(upload.name, safe='')}"
    )
    answer.headers["Content-Disposition"] = f"attachment; {name}"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer


def _is_pdf(data: bytes) -> bool:
    return re.match(rb"%PDF-[12]\.\d", data) is not None and b"%%EOF" in data[-_TAIL:]


def _named(name: str, mimetype: str) -> str:
    """Return a name without folders, control characters or an ending that says another type."""
    last = re.split(r"[/\\]", name)[-1]
    stem = last.rsplit(".", 1)[0] if "." in last else last
    try:
        stem = text.clean(stem[:_LONGEST_NAME]).strip(". ")
    except ValueError:
        stem = ""
    return (stem or "file") + _SUFFIX[mimetype]
