"""The pictures of the documentation show the pages as they are."""

from __future__ import annotations

import subprocess
import sys

import pytest
from PIL import Image

from eventhub.settings import ROOT
from tools import screenshots

pytestmark = pytest.mark.browser


def test_main_pages_look_like_their_stored_pictures() -> None:
    done = subprocess.run(
        [sys.executable, "tools/screenshots.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr


def test_a_page_without_its_styles_would_be_seen() -> None:
    light, dark, other = (
        Image.open(screenshots.FOLDER / f"{name}.png")
        for name in ("home-phone", "home-phone-dark", "register-phone")
    )
    assert screenshots.far(light, light) == 0
    assert screenshots.far(light, dark) > screenshots.MOST_FAR
    assert screenshots.far(light, other) > screenshots.MOST_FAR
    assert screenshots.far(light, light.resize((10, 10))) == 1
