"""One person's way from the event page into the hall, and what the organizer sees of it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from eventhub.exposure import service as reports
from tests.browser.conftest import Browsers, Site
from tests.factories.registration import make_consent_text
from tests.people import PASSWORD, email_of, make_people
from tests.world import make_world

NAME = "欧阳娜娜"
COUNTER_FILE = (
    "counter,start,minutes,in,out\n"
    "hall-a,2025-11-20T10:00:00+08:00,15,40,3\n"
    "hall-a,2025-11-20T10:15:00+08:00,15,many,3\n"
    "hall-a,2025-11-20T10:30:00+08:00,15,42,5\n"
)


@pytest.mark.only("sqlite")
def test_from_the_event_page_to_the_report(
    site: Site, browsers: Browsers, film: Callable[[bytes], Path], tmp_path: Path
) -> None:
    people = make_people()
    world = make_world(people.organisation_id)
    make_consent_text(world.event.id, "privacy", kind="notice", is_required=True)
    browser = browsers.start()

    guest = browsers.open(browser)
    ticket_url = _register(guest, site)
    png = _take_the_ticket_along(guest, ticket_url)

    organizer = browsers.open(browser, viewport={"width": 1440, "height": 900})
    _sign_in(organizer, site)
    _read_the_confirmation(organizer, site, ticket_url)

    gate = browsers.open(browsers.start(camera=film(png)))
    _pair_from_the_console(organizer, gate, site)
    expect(gate.locator('[data-part="word"]')).to_have_text("请进")
    expect(gate.locator('[data-part="name"]')).to_contain_text("欧阳")

    second = browsers.open(browser)
    _pair_from_the_command_line(second, site, world.event.slug)
    second.locator("#typed-code").fill(_code_in(png))
    second.locator("#typed-code").press("Enter")
    expect(second.locator('[data-part="word"]')).to_have_text("已使用")

    organizer.goto(f"{site.url}/console/e/loom-week/")
    expect(organizer.locator("dl.stats")).to_contain_text(
        re.compile(r"今日已到.*1.*/ 4", re.DOTALL)
    )
    _read_a_counter_file(organizer, site, tmp_path)
    _publish(organizer, people.ids["frank"], world.event.id)
    guest.goto(f"{site.url}/e/loom-week/report")
    expect(guest.locator("h1")).to_be_visible()

    assert browsers.complaints == []


def _register(page: Page, site: Site) -> str:
    page.goto(f"{site.url}/e/loom-week/")
    page.locator('a[href$="/programme"]:visible').first.click()
    page.locator('a[href*="/shows/BBBBBB"]:visible').first.click()
    expect(page.locator("h1")).to_contain_text("潮线")
    page.locator('a[href*="/register"]:visible').first.click()
    page.get_by_role("radio", name="公众").check()
    page.locator("#name").fill(NAME)
    page.locator("#email").fill("nana@guest.example")
    for box in page.locator('input[type="checkbox"]:visible').all():
        if box.get_attribute("name") != "is_minor":
            box.check()
    page.wait_for_timeout(2_100)  # nobody fills the form faster than two seconds
    page.locator(".register-send button").click()
    page.wait_for_url("**/t/**")
    expect(page.locator("svg.qr").first).to_be_visible()
    expect(page.locator("main")).to_contain_text(NAME)
    return page.url


def _take_the_ticket_along(page: Page, ticket_url: str) -> bytes:
    base = ticket_url.partition("?")[0]
    files = {form: page.request.get(f"{base}.{form}") for form in ("pdf", "ics", "png")}
    assert {form: answer.status for form, answer in files.items()} == {
        "pdf": 200,
        "ics": 200,
        "png": 200,
    }
    text = "".join(part.extract_text() for part in PdfReader(io.BytesIO(files["pdf"].body())).pages)
    assert NAME in text
    assert "BEGIN:VEVENT" in files["ics"].text()
    assert _code_in(files["png"].body()).startswith("GS")
    return files["png"].body()


def _code_in(png: bytes) -> str:
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(png)).convert("L"))
    assert len(found) == 1
    return str(found[0].text)


def _sign_in(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/console/")
    page.locator("#email").fill(email_of("alice"))
    page.locator("#password").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url("**/console/e/loom-week/")


def _read_the_confirmation(page: Page, site: Site, ticket_url: str) -> None:
    page.get_by_role("link", name="邮件").first.click()
    page.locator("tbody tr", has_text="nana@guest.example").get_by_role("link").click()
    token = ticket_url.rpartition("/t/")[2].partition("?")[0]
    expect(page.locator("pre.mail-text")).to_contain_text(f"{site.url}/t/{token}")


def _pair_from_the_console(console: Page, gate: Page, site: Site) -> None:
    console.get_by_role("link", name="闸口").first.click()
    console.locator("li", has_text="北门 1").get_by_role("button", name="配对设备").click()
    expect(console.locator("svg.qr")).to_be_visible()
    link = console.locator(".pairing-link a").get_attribute("href")
    assert link is not None
    assert link.startswith(f"{site.url}/gate/#GP")
    gate.goto(link)


def _pair_from_the_command_line(page: Page, site: Site, slug: str) -> None:
    done = site.app.test_cli_runner().invoke(args=["gate", "pair", slug, "north-1", "--json"])
    found = re.search(r'"url": "([^"]+)"', done.output)
    assert found, done.output
    page.goto(found[1])
    expect(page.locator("body")).to_have_attribute("data-screen", "idle")


def _read_a_counter_file(page: Page, site: Site, folder: Path) -> None:
    path = folder / "hall.csv"
    path.write_text(COUNTER_FILE)
    page.goto(f"{site.url}/console/e/loom-week/counters")
    page.locator("#source").fill("hall")
    page.locator("#file").set_input_files(path)
    page.get_by_role("button", name="读入").click()
    page.wait_for_url("**/counters?file=*")
    expect(page.locator(".result")).to_contain_text("读不了的行")


def _publish(page: Page, second_person: int, event_id: int) -> None:
    page.get_by_role("link", name="报告").first.click()
    page.get_by_role("button", name="生成一版").click()
    page.get_by_role("button", name="提交").click()
    expect(page.locator(".versions")).to_contain_text("由别人发布")
    reports.publish(reports.PublishReport(event_id=event_id, version=1, approved_by=second_person))
