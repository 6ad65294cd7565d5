"""A new owner makes an event in a real browser, and somebody registers for it."""

from __future__ import annotations

import time

import pytest

from eventhub.accounts import service as accounts
from eventhub.accounts.enums import Role
from tests.browser.conftest import Browsers, Site
from tests.people import PASSWORD

pytestmark = pytest.mark.only("sqlite")
MOST_SECONDS = 30  # of a machine that types at once; the template itself takes less than one


def test_a_new_owner_opens_registration_in_a_few_clicks(site: Site, browsers: Browsers) -> None:
    number = accounts.create_organisation(slug="loom", name="Loom")
    person = accounts.create_person(email="new@example.org", name="Nova", password=PASSWORD)
    accounts.grant_role(person_id=person, organisation_id=number, role=Role.OWNER)
    page = browsers.open(browsers.start(), viewport={"width": 320, "height": 640})
    began, clicks = time.monotonic(), 0

    def click(selector: str) -> None:
        nonlocal clicks
        clicks += 1
        page.click(selector)

    page.goto(f"{site.url}/console/")
    page.fill("#email", "new@example.org")
    page.fill("#password", PASSWORD)
    click("main button[type=submit]")
    page.wait_for_url("**/console/new")
    click("label.kind:has-text('节庆')")
    page.fill("#name_zh", "海岸音乐节")
    page.fill("#name_en", "Coast Festival")
    page.fill("#starts_on", "2027-07-02")
    page.fill("#ends_on", "2027-07-04")
    click("main button[type=submit]")
    page.wait_for_url("**/set-up")
    assert page.locator(".step").count() == 9
    assert page.locator(".step .badge-stop").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    click("main form button[type=submit]")
    page.wait_for_selector(".step-address a")
    click(".step-address a")
    page.wait_for_url("**/e/coast-festival-2027/register*")
    assert "单日票" in page.inner_text("main")
    assert (clicks, time.monotonic() - began < MOST_SECONDS) == (5, True)
    assert browsers.complaints == []
