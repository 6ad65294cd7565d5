"""The watch page in a real browser: it plays, says when nothing comes, and asks no other host."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, Request, expect

from eventhub.audience import beacons, queries, service
from eventhub.kernel import clock
from eventhub.kernel.db import db
from eventhub.programme.queries import EventRow
from tests.browser.conftest import Browsers, Site
from tests.factories import audience as make

CLIP = "/static/demo/weave/index.m3u8"
PATH = "/e/cloth-week/watch"

pytestmark = pytest.mark.only("sqlite")


def watched(address: str) -> EventRow:
    event = make.make_counted_event()
    service.set_player(
        service.SetPlayer(event_id=event.id, slug="main", kind="hls", address=address)
    )
    db.session.remove()
    return event


def traced(browsers: Browsers, site: Site) -> tuple[Page, list[str]]:
    """Return a page and what it asks of other hosts; refused policies become complaints."""
    page = browsers.open(browsers.start(), locale="en-GB")
    page.add_init_script(
        "document.addEventListener('securitypolicyviolation',"
        " (event) => console.error('policy ' + event.violatedDirective))"
    )
    strangers: list[str] = []

    def ask(request: Request) -> None:
        if not request.url.startswith((site.url, "data:", "blob:")):
            strangers.append(request.url)

    page.on("request", ask)
    return page, strangers


def until(page: Page, question: Callable[[], object], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not question():
        assert time.monotonic() < end, "it did not come in time"
        page.wait_for_timeout(200)


def video(page: Page, name: str) -> float:
    """Return a property of the player."""
    return float(page.evaluate(f"Number(document.querySelector('video').{name})"))


def play(page: Page) -> None:
    page.evaluate("document.querySelector('video').play().catch(() => {})")


def test_the_clip_plays_and_is_counted_without_another_host(site: Site, browsers: Browsers) -> None:
    watched(CLIP)
    page, strangers = traced(browsers, site)
    page.goto(site.url + PATH)
    play(page)
    until(page, lambda: video(page, "currentTime") > 1)
    assert video(page, "videoWidth") == 640
    until(page, lambda: any(one.has_addresses for one in beacons.logs()))  # played for 5 s
    expect(page.locator("[data-over]")).to_be_visible(timeout=30_000)  # the clip is over
    page.locator("[data-again]").click()
    expect(page.locator("video")).to_be_visible()
    until(page, lambda: not video(page, "paused"))
    assert page.context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    assert (browsers.complaints, strangers) == ([], [])


def test_a_stream_without_a_signal_says_so_and_comes_back(site: Site, browsers: Browsers) -> None:
    watched("/static/demo/weave/gone.m3u8")
    page, strangers = traced(browsers, site)
    page.goto(site.url + PATH)
    expect(page.locator("[data-silent]")).to_be_hidden()
    play(page)
    expect(page.locator("[data-silent]")).to_be_visible(timeout=20_000)
    expect(page.locator("video")).to_be_hidden()
    page.evaluate(f"document.querySelector('source').src = '{CLIP}'")  # the stage is back
    expect(page.locator("video")).to_be_visible(timeout=40_000)
    expect(page.locator("[data-silent]")).to_be_hidden()
    missing = [text for text in browsers.complaints if "404" not in text]
    assert (missing, strangers) == ([], [])


@pytest.mark.parametrize(("minutes", "words"), [(60, "not begun"), (-120, "is over")])
def test_before_and_after_its_shows_a_stream_says_so(
    site: Site, browsers: Browsers, minutes: int, words: str
) -> None:
    event = watched(CLIP)
    starts_at = clock.now() + timedelta(minutes=minutes)
    service.ensure_stream_programme(
        service.EnsureStreamProgramme(
            event_id=event.id,
            stream_id=queries.streams(event.id)[0].id,
            title={"zh": "开幕秀", "en": "Opening"},
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=45),
        )
    )
    db.session.remove()
    page, strangers = traced(browsers, site)
    page.goto(site.url + PATH)
    expect(page.locator("[data-phase]")).to_contain_text(words)
    expect(page.locator("video")).to_have_count(0)
    page.get_by_role("link", name="Show the player").click()
    expect(page.locator("video")).to_be_visible()
    assert (browsers.complaints, strangers) == ([], [])


def test_the_trace_sees_another_host(site: Site, browsers: Browsers) -> None:
    watched(CLIP)
    page, _strangers = traced(browsers, site)
    page.goto(site.url + PATH)
    page.evaluate("new Image().src = 'https://stranger.example/pixel.png'")
    until(page, lambda: any("policy img-src" in one for one in browsers.complaints))
