"""Every page on the narrowest phone, in both languages, without a complaint of the browser."""

from __future__ import annotations

from http import HTTPStatus

import pytest
from flask import current_app
from flask.testing import FlaskClient
from playwright.sync_api import Page, Request

from eventhub.accounts import actors
from eventhub.accounts import service as accounts
from eventhub.audience import service as audience
from eventhub.exposure import service as reports
from tests.access.rows import TABLE
from tests.access.test_matrix import words_of
from tests.browser import axe
from tests.browser.conftest import Browsers, Site
from tests.people import PASSWORD, email_of, make_people, sign_in
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
    "button",
    "shows/AAAAAA",
    "register",
    "lost-ticket",
    "live",
    "live/wall",
    "watch",
    "report",
)
CONSOLE = "/console/e/<slug>/"
CONSOLE_QUERIES = ("programme?item=1", "programme?several=1", "outbox/1")


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


def paths(world: World, client: FlaskClient) -> list[str]:
    """Return the address of every page that somebody signed in may open, by the access table."""
    words = words_of(world)
    slug = world.event.slug
    rows = [
        row.path.format_map(words)
        for row in TABLE.values()
        if row.method == "GET" and row.answers["alice"] == HTTPStatus.OK
    ]
    named = [
        *(f"/e/{slug}/{page}" for page in EVENT),
        *(f"/console/e/{slug}/{page}" for page in CONSOLE_QUERIES),
        *console_pages(slug),
    ]
    pages = [path for path in dict.fromkeys([*rows, *named]) if is_page(client, path)]
    assert set(named) <= set(pages)
    return pages


def is_page(client: FlaskClient, path: str) -> bool:
    """Tell whether an address answers with a whole page, not with a file or a part of one."""
    answer = client.get(path)
    return answer.mimetype == "text/html" and b"<html" in answer.data


def console_pages(slug: str) -> list[str]:
    """Return every console page of an event that needs no more than its slug."""
    rules = [
        rule.rule
        for rule in current_app.url_map.iter_rules()
        if rule.rule.startswith(CONSOLE)
        and rule.arguments == {"slug"}
        and "GET" in (rule.methods or ())
        and "." not in rule.rule  # files
    ]
    return sorted(rule.replace("<slug>", slug) for rule in rules)


def over_px(page: Page) -> int:
    """Return by how much the open page is wider than its window."""
    over: int = page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth")
    return over


def people_client(site: Site) -> FlaskClient:
    """Return alice's client of the application itself."""
    client = site.app.test_client()
    sign_in(site.app, client, email_of("alice"))
    return client


def sign_in_alice(page: Page, site: Site) -> None:
    """Put alice's session into the browser."""
    signed_in = accounts.sign_in(
        accounts.SignIn(email=email_of("alice"), password=PASSWORD, address="127.0.0.1")
    )
    with site.app.test_request_context("/"):
        cookie = {"name": actors.cookie_name(), "value": signed_in.token, "url": site.url}
    page.context.add_cookies([cookie])  # type: ignore[list-item]  # a typed dictionary


@pytest.mark.only("sqlite")
@pytest.mark.parametrize(("lang", "scheme"), [("zh-CN", "light"), ("en-GB", "dark")])
def test_every_page_suits_the_narrowest_phone_and_axe(
    site: Site, browsers: Browsers, world: World, lang: str, scheme: str
) -> None:
    page = browsers.open(browsers.start(), viewport=NARROW, locale=lang, color_scheme=scheme)
    requests: list[str] = []

    def note(request: Request) -> None:
        requests.append(request.url)

    page.on("request", note)
    too_wide, barriers = [], []
    sign_in_alice(page, site)
    found = paths(world, people_client(site))
    assert len(found) > 85
    for number, path in enumerate(found):
        answer = page.goto(f"{site.url}{path}")
        assert answer is not None
        assert answer.status == 200, path
        headings = page.locator("h1").count()
        if over_px(page) > 0 or headings != 1:
            too_wide.append((path, over_px(page), headings))
        # the console's pages are alike in build: each is judged in one language and scheme
        if not path.startswith("/console/") or number % 2 == (scheme == "dark"):
            barriers += [(path, *rule) for rule in axe.serious(page)]
    assert too_wide == []
    assert barriers == []
    assert browsers.complaints == []
    outside = [url for url in requests if not url.startswith((site.url, "data:", "blob:"))]
    assert outside == []


@pytest.mark.only("sqlite")
def test_a_planted_wide_block_is_seen(site: Site, browsers: Browsers, world: World) -> None:
    page = browsers.open(browsers.start(), viewport=NARROW)
    page.goto(f"{site.url}/e/{world.event.slug}/")
    assert over_px(page) == 0
    page.evaluate("() => { document.querySelector('h1').style.inlineSize = '400px'; }")
    assert over_px(page) > 0


@pytest.mark.only("sqlite")
def test_axe_sees_a_planted_barrier(site: Site, browsers: Browsers, world: World) -> None:
    page = browsers.open(browsers.start())
    page.goto(f"{site.url}/e/{world.event.slug}/")
    assert axe.serious(page) == []
    page.evaluate("() => document.querySelector('h1').append(document.createElement('img'))")
    assert [found[0] for found in axe.serious(page)] == ["image-alt"]


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
