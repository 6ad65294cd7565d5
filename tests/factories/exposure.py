"""Rows of claims and reports for tests."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from eventhub.accounts.models import Organisation, Person
from eventhub.audience.enums import Op
from eventhub.audience.service import Calibrate, RecordClaim, calibrate, record_claim
from eventhub.exposure.service import (
    NotStatedItem,
    RecordNotStated,
    RecordSourceText,
    record_not_stated,
    record_source_text,
)
from eventhub.kernel import clock, ids
from eventhub.kernel.db import command, db
from eventhub.programme.models import Event
from eventhub.programme.queries import event_by_id
from tests.factories.audience import make_counter, make_zone, reading, record

FUTIAN = json.loads(
    (Path(__file__).parent.parent / "exposure" / "data" / "futian_2023.json").read_text("utf-8")
)
SCOPE_NOTE = {
    "zh": "「开幕式当天」只写在第一个数字前，是否也管这一句，原文没有说明；按整个活动归档。",
    "en": "“On the opening day” stands before the first figure only; whether it governs this one "
    "is not stated. Filed under the whole event.",
}


@command
def make_organisation(slug: str = "futian") -> int:
    """Return the id of a new organisation."""
    row = Organisation(slug=slug, name=slug.title())
    db.session.add(row)
    db.session.flush()
    return row.id


@command
def make_person(name: str) -> int:
    """Return the id of a new person who can not sign in."""
    row = Person(
        public_id=ids.new_public_id(),
        email=f"{name}@example.com",
        name=name.title(),
        password_hash=None,
        created_at=datetime(2023, 10, 1, tzinfo=UTC),
    )
    db.session.add(row)
    db.session.flush()
    return row.id


@command
def make_event(organisation_id: int, slug: str = "futian-2023", **changes: Any) -> int:
    """Return the id of a new event without dates."""
    values: dict[str, Any] = {
        "uuid": ids.new_uuid(),
        "organisation_id": organisation_id,
        "slug": slug,
        "acronym": slug,
        "title": {
            "zh": "2023 福田国际时尚展暨 98 音乐文化节",
            "en": "2023 Futian International Fashion Exhibition and 98 Music & Culture Festival",
        },
        "place_text": {"zh": "深圳市福田区 · 节日大道", "en": "Futian, Shenzhen · Festival Avenue"},
        "period_text": {"zh": "2023 年 9 月", "en": "September 2023"},
        "timezone": "Asia/Shanghai",
        "day_start_local": time(6, 0),
        "uid_domain": "example.org",
    }
    row = Event(**(values | changes))
    db.session.add(row)
    db.session.flush()
    return row.id


@command
def make_running_event(organisation_id: int, slug: str = "demo", **changes: Any) -> int:
    """Return the id of a new event of two days that is a demonstration."""
    return make_event(
        organisation_id,
        slug,
        **(
            {
                "title": {"zh": "织潮", "en": "Weaving the Tide"},
                "starts_on": date(2026, 9, 24),
                "ends_on": date(2026, 9, 25),
                "period_text": None,
                "is_synthetic": True,
            }
            | changes
        ),
    )


def make_futian_claims(event_id: int, *, is_synthetic: bool = False) -> None:
    """Record the six published figures, their passage, and what it leaves open."""
    source = FUTIAN["source"]
    for claim in FUTIAN["claims"]:
        record_claim(
            RecordClaim(
                event_id=event_id,
                ref=claim["id"],
                metric=claim["metric"],
                value=claim["value"],
                op=Op(claim["op"]),
                quote=claim["quote"],
                source_name=source["name"],
                source_title=source["title"],
                label={"zh": claim["zh"], "en": claim["en"]},
                number_text=claim["number_text"],
                unit_stated=claim["unit_stated"],
                noun_stated=claim["noun_stated"],
                period=claim["period"],
                is_scope_stated=claim["scope_stated"],
                scope_note=None if claim["scope_stated"] else SCOPE_NOTE,
                is_synthetic=is_synthetic,
            )
        )
    record_source_text(
        RecordSourceText(
            event_id=event_id, source=source["name"], title=source["title"], text=source["text"]
        )
    )
    items = tuple(
        NotStatedItem(topic=item["topic"], text={"zh": item["zh"], "en": item["en"]})
        for item in FUTIAN["not_stated"]
    )
    record_not_stated(RecordNotStated(event_id=event_id, items=items))


def make_futian() -> int:
    """Return the id of the Futian event with everything that its brief says of figures."""
    event_id = make_event(make_organisation())
    make_futian_claims(event_id)
    return event_id


def make_counted(organisation_id: int) -> int:
    """
    Return the id of a demonstration with one cordon counter, one inner counter and one claim.

    The cordon (factor 1.1) saw 10 people an hour from 8:00 to 20:00, but 300 at
    12:00 and nothing was received at 11:00: 440 visits. The inner counter saw
    77 passages. A platform says 900 views.
    """
    event_id = make_running_event(organisation_id)
    event = event_by_id(event_id)
    day = date(2026, 9, 24)
    zone = make_zone(event, "street")
    north = make_counter(event, "north", zone_id=zone.id, is_cordon=True)
    make_counter(event, "middle", zone_id=zone.id)
    calibrate(Calibrate(event_id=event_id, source_id=north.id, k=1.1, se=0.01, manual_counts=6))
    with clock.fixed(event.instant(day, time(23))):
        record(
            event,
            *(
                reading("north", event.instant(day, time(hour)), entered=300 if hour == 12 else 10)
                for hour in range(8, 20)
                if hour != 11
            ),
            reading("middle", event.instant(day, time(10)), entered=40, left=37),
        )
    record_claim(
        RecordClaim(
            event_id=event_id,
            ref="platform-views",
            metric="live.views",
            value=900,
            op=Op.EQUAL,
            quote="观看 900",
            source_name="platform",
            source_title={"zh": "平台导出", "en": "Platform export"},
            unit_stated="人次",
            is_synthetic=True,
        )
    )
    return event_id
