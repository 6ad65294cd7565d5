"""
Draw the pictures of `docs/img` from a freshly loaded demonstration, or compare with them.

    python tools/screenshots.py            draw (make screenshots)
    python tools/screenshots.py --check    fail when a page no longer looks like its picture

The clock of the server stands at 20:00 of one fixed day, so the same code gives
the same pictures. Compared are means of squares of 16 pixels: another version
of the browser moves edges of letters, a broken page moves squares. Needs
Chromium on the PATH; takes about a quarter of a minute.
"""

from __future__ import annotations

import argparse
import io
import os
import shutil
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
FOLDER: Final = ROOT / "docs" / "img"
sys.path.insert(0, str(ROOT))

from flask import Flask  # noqa: E402 - needs the path above
from flask_migrate import upgrade  # noqa: E402 - as above
from PIL import Image, ImageChops  # noqa: E402 - as above
from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402 - as above
from werkzeug.serving import WSGIRequestHandler, make_server  # noqa: E402 - as above

from eventhub import create_app  # noqa: E402 - as above
from eventhub.accounts import actors  # noqa: E402 - as above
from eventhub.accounts import service as accounts  # noqa: E402 - as above
from eventhub.checkin.service import create_pairing  # noqa: E402 - as above
from eventhub.demo.load import LoadDemo, load  # noqa: E402 - as above
from eventhub.kernel import clock  # noqa: E402 - as above
from eventhub.kernel.db import db  # noqa: E402 - as above
from eventhub.programme.queries import EventRow, event_by_slug, gates  # noqa: E402 - as above
from eventhub.registration.enums import Source  # noqa: E402 - as above
from eventhub.registration.queries import open_ticket_types  # noqa: E402 - as above
from eventhub.registration.service import (  # noqa: E402 - as above
    Register,
    Registered,
    code_of,
    links,
    register,
)
from eventhub.settings import Settings  # noqa: E402 - as above

DAY: Final = date(2026, 11, 21)
AT: Final = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)  # 20:00 where the festival is
NAME: Final = "林知夏"
PHONE: Final = {"width": 390, "height": 844}
DESKTOP: Final = {"width": 1440, "height": 900}
MAX_BYTES: Final = 150_000
COLOURS: Final = (256, 128, 64, 32)
PEOPLE: Final = 300
GATE: Final = "gate-admitted"  # drawn with a hand: a code is typed
SQUARE: Final = 16  # pixels
FAR: Final = 24  # of 255: a square that differs by more is another square
MOST_FAR: Final = 0.03  # share of the squares of a picture
RANDOM: Final = {"ticket-phone": 0.15}  # its code is another one each time


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: which page, how large, for whom."""

    name: str
    path: str
    size: dict[str, int]
    is_signed_in: bool = False
    is_dark: bool = False
    lang: str = "zh-CN"


@dataclass(frozen=True, slots=True)
class Demo:
    """What the pictures need of the loaded demonstration."""

    url: str
    ticket: str
    code: str
    gate: str
    token: str
    cookie: str


class Quiet(WSGIRequestHandler):
    """A server that does not print its requests."""

    def log(self, *_: Any) -> None:
        """Say nothing."""


def main() -> int:
    """Load, serve, draw or compare; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    is_check = parser.parse_args().check
    chromium = shutil.which("chromium") or sys.exit("Chromium is missing.")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        if is_check:
            wrong = differences(Path(folder), browser)
            print(*wrong, sep="\n")
            return 1 if wrong else 0
        for name, png in pictures(Path(folder), browser):
            _keep(name, png)
        browser.close()
    return 0


def differences(folder: Path, browser: Browser, template: Path | None = None) -> list[str]:
    """Return what no longer looks like its picture, one sentence each; see `pictures`."""
    found = [_differs(name, png) for name, png in pictures(folder, browser, template)]
    return [text for text in found if text]


def pictures(
    folder: Path, browser: Browser, template: Path | None = None
) -> Iterator[tuple[str, bytes]]:
    """
    Load a demonstration and draw its pages.

    Args:
        folder: An empty folder for the installation.

        browser: Chromium.

        template: A migrated SQLite file to copy, which spares the migrations.

    Yields:
        The name of each picture and its PNG.
    """
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    path = folder / "pictures.sqlite3"
    values = {"base_url": url, "database_url": f"sqlite:///{path}", "log_level": "ERROR"}
    app = create_app(Settings.for_tests(folder, **values))
    if template is not None:
        shutil.copyfile(template, path)
    with app.app_context():
        if template is None:
            upgrade()
        with clock.fixed(AT):
            demo = _demo(app, url)
    serve = _standing(app.wsgi_app)
    server = make_server("127.0.0.1", port, serve, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield from _drawn(browser, demo)
    server.shutdown()
    thread.join()
    server.server_close()
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def _standing(serve: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """Return the application with its clock at `AT`."""

    def answer(environ: Any, start_response: Any) -> Iterable[bytes]:
        with clock.fixed(AT):
            return serve(environ, start_response)

    return answer


def _demo(app: Flask, url: str) -> Demo:
    logins = load(LoadDemo(today=DAY, people=PEOPLE)).logins
    event = event_by_slug("demo")
    made = _guest(event)
    owner = next(login for login in logins if login.role == "owner")
    signed_in = accounts.sign_in(
        accounts.SignIn(email=owner.email, password=owner.password, address="127.0.0.1")
    )
    person = made.people[0]
    assert person.ticket_id is not None  # noqa: S101 - a type without approval
    gate = gates(event.id)[0]
    with app.test_request_context("/"):
        cookie = actors.cookie_name()
    return Demo(
        url=url,
        ticket=f"/t/{links.attendee_token(person.public_id, person.link_rev)}",
        code=code_of(person.ticket_id),
        gate=create_pairing(gate.id, created_by=None).url,
        token=signed_in.token,
        cookie=cookie,
    )


def _guest(event: EventRow) -> Registered:
    """Register somebody for today with a ticket that needs no approval."""
    types = open_ticket_types(event, AT)
    for row in sorted(types, key=lambda row: not row.windows):
        window = next((w for w in row.windows if w.starts_at <= AT < w.ends_at), None)
        if row.state in ("open", "few") and (window is not None or not row.windows):
            made = register(
                Register(
                    event_id=event.id,
                    ticket_type=row.slug,
                    name=NAME,
                    lang="zh",
                    email="zhixia.lin@example.com",
                    window_no=window.number if window else None,
                    consents={"privacy": True},
                    source=Source.WALK_IN,  # the desk asks no questions
                )
            )
            if isinstance(made, Registered):
                return made
    raise SystemExit("No ticket of the demonstration is good today.")


def _shots(demo: Demo) -> list[Shot]:
    """Return what the gallery shows; the gate comes last, it needs a hand."""
    day = f"/e/demo/programme/{DAY}"
    return [
        Shot("front-desktop", "/", DESKTOP),
        Shot("home-desktop", "/e/demo/", DESKTOP),
        Shot("home-phone", "/e/demo/", PHONE),
        Shot("home-phone-dark", "/e/demo/", PHONE, is_dark=True, lang="en-GB"),
        Shot("programme-desktop", day, DESKTOP),
        Shot("register-phone", "/e/demo/register", PHONE),
        Shot("ticket-phone", demo.ticket, PHONE),
        Shot("live-desktop", "/e/demo/live", DESKTOP),
        Shot("editor-desktop", f"/console/e/demo/programme?day={DAY}", DESKTOP, is_signed_in=True),
        Shot("console-home", "/console/e/demo/", DESKTOP, is_signed_in=True),
        Shot("report-futian", "/e/futian-2023/report", DESKTOP),
        Shot("report-futian-dark", "/e/futian-2023/report", DESKTOP, is_dark=True, lang="en-GB"),
    ]


def names() -> list[str]:
    """Return the names of all pictures, without drawing one."""
    return [*(shot.name for shot in _shots(Demo("", "", "", "", "", ""))), GATE]


def _drawn(browser: Browser, demo: Demo) -> Iterator[tuple[str, bytes]]:
    """Yield names and PNG of all pictures."""
    for shot in _shots(demo):
        yield shot.name, _shot(browser, demo, shot)
    page = _page(browser, PHONE)
    page.goto(demo.gate)
    page.wait_for_selector('body[data-screen="idle"]')
    page.fill("#typed-code", demo.code)
    page.press("#typed-code", "Enter")
    page.wait_for_selector('[data-part="verdict"]:visible')
    yield GATE, page.screenshot()
    page.context.close()


def _page(
    browser: Browser, size: dict[str, int], *, is_dark: bool = False, lang: str = "zh-CN"
) -> Page:
    context = browser.new_context(
        viewport=size,  # type: ignore[arg-type]  # a typed dictionary
        locale=lang,
        color_scheme="dark" if is_dark else "light",
        reduced_motion="reduce",
        timezone_id="Asia/Shanghai",
    )
    page = context.new_page()
    page.clock.set_fixed_time(AT)
    return page


def _shot(browser: Browser, demo: Demo, shot: Shot) -> bytes:
    page = _page(browser, shot.size, is_dark=shot.is_dark, lang=shot.lang)
    if shot.is_signed_in:
        cookie = {"name": demo.cookie, "value": demo.token, "url": demo.url}
        page.context.add_cookies([cookie])  # type: ignore[list-item]  # a typed dictionary
    answer = page.goto(f"{demo.url}{shot.path}")
    if answer is None or answer.status != 200:
        raise SystemExit(f"{shot.path} does not answer with 200")
    page.wait_for_load_state("networkidle")
    png = page.screenshot()
    page.context.close()
    return png


def far(stored: Image.Image, drawn: Image.Image) -> float:
    """Return the share of squares in which two pictures differ visibly; 1 for other sizes."""
    if stored.size != drawn.size:
        return 1.0
    across, down = (-(-side // SQUARE) for side in stored.size)
    small = [
        picture.convert("RGB").resize((across, down), Image.Resampling.BOX)
        for picture in (stored, drawn)
    ]
    raw = ImageChops.difference(*small).tobytes()
    squares = [raw[at : at + 3] for at in range(0, len(raw), 3)]
    return sum(max(square) > FAR for square in squares) / len(squares)


def _differs(name: str, png: bytes) -> str:
    """Return what is to be said of a picture that no longer holds; empty when it does."""
    path = FOLDER / f"{name}.png"
    if not path.exists():
        return f"{name}: no picture is stored"
    share = far(Image.open(path), Image.open(io.BytesIO(png)))
    if share <= RANDOM.get(name, MOST_FAR):
        return ""
    if folder := os.environ.get("EVENTHUB_PICTURES"):
        (Path(folder) / f"{name}.png").write_bytes(png)
    return f"{name}: {share:.0%} of the page looks different; make screenshots if that is meant"


def _keep(name: str, png: bytes) -> None:
    """Write a picture with as many colours as fit into `MAX_BYTES`."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    for colours in COLOURS:
        out = io.BytesIO()
        picture.quantize(colours, dither=Image.Dither.NONE).save(out, format="PNG", optimize=True)
        if out.tell() <= MAX_BYTES:
            break
    (FOLDER / f"{name}.png").write_bytes(out.getvalue())
    print(f"docs/img/{name}.png  {picture.width} x {picture.height}  {out.tell() // 1000} kB")


if __name__ == "__main__":
    sys.exit(main())
