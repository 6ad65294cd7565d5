"""The scanner's modules decide and read as Python does: the same files, run in a browser."""

from __future__ import annotations

import base64
import json
import random
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from eventhub import create_app
from eventhub.checkin import snapshot
from eventhub.checkin.enums import OVERRIDABLE, Ground, ScanResult
from eventhub.checkin.looks import LOOKS
from eventhub.checkin.queries import event_config
from eventhub.kernel import signing
from eventhub.kernel.db import db
from eventhub.kernel.i18n import LANGS
from eventhub.registration.models import Ticket
from eventhub.settings import Settings
from tests.browser.conftest import Browsers
from tests.checkin import cases
from tests.factories import checkin as make
from tests.factories.checkin import NOON

KEY = signing.public_key_of(cases.PRIVATE).hex()
ROUND_TRIPS = 10_000

RUN_RULES = """async (rows) => {
  const { overridden, verdict } = await import("/static/js/checkin/rules.js");
  return rows.map((row) => {
    const found = verdict(row.question);
    return [found, overridden(row.question, found.result)];
  });
}"""
RUN_CODES = """async ([texts, event, key, salt]) => {
  const { parseCode, Verifier, idhash, fromHex } = await import("/static/js/checkin/token.js");
  const verifier = new Verifier("/static/vendor/noble-ed25519@3.2.0/index.js");
  const read = await Promise.all(texts.map(async (text) => {  // signatures side by side
    const token = parseCode(text);
    if (token.refused) return { refused: token.refused };
    const found = { kind: token.kind };
    if (token.kind === "GS" || token.kind === "GR") {
      found.ticket = token.ticket.toString(16).padStart(16, "0");
    }
    if (token.kind === "GS") {
      const { kid, product, window, rev, checkId } = token;
      Object.assign(found, { kid, product, window, rev, checkId });
      found.signed = await verifier.isSigned(token, event, key);
      found.idhash = await idhash(fromHex(salt), token.ticket);
    }
    return found;
  }));
  return read;
}"""
RUN_DYNAMIC = """async ([rows, raw]) => {
  const { parseCode } = await import("/static/js/checkin/token.js");
  const { importDayKeys, verifyDynamic } = await import("/static/js/checkin/dynamic.js");
  const days = await importDayKeys({ 1: { key: raw, from: 0, until: 2 ** 52 } });
  const [day] = days.values();
  const exported = await crypto.subtle.exportKey("raw", day.key).catch((error) => error.name);
  const early = { ...day, from: rows[0].at_ms + 3600000 };
  const found = [];
  const is = (row, key) => verifyDynamic(parseCode(row.text), key, row.event, row.at_ms);
  for (const row of rows) found.push(await is(row, day));
  const others = [await is(rows[3], undefined), await is(rows[3], early)];
  return [found, exported, others];
}"""
RUN_NAMES = """async (rows) => {
  const { isEnough, queriesOf, rank, unpack } = await import("/static/js/checkin/names.js");
  const { typed } = rows.at(-1);
  const ranks = rows.slice(0, -1).map(({ norm, readings }) => {
    const keys = { nameNorm: norm, readings: unpack(readings) };
    const found = typed.map((text) => [text, rank(queriesOf(text), keys)]);
    return Object.fromEntries(found.filter(([, how]) => how !== null));
  });
  return [ranks, typed.filter(isEnough)];
}"""
RUN_NOBLE = """async ([text, event, key]) => {
  const { parseCode, Verifier } = await import("/static/js/checkin/token.js");
  crypto.subtle.importKey = () => Promise.reject(new DOMException("no", "NotSupportedError"));
  const verifier = new Verifier("/static/vendor/noble-ed25519@3.2.0/index.js");
  const other = event.replace("0", "1");
  const token = parseCode(text);
  return [await verifier.isSigned(token, event, key), await verifier.isSigned(token, other, key)];
}"""
RUN_LIST = """async ([base64, hashes]) => {
  const { columnsOf, lowest } = await import("/static/js/checkin/columns.js");
  const packed = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const { tickets, admissions } = columnsOf(await new Response(stream).arrayBuffer());
  const at = hashes.map((hash) => lowest(tickets.hashes, BigInt(`0x${hash}`)));
  return {
    found: at.map((place) => [tickets.product[place], tickets.party[place], tickets.rev[place]]),
    nobody: lowest(tickets.hashes, 1n),
    inside: [...admissions.inside],
  };
}"""

SHOW_ALL = """async () => {
  const { VerdictScreen } = await import("/static/js/checkin/verdict.js");
  const { OVERRIDABLE } = await import("/static/js/checkin/rules.js");
  const settings = JSON.parse(document.getElementById("gate-settings").textContent);
  const part = (name) => document.querySelector(`[data-part="${name}"]`);
  const screen = new VerdictScreen(settings, part);
  const shown = {};
  for (const result of Object.keys(settings.results)) {
    screen.show({ result, offline: true });
    const { ground, extra } = part("verdict").dataset;
    const sign = part("sign").querySelector("use").getAttribute("href").slice(6);
    const colour = getComputedStyle(part("verdict")).backgroundColor;
    const { word, line, sound } = settings.results[result];
    const size = part("word").textContent.length;
    shown[result] = { ground, extra, sign, colour, word, line, sound, size };
    screen.clear();
  }
  return [shown, [...OVERRIDABLE]];
}"""


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a server without a database: modules are files."""
    app = create_app(Settings.for_tests(tmp_path_factory.mktemp("modules")))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def page(url: str, kept_browser: Browser) -> Iterator[Page]:
    """Return a page from which modules are loaded; tests only read what they export."""
    context = kept_browser.new_context()
    opened = context.new_page()
    opened.goto(f"{url}/gate/?lang=en")
    yield opened
    context.close()


def test_files_say_what_python_decides() -> None:
    for name, rows in cases.all_files():
        assert json.loads((cases.DATA / f"{name}.json").read_text()) == rows, (
            f"{name}.json is old: python -m tests.checkin.cases"
        )


def test_the_scanner_decides_every_case_as_python_does(page: Page) -> None:
    rows: list[dict[str, Any]] = json.loads((cases.DATA / "rules.json").read_text())
    decided = page.evaluate(RUN_RULES, rows)
    different = [
        (row["title"], row["verdict"], found)
        for row, found in zip(rows, decided, strict=True)
        if found != [row["verdict"], row["overridden"]]
    ]
    assert different == []


def test_the_scanner_reads_every_code_as_python_does(page: Page) -> None:
    rows: list[dict[str, Any]] = json.loads((cases.DATA / "codes.json").read_text())
    assert _read(page, [row["text"] for row in rows]) == [row["read"] for row in rows]


def test_the_scanner_reads_rotating_codes_as_python_does(page: Page) -> None:
    rows: list[dict[str, Any]] = json.loads((cases.DATA / "dynamic.json").read_text())
    found, exported, others = page.evaluate(RUN_DYNAMIC, [rows, cases.DAY_KEY.hex()])
    assert found == [row["is"] for row in rows]
    assert set(found) == {"good", "stale_dynamic", "bad_signature"}
    assert exported == "InvalidAccessError"  # the key can not be read out
    assert others == ["key_unknown", "stale_dynamic"]


def test_the_scanner_finds_names_as_python_does(page: Page) -> None:
    rows: list[dict[str, Any]] = json.loads((cases.DATA / "names.json").read_text())
    ranks, enough = page.evaluate(RUN_NAMES, rows)
    assert ranks == [row["ranks"] for row in rows[:-1]]
    assert enough == rows[-1]["enough"]
    assert sum(len(found) for found in ranks) > 40


def test_ten_thousand_signed_codes_go_through_both(page: Page) -> None:
    rng = random.Random(1)
    texts = []
    for _ in range(ROUND_TRIPS):
        body = signing.GsBody(
            kid=rng.randrange(256),
            ticket=rng.randrange(2**64),
            product=rng.randrange(65536),
            window=rng.randrange(65536),
            rev=rng.randrange(256),
            check_id=rng.random() < 0.5,
        )
        texts.append(cases.sign(body))
    assert _read(page, texts) == [cases.read_of(text) for text in texts]


def test_a_browser_without_ed25519_uses_the_library(url: str, browsers: Browsers) -> None:
    page = browsers.open(browsers.start())  # of its own: it is made unable
    page.goto(f"{url}/gate/?lang=en")
    good = [cases.sign(cases.GS_1), cases.EVENT.hex(), KEY]
    assert page.evaluate(RUN_NOBLE, good) == [True, False]


@pytest.mark.only("sqlite")
def test_the_scanner_finds_tickets_in_a_list(
    app: Flask, page: Page, clock: Callable[[datetime], None]
) -> None:
    clock(NOON)
    house = make.make_house()
    tickets = [make.make_tickets(house, 1, party=n, rev=n)[0] for n in (1, 2, 3)]
    make.scan(make.make_device(house), make.gr_of(tickets[0]))
    hashes = [db.session.get_one(Ticket, ticket).idhash.hex() for ticket in tickets]
    body = base64.b64encode(snapshot.make_list(event_config(house.event_id)).body).decode()
    assert page.evaluate(RUN_LIST, [body, hashes]) == {
        "found": [[1, 1, 1], [1, 2, 2], [1, 3, 3]],
        "nobody": -1,
        "inside": [1],
    }


@pytest.mark.parametrize("lang", LANGS)
def test_the_scanner_shows_every_reason_by_itself_as_python_has_it(
    url: str, browsers: Browsers, lang: str
) -> None:
    """No server answers here: colours, shapes and words of all results are with the page."""
    page = browsers.open(browsers.start())
    page.goto(f"{url}/gate/?lang={lang}")
    shown, overridable = page.evaluate(SHOW_ALL)
    assert set(shown) == {result.value for result in ScanResult}
    assert set(overridable) == {result.value for result in OVERRIDABLE}
    colours: dict[str, set[str]] = {}
    for result, look in LOOKS.items():
        found = shown[result.value]
        said = (found["ground"], found["sign"], found["sound"], found["word"], found["line"])
        words = (look.word.of(lang), look.line.of(lang))
        assert said == (look.ground.value, look.sign.value, look.sound.value, *words)
        is_plain = look.ground is Ground.ADMIT and not look.extra
        assert found["extra"] == ("synced" if is_plain else look.extra)
        assert found["size"] > 0
        colours.setdefault(found["ground"], set()).add(found["colour"])
    assert all(len(found) == 1 for found in colours.values())  # one colour per ground
    assert len(set().union(*colours.values())) == len(Ground)  # and no two grounds alike
    texts = [(found["word"], found["line"]) for found in shown.values()]
    assert len(set(texts)) == len(texts)


def _read(page: Page, texts: list[str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate(
        RUN_CODES, [texts, cases.EVENT.hex(), KEY, cases.SALT.hex()]
    )
    return found
