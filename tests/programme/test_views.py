"""Public pages of the programme, on both databases."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from eventhub.accounts.models import Organisation
from eventhub.programme import service
from eventhub.programme.enums import ShowState, SlotStatus
from eventhub.programme.queries import event_by_id
from eventhub.settings import ROOT
from tests.assertions import assert_html, assert_queries
from tools.grid_css import grid_css

FIRST = date(2026, 11, 20)
DAY = date(2026, 11, 21)
EVENING = datetime(2026, 11, 21, 11, 42, tzinfo=UTC)  # 19:42 in Shanghai
EN = {"lang": "en"}


def both(zh: str, en: str) -> dict[str, str]:
    """Return a text in both languages."""
    return {"zh": zh, "en": en}


def text_of(page: str) -> str:
    """Return what a reader sees of a page, on one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


class Week:
    """A small event that is built and released step by step."""

    def __init__(self, session: Session, **changes: Any) -> None:
        """Make the event with two stages and one type of show."""
        house = Organisation(slug=f"house-{changes.get('slug', 'week')}", name="House")
        session.add(house)
        session.commit()
        plain: dict[str, Any] = {
            "slug": "week",
            "title": both("云岸时装周", "Yun'an Fashion Week"),
            "starts_on": FIRST,
            "ends_on": FIRST + timedelta(days=2),
        }
        self.id = service.create_event(
            service.CreateEvent(
                organisation_id=house.id,
                timezone="Asia/Shanghai",
                uid_domain="week.example",
                **(plain | changes),
            )
        )
        venue = service.add_venue(
            service.AddVenue(event_id=self.id, slug="mill", name=both("盐仓", "Salt Store"))
        )
        self.stages = [
            service.add_stage(
                service.AddStage(
                    event_id=self.id,
                    venue_id=venue,
                    slug=slug,
                    name=name,
                    kind="runway",
                    position=position,
                    capacity=420,
                )
            )
            for position, (slug, name) in enumerate(
                [("north", both("北台", "North")), ("south", both("南台", "South"))], start=1
            )
        ]
        self.kind = service.add_show_type(
            service.AddShowType(event_id=self.id, slug="runway", name=both("走秀", "Runway show"))
        )

    def show(self, code: str, title: str, **changes: Any) -> int:
        """Add a confirmed show with one performance; return the performance."""
        plain: dict[str, Any] = {"title": both(title, title), "state": ShowState.CONFIRMED}
        show = service.add_show(
            service.AddShow(event_id=self.id, code=code, type_id=self.kind, **(plain | changes))
        )
        return service.add_performance(service.AddPerformance(event_id=self.id, show_id=show))

    def place(
        self, performance: int, stage: int, day: date, at: time, minutes: int, **changes: Any
    ) -> None:
        """Place a performance in the working copy."""
        starts_at = event_by_id(self.id).instant(day, at)
        service.place_slot(
            service.PlaceSlot(
                event_id=self.id,
                performance_id=performance,
                stage_id=self.stages[stage],
                starts_at=starts_at,
                ends_at=starts_at + timedelta(minutes=minutes),
                **changes,
            )
        )

    def release(self, name: str) -> None:
        """Release the working copy."""
        service.release(service.ReleaseSchedule(event_id=self.id, name=name))


@pytest.fixture
def week(db_session: Session, clock: Callable[[datetime], None]) -> Week:
    """Return a released event at 19:42 of its second day."""
    clock(EVENING)
    week = Week(db_session)
    week.place(week.show("TIDE01", "Tideline"), 0, DAY, time(19, 30), 45)
    week.place(week.show("MOVED1", "White Night"), 1, DAY, time(19, 30), 45)
    week.release("v0.7")
    moved, gone = 2, week.show("GONE01", "Salt and Light")
    week.place(moved, 1, DAY, time(20, 0), 45)
    week.place(gone, 1, DAY, time(17, 30), 45, status=SlotStatus.CANCELLED)
    week.place(week.show("LATE01", "Meridian", is_open_to_all=True), 0, DAY, time(0, 30), 60)
    week.release("v0.8")
    return week


def test_the_list_shows_every_public_event(client: FlaskClient, week: Week) -> None:
    page = assert_html(client.get("/", query_string=EN))
    assert 'href="/e/week/"' in page
    assert "20 – 22 November 2026" in page
    assert page.count('<svg class="cloth"') == 1


def test_an_address_without_its_slash_leads_home(client: FlaskClient, week: Week) -> None:
    answer = client.get("/e/week")
    assert answer.status_code == 308
    assert answer.headers["Location"].endswith("/e/week/")


def test_the_list_is_honest_when_empty(client: FlaskClient) -> None:
    assert "No events yet" in assert_html(client.get("/", query_string=EN))


def test_the_home_page_tells_what_is_on_now(client: FlaskClient, week: Week) -> None:
    seen = text_of(assert_html(client.get("/e/week/", query_string=EN)))
    assert "Right now" in seen
    assert "Tideline" in seen
    assert "ends in 33 min · 20:15" in seen
    assert "Changeover" not in seen
    assert "Not yet open" in seen
    assert "next at 20:00" in seen


def test_the_home_page_lists_the_evening_with_what_it_takes(
    client: FlaskClient, week: Week
) -> None:
    page = assert_html(client.get("/e/week/", query_string=EN))
    rows = re.findall(r'<li class="evening-row.*?</li>', page, re.DOTALL)
    assert [text_of(row).split()[0] for row in rows] == ["20:00", "00:30"]
    assert "was 19:30" in text_of(rows[0])
    assert "No ticket needed" in text_of(rows[1])


def test_after_midnight_it_is_still_the_same_day(
    client: FlaskClient, week: Week, clock: Callable[[datetime], None]
) -> None:
    clock(datetime(2026, 11, 21, 16, 45, tzinfo=UTC))  # 00:45 in Shanghai
    page = assert_html(client.get("/e/week/programme", query_string=EN))
    assert ">Saturday</h1>" in page
    assert "ends in 45 min" in text_of(page)


def test_before_the_event_the_first_day_is_shown(
    client: FlaskClient, week: Week, clock: Callable[[datetime], None]
) -> None:
    clock(datetime(2026, 11, 1, tzinfo=UTC))
    page = assert_html(client.get("/e/week/", query_string=EN))
    assert "Right now" not in page
    assert "Saturday 21 November" in page
    assert ">Friday</h1>" in assert_html(client.get("/e/week/programme", query_string=EN))


def test_after_the_event_nothing_comes_next(
    client: FlaskClient, week: Week, clock: Callable[[datetime], None]
) -> None:
    clock(datetime(2027, 1, 1, tzinfo=UTC))
    page = assert_html(client.get("/e/week/", query_string=EN))
    assert "evening-row" not in page
    assert "Right now" not in page


def test_a_day_has_grid_list_and_table(client: FlaskClient, week: Week) -> None:
    page = assert_html(client.get("/e/week/programme/2026-11-21", query_string=EN))
    table = text_of(page[page.index("<table>") : page.index("</table>")])
    assert " ".join(table.split("South", 1)[1].split()) == (
        "17:30 Salt and Light, until 18:15 19:30 Tideline, until 20:15"
        " 20:00 White Night, until 20:45 00:30 Meridian, until 01:30"
    )
    assert 'class="block is-live gs-31 gl-9 is-one-line"' in page
    assert 'class="block is-cancelled gs-7 gl-9 is-one-line"' in page
    assert "Moved, was 19:30" in page
    assert 'class="now-line gs-33"' in page
    assert "v0.8" in page


def test_a_day_keeps_its_number_of_queries(
    client: FlaskClient, week: Week, clock: Callable[[datetime], None]
) -> None:
    clock(EVENING)
    client.get("/e/week/programme/2026-11-20")  # fills what is kept for seconds
    with assert_queries(6):
        client.get("/e/week/programme/2026-11-21")


def test_an_empty_day_says_so(client: FlaskClient, week: Week) -> None:
    page = assert_html(client.get("/e/week/programme/2026-11-20", query_string=EN))
    assert "No shows on this day" in page
    assert "day-grid" not in page.split("</head>")[1]


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ({}, {"Tideline", "White Night", "Salt and Light", "Meridian"}),
        ({"stage": "south"}, {"White Night", "Salt and Light"}),
        ({"only": "open"}, {"Meridian"}),
        ({"type": "runway", "stage": "north"}, {"Tideline", "Meridian"}),
    ],
)
def test_filters_work_by_address(
    client: FlaskClient, week: Week, query: dict[str, str], titles: set[str]
) -> None:
    page = assert_html(client.get("/e/week/programme/2026-11-21", query_string=EN | query))
    assert set(re.findall(r'class="block-title">([^<]+)<', page)) == titles


def test_a_filter_that_matches_nothing_offers_all(client: FlaskClient, week: Week) -> None:
    address = "/e/week/programme/2026-11-21"
    page = assert_html(client.get(address, query_string=EN | {"type": "<script>"}))
    assert "Nothing fits these filters" in page
    assert "<script>&" not in page


def test_a_show_page_has_its_facts(client: FlaskClient, week: Week) -> None:
    page = assert_html(client.get("/e/week/shows/MOVED1", query_string=EN))
    seen = text_of(page)
    assert "starts 20:00, was 19:30" in seen
    assert "Saturday 21 November · about 45 min · China Standard Time" in seen
    assert 'href="/e/week/shows/MOVED1.ics"' in page
    assert page.count("application/ld+json") == 1
    assert 'class="dm"' in page


def test_a_cancelled_show_stays_and_says_so(client: FlaskClient, week: Week) -> None:
    seen = text_of(assert_html(client.get("/e/week/shows/GONE01", query_string=EN)))
    assert "This performance does not take place." in seen


def test_a_show_code_in_small_letters_leads_to_the_show(client: FlaskClient, week: Week) -> None:
    answer = client.get("/e/week/shows/tide01")
    assert answer.status_code == 301
    assert answer.headers["Location"] == "/e/week/shows/TIDE01"


@pytest.mark.parametrize(
    "path",
    [
        "/e/nowhere/",
        "/e/nowhere/programme",
        "/e/nowhere/theme.css",
        "/e/week/programme/2026-11-19",
        "/e/week/programme/2026-11-23",
        "/e/week/programme/2026-13-01",
        "/e/week/programme/20261121",
        "/e/week/programme/today",
        "/e/week/shows/ZZZZZZ",
    ],
)
def test_what_does_not_exist_is_not_found(client: FlaskClient, week: Week, path: str) -> None:
    assert "All events" in assert_html(client.get(path, query_string=EN), 404)


def test_an_event_without_times_invents_none(client: FlaskClient, db_session: Session) -> None:
    bare = Week(
        db_session,
        slug="record",
        starts_on=None,
        ends_on=None,
        period_text=both("2023 年 9 月", "September 2023"),
    )
    performance = bare.show("OPEN01", "Opening")
    service.place_slot(service.PlaceSlot(event_id=bare.id, performance_id=performance))
    bare.release("record")
    home = assert_html(client.get("/e/record/", query_string=EN))
    assert 'class="bare-field"' in home
    assert '<svg class="cloth"' not in home
    assert "September 2023" in home
    page = text_of(assert_html(client.get("/e/record/programme", query_string=EN)))
    assert "No times have been published" in page
    assert "1 show, time not stated" in page
    assert "Opening" in page
    show = text_of(assert_html(client.get("/e/record/shows/OPEN01", query_string=EN)))
    assert "Not stated" in show
    assert client.get("/e/record/programme/2023-09-01").status_code == 404


def test_demonstration_data_is_marked_on_every_page(
    client: FlaskClient, db_session: Session, clock: Callable[[datetime], None]
) -> None:
    clock(EVENING)
    demo = Week(db_session, slug="demo", is_synthetic=True)
    demo.place(demo.show("TIDE01", "Tideline"), 0, DAY, time(19, 30), 45)
    demo.release("v1")
    for path in ("/e/demo/", "/e/demo/programme", "/e/demo/shows/TIDE01"):
        page = assert_html(client.get(path, query_string=EN))
        assert "Demonstration: all names and figures are invented" in page


@pytest.mark.parametrize("path", ["/e/week/", "/e/week/programme", "/e/week/shows/TIDE01"])
def test_an_unchanged_page_is_not_sent_twice(client: FlaskClient, week: Week, path: str) -> None:
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert again.data == b""


def test_colours_of_an_event_are_a_sheet_of_their_own(
    client: FlaskClient, db_session: Session
) -> None:
    colours = {"ground": "#C4290B", "warp": "#A8210A", "dimmed": "#B7452B", "accent": "#B3200A"}
    red = colours | {"threads": ["#FFFFFF", "#101312", "#5B0D02"]}
    Week(db_session, slug="red", theme={"light": red, "dark": red})
    assert re.search(r'href="/theme/[0-9a-f-]+\.css"', client.get("/e/red/").text)
    sheet = client.get("/e/red/theme.css")
    assert sheet.mimetype == "text/css"
    assert "--accent:#B3200A" in sheet.text
    scoped = client.get("/e/red/theme.css?scope=list")
    assert scoped.text.startswith(":root .theme-red{")


def test_organizer_text_is_never_markup(client: FlaskClient, db_session: Session) -> None:
    nasty = "</script><b>x</b>\"'&"
    event = Week(db_session, slug="nasty", title=both(nasty, nasty), about=both(nasty, nasty))
    event.place(event.show("NASTY1", nasty), 0, DAY, time(10, 0), 20)
    event.release("v1")
    for path in ("/", "/e/nasty/", "/e/nasty/programme/2026-11-21", "/e/nasty/shows/NASTY1"):
        page = assert_html(client.get(path, query_string=EN))
        assert "<b>x</b>" not in page


def test_the_generated_grid_sheet_is_up_to_date() -> None:
    assert Path(ROOT / "static/css/grid.css").read_text(encoding="utf-8") == grid_css()


@pytest.mark.only("sqlite")
def test_who_tries_the_product_finds_the_three_ways_in(demo_app: Flask) -> None:
    page = demo_app.test_client().get("/?lang=en").text
    for address in ("/e/demo/", "/gate/", "/login"):
        assert f'<a class="bare row-link" href="{address}">' in page


@pytest.mark.only("sqlite")
def test_without_the_demonstration_the_first_page_is_the_list(client: FlaskClient) -> None:
    page = client.get("/?lang=en").text
    assert "/gate/" not in page
    assert "No events yet" in page
