"""The pictures of the documentation show the pages as they are."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser

from tools import screenshots

pytestmark = pytest.mark.browser
# Headings and Chinese are set in fonts of the reader's system: elsewhere pages look otherwise.
FONTS = (
    "opentype/noto/NotoSerifCJK-Regular.ttc",
    "truetype/liberation*/LiberationSans-Regular.ttf",
)


@pytest.fixture
def fonts() -> None:
    """Skip loudly where the fonts are missing in which the pictures were drawn."""
    folder = Path("/usr/share/fonts")
    missing = [name for name in FONTS if not any(folder.glob(name))]
    if missing:
        pytest.skip(f"fonts-noto-cjk and fonts-liberation are needed for pictures: {missing}")


@pytest.mark.usefixtures("fonts")
def test_main_pages_look_like_their_stored_pictures(
    kept_browser: Browser, sqlite_template: Path, tmp_path: Path
) -> None:
    assert screenshots.differences(tmp_path, kept_browser, sqlite_template) == []


def test_a_page_without_its_styles_would_be_seen() -> None:
    light, dark, other = (
        Image.open(screenshots.FOLDER / f"{name}.png")
        for name in ("home-phone", "home-phone-dark", "register-phone")
    )
    assert screenshots.far(light, light) == 0
    assert screenshots.far(light, dark) > screenshots.MOST_FAR
    assert screenshots.far(light, other) > screenshots.MOST_FAR
    assert screenshots.far(light, light.resize((10, 10))) == 1
