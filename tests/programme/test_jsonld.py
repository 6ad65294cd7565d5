"""Nodes for search engines."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from flask import Flask

from eventhub.kernel.i18n import in_lang
from eventhub.programme import jsonld, queries
from eventhub.programme.enums import SlotStatus
from eventhub.programme.queries import EventRow
from tests.factories import programme as make

BASE = "https://events.example.org"
START = datetime(2026, 11, 21, 11, 0, tzinfo=UTC)


def _node(event: EventRow, code: str) -> dict[str, object]:
    page = queries.show_by_code(event, code)
    [published] = [row for row in queries.published(event) if row.performance.show_code == code]
    with in_lang("en"):
        return jsonld.performance(event, page.show, published, base_url=BASE)


def _released(**show: object) -> tuple[EventRow, int]:
    event = make.make_event("weaving")
    performance = make.make_performance(event, make.make_show(event, "ABC123", **show))
    make.make_slot(event, performance_id=performance, stage_id=make.make_stage(event, "hall"))
    make.release(event)
    return event, performance


def test_a_performance_has_its_required_keys(app: Flask) -> None:
    event, _ = _released()
    node = _node(event, "ABC123")
    assert node["startDate"] == "2026-11-21T19:00:00+08:00"
    assert node["eventStatus"] == "https://schema.org/EventScheduled"
    assert node["eventAttendanceMode"] == "https://schema.org/OfflineEventAttendanceMode"
    assert node["superEvent"] == {"@id": f"{BASE}/e/weaving/"}
    assert node["@id"] == f"{BASE}/e/weaving/shows/ABC123"


def test_a_livestreamed_show_is_mixed(app: Flask) -> None:
    event, _ = _released(is_livestreamed=True)
    node = _node(event, "ABC123")
    kinds = [place["@type"] for place in node["location"]]  # type: ignore[attr-defined] - a list
    assert kinds == ["Place", "VirtualLocation"]
    assert node["eventAttendanceMode"] == "https://schema.org/MixedEventAttendanceMode"


def test_a_moved_show_says_when_it_was(app: Flask) -> None:
    event, performance = _released()
    make.make_slot(event, performance_id=performance, starts_at=START + timedelta(hours=1))
    make.release(event)
    node = _node(event, "ABC123")
    assert node["eventStatus"] == "https://schema.org/EventRescheduled"
    assert node["previousStartDate"] == ["2026-11-21T19:00:00+08:00"]


def test_a_cancelled_show_says_so(app: Flask) -> None:
    event, performance = _released()
    make.make_slot(event, performance_id=performance, status=SlotStatus.CANCELLED)
    make.release(event)
    assert _node(event, "ABC123")["eventStatus"] == "https://schema.org/EventCancelled"


def test_a_title_cannot_end_the_script(app: Flask) -> None:
    event, _ = _released(title={"zh": "</script>", "en": "</script><b>&"})
    node = _node(event, "ABC123")
    text = jsonld.script_text(node)
    assert not set("<>&") & set(text)
    assert json.loads(text) == node
