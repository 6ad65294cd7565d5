"""Supervisors, rotating codes and kiosk mode at a gate without a network."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from eventhub.checkin import service
from eventhub.checkin.models import Admission, Scan
from eventhub.checkin.queries.config import load_config
from eventhub.kernel import clock, signing
from eventhub.kernel.db import db
from eventhub.registration.models import Answer, Attendee, EventKey, Ticket
from eventhub.registration.service import ensure_day_keys, signing_key, ticket_day_keys
from tests.browser import conftest
from tests.browser.test_gate_offline import Server, house, pair, queue_is, results, server, show
from tests.checkin import test_shown_answers as shown_answers
from tests.factories import checkin as make

__all__ = ["house", "server"]  # fixtures
pytestmark = pytest.mark.only("sqlite")
WAIT_MS = 20_000
KEYS = """async () => {
  const open = indexedDB.open("gate");
  const database = await new Promise((done) => { open.onsuccess = () => done(open.result); });
  const read = async (store, name) => {
    const get = database.transaction(store).objectStore(store).get(name);
    return new Promise((done) => { get.onsuccess = () => done(get.result); });
  };
  const days = await read("keys", "days");
  const config = await read("meta", "config");
  database.close();
  return [[...days.values()].map((day) => day.key.extractable), "dynkeys" in config.events[0]];
}"""


EVERYTHING = """async () => {
  const digits = (byte) => byte.toString(16).padStart(2, "0");
  const hex = (bytes) => [...new Uint8Array(bytes)].map(digits).join("");
  const words = (value) => {
    if (value instanceof CryptoKey) return `key extractable=${value.extractable}`;
    if (value instanceof ArrayBuffer) return hex(value);
    if (ArrayBuffer.isView(value)) return hex(value.buffer);
    if (value instanceof Map) return words([...value.entries()]);
    if (value && typeof value === "object") {
      return Object.entries(value).map(([name, one]) => `${name}=${words(one)}`).join(" ");
    }
    return String(value);
  };
  const open = indexedDB.open("gate");
  const database = await new Promise((done) => { open.onsuccess = () => done(open.result); });
  const found = [words({ ...localStorage })];
  for (const name of database.objectStoreNames) {
    const all = database.transaction(name).objectStore(name).getAll();
    found.push(words(await new Promise((done) => { all.onsuccess = () => done(all.result); })));
  }
  database.close();
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const asked of await cache.keys()) found.push(await (await cache.match(asked)).text());
  }
  return found.join(" ");
}"""
NAMES = """async () => {
  const open = indexedDB.open("gate");
  const database = await new Promise((done) => { open.onsuccess = () => done(open.result); });
  const get = database.transaction("blob").objectStore("blob").get("names");
  const kept = await new Promise((done) => { get.onsuccess = () => done(get.result); });
  database.close();
  return kept ? Object.keys(kept).sort().join() : "";
}"""


def enter(page: Page, code: str) -> None:
    """Type a code."""
    page.locator("#typed-code").fill(code)
    page.locator("#typed-code").press("Enter")


def word_is(page: Page, word: str) -> None:
    """Expect the large word."""
    expect(page.locator('[data-part="word"]')).to_have_text(word, timeout=WAIT_MS)


def live_code(ticket: int) -> str:
    """Return what the holder's page shows now."""
    now = clock.now()
    at_ms = now.timestamp() * 1000
    row = db.session.get_one(Ticket, ticket)
    keys = ticket_day_keys(ticket, at=now)
    day = next(key for key in keys if key.opens_ms <= at_ms < key.closes_ms)
    at_s = int(now.timestamp())
    return signing.gd_code(day.key, kid=day.kid, ticket=row.number, rev=row.rev, at_s=at_s)


def test_a_supervisor_works_without_a_server(
    server: Server, house: make.House, browsers: conftest.Browsers
) -> None:
    make.make_policy(house, ticket_type_id=house.types["public"], kinds=["GD", "GR"])
    first, second, third = make.make_tickets(house, 3)
    ensure_day_keys(house.event_id)
    until = clock.now() + timedelta(hours=5)
    plain, chief = (
        service.make_cards(service.MakeCards(house.event_id, [name], may, until, None))[0]
        for name, may in (("李雷", False), ("王主管", True))
    )
    service.set_reasons(house.event_id, ["品牌嘉宾"])
    make.forget_config()
    page = browsers.open(browsers.start())
    pair(page, server, house, "north")
    extractable, has_raw = page.evaluate(KEYS)
    assert (set(extractable), has_raw) == ({False}, False)
    nothing_secret_is_kept(page)
    wait_for_names(page)
    server.stop()

    show(page, live_code(first), "请进")
    show(page, make.gs_of(second), "出示动态码")
    stale = signing.parse_code(live_code(second))
    assert isinstance(stale, signing.GdCode)
    enter(page, old_code(second))
    word_is(page, "码已过期")
    page.get_by_role("button", name="主管放行").click()
    page.get_by_role("button", name="品牌嘉宾").click()
    note = page.locator('[data-part="override-note"]')
    expect(note).to_have_text("请扫主管的工作卡。")
    burst(page, plain.code)
    expect(note).to_have_text("此卡无权放行。")
    assert page.locator("#override-reason").input_value() == "品牌嘉宾"
    burst(page, chief.code)
    word_is(page, "请进")
    expect(page.locator('[data-part="line"]')).to_have_text("主管放行")
    page.locator('[data-part="next"]').click()

    page.get_by_role("button", name="撤销上一次扫码").click()
    word_is(page, "已撤销")
    page.locator('[data-part="next"]').click()
    show(page, make.gr_of(second), "请进")
    page.locator('[data-part="find"]').click()
    page.locator("#find-text").fill(name_of(third))
    page.locator(".hit").click(timeout=WAIT_MS)
    word_is(page, "请进")
    page.locator('[data-part="next"]').click()
    queue_is(page, 7)

    server.start()
    queue_is(page, 0)
    assert results() == ["ok", "kind_refused", "stale_dynamic", "ok_override", "undone", "ok", "ok"]
    db.session.rollback()
    rows = db.session.execute(select(Admission.ticket_id, Admission.place).order_by(Admission.id))
    assert sorted(map(tuple, rows)) == sorted([(first, 1), (second, 1), (third, 1)])
    scan = db.session.scalars(select(Scan).where(Scan.result == "ok_override")).one()
    assert (scan.override_by, scan.override_reason) == (f"card:{chief.public_id}", "品牌嘉宾")
    assert service.replay(house.event_id).matches_projection


def test_a_group_that_comes_in_part(
    server: Server, house: make.House, browsers: conftest.Browsers
) -> None:
    (ticket,) = make.make_tickets(house, 1, party=4)
    page = browsers.open(browsers.start())
    pair(page, server, house, "north")
    enter(page, make.gr_of(ticket))
    word_is(page, "请进 4 人")
    page.locator(".party-number", has_text="3").click()
    word_is(page, "请进 3 人")
    queue_is(page, 0)
    assert results() == ["ok_group", "undone", "ok_group"]
    page.locator('[data-part="next"]').click()
    page.wait_for_timeout(3_000)  # the same code counts as seen for a while
    show(page, make.gr_of(ticket), "请进 1 人")
    db.session.rollback()
    places = select(Admission.place).order_by(Admission.place)
    assert list(db.session.scalars(places)) == [1, 2, 3, 4]
    assert service.replay(house.event_id).matches_projection


def test_the_question_at_entry_is_asked_with_and_without_a_server(
    server: Server, house: make.House, browsers: conftest.Browsers
) -> None:
    make.make_question(house)
    online, tapped, passed = make.make_tickets(house, 3)
    page = browsers.open(browsers.start())
    pair(page, server, house, "north")
    enter(page, make.gs_of(online))
    word_is(page, "请询问")
    expect(page.locator('[data-part="line"]')).to_have_text("用餐选择？")
    choices = page.locator(".ask-choice")
    assert choices.all_inner_texts() == ["荤食", "素食"]
    page.locator('[data-part="word"]').click()  # a tap beside the answers lets nobody through
    choices.last.click()
    word_is(page, "请进")
    page.locator('[data-part="next"]').click()
    expect(page.locator('[data-part="ask"]')).to_be_hidden()
    queue_is(page, 0)
    assert results() == ["need_answer", "ok"]

    server.stop()
    enter(page, make.gs_of(tapped))
    word_is(page, "请询问")
    choices.first.click()
    word_is(page, "请进")
    page.locator('[data-part="next"]').click()
    show(page, make.gs_of(passed), "请询问")  # went away without an answer
    page.reload()  # question, list and answer are all on the device
    expect(page.locator("body")).to_have_attribute("data-screen", "idle", timeout=WAIT_MS)
    show(page, make.gs_of(tapped), "刚放行")
    queue_is(page, 4)
    server.start()
    queue_is(page, 0)
    assert results()[2:] == ["need_answer", "ok", "need_answer", "repeat"]
    kept = select(Answer.value, Ticket.id).join(Ticket, Ticket.attendee_id == Answer.attendee_id)
    assert sorted(map(tuple, db.session.execute(kept))) == [("green", online), ("meat", tapped)]
    assert service.replay(house.event_id).matches_projection


def test_marked_answers_are_shown_with_a_server_and_kept_nowhere(
    server: Server, house: make.House, browsers: conftest.Browsers
) -> None:
    label = {"zh": "需要协助吗？", "en": "Do you need assistance?"}
    need = shown_answers.ask(house, "need", kind="yes_no", label=label, is_staff_visible=True)
    note = shown_answers.ask(house, "note", label={"zh": "备注："}, is_staff_visible=True)
    first, second = make.make_tickets(house, 2)
    for ticket, wants in ((first, True), (second, False)):
        shown_answers.answer(ticket, need, wants)
        shown_answers.answer(ticket, note, "zyx轮椅")
    make.forget_config()
    page = browsers.open(browsers.start())
    pair(page, server, house, "north")
    enter(page, make.gs_of(first))
    word_is(page, "请进")
    line = page.locator('[data-part="line"]')
    expect(line).to_have_text("需要协助吗？ 是\n备注： zyx轮椅")
    page.locator('[data-part="next"]').click()
    assert "zyx" not in page.evaluate(EVERYTHING)
    server.stop()
    enter(page, make.gs_of(second))
    word_is(page, "请进")
    expect(line).to_be_hidden()


def test_a_kiosk_shows_no_name_and_is_left_with_a_card(
    server: Server, house: make.House, browsers: conftest.Browsers
) -> None:
    (ticket,) = make.make_tickets(house, 1)
    until = clock.now() + timedelta(hours=5)
    cmd = service.MakeCards(house.event_id, ["李雷"], False, until, None)
    (card,) = service.make_cards(cmd)
    make.forget_config()
    page = browsers.open(browsers.start())
    pair(page, server, house, "north")
    page.goto(f"{server.url}/gate/?kiosk=1")
    expect(page.locator("body")).to_have_attribute("data-kiosk", "true", timeout=WAIT_MS)
    page.goto(f"{server.url}/gate/")  # the address alone does not lead out of it
    expect(page.locator("body")).to_have_attribute("data-kiosk", "true", timeout=WAIT_MS)
    expect(page.locator('[data-part="gate"]')).to_contain_text("北门", timeout=WAIT_MS)
    expect(page.locator("#typed-code")).to_be_hidden()
    expect(page.locator('[data-part="find"]')).to_be_hidden()
    burst(page, make.gr_of(ticket))
    word_is(page, "请进")
    assert "观众" not in page.inner_text("body")
    expect(page.locator('[data-part="undo"]')).to_be_hidden()
    expect(page.locator('[data-part="verdict"]')).to_be_hidden(timeout=6_000)
    burst(page, make.gr_of(ticket))
    word_is(page, "刚放行")
    expect(page.locator('[data-part="override"]')).to_be_hidden()
    burst(page, "GK000G40R40M30E209185GR38E1W")
    word_is(page, "无法识别")
    expect(page.locator("body")).to_have_attribute("data-kiosk", "true")
    burst(page, card.code)
    expect(page.locator("body")).to_have_attribute("data-kiosk", "false", timeout=WAIT_MS)
    expect(page.locator("#typed-code")).to_be_visible(timeout=WAIT_MS)


def nothing_secret_is_kept(page: Page) -> None:
    """Expect no key and no ticket number in anything that a stolen device could be read for."""
    kept = page.evaluate(EVERYTHING).lower()
    row = db.session.scalars(select(EventKey)).one()
    config = load_config(row.event_id)
    key = signing_key(row.event_id, row.kid, event_uuid=config.event.uuid_bytes)
    numbers = list(db.session.scalars(select(Ticket.number)))
    days = [day.key.hex() for day in config.day_keys.values()]
    secrets = [key.private_key.hex(), base64.b64encode(key.private_key).decode().lower(), *days]
    secrets += [number.to_bytes(8, "big").hex() for number in numbers]
    secrets += [number.to_bytes(8, "little").hex() for number in numbers]
    secrets += [signing.gr_code(number).lower() for number in numbers]
    assert [secret for secret in secrets if secret in kept] == []
    assert days
    assert "extractable=true" not in kept
    assert key.public_key.hex() in kept  # the control: what is kept is read
    hashes = [one.hex() for one in db.session.scalars(select(Ticket.idhash))]
    assert all(bytes.fromhex(one)[::-1].hex() in kept for one in hashes)


def wait_for_names(page: Page) -> None:
    """Wait until the names of the event are on the device, unreadable for others."""
    for _ in range(WAIT_MS // 200):
        if page.evaluate(NAMES) == "data,etag,iv":
            return
        page.wait_for_timeout(200)
    raise AssertionError("no names came")


def name_of(ticket: int) -> str:
    """Return the name of a ticket's holder."""
    row = db.session.get_one(Ticket, ticket)
    return db.session.get_one(Attendee, row.attendee_id).display_name


def old_code(ticket: int) -> str:
    """Return a code of five minutes ago."""
    with clock.fixed(clock.now() - timedelta(minutes=5)):
        return live_code(ticket)


def burst(page: Page, code: str) -> None:
    """Type as a hardware scanner does."""
    page.evaluate(BURST, code)


BURST = """(code) => {
  for (const letter of code) {
    const name = /[0-9]/.test(letter) ? `Digit${letter}` : `Key${letter}`;
    window.dispatchEvent(new KeyboardEvent("keydown", { code: name, key: "Process" }));
  }
  window.dispatchEvent(new KeyboardEvent("keydown", { code: "Enter", key: "Enter" }));
}"""
