"""All that an attendee meets, in Chinese and in English, on the narrowest phone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Page, Route

from eventhub.kernel.db import command, db
from eventhub.registration import botcheck, service
from eventhub.registration.models import Invitation, TicketType
from eventhub.registration.queries.invitations import campaign_by_name, invitations
from eventhub.registration.rules.guests import Guest
from tests.browser import axe
from tests.browser.conftest import Browsers, Site
from tests.browser.words import foreign, foreign_in
from tests.factories.registration import (
    in_days,
    make_consent_text,
    make_registration,
    make_ticket_type,
)
from tests.people import make_people
from tests.registration.test_views import token_of
from tests.world import World, both, make_world

pytestmark = pytest.mark.only("sqlite")

NAMES = {"zh": "欧阳娜娜", "en": "Mary O'Neill"}
OTHERS = {"zh": "林知夏", "en": "Zoe Lin"}
NARROW = {"width": 320, "height": 640}
WIDTH = "() => document.documentElement.scrollWidth - window.innerWidth"


@dataclass(slots=True)
class Walk:
    """One language: what was wrong on the way, and which hosts were asked."""

    page: Page
    url: str
    lang: str
    faults: list[object] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        self.page.goto(path if path.startswith("http") else f"{self.url}{path}")
        self.look()

    def look(self) -> None:
        """Judge the page that is open."""
        page, path = self.page, self.page.url.removeprefix(self.url)
        self.seen.append(path)
        data = (NAMES[self.lang], OTHERS[self.lang])
        self.faults += [(path, "words", word) for word in foreign(page, self.lang, data)]
        self.faults += [(path, "axe", *found) for found in axe.serious(page)]
        if page.evaluate(WIDTH) > 0 or page.locator("h1").count() != 1:
            self.faults.append((path, "too wide, or not one heading"))

    def press(self, selector: str) -> None:
        with self.page.expect_navigation():
            self.page.locator(selector).click()
        self.look()

    def guard(self, route: Route) -> None:
        """Block every host but the site itself."""
        address = route.request.url
        if address.startswith((self.url, "data:", "blob:")):
            route.continue_()
        else:
            self.outside.append(address)
            route.abort()


@pytest.fixture
def world(site: Site) -> World:
    """Return the event with a kind of ticket that is full, and one that may be passed on."""
    made = make_world(make_people().organisation_id)
    make_consent_text(
        made.event.id,
        "news",
        title=both("订阅活动消息", "News of the event"),
        text=both("愿意接收活动消息。", "I want news of the event."),
    )
    make_ticket_type(
        made.event.id, slug="salon", name=both("沙龙", "Salon"), places=1, waitlist="auto"
    )
    let_pass_on()
    return made


@command
def let_pass_on() -> None:
    db.session.query(TicketType).update({"transfer": "free"})


def invite(event_id: int, lang: str) -> Callable[[int], str]:
    """Invite two people; return what gives the path of the first and of the second."""
    service.create_campaign(
        service.CreateCampaign(
            event_id, f"c-{lang}", "public", both("请来看秀。", "Please come."), in_days(5)
        )
    )
    campaign = campaign_by_name(event_id, f"c-{lang}")
    service.add_invitees(
        campaign.id,
        [Guest(NAMES[lang], "public", lang, email=f"vip{n}-{lang}@x.example") for n in (0, 1)],
    )
    service.send_invitations(campaign.id)
    rows = sorted(invitations(campaign.id), key=lambda row: row.email or "")

    def path(number: int) -> str:
        found = db.session.get_one(Invitation, rows[number].id)
        return f"/i/{service.invitation_token(found.public_id, found.link_rev)}"

    return path


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_whole_path_speaks_one_language_and_suits_everybody(
    site: Site, browsers: Browsers, world: World, lang: str
) -> None:
    locale = {"zh": "zh-CN", "en": "en-GB"}[lang]
    page = browsers.open(browsers.start(), viewport=NARROW, locale=locale)
    walk = Walk(page, site.url, lang)
    page.context.route("**/*", lambda route: walk.guard(route))

    ticket = _register(walk)
    walk.go(f"{ticket}/change")
    page.locator('main input[type="text"]').first.fill(NAMES[lang])
    walk.press("main form button[type=submit]")
    for part in ("contact", "kind", "data", "cancel"):
        walk.go(f"{ticket}/{part}")
    _pass_on(walk, ticket)
    walk.go(ticket)
    _wait_and_take(walk, world.event.id)
    _answer_invitations(walk, invite(world.event.id, lang))
    walk.go("/e/loom-week/lost-ticket")
    page.locator("#contact").fill("nobody@guest.example")
    walk.press("main form button[type=submit]")

    assert not walk.faults, "\n".join(str(fault)[:700] for fault in walk.faults)
    assert walk.outside == []
    refused = [said for said in browsers.complaints if said.endswith("422 (UNPROCESSABLE ENTITY)")]
    assert browsers.complaints == refused  # the empty form, once
    assert len(refused) == 1
    assert len(walk.seen) >= 18


def _register(walk: Walk) -> str:
    """Register by the keyboard alone, after an empty form was refused; return the ticket's path."""
    page = walk.page
    walk.go("/e/loom-week/register")
    page.evaluate("() => document.querySelector('.register-form').requestSubmit()")
    page.wait_for_selector('[aria-invalid="true"]')
    walk.look()
    page.goto(f"{walk.url}/e/loom-week/register")
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    typed = {"name": NAMES[walk.lang], "email": f"path-{walk.lang}@guest.example"}
    page.wait_for_timeout(2_100)  # nobody fills the form faster than two seconds
    for _ in range(40):
        page.keyboard.press("Tab")
        here = page.evaluate(
            "() => [document.activeElement.id, document.activeElement.name, "
            "document.activeElement.type, !!document.activeElement.closest('.register-send')]"
        )
        if here[1] == "ticket_type":
            page.keyboard.press("Space")
        elif here[0] in typed:
            page.keyboard.type(typed[here[0]])
        elif here[3]:
            break
    with page.expect_navigation(url="**/t/**"):
        page.keyboard.press("Enter")
    walk.look()
    return page.url.partition("?")[0]


def _pass_on(walk: Walk, ticket: str) -> None:
    page = walk.page
    walk.go(f"{ticket}/transfer")
    page.locator("#name").fill(OTHERS[walk.lang])
    page.locator("#email").fill(f"other-{walk.lang}@guest.example")
    walk.press(".register-send button")
    assert page.url.endswith("/passed-on")


def _wait_and_take(walk: Walk, event_id: int) -> None:
    """Wait for a place, be offered it, and take it."""
    name = NAMES[walk.lang]
    lucky = make_registration(event_id, "salon", name=name, lang=walk.lang)
    waits = make_registration(event_id, "salon", name=name, lang=walk.lang)
    walk.go(f"/t/{token_of(waits)}")
    service.cancel(lucky.registration_id)
    db.session.rollback()
    walk.go(f"/t/{token_of(waits)}")
    walk.press(".tag-offer button:not([formaction])")
    assert walk.page.locator("svg.qr").count() == 1
    walk.go(f"/t/{token_of(lucky)}")
    service.cancel(waits.registration_id)


def _answer_invitations(walk: Walk, path: Callable[[int], str]) -> None:
    page = walk.page
    walk.go(path(0))
    page.locator("#contact").fill(f"vip0-{walk.lang}@x.example")
    walk.press(".register-send button")
    walk.go(path(0))
    walk.go(path(1))
    page.locator("details.invitation-no summary").click()
    walk.press("details.invitation-no button")


def test_without_script_one_registers_changes_and_gives_up(
    site: Site, browsers: Browsers, world: World
) -> None:
    service.save_settings(
        service.SaveSettings(event_id=world.event.id, keep_days={}, guardian_age=0, work_bits=8)
    )
    page = browsers.open(browsers.start(), java_script_enabled=False, locale="en-GB")
    page.goto(f"{site.url}/e/loom-week/register")
    page.locator('input[name="ticket_type"][value="public"]').check()
    page.locator("#name").fill("Mary O'Neill")
    page.locator("#email").fill("mary@guest.example")
    key = page.locator('input[name="key"]').get_attribute("value")
    page.locator("#plain").fill(botcheck._question(str(key))[1][0])
    page.wait_for_timeout(2_100)
    page.locator(".register-send button").click()
    page.wait_for_url("**/t/**")
    assert page.locator("svg.qr").count() == 1
    ticket = page.url.partition("?")[0]
    page.goto(f"{ticket}/change")
    page.locator('main input[type="text"]').first.fill("Mary Lin")
    page.locator("main form button[type=submit]").click()
    assert "Mary Lin" in page.locator("main").inner_text()
    page.goto(f"{ticket}/cancel")
    page.locator("main form button").first.click()
    assert "Cancelled" in page.locator("main").inner_text()
    assert browsers.complaints == []


def test_the_checker_sees_a_word_of_the_other_language(
    site: Site, browsers: Browsers, world: World
) -> None:
    page = browsers.open(browsers.start())
    page.goto(f"{site.url}/e/loom-week/lost-ticket?lang=zh")
    assert foreign(page, "zh") == []
    page.evaluate("() => document.querySelector('main').setAttribute('aria-label', 'Ticket page')")
    page.evaluate("() => document.querySelector('h1').append('Lost it?')")
    assert foreign(page, "zh") == ["Lost it", "Ticket page"]
    page.goto(f"{site.url}/e/loom-week/lost-ticket?lang=en")
    assert foreign(page, "en") == []
    page.evaluate("() => document.querySelector('h1').append('门票')")
    assert foreign(page, "en") == ["门票"]
    assert foreign_in(["PDF 林知夏 a@b.example", "Ana"], "zh", ["Ana"]) == []
