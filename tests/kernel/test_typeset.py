"""PDF from a template and data."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from pypdf import PdfReader

from eventhub.kernel import typeset

NAMES = "陈欣怡 喆 堃 镕"
TEMPLATE = """
#set document(date: none)
#set text(font: "Noto Sans SC")
#let d = json(bytes(sys.inputs.data))
= #d.title
#d.name
#image(bytes(d.picture), format: "svg", width: 2cm)
"""
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 2"><path d="M0 0h2v2H0z"/></svg>'


@pytest.fixture
def template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the name of a template in a folder of its own."""
    (tmp_path / "tag.typ").write_text(TEMPLATE)
    (tmp_path / "outside.typ").write_text('#read("../secret.txt")')
    monkeypatch.setattr(typeset, "TEMPLATES", tmp_path)
    typeset._compiler.cache_clear()
    return "tag"


def text_of(pdf: bytes) -> str:
    """Return the text of all pages."""
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def test_rare_names_can_be_read_back(template: str) -> None:
    pdf = typeset.pdf(template, {"title": "织潮", "name": NAMES, "picture": PICTURE})
    text = text_of(pdf)
    assert all(name in text for name in ["织潮", *NAMES.split()])
    fonts = {
        str(font.get_object()["/BaseFont"])
        for page in PdfReader(io.BytesIO(pdf)).pages
        for font in page["/Resources"]["/Font"].values()  # type: ignore[index]
    }
    assert fonts
    assert all("NotoSansSC" in name for name in fonts)


def test_same_data_gives_the_same_bytes(template: str) -> None:
    data = {"title": "a", "name": NAMES, "picture": PICTURE}
    assert typeset.pdf(template, data) == typeset.pdf(template, data)


@pytest.mark.parametrize("text", ['#panic("x")', "$x^2$", "*bold*", "#import"])
def test_text_is_never_markup(template: str, text: str) -> None:
    data = {"title": "a", "name": text, "picture": PICTURE}
    assert text in text_of(typeset.pdf(template, data)).replace("\n", "")


@pytest.mark.usefixtures("template")
def test_template_reads_nothing_outside_its_folder() -> None:
    with pytest.raises(RuntimeError, match=r"outside|escape|denied|root"):
        typeset.pdf("outside", {})
