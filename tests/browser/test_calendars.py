"""Our calendars in ical.js, the parser of Thunderbird, and in `icalendar`: they read the same."""

from __future__ import annotations

import base64
import os
from datetime import UTC
from pathlib import Path
from typing import Any

import icalendar
import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page

from eventhub.kernel.i18n import in_lang
from eventhub.programme import export, frab, queries
from tests.browser.conftest import Browsers
from tests.factories.festival import calendar_of, festivals

SOAK = os.environ.get("EVENTHUB_SOAK") == "1"
ICAL_JS = Path(__file__).parent.parent / "vendor" / "ical.js@2.2.1" / "ical.min.js"
LOAD = """async (data) => {
  window.ICAL = (await import(`data:text/javascript;base64,${data}`)).default;
}"""
# Zones come from the file alone: ical.js knows none by itself.
READ = """async (text) => {
  const ICAL = window.ICAL;
  ICAL.TimezoneService.reset();
  const calendar = new ICAL.Component(ICAL.parse(text));
  for (const zone of calendar.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(zone);
  return calendar.getAllSubcomponents("vevent").map((one) => {
    const event = new ICAL.Event(one, { strictExceptions: true });
    return {
      uid: event.uid,
      start: event.startDate.toUnixTime(),
      end: event.endDate.toUnixTime(),
      summary: event.summary,
      status: one.getFirstPropertyValue("status"),
    };
  });
}"""

pytestmark = [pytest.mark.only("sqlite"), *([pytest.mark.processes] if SOAK else [])]


@pytest.fixture
def ical_js(browsers: Browsers) -> Page:
    """Return a page that has ical.js; loaded as a module, as its users do."""
    page = browsers.open(browsers.start())
    module = base64.b64encode(ICAL_JS.read_bytes()).decode()
    page.evaluate(LOAD, module)
    return page


def differences(page: Page, data: bytes) -> list[tuple[Any, Any]]:
    """Return the entries on which the two parsers differ, by both."""
    calendar = icalendar.Calendar.from_ical(data)
    assert calendar.errors == []
    here = [
        {
            "uid": str(entry["UID"]),
            "start": int(entry.decoded("DTSTART").astimezone(UTC).timestamp()),
            "end": int(entry.decoded("DTEND").astimezone(UTC).timestamp()),
            "summary": str(entry["SUMMARY"]),
            "status": str(entry["STATUS"]),
        }
        for entry in calendar.walk("VEVENT")
    ]
    there = page.evaluate(READ, data.decode())
    assert len(here) == len(there) == data.count(b"BEGIN:VEVENT")
    return [(a, b) for a, b in zip(here, there, strict=True) if a != b]


def test_both_parsers_read_the_same_of_any_festival(app: Flask, ical_js: Page) -> None:
    read = 0

    @settings(
        max_examples=200 if SOAK else 40,
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(made=festivals(), lang=st.sampled_from(["zh", "en"]))
    def check(made: frab.Export, lang: str) -> None:
        nonlocal read
        with in_lang(lang):
            data = calendar_of(made)
        read += len(made.rows)
        assert differences(ical_js, data) == []

    check()
    assert read > 40


def test_both_parsers_read_the_same_of_the_demonstration(demo_app: Flask, ical_js: Page) -> None:
    read = 0
    for event in queries.public_events():
        if event.days():
            data = export.exported(event, "ics", version=None, lang="zh")
            assert differences(ical_js, data) == []
            read += data.count(b"BEGIN:VEVENT")
            shifted = data.replace(b"SUMMARY:", b"SUMMARY:x", 1)  # the control: a fault is seen
            assert [a["summary"][0] for a, _b in _mixed(ical_js, data, shifted)] == ["x"]
    assert read > 20


def _mixed(page: Page, data: bytes, other: bytes) -> list[tuple[Any, Any]]:
    """Compare what ical.js reads of two files."""
    pairs = zip(
        page.evaluate(READ, other.decode()), page.evaluate(READ, data.decode()), strict=True
    )
    return [(a, b) for a, b in pairs if a != b]
