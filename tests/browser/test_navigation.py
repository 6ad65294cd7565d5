"""The console's navigation by keys: beside the page on a desk, behind one button on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Browsers, Site
from tests.browser.test_pages import over_px, sign_in_alice
from tests.people import make_people
from tests.world import make_world

pytestmark = pytest.mark.only("sqlite")


def console(site: Site, browsers: Browsers, width: int) -> Page:
    """Return the home of alice's event in a window of some width."""
    make_world(make_people().organisation_id)
    size = {"width": width, "height": 844}
    page = browsers.open(browsers.start(), viewport=size, locale="en-GB")
    sign_in_alice(page, site)
    page.goto(f"{site.url}/console/e/loom-week/")
    return page


def focus_on(page: Page, words: str) -> None:
    """Press Tab until the focus is on something that says `words`."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if words in page.evaluate("() => document.activeElement.textContent.trim()"):
            return
    raise AssertionError(f"Tab never comes to {words}")


def test_a_group_opens_and_leads_on_by_keys(site: Site, browsers: Browsers) -> None:
    page = console(site, browsers, 1440)
    assert page.get_by_role("button", name="Menu").is_hidden()
    assert page.get_by_role("link", name="Approval").count() == 0
    focus_on(page, "Ticketing")
    page.keyboard.press("Enter")
    focus_on(page, "Approval")
    page.keyboard.press("Enter")
    page.wait_for_url("**/approval")
    assert page.locator("[aria-current=page]").inner_text() == "Approval"
    assert page.locator("details.side-group[open] summary").inner_text().startswith("Ticketing")
    assert browsers.complaints == []


@pytest.mark.parametrize("width", [320, 390])
def test_a_phone_has_it_behind_one_button(site: Site, browsers: Browsers, width: int) -> None:
    page = console(site, browsers, width)
    assert page.locator(".side-nav").is_hidden()
    focus_on(page, "Menu")
    page.keyboard.press("Enter")
    assert page.locator(".side-nav").is_visible()
    assert over_px(page) == 0
    page.get_by_role("button", name="Close").click()
    assert page.locator(".side-nav").is_hidden()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    assert page.locator(".side-nav").is_hidden()
    assert page.evaluate("() => document.activeElement.className") == "side-menu"
    page.keyboard.press("Enter")
    focus_on(page, "Report")
    page.keyboard.press("Enter")
    page.wait_for_url("**/report")
    assert page.locator(".side-nav").is_hidden()
    assert browsers.complaints == []
