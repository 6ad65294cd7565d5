"""A real browser before a real server on this machine."""

from __future__ import annotations

import gc
import os
import shutil
import socket
import subprocess
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from wsgiref.types import WSGIApplication

import pytest
from flask import Flask
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    sync_playwright,
)
from werkzeug.serving import make_server

from eventhub import create_app
from eventhub.kernel.db import db
from eventhub.settings import Settings
from tests.browser.packed import bare, packed
from tests.conftest import Database

REQUIRE = "EVENTHUB_REQUIRE_BROWSER"
_SECONDS = 2  # length of the looped picture of a code
_FPS = 15
# What Chromium itself says when a page is left before it has faded in; no script of ours fails.
LEFT_IN_ITS_FADE = "Transition was aborted because of invalid state. ViewTransition opt-in disabled"
ARGS = ["--no-sandbox", "--disable-dev-shm-usage"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Bear files that the test server still holds when a browser leaves in their middle."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"))


def _needed(program: str) -> str:
    """Return where a program is; without it skip loudly, or fail where nothing may be skipped."""
    found = shutil.which(program)
    if found:
        return found
    if os.environ.get(REQUIRE) == "1":
        pytest.fail(f"{program} is missing and {REQUIRE}=1")
    pytest.skip(f"{program} is missing: install it, browser tests prove nothing without it")


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the browser of the distribution."""
    return _needed("chromium")


@pytest.fixture(scope="session")
def ffmpeg() -> str:
    """Return the program that draws what the camera sees."""
    return _needed("ffmpeg")


@dataclass(frozen=True, slots=True)
class Site:
    """A running installation; the test may change its data with `app`."""

    app: Flask
    url: str


@pytest.fixture
def site(database: Database) -> Iterator[Site]:
    """Return a server with threads on a free port of the loopback interface."""
    yield from served(database.settings)


@pytest.fixture
def demo_site(demo_template: Path, tmp_path: Path) -> Iterator[Site]:
    """Return a server of both demonstration events, which packs its answers as the real one."""
    path = tmp_path / "demo.sqlite3"
    shutil.copyfile(demo_template, path)
    yield from served(
        lambda **values: Settings.for_tests(tmp_path, database_url=f"sqlite:///{path}", **values),
        packed,
    )


def served(
    settings: Callable[..., Settings], around: Callable[[WSGIApplication], WSGIApplication] = bare
) -> Iterator[Site]:
    """
    Serve an installation for as long as the generator stands.

    Args:
        settings: Makes the settings, given `base_url`.

        around: Wraps the application, as a server before it would.
    """
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    app = create_app(settings(base_url=url))
    server = make_server("127.0.0.1", port, around(app), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    with app.app_context():
        yield Site(app, url)
        server.shutdown()
        thread.join()
        with warnings.catch_warnings():
            # a browser that leaves in the middle of a file leaves it to the collector
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Return what drives browsers, one for all tests of a worker."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def kept_browser(playwright: Playwright, chromium: str) -> Iterator[Browser]:
    """Return a browser process that tests share: its contexts share nothing, starting costs."""
    browser = playwright.chromium.launch(executable_path=chromium, args=ARGS)
    yield browser
    browser.close()


class Browsers:
    """Gives browsers and keeps every complaint that one of their pages made."""

    def __init__(self, kept: Browser, executable: str, stack: ExitStack) -> None:
        """Start nothing yet."""
        self._kept = kept
        self._executable = executable
        self._stack = stack
        self.complaints: list[str] = []

    def start(self, *, camera: Path | None = None) -> Browser:
        """Return the kept browser, or one of its own whose camera shows the film `camera`."""
        if camera is None:
            return self._kept
        args = [
            *ARGS,
            "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream",
            f"--use-file-for-fake-video-capture={camera}",
        ]
        kind = self._kept.browser_type
        browser = kind.launch(executable_path=self._executable, args=args)
        self._stack.callback(browser.close)
        return browser

    def open(self, browser: Browser, **options: object) -> Page:
        """Return a page in a context of its own; what it complains about is kept."""
        given = {"locale": "zh-CN", "viewport": {"width": 390, "height": 844}} | options
        context: BrowserContext = browser.new_context(**given)  # type: ignore[arg-type]  # options by name
        self._stack.callback(context.close)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", self._said)
        page.on("pageerror", lambda error: self._failed(page.url, str(error)))
        return page

    def _failed(self, url: str, error: str) -> None:
        if not error.startswith(LEFT_IN_ITS_FADE):
            self.complaints.append(f"{url}: {error}")

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{message.location.get('url')}: {message.text}")


@pytest.fixture
def browsers(kept_browser: Browser, chromium: str) -> Iterator[Browsers]:
    """Return what gives browsers; all their pages are closed at the end."""
    with ExitStack() as stack:
        yield Browsers(kept_browser, chromium, stack)


@pytest.fixture
def film(ffmpeg: str, tmp_path: Path) -> Callable[[bytes], Path]:
    """Return a function that makes a moving, noisy film of a PNG picture."""

    def make(png: bytes) -> Path:
        picture, film = tmp_path / "code.png", tmp_path / "camera.mjpeg"
        picture.write_bytes(png)
        scene = (
            "[1]scale=340:340:flags=area[q];"
            "[0][q]overlay=(W-w)/2+60*sin(t*3):(H-h)/2+20*cos(t*3):shortest=1,noise=alls=12:allf=t"
        )
        ground = f"color=c=gray:s=1280x720:r={_FPS}:d={_SECONDS}"
        command = [ffmpeg, "-v", "error", "-f", "lavfi", "-i", ground, "-loop", "1", "-i", picture]
        command += ["-filter_complex", scene, "-t", str(_SECONDS), "-c:v", "mjpeg", "-q:v", "4"]
        command += ["-pix_fmt", "yuvj420p", film]
        subprocess.run(command, check=True, timeout=60)
        return film

    return make
