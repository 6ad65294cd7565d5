"""One small event with everything that pages can show, for tests that cross domains."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from eventhub.audience import service as audience
from eventhub.audience.enums import SourceKind
from eventhub.kernel import clock
from eventhub.kernel.db import I18n, command
from eventhub.programme import service as programme
from eventhub.programme.enums import GateDirection, ShowState
from eventhub.programme.queries import EventRow, GateRow, event_by_slug, gate_by_slug
from eventhub.registration.service import Registered
from tests.factories.registration import make_registration, make_ticket_type

GUESTS = ("王芳", "欧阳修", "Anna Meyer")


@dataclass(frozen=True, slots=True)
class World:
    """An event of today: two stages, two gates, three shows, three guests, one counter."""

    event: EventRow
    gate: GateRow
    guests: tuple[Registered, ...]
    show_codes: tuple[str, ...]


def both(zh: str, en: str) -> I18n:
    """Return a text in both languages."""
    return {"zh": zh, "en": en}


@command  # one transaction: half of a test's time went into fifty
def make_world(
    organisation_id: int, slug: str = "loom-week", *, is_synthetic: bool = False
) -> World:
    """Create the event around the present instant, release it and open registration."""
    now = clock.now()
    today = now.date()
    event_id = programme.create_event(
        programme.CreateEvent(
            organisation_id=organisation_id,
            slug=slug,
            title=both("织机时装周", "Loom Fashion Week"),
            timezone="Asia/Shanghai",
            uid_domain="loom.example",
            acronym=slug.replace("-", "_"),
            starts_on=today - timedelta(days=1),
            ends_on=today + timedelta(days=2),
            is_synthetic=is_synthetic,
        )
    )
    codes = _programme(event_id, now)
    _figures(event_id, _places(event_id), now)
    programme.open_registration(event_id, is_open=True)
    make_ticket_type(event_id, slug="public", name=both("公众", "Public"), places=100)
    make_ticket_type(
        event_id, slug="press", name=both("媒体", "Press"), places=5, approval="required"
    )
    guests = tuple(
        make_registration(event_id, "public", name=name, email=f"guest{n}@{slug}.example")
        for n, name in enumerate(GUESTS)
    )
    event = event_by_slug(slug)
    return World(event, gate_by_slug(event_id, "north-1"), guests, codes)


def _programme(event_id: int, now: datetime) -> tuple[str, ...]:
    venue = programme.add_venue(
        programme.AddVenue(event_id=event_id, slug="mill", name=both("织造厂", "Mill"))
    )
    stages = [
        programme.add_stage(
            programme.AddStage(
                event_id=event_id,
                venue_id=venue,
                slug=slug,
                name=name,
                kind="runway",
                position=position,
                capacity=200,
            )
        )
        for position, (slug, name) in enumerate(
            [("runway", both("T 台", "Runway")), ("court", both("内院", "Court"))], start=1
        )
    ]
    kind = programme.add_show_type(
        programme.AddShowType(event_id=event_id, slug="runway", name=both("秀", "Runway show"))
    )
    codes = ("AAAAAA", "BBBBBB", "CCCCCC")
    titles = (both("经纬", "Warp and weft"), both("潮线", "Tide line"), both("夜航", "Night run"))
    for number, (code, title) in enumerate(zip(codes, titles, strict=True)):
        show = programme.add_show(
            programme.AddShow(
                event_id=event_id,
                title=title,
                code=code,
                type_id=kind,
                state=ShowState.CONFIRMED,
                is_open_to_all=number == 2,
            )
        )
        performance = programme.add_performance(
            programme.AddPerformance(event_id=event_id, show_id=show)
        )
        starts_at = now + timedelta(minutes=30 * number - 15)
        programme.place_slot(
            programme.PlaceSlot(
                event_id=event_id,
                performance_id=performance,
                stage_id=stages[number % 2],
                starts_at=starts_at,
                ends_at=starts_at + timedelta(minutes=25),
            )
        )
    programme.release(programme.ReleaseSchedule(event_id=event_id, name="v1"))
    return codes


def _places(event_id: int) -> int:
    zone = programme.add_zone(
        programme.AddZone(
            event_id=event_id,
            slug="grounds",
            name=both("园区", "Grounds"),
            is_cordon=True,
            capacity=500,
        )
    )
    for number, (slug, name, direction) in enumerate(
        [
            ("north-1", both("北门 1", "North 1"), GateDirection.IN),
            ("south-1", both("南门 1", "South 1"), GateDirection.OUT),
        ],
        start=1,
    ):
        programme.add_gate(
            programme.AddGate(
                event_id=event_id,
                zone_id=zone,
                number=number,
                slug=slug,
                name=name,
                direction=direction,
            )
        )
    return zone


def _figures(event_id: int, zone_id: int, now: datetime) -> None:
    audience.ensure_source(
        audience.EnsureSource(
            event_id=event_id,
            name="door-a",
            kind=SourceKind.COUNTER,
            title=both("大门", "Main door"),
            period_s=900,
            zone_id=zone_id,
            is_cordon=True,
        )
    )
    start = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=2)
    audience.record_readings(
        audience.RecordReadings(
            event_id=event_id,
            readings=[
                audience.CounterReading(
                    line=n,
                    counter="door-a",
                    starts_at=start + timedelta(minutes=15 * n),
                    duration_s=900,
                    entered=40 + n,
                    left=3,
                    seq=n,
                )
                for n in range(8)
            ],
        )
    )
    audience.ensure_stream(
        audience.EnsureStream(
            event_id=event_id,
            slug="main",
            name=both("主信号", "Main signal"),
        )
    )
    audience.record_samples(
        audience.RecordSamples(
            event_id=event_id,
            samples=[
                audience.SampleReading(
                    index=n,
                    stream="main",
                    at=now - timedelta(seconds=30 * n + 5),
                    viewers=2400 + n,
                    cumulative=None,
                )
                for n in range(6)
            ],
        )
    )
