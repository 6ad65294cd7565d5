"""Pages fade into each other where the browser can, and not for who asked for no motion."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Browsers, Site
from tests.people import make_people
from tests.world import make_world

pytestmark = pytest.mark.only("sqlite")


@pytest.mark.parametrize(("motion", "fades"), [("no-preference", True), ("reduce", False)])
def test_the_next_page_fades_in_unless_motion_is_not_wanted(
    site: Site, browsers: Browsers, motion: str, fades: bool
) -> None:
    make_world(make_people().organisation_id)
    page = browsers.open(browsers.start(), reduced_motion=motion)
    page.add_init_script(
        "addEventListener('pagereveal', (event) => { window.faded = !!event.viewTransition; })"
    )
    page.goto(f"{site.url}/e/loom-week/")
    assert page.evaluate("() => window.faded") is False
    page.locator(".actionbar a").first.click()
    page.wait_for_url("**/programme*")
    assert page.evaluate("() => window.faded") is fades
    assert browsers.complaints == []
