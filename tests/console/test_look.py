"""The look of an event: colours that can be read, a picture with nothing else of its file."""

from __future__ import annotations

import io
import re
import zlib
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from eventhub.kernel.theme import (
    DEFAULT_THEME,
    PAPER,
    adjusted,
    colours,
    contrast,
    readable,
    theme_code,
    theme_css,
    theme_faults,
    theme_of,
)
from eventhub.programme.queries import cover_bytes, event_by_id
from tests.people import make_people, sign_in
from tests.world import World, make_world

LOOK = "/console/e/loom-week/look"
PLACE = b"GPS-CANARY-22.5431"
_hex = st.from_regex(r"#[0-9A-F]{6}", fullmatch=True)


@pytest.fixture
def world(app: Flask) -> World:
    """Return alice's event."""
    app.config["WTF_CSRF_ENABLED"] = False
    return make_world(make_people().organisation_id)


@pytest.fixture
def alice(app: Flask, world: World) -> FlaskClient:
    """Return alice's browser."""
    client = app.test_client()
    sign_in(app, client, "alice@example.org")
    return client


def typed(**changes: str) -> dict[str, str]:
    """Return the form with the colours of the house, and what is to differ."""
    names = ("ground", "warp", "dimmed", "accent", *(f"t{n}" for n in range(1, 6)))
    values = {
        f"{scheme}-{name}": colours(None, scheme)[name]
        for scheme in ("light", "dark")
        for name in names
    }
    return values | {name.replace("_", "-"): value for name, value in changes.items()}


@given(colour=_hex, ground=_hex, ratio=st.sampled_from([3.0, 4.5]))
def test_a_colour_is_moved_until_it_can_be_read(colour: str, ground: str, ratio: float) -> None:
    found = readable(colour, ground, ratio)
    assert contrast(found, ground) >= ratio
    if contrast(colour, ground) >= ratio:
        assert found == colour


@given(st.lists(_hex, min_size=24, max_size=24))
def test_every_adjusted_theme_is_kept_and_has_an_address_of_its_own(found: list[str]) -> None:
    names = ("ground", "warp", "dimmed", "accent")
    theme: dict[str, Any] = {
        scheme: {**dict(zip(names, found[at:], strict=False)), "threads": found[at + 4 : at + 12]}
        for scheme, at in (("light", 0), ("dark", 12))
    }
    made = adjusted(theme)
    assert theme_faults(made) == []
    assert theme_css(theme_of(theme_code(made))) == theme_css(made)
    assert theme_of("../" + theme_code(made)) is None


def test_pale_colours_are_refused_or_moved_and_pages_follow(
    app: Flask, world: World, alice: FlaskClient
) -> None:
    pale = typed(light_accent="#FFD9D0")
    refused = alice.post(f"{LOOK}/colours?lang=en", data=pale)
    assert refused.status_code == 422
    assert "The accent needs a contrast of 4.5 with paper." in refused.text
    assert 'value="#ffd9d0"' in refused.text  # what was typed is still there
    assert event_by_id(world.event.id).theme is None

    assert alice.post(f"{LOOK}/colours", data=pale | {"how": "adjust"}).status_code == 303
    theme = event_by_id(world.event.id).theme
    assert theme is not None
    assert theme["light"]["accent"] != "#FFD9D0"
    assert contrast(theme["light"]["accent"], PAPER["light"]) >= 4.5
    assert theme["dark"]["accent"] == DEFAULT_THEME["dark"]["accent"]
    page = app.test_client().get("/e/loom-week/?lang=en").text
    sheet = re.search(r'href="(/theme/[^"]+)"', page)
    assert sheet
    assert "style=" not in page
    assert f"--accent:{theme['light']['accent']}" in app.test_client().get(sheet[1]).text

    assert alice.post(f"{LOOK}/colours", data={"how": "house"}).status_code == 303
    assert event_by_id(world.event.id).theme is None


def photo(size: tuple[int, int] = (2400, 1200), kind: str = "JPEG") -> io.BytesIO:
    """Return a picture of a camera that lies on its side and knows where it was taken."""
    picture = Image.radial_gradient("L").resize(size).convert("RGB")
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees
    exif[0x010E] = PLACE.decode()
    target = io.BytesIO()
    picture.save(target, kind, exif=exif, comment=PLACE)
    target.seek(0)
    return target


def bomb(width: int, height: int) -> bytes:
    """Return a PNG that states a size and has one row of it."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        crc = zlib.crc32(kind + data).to_bytes(4, "big")
        return len(data).to_bytes(4, "big") + kind + data + crc

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 2, 0, 0, 0])
    row = zlib.compress(bytes(width * 3 + 1))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", row) + chunk(b"IEND", b"")


def test_a_picture_reaches_page_card_and_poster_without_its_notes(
    app: Flask, world: World, alice: FlaskClient
) -> None:
    sent = {"picture": (photo(), "a.jpg"), "alt_zh": "秀场", "alt_en": "The runway"}
    before = app.test_client().get("/e/loom-week/card.png").data
    assert PLACE in photo().getvalue()  # the control: the upload has it
    assert alice.post(f"{LOOK}/cover", data=sent).status_code == 303
    for size, edge in (("", 1600), ("?size=small", 800)):
        answer = app.test_client().get(f"/e/loom-week/cover.jpg{size}")
        assert answer.mimetype == "image/jpeg"
        assert PLACE not in answer.data
        found = Image.open(io.BytesIO(answer.data))
        assert max(found.size) == edge
        assert found.height > found.width  # it stands upright now
        assert not found.getexif()
    page = alice.get("/e/loom-week/?lang=en").text
    assert 'alt="The runway"' in page
    assert 'class="cover-wide"' not in page
    assert "The runway" in alice.get(f"{LOOK}?lang=en").text
    assert app.test_client().get("/e/loom-week/card.png").data != before
    assert app.test_client().get("/e/loom-week/poster.pdf").data.count(b"/Image") > 0

    words = {"alt_en": "The catwalk", "alt_zh": ""}
    assert alice.post(f"{LOOK}/cover", data=words).status_code == 303
    assert 'alt="The catwalk"' in alice.get("/e/loom-week/?lang=zh").text
    assert alice.post(f"{LOOK}/cover/drop").status_code == 303
    assert cover_bytes(world.event.id) is None
    assert app.test_client().get("/e/loom-week/card.png").data == before


FILES = {
    "nothing": b"",
    "polyglot": b"GIF89a<script>",
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n",
    "bomb": bomb(50_000, 50_000),
    "large": bomb(5_001, 5_000),
    "cut": photo().getvalue()[:2000],
    "small": photo((700, 300)).getvalue(),
}


@pytest.mark.only("sqlite")  # what Pillow makes of a file does not depend on the database
def test_what_is_no_picture_for_a_cover_is_refused(world: World, alice: FlaskClient) -> None:
    for name, data in FILES.items():
        sent = {"picture": (io.BytesIO(data), "a.png"), "alt_zh": "图", "alt_en": "Picture"}
        assert alice.post(f"{LOOK}/cover", data=sent).status_code == 422, name
        assert cover_bytes(world.event.id) is None


def test_a_picture_needs_words(alice: FlaskClient, world: World) -> None:
    answer = alice.post(f"{LOOK}/cover?lang=en", data={"picture": (photo(), "a.jpg")})
    assert answer.status_code == 422
    assert "Say what the picture shows." in answer.text
    assert cover_bytes(world.event.id) is None
