"""Every page on the narrowest phone, in both languages, without a complaint of the browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Request

from eventhub.accounts import actors
from eventhub.accounts.service import SignIn, sign_in
from eventhub.audience import service as audience
from eventhub.exposure import service as reports
from eventhub.registration.service import links
from tests.browser.conftest import Browsers, Site
from tests.people import PASSWORD, email_of, make_people
from tests.world import World, make_world

NARROW = {"width": 320, "height": 640}
EVENT = (
    "",
    "programme",
    "programme/all",
    "programme/mine",
    "changes",
    "screen",
    "embed",
    "shows/AAAAAA",
    "register",
    "lost-ticket",
    "live",
    "live/wall",
    "watch",
    "report",
)
CONSOLE = (
    "",
    "programme",
    "programme?item=1",
    "programme?several=1",
    "programme/proposals",
    "programme/files",
    "programme/release",
    "places",
    "places/stage",
    "shows",
    "shows/form",
    "programme/notices",
    "stage",
    "guests",
    "outbox",
    "outbox/1",
    "gates",
    "counters",
    "footfall",
    "plan",
    "streams",
    "report",
)


@pytest.fixture
def world(site: Site) -> World:
    """Return an event with a published report."""
    people = make_people()
    made = make_world(people.organisation_id)
    event = made.event.id
    audience.set_player(
        audience.SetPlayer(event_id=event, slug="main", kind="hls", address="/hls/main.m3u8")
    )
    reports.build_report(reports.BuildReport(event_id=event, created_by=people.ids["alice"]))
    reports.publish(
        reports.PublishReport(event_id=event, version=1, approved_by=people.ids["frank"])
    )
    return made


def paths(world: World) -> list[str]:
    """Return the address of every page."""
    person = world.guests[0].people[0]
    token = links.attendee_token(person.public_id, person.link_rev)
    slug = world.event.slug
    return [
        "/",
        *(f"/e/{slug}/{page}" for page in EVENT),
        *(f"/console/e/{slug}/{page}" for page in CONSOLE),
        f"/t/{token}",
        f"/t/{token}/cancel",
        "/gate/",
        "/api/v1/docs",
    ]


def sign_in_alice(page: Page, site: Site) -> None:
    """Put alice's session into the browser."""
    signed_in = sign_in(SignIn(email=email_of("alice"), password=PASSWORD, address="127.0.0.1"))
    with site.app.test_request_context("/"):
        cookie = {"name": actors.cookie_name(), "value": signed_in.token, "url": site.url}
    page.context.add_cookies([cookie])  # type: ignore[list-item]  # a typed dictionary


@pytest.mark.only("sqlite")
@pytest.mark.parametrize("lang", ["zh-CN", "en-GB"])
def test_no_page_scrolls_sideways_on_the_narrowest_phone(
    site: Site, browsers: Browsers, world: World, lang: str
) -> None:
    page = browsers.open(browsers.start(), viewport=NARROW, locale=lang)
    requests: list[str] = []

    def note(request: Request) -> None:
        requests.append(request.url)

    page.on("request", note)
    too_wide = []
    sign_in_alice(page, site)
    for path in paths(world):
        page.goto(f"{site.url}{path}")
        over_px = page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth")
        headings = page.locator("h1").count()
        if over_px > 0 or headings != 1:
            too_wide.append((path, over_px, headings))
    assert too_wide == []
    assert browsers.complaints == []
    outside = [url for url in requests if not url.startswith((site.url, "data:", "blob:"))]
    assert outside == []


@pytest.mark.only("sqlite")
def test_a_planted_inline_script_does_not_run(site: Site, browsers: Browsers, world: World) -> None:
    page = browsers.open(browsers.start())
    page.goto(f"{site.url}/e/{world.event.slug}/")
    page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "window.planted = true";
            document.body.append(script);
        }"""
    )
    assert page.evaluate("() => window.planted === undefined")
    assert any("Content Security Policy" in complaint for complaint in browsers.complaints)
