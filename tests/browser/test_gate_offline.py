"""Gates without a network: they open, decide, keep, hand in, and find what went wrong."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import psutil
import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, Playwright, expect
from sqlalchemy import select, update
from werkzeug.serving import BaseWSGIServer, make_server

from eventhub import create_app
from eventhub.checkin import queries, service
from eventhub.checkin.models import Conflict, Scan
from eventhub.kernel import clock, signing
from eventhub.kernel.db import command, db
from eventhub.registration.models import EntryWindow, Ticket
from tests.browser import conftest
from tests.checkin import cases
from tests.conftest import Database
from tests.factories import checkin as make

pytestmark = pytest.mark.only("sqlite")
WAIT_MS = 20_000


@dataclass(slots=True)
class Server:
    """A server that can be stopped and started again on the same port."""

    app: Flask
    port: int
    url: str
    running: BaseWSGIServer | None = None
    thread: threading.Thread | None = field(default=None)

    def start(self) -> None:
        """Answer requests."""
        self.running = make_server("127.0.0.1", self.port, self.app, threaded=True)
        self.thread = threading.Thread(target=self.running.serve_forever, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        """Refuse connections, as a server that is down."""
        if self.running is None or self.thread is None:
            return
        self.running.shutdown()
        self.thread.join()
        self.running.server_close()
        self.running = None


@pytest.fixture
def server(database: Database) -> Iterator[Server]:
    """Return a running server of an empty installation."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    made = Server(create_app(database.settings(base_url=url)), port, url)
    with made.app.app_context():
        made.start()
        yield made
        made.stop()
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def house(server: Server) -> make.House:
    """Return an event of today whose types are asked offline too."""
    today = clock.now().date()
    return make.make_house(starts_on=today, ends_on=today + timedelta(days=1))


@command
def make_window(house: make.House, *, number: int) -> None:
    """Make an entry window that opens in an hour."""
    opens = clock.now() + timedelta(hours=1)
    db.session.add(
        EntryWindow(
            event_id=house.event_id,
            number=number,
            kind="session",
            starts_at=opens,
            ends_at=opens + timedelta(hours=1),
        )
    )


@command
def cancel(ticket_id: int) -> None:
    """Cancel a ticket."""
    db.session.execute(update(Ticket).where(Ticket.id == ticket_id).values(status="cancelled"))


def pair(page: Page, server: Server, house: make.House, gate: str) -> None:
    """Make a page a gate and wait until it could work alone."""
    page.goto(service.create_pairing(house.gates[gate], None).url)
    expect(page.locator("body")).to_have_attribute("data-screen", "idle")
    for _ in range(WAIT_MS // 200):
        if page.evaluate(WHEN_READY):
            return
        page.wait_for_timeout(200)
    raise AssertionError("the device could not work alone in time")


WHEN_READY = """async () => {
  const worker = await navigator.serviceWorker.getRegistration("/gate/");
  if (!worker || !worker.active || !navigator.serviceWorker.controller) return false;
  const open = indexedDB.open("gate");
  const database = await new Promise((done) => { open.onsuccess = () => done(open.result); });
  const names = [...database.objectStoreNames];
  if (!names.includes("blob")) return false;
  const get = database.transaction("blob").objectStore("blob").get("list");
  const blob = await new Promise((done) => { get.onsuccess = () => done(get.result); });
  database.close();
  return Boolean(blob);
}"""
QUEUED = """async () => {
  const open = indexedDB.open("gate");
  const database = await new Promise((done) => { open.onsuccess = () => done(open.result); });
  const all = database.transaction("queue").objectStore("queue").getAll();
  const rows = await new Promise((done) => { all.onsuccess = () => done(all.result); });
  database.close();
  return rows.map((row) => Object.keys(row).sort().join());
}"""


def show(page: Page, code: str, word: str) -> None:
    """Type a code and expect a verdict."""
    page.locator("#typed-code").fill(code)
    page.locator("#typed-code").press("Enter")
    expect(page.locator('[data-part="word"]')).to_have_text(word, timeout=WAIT_MS)
    page.locator('[data-part="next"]').click()


def queue_is(page: Page, count: int) -> None:
    """Expect that so many scans wait on the device."""
    for _ in range(100):
        found = page.evaluate(QUEUED)
        if len(found) == count:
            assert set(found) <= {"data,iv,nonce"}  # nothing readable
            return
        page.wait_for_timeout(200)
    raise AssertionError(f"{len(found)} scans wait, not {count}")


def results() -> list[str]:
    """Return the results of all scans in the order of their devices' numbers."""
    db.session.rollback()
    return list(db.session.scalars(select(Scan.result).order_by(Scan.device_id, Scan.n)))


def test_two_gates_without_a_server_and_what_comes_of_it(
    server: Server, house: make.House, browsers: conftest.Browsers
) -> None:
    make_window(house, number=3)
    online, valid, both, gone = make.make_tickets(house, 4)
    (early,) = make.make_tickets(house, 1, window_no=3)
    forged = cases.sign(signing.GsBody(1, 0x0123456789ABCDEF, 1, 0, 0))
    codes = {t: make.gs_of(t) for t in (online, valid, both, gone, early)}
    short = make.gr_of(valid)
    browser = browsers.start()
    north, south = browsers.open(browser), browsers.open(browser)
    pair(north, server, house, "north")
    pair(south, server, house, "south")
    show(north, codes[online], "请进")
    cancel(gone)
    north.wait_for_timeout(3_000)  # a delta brings the cancellation

    server.stop()
    show(north, codes[valid], "请进")
    expect(north.locator("body")).to_have_attribute("data-online", "false", timeout=WAIT_MS)
    show(north, codes[valid], "刚放行")
    show(north, codes[online], "刚放行")
    show(north, codes[early], "未到时间")
    show(north, forged, "无效票")
    show(north, codes[gone], "已取消")
    show(north, "GR04HMASW9NF6YZC4P", "无法识别")
    show(north, codes[both], "请进")
    show(south, codes[both], "请进")
    queue_is(north, 8)

    north.reload()  # the page, its list and its queue are all on the device
    expect(north.locator("body")).to_have_attribute("data-screen", "idle", timeout=WAIT_MS)
    expect(north.locator('[data-part="online"]')).to_contain_text("待传 8", timeout=WAIT_MS)
    show(north, short, "刚放行")
    show(south, codes[online], "已使用")

    server.start()
    queue_is(north, 0)
    queue_is(south, 0)
    expect(north.locator("body")).to_have_attribute("data-online", "true", timeout=WAIT_MS)
    assert results() == [
        *("ok", "ok", "repeat", "repeat", "too_early", "bad_signature", "cancelled"),
        *("unknown_code", "ok", "repeat", "ok", "used"),
    ]
    found = service.replay(house.event_id)
    assert (found.admitted, found.conflicts, found.matches_projection) == (3, 1, True)
    conflict = db.session.scalars(select(Conflict)).one()
    assert (conflict.ticket_id, conflict.state) == (both, "open")
    show(south, codes[valid], "已使用")
    complaints = [text for text in browsers.complaints if not _is_expected(text)]
    assert complaints == []


def test_a_revoked_device_hands_in_its_queue_and_forgets_everything(
    server: Server, house: make.House, browsers: conftest.Browsers
) -> None:
    (ticket,) = make.make_tickets(house, 1)
    gate = browsers.open(browsers.start())
    pair(gate, server, house, "north")
    server.stop()
    show(gate, make.gs_of(ticket), "请进")
    queue_is(gate, 1)
    assert results() == []
    (device,) = queries.devices_of(house.event_id)
    service.revoke_device(device.public_id)
    make.forget_config()
    server.start()
    expect(gate.locator("body")).to_have_attribute("data-screen", "pair", timeout=WAIT_MS)
    assert results() == ["ok"]
    assert gate.evaluate("localStorage.getItem('eventhub-gate')") is None
    expect(gate.locator('[data-part="pair-fault"]')).to_contain_text("停用")


def test_a_browser_killed_after_green_has_kept_every_entry(
    server: Server, house: make.House, chromium: str, playwright: Playwright, tmp_path: Path
) -> None:
    times = 50 if os.environ.get("EVENTHUB_SOAK") == "1" else 3
    phone = Phone(playwright, chromium, tmp_path / "profile")
    assert entries_kept(server, house, phone, times) == times
    assert results() == ["ok"] * times


def test_a_queue_written_after_green_is_lost(
    server: Server, house: make.House, chromium: str, playwright: Playwright, tmp_path: Path
) -> None:
    """The control: were nothing lost here, the test above would prove nothing."""
    phone = Phone(playwright, chromium, tmp_path / "profile")
    assert entries_kept(server, house, phone, 1, fault=LATE_QUEUE) == 0


@dataclass(frozen=True, slots=True)
class Phone:
    """A browser process of its own, whose profile outlives it."""

    playwright: Playwright
    executable: str
    profile: Path

    def start(self) -> BrowserContext:
        """Open the browser again."""
        return self.playwright.chromium.launch_persistent_context(
            self.profile, executable_path=self.executable, args=conftest.ARGS, locale="zh-CN"
        )


def entries_kept(
    server: Server, house: make.House, phone: Phone, times: int, *, fault: str = ""
) -> int:
    """
    Kill a gate without a server right after each green; return how many entries the server gets.

    The same profile is opened again each time, at the end with the server back.
    """
    codes = [make.gs_of(ticket) for ticket in make.make_tickets(house, times)]
    context = phone.start()
    pair(context.pages[0], server, house, "north")
    context.close()
    server.stop()
    for code in codes:
        context = phone.start()
        context.add_init_script(fault)
        page = context.pages[0]
        page.goto(f"{server.url}/gate/")
        expect(page.locator("#typed-code")).to_be_visible(timeout=WAIT_MS)
        expect(page.locator('[data-part="online"]')).to_contain_text("离线", timeout=WAIT_MS)
        page.locator("#typed-code").fill(code)
        page.locator("#typed-code").press("Enter")
        page.wait_for_function(GREEN, polling=5, timeout=WAIT_MS)
        kill(phone.profile)
    server.start()
    context = phone.start()
    page = context.pages[0]
    page.goto(f"{server.url}/gate/")
    expect(page.locator("body")).to_have_attribute("data-online", "true", timeout=WAIT_MS)
    queue_is(page, 0)
    context.close()
    return len(results())


LATE_QUEUE = """
const put = IDBObjectStore.prototype.put;
IDBObjectStore.prototype.put = function (value, ...more) {
  if (this.name !== "queue") return put.call(this, value, ...more);
  const { db } = this.transaction;
  const late = () => put.call(db.transaction("queue", "readwrite").objectStore("queue"), value);
  setTimeout(late, 2000);
};
"""
GREEN = "() => document.body.dataset.ground === 'admit'"


def kill(profile: Path) -> None:
    """Kill the browser of a profile at once, as a flat battery does."""
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if f"--user-data-dir={profile}" in process.cmdline():
                process.kill()
                process.wait(10)


def _is_expected(text: str) -> bool:
    """Tell whether a browser only says that the server was away."""
    return bool(re.search(r"ERR_CONNECTION_REFUSED|Failed to load resource|net::ERR", text))
