"""What a scanner does with its phone: one tab, battery, lenses, light, and no names where none."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from eventhub.checkin import service
from tests.browser import conftest
from tests.browser.test_gate_offline import Server, house, pair, server
from tests.browser.test_gate_staff import NAMES, burst, wait_for_names, word_is
from tests.factories import checkin as make

__all__ = ["house", "server"]  # fixtures
pytestmark = pytest.mark.only("sqlite")
WAIT_MS = 20_000
LOW_BATTERY = """
Object.defineProperty(Navigator.prototype, "getBattery", {
  configurable: true,
  value: async () => ({ level: 0.17, charging: false }),
});
"""
TWO_LENSES = """
const lens = (id) => {
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d");
  setInterval(() => pen.fillRect(0, 0, Math.random() * 9, 9), 100); // a picture that moves
  const stream = canvas.captureStream(5);
  const [track] = stream.getVideoTracks();
  track.getSettings = () => ({ deviceId: id });
  track.getCapabilities = () => (id === "main" ? { torch: true } : {});
  track.applyConstraints = async (wish) => { globalThis.wished = wish.advanced[0].torch; };
  return stream;
};
const kinds = ["wide", "main"].map((deviceId) => ({ kind: "videoinput", deviceId }));
Object.defineProperty(Navigator.prototype, "mediaDevices", {
  configurable: true,
  get: () => ({
    enumerateDevices: async () => kinds,
    getUserMedia: async ({ video }) => lens(video.deviceId?.exact ?? "wide"),
  }),
});
"""


def screen_is(page: Page, name: str) -> None:
    """Expect a screen."""
    expect(page.locator("body")).to_have_attribute("data-screen", name, timeout=WAIT_MS)


def test_one_tab_is_the_gate(
    server: Server, house: make.House, browsers: conftest.Browsers
) -> None:
    first = browsers.open(browsers.start())
    pair(first, server, house, "north")
    second = first.context.new_page()
    second.goto(f"{server.url}/gate/?lang=en")
    screen_is(second, "other")
    expect(second.get_by_text("The gate is open in another tab")).to_be_visible()
    burst(second, make.gs_of(make.make_tickets(house, 1)[0]))
    expect(second.locator('[data-part="verdict"]')).to_be_hidden()
    second.get_by_role("button", name="Go on here").click()
    screen_is(second, "idle")
    screen_is(first, "other")
    burst(second, make.gs_of(make.make_tickets(house, 1)[0]))
    word_is(second, "Enter")
    second.close()
    screen_is(first, "idle")  # by itself, once it is alone


def test_the_bar_names_a_battery_that_runs_low(
    server: Server, house: make.House, browsers: conftest.Browsers
) -> None:
    page = browsers.open(browsers.start())
    page.add_init_script(LOW_BATTERY)
    pair(page, server, house, "north")
    expect(page.locator('[data-part="online"]')).to_have_text("电量 17% · 在线", timeout=WAIT_MS)


def test_lens_and_light_are_chosen_and_the_lens_is_remembered(
    server: Server, house: make.House, browsers: conftest.Browsers
) -> None:
    page = browsers.open(browsers.start())
    page.add_init_script(TWO_LENSES)
    pair(page, server, house, "north")
    torch = page.locator('[data-part="torch"]')
    lens = page.locator('[data-part="lens"]')
    expect(lens).to_be_visible(timeout=WAIT_MS)
    expect(torch).to_be_hidden()  # the wide lens has none
    lens.click()
    expect(torch).to_be_visible(timeout=WAIT_MS)
    for is_on in (True, False):
        torch.click()
        expect(torch).to_have_attribute("aria-pressed", str(is_on).lower())
        assert page.evaluate("() => globalThis.wished") is is_on
    page.reload()
    expect(torch).to_be_visible(timeout=WAIT_MS)


def test_a_gate_that_may_not_find_names_keeps_none(
    server: Server, house: make.House, browsers: conftest.Browsers
) -> None:
    make.make_tickets(house, 1)
    page = browsers.open(browsers.start())
    pair(page, server, house, "north")
    wait_for_names(page)
    find = page.locator('[data-part="find"]')
    expect(find).to_be_visible()
    gate, public = house.gates["north"], house.types["public"]
    for walk_in in (None, public):
        command = service.SetGate(house.event_id, gate, False, walk_in, finds_names=False)
        service.set_gate(command)
        make.forget_config()
        page.reload()
        screen_is(page, "idle")
        if walk_in is None:
            expect(find).to_be_hidden(timeout=WAIT_MS)
        else:
            expect(find).to_have_text("现场报名", timeout=WAIT_MS)
        assert page.evaluate(NAMES) == ""
    find.click()
    screen_is(page, "walkin")
