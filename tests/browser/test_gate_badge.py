"""A person without a ticket at a gate: registered, let in, and given a badge."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader
from sqlalchemy import update

from eventhub.checkin import service
from eventhub.kernel import clock
from eventhub.kernel.db import db
from eventhub.programme.models import Event
from tests.browser import conftest
from tests.browser.test_gate_offline import Server, house, pair, server
from tests.browser.test_gate_staff import burst, word_is
from tests.factories import checkin as make

__all__ = ["house", "server"]  # fixtures
pytestmark = pytest.mark.only("sqlite")
WAIT_MS = 20_000


def note_is(page: Page, text: str) -> None:
    """Expect what the badge screen says."""
    expect(page.locator('[data-part="badge-note"]')).to_have_text(text, timeout=WAIT_MS)


def test_a_walk_in_gets_a_badge(
    server: Server, house: make.House, browsers: conftest.Browsers
) -> None:
    db.session.execute(update(Event).values(is_registration_open=True))
    db.session.commit()
    public, north = house.types["public"], house.gates["north"]
    service.set_gate(service.SetGate(house.event_id, north, False, public, prints_badges=True))
    until = clock.now() + timedelta(hours=5)
    (staff,) = service.make_cards(
        service.MakeCards(house.event_id, ["李雷"], False, until, made_by=None)
    )
    make.forget_config()
    page = browsers.open(browsers.start())
    pair(page, server, house, "north")
    page.locator('[data-part="find"]').click()
    page.get_by_role("button", name="现场报名").click()
    page.locator("#walkin-name").fill("欧阳晓晓")
    page.locator("#walkin-contact").fill("13912345678")
    page.locator('[name="consent"]').check()
    page.locator('[data-part="walkin-form"] button[type="submit"]').click()
    word_is(page, "请进")
    button = page.locator('[data-part="badge"]')
    button.click()
    note_is(page, "请扫工作卡，十分钟内有效。")
    burst(page, "GK000G40R40M30E209185GR38E1W")
    note_is(page, "这里不认识此卡。")
    burst(page, staff.code)
    note_is(page, "证件已生成。")
    link = page.locator('[data-part="badge-open"]')
    expect(link).to_be_focused()
    link.evaluate("(link) => { link.download = 'badge.pdf'; }")  # no viewer, as on a phone
    with page.expect_download() as got:
        link.click()
    data = got.value.path().read_bytes()
    (sheet,) = PdfReader(io.BytesIO(data)).pages
    assert "欧阳晓晓" in sheet.extract_text().replace("\n", "").replace(" ", "")
    page.get_by_role("button", name="返回").click()
    expect(page.locator("body")).to_have_attribute("data-screen", "idle")

    burst(page, make.gs_of(make.make_tickets(house, 1)[0]))
    word_is(page, "请进")  # the server goes away between entry and print
    expect(button).to_be_visible()
    server.stop()
    button.click()
    note_is(page, "无网络连接。证件由服务器生成，请稍后再试。")
    expect(link).to_be_hidden()
    server.start()
    page.get_by_role("button", name="重试").click()
    note_is(page, "证件已生成。")
    assert page.evaluate("() => JSON.stringify({ ...localStorage })").find(staff.code) == -1


def test_a_badge_is_for_who_was_let_in_where_it_is_allowed(
    server: Server, house: make.House, browsers: conftest.Browsers
) -> None:
    page = browsers.open(browsers.start())
    pair(page, server, house, "south")
    burst(page, make.gs_of(make.make_tickets(house, 1)[0]))
    word_is(page, "请进")
    expect(page.locator('[data-part="badge"]')).to_be_hidden()  # off at first
    gate = house.gates["south"]
    service.set_gate(service.SetGate(house.event_id, gate, False, None, prints_badges=True))
    make.forget_config()
    page.reload()
    expect(page.locator("body")).to_have_attribute("data-screen", "idle", timeout=WAIT_MS)
    burst(page, make.gs_of(make.make_tickets(house, 1)[0]))
    word_is(page, "请进")
    expect(page.locator('[data-part="badge"]')).to_be_visible()
    burst(page, "GR04HMASW9NF6YZC4Q")
    word_is(page, "输入有误")
    expect(page.locator('[data-part="badge"]')).to_be_hidden()
