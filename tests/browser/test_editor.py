"""The schedule editor under hand and key: what is dragged is what the forms would save."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from eventhub.kernel.db import db
from eventhub.programme import service
from eventhub.programme.queries import EventRow
from tests.browser.conftest import Browsers, Site
from tests.browser.test_pages import sign_in_alice
from tests.console.draft import at, make_draft, slot
from tests.factories.programme import default_organisation
from tests.people import make_people

pytestmark = pytest.mark.only("sqlite")

PAGE = "/console/e/loom/programme"
QUARTER_PX = 18  # 15 minutes at 72 px an hour
FIRST = "AAAAAA"


@pytest.fixture
def event(site: Site) -> EventRow:
    return make_draft(make_people(default_organisation()).organisation_id)


@pytest.fixture
def open_editor(site: Site, browsers: Browsers, event: EventRow) -> Iterator[Callable[[str], Page]]:
    """Return a function that opens the editor for alice; complaints but refusals fail the test."""
    browser = browsers.start()

    def start(query: str = "") -> Page:
        page = browsers.open(browser, viewport={"width": 1440, "height": 1700}, locale="en-GB")
        sign_in_alice(page, site)
        page.goto(f"{site.url}{PAGE}{query}")
        return page

    yield start
    assert [said for said in browsers.complaints if "status of 409" not in said] == []


def stands(event: EventRow, code: str = FIRST) -> str:
    """Return where a performance stands for a new reader."""
    db.session.rollback()
    return at(event, code)


def number_of(event: EventRow, code: str = FIRST) -> int:
    return slot(event, code).public_no


def block(page: Page, event: EventRow, code: str = FIRST) -> str:
    return f'[data-block][data-number="{number_of(event, code)}"]'


def drag(page: Page, selector: str, dx: float, dy: float) -> None:
    """Take something near its upper edge, carry it in two steps, and hold it."""
    place = page.locator(selector)
    place.scroll_into_view_if_needed()
    box = place.bounding_box()
    assert box is not None
    x, y = box["x"] + 40, box["y"] + 12
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + dx / 2 + 6, y + dy / 2)
    page.mouse.move(x + dx, y + dy)


def width_of_a_stage(page: Page) -> float:
    first, second = (page.locator("[data-stage]").nth(n).bounding_box() for n in (0, 1))
    assert first is not None
    assert second is not None
    return second["x"] - first["x"]


def said(page: Page, text: str) -> None:
    expect(page.locator("[data-status]")).to_contain_text(text)


def test_a_drag_moves_in_steps_of_the_grid(
    open_editor: Callable[..., Page], event: EventRow
) -> None:
    page = open_editor()
    drag(page, f"{block(page, event)} > a", width_of_a_stage(page), 2 * QUARTER_PX + 5)
    expect(page.locator(".is-moving .block-time")).to_have_text("18:30–19:15")
    expect(page.locator(f"{block(page, event)}.is-origin [data-time]")).to_have_text("was 18:00")
    page.mouse.up()
    said(page, "Saved: Show 0")
    assert stands(event) == "court 18:30-19:15"
    expect(page.locator(".editor-state")).to_contain_text("1 change since v1")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(f'[data-stage="runway"] {block(page, event)}')).to_be_visible()
    assert stands(event) == "runway 18:00-18:45"


def test_conflicts_are_drawn_before_anything_is_saved(
    open_editor: Callable[..., Page], event: EventRow
) -> None:
    page = open_editor()
    drag(page, f"{block(page, event)} > a", 0, 8 * QUARTER_PX)
    expect(page.locator(".is-moving.has-stop")).to_be_visible()
    expect(page.locator(f"{block(page, event, 'BBBBBB')}.has-stop")).to_be_visible()
    said(page, "overlap by 45 min")
    assert stands(event) == "runway 18:00-18:45"
    page.keyboard.press("Escape")
    expect(page.locator(".is-moving")).to_have_count(0)
    expect(page.locator(".has-stop")).to_have_count(0)
    page.mouse.up()
    assert stands(event) == "runway 18:00-18:45"


def test_the_lower_edge_changes_the_length(
    open_editor: Callable[..., Page], event: EventRow
) -> None:
    page = open_editor()
    grip = page.locator(f"{block(page, event)} [data-grip]")
    grip.scroll_into_view_if_needed()
    box = grip.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 30, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + 30, box["y"] + 5 + QUARTER_PX, steps=3)
    page.mouse.up()
    said(page, "Saved: Show 0")
    assert stands(event) == "runway 18:00-19:00"


def test_a_show_comes_from_the_list_and_goes_back(
    open_editor: Callable[..., Page], event: EventRow
) -> None:
    page = open_editor()
    source = page.locator("[data-unplaced] > a").bounding_box()
    target = page.locator('[data-stage="court"]').bounding_box()
    assert source is not None
    assert target is not None
    page.mouse.move(source["x"] + 60, source["y"] + 12)
    page.mouse.down()
    page.mouse.move(target["x"] + 80, target["y"] + 12 + 4 * QUARTER_PX, steps=4)
    page.mouse.up()
    said(page, "Saved: Latecomer")
    assert stands(event, "CCCCCC").startswith("court 11:00")
    drag(page, f"{block(page, event, 'CCCCCC')} > a", 0, 0)
    box = page.locator("#unplaced").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 30, box["y"] + 30, steps=4)
    said(page, "Let go to take it off the day")
    page.mouse.up()
    said(page, "Saved: Latecomer")
    assert stands(event, "CCCCCC") == "unplaced"


def test_keys_do_what_the_hand_does(open_editor: Callable[..., Page], event: EventRow) -> None:
    page = open_editor()
    face = page.locator(f"{block(page, event)} > a")
    face.focus()
    for key in ("Enter", "ArrowRight", "ArrowDown", "ArrowDown", "ArrowUp", "Shift+ArrowDown"):
        page.keyboard.press(key)
    said(page, "Show 0: court 18:15–19:15")
    page.keyboard.press("Escape")
    assert stands(event) == "runway 18:00-18:45"
    for key in ("Enter", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    said(page, "Saved: Show 0")
    assert stands(event) == "court 18:00-18:45"
    expect(page.locator(f"{block(page, event)} > a")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Delete")
    page.keyboard.press("Enter")
    said(page, "Saved: Show 0")
    assert stands(event) == "unplaced"


def test_the_faster_of_two_organizers_is_shown_and_nothing_is_lost(
    open_editor: Callable[..., Page], event: EventRow
) -> None:
    page = open_editor()
    face = page.locator(f"{block(page, event)} > a")
    face.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    row = slot(event)
    assert row.starts_at is not None
    service.move(
        service.Move(
            event_id=event.id,
            performance_id=row.performance_id,
            row_version=row.row_version,
            stage_id=row.stage_id,
            starts_at=row.starts_at.replace(hour=14),
            actor="Frank",
        )
    )
    page.keyboard.press("Enter")
    said(page, "Changed by someone else meanwhile: runway · 11-20 · 22:00–22:45 · by Frank")
    assert stands(event) == "runway 22:00-22:45"
    page.get_by_role("button", name="Set mine").click()
    said(page, "Saved: Show 0")
    assert stands(event) == "runway 18:15-19:00"


def test_others_changes_arrive_by_themselves(
    open_editor: Callable[..., Page], event: EventRow
) -> None:
    page = open_editor()
    row = slot(event)
    assert row.starts_at is not None
    service.move(
        service.Move(
            event_id=event.id,
            performance_id=row.performance_id,
            row_version=row.row_version,
            stage_id=row.stage_id,
            starts_at=row.starts_at.replace(hour=14),
            actor="Frank",
        )
    )
    told = page.locator("[data-status]")
    expect(told).to_contain_text("Changed meanwhile by Frank", timeout=15_000)  # asked every 5 s
    expect(page.locator(f"{block(page, event)} [data-time]")).to_have_text("22:00–22:45")


def test_a_click_still_opens_the_forms(open_editor: Callable[..., Page], event: EventRow) -> None:
    page = open_editor()
    page.locator(f"{block(page, event)} > a").click()
    expect(page.locator("#item-title")).to_have_text("Show 0")
    page.wait_for_load_state("networkidle")  # the panel may still be on its way to being live
    page.locator("#start").fill("19:05")
    page.get_by_role("button", name="Check first").click()
    expect(page.locator(".panel-preview")).to_contain_text("No conflict is added or solved.")
    page.get_by_role("button", name="Move", exact=True).click()
    expect(page.locator(".editor-notice")).to_contain_text("Saved.")
    assert stands(event) == "runway 19:05-19:50"


def test_several_are_marked_by_key_and_pointer_and_shifted_at_once(
    open_editor: Callable[[str], Page], event: EventRow
) -> None:
    page = open_editor("")
    page.locator(f"{block(page, event)} > a").focus()
    page.keyboard.press("m")
    page.locator(f"{block(page, event, 'BBBBBB')} > a").click(modifiers=["Control"])
    expect(page.locator("[data-several-count]")).to_have_text("2")
    page.fill("#several-minutes", "-30")
    page.locator("button[name=action][value=shift]").click()
    expect(page.locator(".editor-notice")).to_contain_text("2 places changed")
    assert (stands(event), stands(event, "BBBBBB")) == (
        "runway 17:30-18:15",
        "runway 19:30-20:15",
    )


def test_marked_ones_are_dragged_together_and_keep_their_stages(
    open_editor: Callable[[str], Page], event: EventRow
) -> None:
    page = open_editor("")
    for code in (FIRST, "BBBBBB"):
        page.locator(f"{block(page, event, code)} > a").click(modifiers=["Control"])
    drag(page, f"{block(page, event)} > a", width_of_a_stage(page), 2 * QUARTER_PX + 5)
    expect(page.locator(".is-moving")).to_have_count(2)
    said(page, "2 marked shows: +30 min")
    page.keyboard.press("Escape")
    expect(page.locator(".is-moving")).to_have_count(0)
    page.mouse.up()
    assert stands(event) == "runway 18:00-18:45"
    page.locator(f"{block(page, event)} > a").focus()
    for key in ("Enter", "ArrowRight", "ArrowDown", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    expect(page.locator(".editor-notice")).to_contain_text("2 places changed")
    assert (stands(event), stands(event, "BBBBBB")) == (
        "runway 18:30-19:15",
        "runway 20:30-21:15",
    )
