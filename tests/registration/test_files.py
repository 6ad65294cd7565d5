"""The files beside a ticket: QR pictures read back, PDF with its Chinese text, calendar."""

from __future__ import annotations

import io
import re

import icalendar
import pytest
import zxingcpp
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader

from eventhub.kernel.signing import GsBody, gr_code, sign_gs
from eventhub.registration import qr, service
from eventhub.registration.glyphs import printable
from eventhub.registration.print import printed_colours
from tests.factories.registration import let_in, make_registration, make_ticket_type
from tests.registration.conftest import Place

LINES = re.compile(r"M(\d+) (\d+)h(\d+)")


def picture_of(svg: str) -> Image.Image:
    """Return the picture that our own SVG of lines a module high describes, 6 px per module."""
    size = int(svg.split('viewBox="0 0 ')[1].split(" ")[0])
    drawn = Image.new("L", (size, size), 255)
    for x, y, width in LINES.findall(svg.split('stroke="#000"')[1]):
        for column in range(int(width)):
            drawn.putpixel((int(x) + column, int(y)), 0)
    return drawn.resize((size * 6, size * 6), Image.Resampling.NEAREST)


def read(picture: Image.Image) -> str:
    return zxingcpp.read_barcode(picture).text


@settings(max_examples=12, deadline=None)
@given(
    st.integers(0, 255),
    st.integers(1, 2**63 - 1),
    st.integers(1, 65535),
    st.integers(0, 65535),
    st.integers(0, 255),
)
def test_every_signed_code_is_read_back(
    kid: int, ticket: int, product: int, window: int, rev: int
) -> None:
    body = GsBody(kid=kid, ticket=ticket, product=product, window=window, rev=rev)
    code = sign_gs(body, event_uuid=bytes(16), private_key=bytes(range(32)))
    assert len(qr.matrix(code)) == 41 + 2 * 4
    assert read(Image.open(io.BytesIO(qr.png(code)))) == code
    assert read(picture_of(qr.svg(code))) == code


def test_a_short_code_has_the_smallest_picture() -> None:
    code = gr_code(0x0123456789ABCDEF)
    assert code == "GR04HMASW9NF6YZC4P"
    assert len(qr.matrix(code)) == 21 + 2 * 4
    assert read(Image.open(io.BytesIO(qr.png(code)))) == code


def test_a_text_of_another_size_is_no_ticket_picture() -> None:
    with pytest.raises(ValueError, match="QR version"):
        qr.matrix("GS" + "AB" * 100)


def token_for(place: Place, *, name: str, others: tuple[str, ...] = ()) -> str:
    kind = make_ticket_type(
        place.event.id, slug="public", max_group=3, name={"zh": "公众席", "en": "Public seat"}
    )
    let_in(place.gate_ids[0], kind.id)
    made = make_registration(
        place.event.id, "public", name=name, others=others, performance_id=place.performance_id
    )
    return service.registration_token(made.public_id, made.link_rev)


RARE = "堃䶮㛃𡐓𬭊𫖯"  # 䶮 and 㛃 of extension A, then one each of B, E and C


def test_the_printed_ticket_holds_rare_names_as_text(place: Place, client: FlaskClient) -> None:
    token = token_for(place, name="陈欣怡", others=("喆堃镕", f"{RARE} Ana María"))
    answer = client.get(f"/t/{token}.pdf?lang=zh")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    pages = PdfReader(io.BytesIO(answer.data)).pages
    texts = ["".join(page.extract_text().split()) for page in pages]
    assert len(texts) == 3
    for text, name in zip(texts, ("陈欣怡", "喆堃镕", f"{RARE}AnaMaría"), strict=True):
        for words in (name, "夜航", "十二纱", "公众席", "北门", "云岸时装周", "GR"):
            assert words in text
    size = pages[0].mediabox
    assert (round(size.width / 72 * 25.4), round(size.height / 72 * 25.4)) == (105, 148)
    fonts = {
        str(font.get_object()["/BaseFont"]) for font in pages[0]["/Resources"]["/Font"].values()
    }
    assert all("NotoSansSC" in font for font in fonts)


def test_a_character_that_the_font_lacks_is_named_and_never_blank(
    place: Place, client: FlaskClient
) -> None:
    assert printable("陈欣怡", None) == "陈欣怡"
    assert printable("𠮷野", "Yoshino") == "Yoshino"
    token = token_for(place, name="𠮷野")
    text = PdfReader(io.BytesIO(client.get(f"/t/{token}.pdf").data)).pages[0].extract_text()
    assert "[U+20BB7]野" in text
    assert "𠮷野" in client.get(f"/t/{token}").text


def test_the_printed_ticket_is_the_same_bytes_each_time(place: Place, client: FlaskClient) -> None:
    token = token_for(place, name="陈欣怡")
    first, second = (client.get(f"/t/{token}.pdf").data for _ in range(2))
    assert first == second


def test_markup_in_a_name_is_printed_as_it_is(place: Place, client: FlaskClient) -> None:
    token = token_for(place, name='#panic("x") $y$ *b*')
    text = PdfReader(io.BytesIO(client.get(f"/t/{token}.pdf").data)).pages[0].extract_text()
    assert '#panic("x") $y$ *b*' in text


def test_the_picture_of_a_ticket_holds_its_code(place: Place, client: FlaskClient) -> None:
    token = token_for(place, name="陈欣怡")
    png = client.get(f"/t/{token}.png")
    drawn = client.get(f"/t/{token}.svg")
    assert (png.mimetype, drawn.mimetype) == ("image/png", "image/svg+xml")
    code = read(Image.open(io.BytesIO(png.data)))
    assert code.startswith("GS")
    assert read(picture_of(drawn.text)) == code
    for answer in (png, drawn):
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Robots-Tag"] == "noindex"


def test_the_calendar_entry_names_show_place_and_zone(place: Place, client: FlaskClient) -> None:
    token = token_for(place, name="陈欣怡")
    answer = client.get(f"/t/{token}.ics?lang=zh")
    assert answer.mimetype == "text/calendar"
    calendar = icalendar.Calendar.from_ical(answer.data)
    entry = next(iter(calendar.walk("VEVENT")))
    assert entry["summary"] == "夜航 · 云岸时装周"
    assert entry["dtstart"].params["TZID"] == "Asia/Shanghai"
    assert entry["dtstart"].dt.strftime("%Y-%m-%d %H:%M") == "2026-11-21 21:30"
    assert str(entry["uid"]).endswith("@yunan.example")
    assert "盐仓 T 台" in entry["location"]
    assert f"/t/{token}" in entry["url"]
    assert list(calendar.walk("VTIMEZONE"))
    assert client.get(f"/t/{token}.ics?lang=zh").data == answer.data


def test_classes_of_a_cloth_become_colours_for_paper() -> None:
    drawn = printed_colours('<path class="g"/><path class="t1"/><path class="t8"/>', None)
    assert drawn == '<path fill="#E6EDEB"/><path fill="#D7301F"/><path fill="#101312"/>'
