"""One's own programme in a browser: kept, shared and read offline without telling the server."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import partial

import pytest
from playwright.sync_api import Page, Route, expect

from eventhub.programme import queries, service
from eventhub.settings import ROOT
from tests.browser.conftest import Browsers, Site
from tests.people import make_people
from tests.world import World, make_world

pytestmark = pytest.mark.only("sqlite")


@pytest.fixture
def world(site: Site) -> World:
    """Return an event of today."""
    return make_world(make_people().organisation_id)


def numbers(world: World) -> dict[str, int]:
    """Return the public number of each show's performance."""
    return {row.show_code: row.public_no for row in queries.programme(world.event)}


def shown(page: Page) -> list[str]:
    """Return the titles on the page of one's own programme."""
    return page.locator("[data-list] [data-no]:not([hidden]) h3").all_text_contents()


def test_marks_stay_in_the_browser_and_travel_behind_the_hash(
    site: Site, browsers: Browsers, world: World
) -> None:
    browser = browsers.start()
    page = browsers.open(browser, locale="en-GB")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(f"{request.url} {request.post_data or ''}"))
    page.goto(f"{site.url}/e/loom-week/programme/all?lang=en")
    stars = page.locator("[data-no] button.star")
    assert stars.count() == len(world.show_codes)
    page.get_by_role("button", name="Keep in my programme: Warp and weft").click()
    page.get_by_role("button", name="Keep in my programme: Tide line").click()
    page.goto(f"{site.url}/e/loom-week/programme/mine?lang=en")
    assert sorted(shown(page)) == ["Tide line", "Warp and weft"]
    assert page.locator("[data-code] svg").is_visible()
    kept = json.loads(page.evaluate("localStorage['eventhub:programme:loom-week']"))
    of = numbers(world)
    assert sorted(kept) == sorted((of["AAAAAA"], of["BBBBBB"]))
    friend = browsers.open(browser, locale="en-GB")
    friend.on("request", lambda request: sent.append(f"{request.url} {request.post_data or ''}"))
    friend.goto(f"{site.url}/e/loom-week/programme/mine?lang=en#s={of['CCCCCC']}")
    assert shown(friend) == ["Night run"]
    friend.get_by_role("button", name="Keep these too").click()
    friend.reload()
    assert shown(friend) == ["Night run"]
    assert not [line for line in sent if "calendars" in line]
    page.get_by_role("button", name="Subscribe in a calendar").click()
    address = page.get_by_label("Address")
    expect(address).to_have_value(re.compile(rf"{site.url}/e/loom-week/calendars/\S+\.ics"))
    feed = address.input_value()
    assert page.request.get(feed).text().count("BEGIN:VEVENT") == 2
    page.goto(f"{site.url}/e/loom-week/programme/all?lang=en")
    page.get_by_role("button", name="Take out of my programme: Tide line").click()
    until(page, "() => JSON.parse(localStorage['eventhub:calendar:loom-week']).sent.length < 4")
    assert page.request.get(feed).text().count("BEGIN:VEVENT") == 1
    page.goto(f"{site.url}/e/loom-week/programme/mine?lang=en")
    page.get_by_role("button", name="Take it back").click()
    expect(page.locator("[data-feed-said]")).to_contain_text("Taken back")
    assert page.request.get(feed).status == 404
    told = [line for line in sent if "#" in line or "s=" in line.partition("?")[2]]
    assert told == []
    assert browsers.complaints == []


def until(page: Page, holds: str) -> None:
    """Wait for a condition; polling inside the page would need `unsafe-eval`."""
    for _ in range(300):
        if page.evaluate(holds):
            return
        page.wait_for_timeout(50)
    raise AssertionError(holds)


def test_a_page_is_read_without_a_network_and_says_how_old_it_is(
    site: Site, browsers: Browsers, world: World
) -> None:
    page = browsers.open(browsers.start(), locale="en-GB")
    address = f"{site.url}/e/loom-week/programme/all?lang=en"
    page.goto(address)
    until(page, "() => navigator.serviceWorker.controller !== null")
    page.reload()
    until(page, "() => document.querySelector('[data-checked-at]').textContent !== ''")
    page.context.set_offline(True)
    page.reload()
    assert page.get_by_text("Tide line").first.is_visible()
    page.wait_for_selector("[data-stale]:not([hidden])")
    assert page.locator("[data-stale-at]").text_content() != "–"


def test_an_open_page_takes_in_what_a_stage_manager_says(
    site: Site, browsers: Browsers, world: World
) -> None:
    page = browsers.open(browsers.start(), locale="en-GB")
    page.goto(f"{site.url}/e/loom-week/programme/all?lang=en")
    until(page, "() => document.querySelector('[data-checked-at]').textContent !== ''")
    row = next(row for row in queries.programme(world.event) if row.show_code == "CCCCCC")
    service.set_delay(
        service.SetDelay(event_id=world.event.id, performance_id=row.performance_id, minutes=20)
    )
    page.wait_for_selector("text=+20 min", timeout=40_000)  # asks every ten seconds
    assert page.locator("[data-no] button.star").count() == len(world.show_codes)


def _only_route(answer: Callable[[Route], None]) -> Callable[[Route], None]:
    """Return a handler with one argument: more are taken for the request."""
    return lambda route: answer(route)


def test_the_snippets_of_the_docs_put_a_register_button_on_another_site(
    site: Site, browsers: Browsers, world: World
) -> None:
    text = (ROOT / "docs" / "embedding.md").read_text()
    scripted, plain = re.findall(r"```html\n(.*?)```", text, re.DOTALL)
    service.allow_embedding(world.event.id, ["https://www.example.org"])
    ours = "https://events.example.org"
    page = browsers.open(browsers.start(), locale="en-GB")
    page.route(
        f"{ours}/**",
        lambda route: route.fulfill(
            response=route.fetch(url=route.request.url.replace(ours, site.url))
        ),
    )
    for name, snippet in (("scripted", scripted), ("plain", plain)):
        html = f"<!doctype html><title>Host</title>{snippet.replace('SLUG', 'loom-week')}"
        answer = partial(Route.fulfill, body=html, content_type="text/html")
        page.route(f"https://www.example.org/{name}", _only_route(answer))
        page.goto(f"https://www.example.org/{name}")
        link = page.frame_locator("iframe").first.get_by_role("link", name="Register")
        expect(link).to_have_attribute("href", "/e/loom-week/register?lang=en")
    page.goto("https://www.example.org/scripted")
    frame = page.locator("eventhub-register iframe")
    expect(frame).to_have_attribute("title", "Register")
    until(page, "() => document.querySelector('iframe').getBoundingClientRect().height < 80")
    page.unroute_all(behavior="wait")  # an answer on its way would fail in the next test
    assert browsers.complaints == []


def test_another_site_shows_the_programme_in_a_frame_as_high_as_its_list(
    site: Site, browsers: Browsers, world: World
) -> None:
    service.allow_embedding(world.event.id, ["https://www.example.org"])
    ours = "https://events.example.org"  # browsers keep public sites away from loopback addresses
    host = f"""<!doctype html><html lang="en"><title>Host</title>
      <script src="{ours}/static/embed.js" async></script>
      <eventhub-programme src="{ours}/e/loom-week" lang="en" stage="runway">
        <a href="{ours}/e/loom-week/programme">Programme</a>
      </eventhub-programme></html>"""
    page = browsers.open(browsers.start(), locale="en-GB")

    def forward(route: Route) -> None:
        route.fulfill(response=route.fetch(url=route.request.url.replace(ours, site.url)))

    page.route(f"{ours}/**", forward)
    for origin in ("https://www.example.org", "https://stranger.example"):
        page.route(
            f"{origin}/",
            lambda route: route.fulfill(body=host, content_type="text/html; charset=utf-8"),
        )
    page.goto("https://www.example.org/")
    frame = page.frame_locator("eventhub-programme iframe")
    expect(frame.locator("h3")).to_have_text(["Warp and weft", "Night run"])
    element = page.locator("eventhub-programme iframe")
    expect(element).to_have_attribute("title", "Programme")
    high = "() => document.querySelector('iframe').getBoundingClientRect().height"
    until(page, f"() => ({high})() !== 600")
    inside = page.frames[1].evaluate("() => document.documentElement.scrollHeight")
    assert page.evaluate(high) == inside  # nothing to scroll, nothing empty below
    assert inside < 600
    page.evaluate("() => window.postMessage({ eventhub: 50 }, '*')")  # not from the frame
    page.wait_for_timeout(50)
    assert page.evaluate(high) == inside
    assert browsers.complaints == []
    page.goto("https://stranger.example/")  # a site that nobody named sees nothing of it
    page.wait_for_selector("eventhub-programme iframe")
    until(page, "() => document.querySelector('iframe') !== null")
    for _ in range(100):
        if any("frame-ancestors" in said for said in browsers.complaints):
            break
        page.wait_for_timeout(50)
    assert any("frame-ancestors" in said for said in browsers.complaints)
    expect(page.frame_locator("eventhub-programme iframe").locator("h3")).to_have_count(0)
    page.unroute_all(behavior="wait")
