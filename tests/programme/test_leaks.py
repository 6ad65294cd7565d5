"""A stranger reads every public page and feed: nothing unreleased is on any of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventhub.programme.enums import PerformanceKind, ShowState
from eventhub.programme.queries import EventRow
from eventhub.programme.service import PlaceSlot, place_slot
from tests.factories import programme as make

STARTS_AT = datetime(2026, 11, 21, 11, 0, tzinfo=UTC)  # 19:00 in Shanghai
MOVED_TO = datetime(2026, 11, 21, 9, 13, tzinfo=UTC)  # 17:13
CANARIES = ("canary", "金丝雀", "17:13", "T0913", "T1713", "09:13")
PAGES_MAX = 900


@pytest.fixture
def event(app: Flask) -> EventRow:
    """Return an event whose release and working copy are full of secrets."""
    event = make.make_event("weaving")
    stage = make.make_stage(event, "hall")
    at = STARTS_AT
    shown = _placed(event, "SHOWN1", "Loom", stage, at)
    _placed(event, "DRAFT1", "canary draft", stage, at + timedelta(hours=1), state=ShowState.DRAFT)
    _placed(
        event, "EMBARG", "canary embargoed", stage, at + timedelta(hours=2),
        embargo_until=datetime(2099, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    for number, kind in enumerate(PerformanceKind):
        if kind != PerformanceKind.SHOW:
            title = f"canary {kind}"
            starts_at = at - timedelta(hours=2 + number)
            _placed(event, f"KIND{number:02d}", title, stage, starts_at, kind=kind)
    make.release(event, "v1")
    secret = make.make_stage(event, "second")
    _placed(event, "AFTER1", "canary after the release", secret, at + timedelta(hours=4))
    place_slot(
        PlaceSlot(
            event_id=event.id,
            performance_id=shown,
            stage_id=secret,
            starts_at=MOVED_TO,
            ends_at=MOVED_TO + timedelta(minutes=45),
            note_public={"zh": "金丝雀", "en": "canary note"},
        )
    )
    return event


def _placed(
    event: EventRow,
    code: str,
    title: str,
    stage: int,
    at: datetime,
    *,
    kind: PerformanceKind = PerformanceKind.SHOW,
    state: ShowState = ShowState.CONFIRMED,
    embargo_until: datetime | None = None,
) -> int:
    show = make.make_show(
        event,
        code,
        title={"zh": title.replace("canary", "金丝雀"), "en": title},
        state=state,
        embargo_until=embargo_until,
    )
    performance = make.make_performance(event, show, kind=kind)
    make.make_slot(event, performance_id=performance, stage_id=stage, starts_at=at)
    return performance


def test_a_stranger_finds_nothing_unreleased(
    app: Flask, event: EventRow, client: FlaskClient
) -> None:
    read = crawl(app, client, event)
    leaks = {(path, canary) for path, text in read.items() for canary in CANARIES if canary in text}
    assert leaks == set()
    assert {path for path in read if "Loom" in read[path]} >= {
        "/e/weaving/schedule.ics?lang=en",
        "/e/weaving/schedule.json?lang=en",
        "/e/weaving/schedule.xml?lang=en",
        "/e/weaving/changes.atom?lang=en",
        "/e/weaving/shows/SHOWN1?lang=en",
        "/e/weaving/programme/2026-11-21?lang=en",
        "/e/weaving/programme/all?lang=en",
        "/e/weaving/programme/mine?lang=en",
        "/e/weaving/changes?lang=en",
    }


@pytest.mark.parametrize("hours", [0, 1, 2, 4])
def test_what_is_on_and_next_tells_nothing_unreleased(
    event: EventRow, client: FlaskClient, clock: Callable[[datetime], None], hours: int
) -> None:
    clock(STARTS_AT + timedelta(hours=hours, minutes=5))
    for path in ("now.json", "screen", "screen/hall", "embed", "", "programme/all?q=17:13"):
        text = client.get(f"/e/weaving/{path}").text.replace("q=17:13", "").replace('"17:13"', "")
        assert [canary for canary in CANARIES if canary in text] == [], path
        if path in ("now.json", "screen", "screen/hall"):
            assert ("Loom" in text) == (hours == 0), path


def test_a_brand_has_a_page_with_what_is_released_of_it(client: FlaskClient, app: Flask) -> None:
    event = make.make_event("brands")
    stage = make.make_stage(event, "hall")
    both = {"zh": "深染", "en": "Deep Dye"}
    brand = make.make_party(event, "deep-dye", name=both, bio={"en": "Weavers of indigo."})
    make.make_party(event, "unheard")
    secret = make.make_party(event, "secret", name={"en": "canary"}, is_public=False)
    states = (ShowState.CONFIRMED, ShowState.DRAFT)
    for number, state in enumerate(states, start=1):
        code, starts_at = f"BRAND{number}", STARTS_AT + timedelta(hours=3 * number)
        title = {"en": f"Show {code}"}
        show = make.make_show(event, code, parties=[brand, secret], title=title, state=state)
        made = make.make_performance(event, show)
        make.make_slot(event, performance_id=made, stage_id=stage, starts_at=starts_at)
    assert client.get("/e/brands/parties/deep-dye").status_code == 404  # before a release
    make.release(event, "v1")
    app.extensions.pop("eventhub_pages", None)
    page = client.get("/e/brands/parties/deep-dye?lang=en")
    assert page.status_code == 200
    assert "Weavers of indigo." in page.text
    assert "Show BRAND1" in page.text
    assert "Show BRAND2" not in page.text
    assert "canary" not in page.text
    assert "/e/brands/parties/deep-dye" in client.get("/e/brands/shows/BRAND1").text
    for name in ("unheard", "secret", "none"):
        assert client.get(f"/e/brands/parties/{name}").status_code == 404


def test_unreleased_shows_have_no_page_of_their_own(event: EventRow, client: FlaskClient) -> None:
    for code in ("DRAFT1", "EMBARG", "AFTER1", "KIND01"):
        for end in ("", ".ics"):
            assert client.get(f"/e/weaving/shows/{code}{end}").status_code == 404


def crawl(app: Flask, client: FlaskClient, event: EventRow) -> dict[str, str]:
    """Return the text per address of everything that links and routes lead to, both languages."""
    waiting = [f"{path}?lang={lang}" for path in _routes(app, event) for lang in ("zh", "en")]
    read: dict[str, str] = {}
    while waiting:
        path = waiting.pop()
        if path in read:
            continue
        answer = client.get(path)
        text = answer.get_data(as_text=True) if _is_text(answer.mimetype) else ""
        read[path] = re.sub(r"\r?\n[ \t]", "", text)  # calendars fold their lines
        assert answer.status_code < 500, path
        assert len(read) < PAGES_MAX
        if answer.mimetype == "text/html":
            waiting += [link for link in _links(path, text) if link not in read]
    return read


def _routes(app: Flask, event: EventRow) -> list[str]:
    """Return the addresses of all routes that an event, a day and a show make."""
    known = {"slug": event.slug, "code": "SHOWN1", "stage": "hall"}
    found = []
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint == "static":
            continue
        if not rule.arguments <= known.keys() | {"day"}:
            continue
        days = [day.isoformat() for day in event.days()] if "day" in rule.arguments else [""]
        for day in days:
            made = re.sub(
                r"<(?:[^:<>]+:)?(\w+)>", lambda m, d=day: (known | {"day": d})[m[1]], rule.rule
            )
            found.append(made)
    return found


class _Anchors(HTMLParser):
    """Collects what a page links to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in {"a", "link"} and (href := given.get("href")):
            self.found.append(href)


def _links(path: str, text: str) -> list[str]:
    anchors = _Anchors()
    anchors.feed(text)
    found = []
    for href in anchors.found:
        parts = urlsplit(urljoin(f"http://localhost{path}", href))
        if parts.hostname == "localhost" and not parts.path.startswith("/static/"):
            found.append(f"{parts.path}?{parts.query}" if parts.query else parts.path)
    return found


def _is_text(mimetype: str) -> bool:
    return mimetype.startswith("text/") or mimetype.endswith(("json", "xml"))
