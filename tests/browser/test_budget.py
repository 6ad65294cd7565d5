"""What the first visit of each main page costs a phone: bytes, requests, shifts, strangers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pytest
from playwright.sync_api import Request

from eventhub.accounts.queries import organisation_by_slug
from eventhub.kernel import clock
from eventhub.programme.queries import event_by_slug, programme
from tests.browser.conftest import Browsers, Site
from tests.browser.test_pages import sign_in_alice
from tests.contract.test_translations import a_ticket_page
from tests.people import make_people

MOST_BYTES: Final = 60_000
MOST_REQUESTS: Final = 25
MOST_SHIFT: Final = 0.01
SETTLED_MS: Final = 1_500
_WATCH: Final = """
    window.shifts = [];
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) {
            if (!entry.hadRecentInput) {
                window.shifts.push(entry.value);
            }
        }
    }).observe({type: "layout-shift", buffered: true});
"""


@dataclass(frozen=True, slots=True)
class Visit:
    """The first visit of a page: bytes without pictures, requests, shift, addresses elsewhere."""

    path: str
    bytes: int
    requests: int
    shift: float
    outside: tuple[str, ...]

    def faults(self) -> list[str]:
        """Return what is over its limit, a sentence each."""
        found = []
        if self.bytes > MOST_BYTES:
            found.append(f"{self.path} takes {self.bytes} bytes")
        if self.requests > MOST_REQUESTS:
            found.append(f"{self.path} makes {self.requests} requests")
        if self.shift > MOST_SHIFT:
            found.append(f"{self.path} shifts by {self.shift:.3f}")
        return found + [f"{self.path} asks {url}" for url in self.outside]


def visit(
    browsers: Browsers, site: Site, path: str, *, planted: str = "", as_alice: bool = False
) -> Visit:
    """
    Open a page on a phone that has nothing of the site yet, and wait until it stands.

    Args:
        browsers: Gives the browser.

        site: The server.

        path: Of the page.

        planted: A script that does what the page should not; none by default.

        as_alice: Whether alice is signed in.
    """
    page = browsers.open(browsers.start(), bypass_csp=bool(planted))
    page.add_init_script(_WATCH + planted)
    if as_alice:
        sign_in_alice(page, site)
    asked: list[str] = []
    done: list[Request] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("requestfinished", lambda request: done.append(request))
    answer = page.goto(f"{site.url}{path}", wait_until="load")
    assert answer is not None
    assert answer.status == 200, path
    page.wait_for_timeout(SETTLED_MS)
    shift = page.evaluate("() => window.shifts.reduce((sum, one) => sum + one, 0)")
    sizes = [request.sizes() for request in done if request.resource_type != "image"]
    page.context.close()
    return Visit(
        path=path,
        bytes=sum(one["responseBodySize"] + one["responseHeadersSize"] for one in sizes),
        requests=len(asked),
        shift=shift,
        outside=tuple(url for url in asked if not url.startswith((site.url, "data:", "blob:"))),
    )


def public_pages() -> list[str]:
    """Return the addresses of the main public pages of the demonstration."""
    at = clock.now()
    event = event_by_slug("demo")
    today = event.operating_day(at)
    show = next(row for row in programme(event) if row.day == today)
    return [
        "/",
        "/e/demo/",
        f"/e/demo/programme/{today}",
        f"/e/demo/shows/{show.show_code}",
        "/e/demo/register",
        "/e/demo/live",
        "/e/futian-2023/report",
        a_ticket_page(),
    ]


def test_first_visits_keep_to_their_budget(demo_site: Site, browsers: Browsers) -> None:
    make_people(organisation_by_slug("demonstration"))
    visits = [visit(browsers, demo_site, path) for path in public_pages()]
    visits.append(visit(browsers, demo_site, "/console/e/demo/", as_alice=True))
    assert [fault for one in visits for fault in one.faults()] == []
    assert all(one.bytes > 10_000 for one in visits)  # it is measured at all
    assert browsers.complaints == []


PLANTED: Final = {
    "shifts": """setTimeout(() => {
        const banner = document.createElement("p");
        banner.style.height = "120px";
        document.body.prepend(banner);
    }, 900)""",
    "bytes": "fetch('/static/vendor/zxing-wasm@3.1.4/zxing_reader.wasm')",
    "requests": "for (let n = 0; n < 20; n += 1) fetch(`/healthz?${n}`)",
    "asks http://127.0.0.1:9/": "fetch('http://127.0.0.1:9/').catch(() => 0)",
}


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_cost_is_seen(demo_site: Site, browsers: Browsers, fault: str) -> None:
    planted = f"addEventListener('load', () => {{ {PLANTED[fault]} }});"
    found = visit(browsers, demo_site, "/e/demo/", planted=planted).faults()
    assert len(found) == 1
    assert fault in found[0]
