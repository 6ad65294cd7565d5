"""
The scanner with a long list: `python -m bench.scanner [--tickets 100000,300000]`.

One JSON line per figure. A real server and headless Chromium on this machine:
from the pairing link to a list that decides without a network, what it takes
on the device, and how long a look-up takes. The list is one of random tickets
in the very format of `checkin/snapshot.py`; reading it from a database is not
part of these figures, `list_make_ms` is packing it.

`open_to_verdict_s` is what a person at the door waits for: a page is opened, the
camera shows a moving, noisy code, and the verdict is on the screen. Cold is a
browser that was never here, paired by its link; warm the same browser again;
`server stopped` what it does alone. Medians of five, browser and server on the
same cores.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import statistics
import struct
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from flask_migrate import upgrade
from playwright.sync_api import Page, sync_playwright
from werkzeug.serving import make_server

from eventhub import create_app
from eventhub.checkin import service, snapshot
from eventhub.kernel.db import db
from eventhub.registration import qr as codes_qr
from eventhub.settings import Settings
from tests.factories import checkin as make

CHROMIUM = "/usr/bin/chromium"
LOOKUPS = 20_000
PATIENCE_S = 60
SERVED_ALONE = "() => navigator.serviceWorker.controller !== null"
SHOWN = """() => {
  const verdict = document.querySelector('[data-part="verdict"]');
  return Boolean(verdict) && !verdict.hidden;
}"""
READY = """async () => {
  const names = await indexedDB.databases();
  if (!names.some((one) => one.name === "gate")) return false;
  const open = indexedDB.open("gate");
  const database = await new Promise((done) => { open.onsuccess = () => done(open.result); });
  if (![...database.objectStoreNames].includes("blob")) { database.close(); return false; }
  const get = database.transaction("blob").objectStore("blob").getKey("list");
  const key = await new Promise((done) => { get.onsuccess = () => done(get.result); });
  database.close();
  return key === "list";
}"""
MEASURE = """async ([hashes, count]) => {
  const GROUP = 100;
  const { Store } = await import("/static/js/checkin/store.js");
  const store = await Store.open();
  const began = performance.now();
  await store.load();
  const loaded = performance.now() - began;
  const times = [];
  let found = 0;
  for (let n = 0; n < count; n += GROUP) {  // the clock of a page is coarse
    const start = performance.now();
    for (let at = n; at < n + GROUP; at += 1) {
      if (store.find(hashes[at % hashes.length])) found += 1;
      store.places(hashes[at % hashes.length], "e");
    }
    times.push((performance.now() - start) / GROUP);
  }
  times.sort((a, b) => a - b);
  const { usage } = await navigator.storage.estimate();
  return { loaded, found, p95: times[Math.floor(times.length * 0.95)], usage };
}"""


def main() -> None:
    """Print all figures."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", default="100000,300000")
    parser.add_argument("--times", type=int, default=5, help="of a page that is opened")
    asked = parser.parse_args()
    verdicts(asked.times)
    for text in asked.tickets.split(","):
        run(int(text))


def verdicts(times: int) -> None:
    """Measure what it takes from opening the page to a verdict on what the camera sees."""
    taken: dict[str, list[float]] = {"cold": [], "warm": [], "server stopped": []}
    for _ in range(times):
        with site() as here, tempfile.TemporaryDirectory() as profile:
            camera = _film(here.folder, codes_qr.png(here.code))
            with sync_playwright() as playwright:
                context = playwright.chromium.launch_persistent_context(
                    profile,
                    executable_path=CHROMIUM,
                    locale="en",
                    args=[
                        *("--no-sandbox", "--disable-dev-shm-usage"),
                        "--use-fake-device-for-media-stream",
                        "--use-fake-ui-for-media-stream",
                        f"--use-file-for-fake-video-capture={camera}",
                    ],
                )
                page = context.new_page()
                taken["cold"].append(_until_verdict(page, here.link))
                wait(page)
                _wait_for(page, SERVED_ALONE)
                taken["warm"].append(_until_verdict(page, f"{here.url}/gate/"))
                page.wait_for_timeout(3_000)  # the admission comes with a delta
                here.stop()
                taken["server stopped"].append(_until_verdict(page, f"{here.url}/gate/"))
                context.close()
    for what, seconds in taken.items():
        line = {"name": "open_to_verdict_s", "value": round(statistics.median(seconds), 2)}
        worst = {"worst": round(max(seconds), 2)}
        print(json.dumps(line | {"unit": "s", "per": what} | worst), flush=True)


def _until_verdict(page: Page, address: str) -> float:
    page.goto("about:blank")
    began = time.monotonic()
    page.goto(address, wait_until="commit")
    while not page.evaluate(SHOWN):
        if time.monotonic() - began > PATIENCE_S:
            raise RuntimeError("no verdict came")
        time.sleep(0.01)
    return time.monotonic() - began


def _wait_for(page: Page, what: str) -> None:
    for _ in range(600):
        if page.evaluate(what):
            return
        time.sleep(0.05)
    raise RuntimeError("it did not come in time")


def _film(folder: Path, png: bytes) -> Path:
    """Return a film of a code that moves before a noisy ground."""
    picture, film = folder / "code.png", folder / "camera.mjpeg"
    picture.write_bytes(png)
    scene = (
        "[1]scale=340:340:flags=area[q];"
        "[0][q]overlay=(W-w)/2+60*sin(t*3):(H-h)/2+20*cos(t*3):shortest=1,noise=alls=12:allf=t"
    )
    ground = "color=c=gray:s=1280x720:r=15:d=2"
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", ground, "-loop", "1", "-i", picture]
    command += ["-filter_complex", scene, "-t", "2", "-c:v", "mjpeg", "-q:v", "4"]
    command += ["-pix_fmt", "yuvj420p", film]
    subprocess.run(command, check=True, timeout=60)
    return film


def run(count: int) -> None:
    """Measure one length of list."""
    rng = random.Random(count)
    numbers = sorted(rng.randrange(2**64) for _ in range(count))
    rows = [(n.to_bytes(8, "big"), 1, 0, "valid", 0, 1) for n in numbers]
    began = time.process_time()
    seq = struct.pack("<Q", 1)
    head = snapshot._tickets_block(rows, seq)
    body = head + b"\0" * (-len(head) % 8) + snapshot._admissions_block([], seq)
    packed = snapshot.WholeList(1, snapshot.gzip.compress(body, compresslevel=1, mtime=0))
    say("list_make_ms", (time.process_time() - began) * 1000, "ms", count)
    hashes = [f"{number:016x}" for number in rng.sample(numbers, 1000)]
    with mock.patch.object(snapshot, "whole_list", return_value=packed), served() as link:
        measure(link, hashes, count)


def measure(link: str, hashes: list[str], count: int) -> None:
    """Open the scanner and print what it took."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        page = browser.new_context(locale="en").new_page()
        began = time.monotonic()
        page.goto(link)
        wait(page)
        say("list_ready_s", time.monotonic() - began, "s", count)
        found: dict[str, Any] = page.evaluate(MEASURE, [hashes, LOOKUPS])
        if found["found"] != LOOKUPS:
            raise RuntimeError("the device does not find what is on its list")
        say("list_load_ms", found["loaded"], "ms", count)
        say("list_lookup_p95_ms", found["p95"], "ms", count)
        say("list_storage_mb", found["usage"] / 1e6, "MB", count)
        browser.close()


def wait(page: Page) -> None:
    """Wait until the list is on the device."""
    _wait_for(page, READY)


@dataclass(slots=True)
class Here:
    """A running server with one gate and one ticket."""

    folder: Path
    url: str
    link: str
    code: str
    stop: Callable[[], None]


@contextmanager
def served() -> Iterator[str]:
    """Run a server with one gate; yield its pairing link."""
    with site() as here:
        yield here.link


@contextmanager
def site() -> Iterator[Here]:
    """Run a server with one gate and one ticket."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        probe = make_server("127.0.0.1", 0, lambda _e, _s: [])
        port = probe.port
        probe.server_close()
        url = f"http://127.0.0.1:{port}"
        values = {"database_url": f"sqlite:///{folder / 'bench.sqlite3'}", "base_url": url}
        app = create_app(Settings.for_tests(folder, log_level="ERROR", **values))
        with app.app_context():
            upgrade()
            house = make.make_house()
            (ticket,) = make.make_tickets(house, 1)
            link = service.create_pairing(house.gates["north"], None).url
            server = make_server("127.0.0.1", port, app, threaded=True)
            threading.Thread(target=server.serve_forever, daemon=True).start()

            def stop() -> None:
                server.shutdown()
                server.server_close()

            yield Here(folder, url, link, make.gs_of(ticket), stop)
            stop()
            db.session.remove()
            db.engine.dispose()


def say(name: str, value: float, unit: str, count: int) -> None:
    """Print one figure."""
    line = {"name": name, "value": round(value, 3), "unit": unit, "per": f"{count} tickets"}
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
