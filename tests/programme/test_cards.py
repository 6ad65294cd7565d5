"""Pictures of an event: cards for networks, posters for walls."""

from __future__ import annotations

import io
import re

import pytest
import zxingcpp
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image, ImageDraw
from pypdf import PdfReader

from eventhub.kernel import qr
from eventhub.programme import cards

pytestmark = pytest.mark.only("sqlite")


@pytest.fixture
def visitor(demo_app: Flask) -> FlaskClient:
    return demo_app.test_client()


def card_address(html: str) -> str:
    """Return the picture that a page names for networks."""
    (found,) = re.findall(r'<meta property="og:image" content="http://localhost([^"]+)"', html)
    return str(found)


def test_pages_name_a_picture_of_the_size_that_networks_show(visitor: FlaskClient) -> None:
    code = re.findall(r"/e/demo/shows/(\w+)", visitor.get("/e/demo/programme").text)[0]
    for page in ("/e/demo/", "/e/futian-2023/", f"/e/demo/shows/{code}"):
        address = card_address(visitor.get(page + "?lang=en").text)
        assert address.endswith("card.png?lang=en")
        answer = visitor.get(address)
        assert answer.mimetype == "image/png"
        assert Image.open(io.BytesIO(answer.data)).size == (1200, 630)
        again = visitor.get(address, headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304


def test_each_language_and_show_has_a_card_of_its_own(visitor: FlaskClient) -> None:
    found = {
        visitor.get(f"/e/{slug}/card.png?lang={lang}").data
        for slug in ("demo", "futian-2023")
        for lang in ("zh", "en")
    }
    assert len(found) == 4
    assert visitor.get("/e/demo/shows/NOSUCH/card.png").status_code == 404


@pytest.mark.parametrize(
    "title",
    [
        "",
        "织",
        "潮" * 300,
        "W" * 300,
        "A title of many short words " * 20,
        "1\n2\t3",
        "𠮷野家 الليل",
    ],
)
def test_any_title_makes_a_card(title: str) -> None:
    card = cards.Card("", (("g", "#E6EDEB"), ("wp", "#C5D1CE")), title, (title,), "演示")
    assert Image.open(io.BytesIO(cards.draw(card))).size == cards.SIZE


def test_a_poster_says_what_where_and_when(visitor: FlaskClient) -> None:
    for lang, words in (("zh", "节目与报名"), ("en", "Programme and registration")):
        answer = visitor.get(f"/e/demo/poster.pdf?lang={lang}")
        assert answer.mimetype == "application/pdf"
        (page,) = PdfReader(io.BytesIO(answer.data)).pages
        text = re.sub(r"\s+", "", page.extract_text())
        assert re.sub(r"\s+", "", words) in text
        assert "localhost/e/demo/" in text
        assert round(float(page.mediabox.width)) == 842  # A3
    assert visitor.get("/e/demo/poster.pdf").data == visitor.get("/e/demo/poster.pdf").data


def test_the_code_on_a_poster_leads_to_the_event() -> None:
    address = "https://week.example/e/spring-2027/"
    svg = qr.svg(address)
    size = int(re.findall(r'viewBox="0 0 (\d+)', svg)[0])
    picture = Image.new("L", (size * 8, size * 8), 255)
    pen = ImageDraw.Draw(picture)
    for x, y in re.findall(r"M(\d+) (\d+)h1v1", svg):
        pen.rectangle((int(x) * 8, int(y) * 8, int(x) * 8 + 7, int(y) * 8 + 7), fill=0)
    (found,) = zxingcpp.read_barcodes(picture)
    assert found.text == address
