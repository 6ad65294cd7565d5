"""Files of guests: told by their bytes, pictures drawn anew, the rest refused in words."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from PIL import Image

from eventhub.kernel.errors import Invalid
from eventhub.kernel.uploads import JPEG, MAX_BYTES, PDF, Upload, download, read_upload
from tests.security.test_bombs import picture, png_bomb

pytestmark = pytest.mark.only("sqlite")  # no database
PAPER = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer<<>>\n%%EOF\n"


def faults(name: str, data: bytes) -> list[str]:
    with pytest.raises(Invalid) as refused:
        read_upload(name, data, "card")
    assert list(refused.value.fields) == ["card"]
    return [str(text) for text in refused.value.fields["card"]]


def test_a_pdf_is_kept_and_a_picture_is_drawn_anew(app: Flask) -> None:
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert read_upload("证件.pdf", PAPER, "card") == Upload("证件.pdf", PDF, PAPER)
        for kind in ("PNG", "WEBP", "JPEG"):
            made = read_upload("a.exe", picture(kind) + b"<script>zqx()</script>", "card")
            assert (made.name, made.mimetype, b"zqx" in made.data) == ("a.jpg", JPEG, False)
            assert Image.open(io.BytesIO(made.data)).size == (40, 20)
        exif = Image.Exif()
        exif[0x0110], exif[0x0112] = "Zyxkamera", 6  # model; lies on its side
        target = io.BytesIO()
        Image.new("RGB", (4000, 1000)).save(target, "JPEG", exif=exif)
        upright = read_upload("a.jpg", target.getvalue(), "card").data
        assert b"Zyxkamera" in target.getvalue()
        assert b"Zyxkamera" not in upright
        assert Image.open(io.BytesIO(upright)).size == (600, 2400)


def test_what_is_no_picture_and_no_pdf_is_refused_in_words(app: Flask) -> None:
    with app.test_request_context(headers={"Accept-Language": "en"}):
        other = ["Send a picture (PNG, JPEG, WebP) or a PDF."]
        for data in (
            b"<svg onload='zqx()'/>",
            b"MZ\x90",
            picture("GIF"),
            b"x" + PAPER,
            b"%PDF-1.7",
        ):
            assert faults("a.pdf", data) == other
        assert faults("a.pdf", b"") == ["The file is empty."]
        assert faults("a.pdf", PAPER + bytes(MAX_BYTES)) == ["The file is larger than 5 MB."]
        assert faults("a.png", png_bomb(10_000)) == ["The picture has more than 25 million points."]
        assert faults("a.png", png_bomb(60_000)) == ["The picture has more than 25 million points."]
        for data in (picture("PNG")[:60], b"\x89PNG\r\n\x1a\n"):
            assert faults("a.png", data) == ["This is no picture in PNG, JPEG or WebP."]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\scans\\card.PDF", "card.pdf"),
        ("card.pdf.exe", "card.pdf.pdf"),
        ("a\r\nX-Evil: 1.pdf", "a X-Evil: 1.pdf"),
        ("\u202egnp.exe", "file.pdf"),
        ("", "file.pdf"),
        ("...", "file.pdf"),
        ("字" * 300, "字" * 100 + ".pdf"),
    ],
)
def test_names_are_names_only(app: Flask, sent: str, kept: str) -> None:
    with app.test_request_context():
        assert read_upload(sent, PAPER, "card").name == kept


def test_a_download_is_never_shown(app: Flask) -> None:
    with app.test_request_context():
        answer = download(Upload('证"件.pdf', PDF, PAPER))
    assert answer.mimetype == "application/octet-stream"
    disposition = answer.headers["Content-Disposition"]
    assert (
        disposition == "attachment; filename=file.pdf; filename*=UTF-8''%E8%AF%81%22%E4%BB%B6.pdf"
    )
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
