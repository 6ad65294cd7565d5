"""Rows of the audience domain, and the event and zones that they need."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from eventhub.accounts.models import Organisation
from eventhub.accounts.service import create_api_key
from eventhub.audience import service
from eventhub.audience.enums import EvidenceClass, Op, SourceKind
from eventhub.audience.models import Observation, Source, Stream
from eventhub.audience.service import CounterReading, SampleReading
from eventhub.kernel import ids
from eventhub.kernel.db import command, db
from eventhub.programme.models import Event, Zone
from eventhub.programme.queries import EventRow, event_by_id

QUOTE = "开幕式当天累计为大道引流10万人次"


@command
def make_counted_event(
    slug: str = "cloth-week", *, timezone: str = "Asia/Shanghai", **changes: Any
) -> EventRow:
    """Make an organisation with one event of three days from 2026-11-20."""
    organisation = Organisation(slug=f"org-{slug}", name="Cloth Week")
    db.session.add(organisation)
    db.session.flush()
    values: dict[str, Any] = {
        "uuid": ids.new_uuid(),
        "organisation_id": organisation.id,
        "slug": slug,
        "acronym": slug,
        "title": {"zh": "织布周", "en": "Cloth Week"},
        "timezone": timezone,
        "starts_on": date(2026, 11, 20),
        "ends_on": date(2026, 11, 22),
        "uid_domain": "cloth.example",
    }
    event = Event(**(values | changes))
    db.session.add(event)
    db.session.flush()
    return event_by_id(event.id)


@command
def make_zone(event: EventRow, slug: str, *, parent_id: int | None = None) -> Zone:
    """Make a cordon zone."""
    zone = Zone(
        event_id=event.id,
        public_id=ids.new_public_id(),
        slug=slug,
        name={"zh": slug, "en": slug},
        parent_id=parent_id,
        is_cordon=True,
    )
    db.session.add(zone)
    db.session.flush()
    return zone


def make_counter(event: EventRow, name: str, **changes: Any) -> Source:
    """Make a counter that reports by the hour; `zone_id` and `is_cordon` place it."""
    values: dict[str, Any] = {"kind": SourceKind.COUNTER, "period_s": 3600}
    return service.ensure_source(
        service.EnsureSource(event_id=event.id, name=name, **(values | changes))
    )


def make_stream(event: EventRow, slug: str = "main", **changes: Any) -> Stream:
    """Make a measured stream sampled every minute."""
    values: dict[str, Any] = {"sample_every_s": 60, "cls": EvidenceClass.MEASURED}
    return service.ensure_stream(
        service.EnsureStream(event_id=event.id, slug=slug, **(values | changes))
    )


def reading(counter: str, starts_at: datetime, **changes: Any) -> CounterReading:
    """Return one hourly reading with 10 in and 4 out."""
    values: dict[str, Any] = {"line": 0, "duration_s": 3600, "entered": 10, "left": 4}
    return CounterReading(counter=counter, starts_at=starts_at, **(values | changes))


def record(event: EventRow, *readings: CounterReading) -> service.Recorded:
    """Record readings as the API does."""
    return service.record_readings(
        service.RecordReadings(event_id=event.id, readings=list(readings))
    )


def record_viewers(
    event: EventRow, slug: str, starts_at: datetime, viewers: list[int | None], step_s: int = 60
) -> service.Recorded:
    """Record samples `step_s` apart; None is a failed poll."""
    return service.record_samples(
        service.RecordSamples(
            event_id=event.id,
            samples=[
                SampleReading(
                    index=index,
                    stream=slug,
                    at=starts_at + timedelta(seconds=index * step_s),
                    viewers=value,
                )
                for index, value in enumerate(viewers)
            ],
        )
    )


def make_claim(event: EventRow, metric: str = "footfall.visits", **changes: Any) -> Observation:
    """Record the claim of 100,000 visits."""
    values: dict[str, Any] = {
        "value": 100_000,
        "op": Op.EQUAL,
        "quote": QUOTE,
        "number_text": "10万",
        "unit_stated": "人次",
        "source_name": "reply",
        "source_title": {"zh": "答复", "en": "Reply"},
        "period": "opening-day",
    }
    return service.record_claim(
        service.RecordClaim(event_id=event.id, metric=metric, **(values | changes))
    )


@command
def make_key(event: EventRow, *scopes: str) -> dict[str, str]:
    """Return the headers of an API key with `scopes`, by default audience:write."""
    key = create_api_key(
        organisation_id=event.organisation_id,
        event_id=event.id,
        scopes=scopes or ("audience:write",),
    )
    return {"Authorization": f"Bearer {key}"}
