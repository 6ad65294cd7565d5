"""Recording figures: idempotent, revisions kept, doubtful values apart, on both databases."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from eventhub.audience import queries, service
from eventhub.audience.enums import EvidenceClass, SourceKind
from eventhub.audience.errors import (
    ClaimHasNoInterval,
    PassagesAreNotVisits,
    SourceNameTaken,
    UnknownMetric,
    UnreadableSource,
)
from eventhub.audience.models import CounterBin, Observation, Quarantine, Revision, StreamSample
from eventhub.audience.service import FileFormat, ImportFile, Recorded, SampleReading
from eventhub.kernel import clock as kernel_clock
from eventhub.kernel.db import command, db
from eventhub.kernel.errors import Invalid
from tests.assertions import assert_queries
from tests.audience.samples import HERE, shared
from tests.factories import audience as make

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
slugs = count()

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture(autouse=True)
def evening(clock: Callable[[datetime], None]) -> None:
    """Set the time to the last evening of the event."""
    clock(datetime(2026, 11, 22, 12, tzinfo=UTC))


def bins(session: Session) -> list[tuple[str, int, int]]:
    """Return direction, passages and seq of all bins in order."""
    session.rollback()
    found = session.scalars(
        select(CounterBin).order_by(
            CounterBin.source_id, CounterBin.starts_at, CounterBin.direction
        )
    )
    return [(row.direction, row.passages, row.seq) for row in found]


def number(session: Session, model: Any) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_the_same_reading_twice_changes_nothing(db_session: Session) -> None:
    event = make.make_counted_event()
    assert make.record(event, make.reading("north", AT)).accepted == 1
    before = bins(db_session)
    again = make.record(event, make.reading("north", AT))
    assert again == Recorded(duplicates=1)
    assert bins(db_session) == before == [("in", 10, 0), ("out", 4, 0)]


def test_a_higher_seq_replaces_the_value_and_keeps_the_old_one(db_session: Session) -> None:
    event = make.make_counted_event()
    make.record(event, make.reading("north", AT, seq=2))
    assert make.record(event, make.reading("north", AT, seq=3, entered=12)).revisions == 1
    assert make.record(event, make.reading("north", AT, seq=1, entered=99)).revisions == 1
    assert bins(db_session) == [("in", 12, 3), ("out", 4, 3)]
    kept = db_session.scalars(select(Revision).order_by(Revision.id)).all()
    assert [(row.old_value, row.new_value, row.old_seq) for row in kept] == [
        (10, 12, 2),
        (99, 12, 1),
    ]
    assert queries.revision_counts(event.id) == {"north": 2}


def test_two_values_without_seq_sent_again_do_not_flip(db_session: Session) -> None:
    event = make.make_counted_event()
    pair = (make.reading("north", AT), make.reading("north", AT, entered=12))
    assert make.record(event, *pair) == Recorded(accepted=1, revisions=1, created=("north",))
    before = bins(db_session)
    assert make.record(event, *pair) == Recorded(duplicates=2)
    assert bins(db_session) == before
    assert number(db_session, Revision) == 1


def test_refused_readings_have_their_reason_and_cost_the_others_nothing(
    db_session: Session,
) -> None:
    event = make.make_counted_event()
    make.make_claim(event)
    done = make.record(
        event,
        make.reading("north", AT, line=0),
        make.reading("north", kernel_clock.now() + HOUR, line=1),
        make.reading("reply", AT, line=2),
        make.reading("north", AT + HOUR, line=3, entered=-5),
    )
    assert done.accepted == 1
    assert [(one.index, one.reason) for one in done.rejected] == [
        (1, "start: future"),
        (2, "counter: not-a-counter"),
        (3, "in: negative"),
    ]
    assert len(bins(db_session)) == 2


def test_more_people_than_fit_through_the_door_are_set_apart_once(db_session: Session) -> None:
    event = make.make_counted_event()
    make.make_counter(event, "north", width_m=2.0)
    wide = make.reading("north", AT, duration_s=60, entered=500)
    assert make.record(event, wide) == Recorded(quarantined=1)
    assert make.record(event, wide) == Recorded(quarantined=1)
    assert bins(db_session) == []
    assert [(row.rule, row.raw["in"]) for row in queries.exclusions(event.id)] == [
        ("over-width", 500)
    ]


def test_a_reading_of_no_data_is_a_gap_and_not_zero() -> None:
    event = make.make_counted_event()
    zone = make.make_zone(event, "avenue")
    make.make_counter(event, "north", zone_id=zone.id, is_cordon=True)
    start = datetime(2026, 11, 20, 22, tzinfo=UTC)  # 06:00 of the 21st
    hours = [start + n * HOUR for n in range(24) if n != 9]
    make.record(event, *(make.reading("north", at, line=n) for n, at in enumerate(hours)))
    found = queries.visits(event)
    assert [(row.day, row.raw, row.op, row.is_open) for row in found] == [
        (date(2026, 11, 21), 230, ">", False)
    ]
    assert found[0].missing == (("north", start + 9 * HOUR),)
    assert round(found[0].coverage, 4) == round(23 / 24, 4)


readings = st.lists(
    st.tuples(st.sampled_from(["north", "south"]), st.integers(0, 3), st.integers(0, 5)),
    min_size=1,
    max_size=12,
)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(readings, st.integers(0, 2**16))
def test_deliveries_in_any_order_and_number_leave_the_same_bins(
    values: list[tuple[str, int, int]], seed: int
) -> None:
    """The highest seq of a bin holds, however deliveries are ordered, split or repeated."""
    sent = [
        make.reading(name, AT + hour * HOUR, entered=entered, left=None, seq=seq)
        for seq, (name, hour, entered) in enumerate(values, start=1)
    ]
    expected = {(one.counter, one.starts_at): one.entered for one in sent}
    event = make.make_counted_event(f"any-{next(slugs)}")
    order = [*sent, *sent]
    random.Random(seed).shuffle(order)
    for part in (order[::2], order[1::2], sent):
        make.record(event, *part)
    names = {row.id: row.name for row in queries.counters(event.id)}
    found = {
        (names[row.source_id], row.starts_at): row.passages
        for row in db.session.scalars(select(CounterBin).where(CounterBin.event_id == event.id))
    }
    assert found == expected


def test_samples_twice_change_nothing_and_a_failed_poll_is_a_gap(db_session: Session) -> None:
    event = make.make_counted_event()
    first = make.record_viewers(event, "main", AT, [5, None, 7])
    assert first == Recorded(accepted=3, created=("main",))
    assert make.record_viewers(event, "main", AT, [5, None, 7]) == Recorded(duplicates=3)
    db_session.rollback()
    found = db_session.scalars(select(StreamSample).order_by(StreamSample.at)).all()
    assert [(row.viewers, row.is_ok) for row in found] == [(5, True), (None, False), (7, True)]


def test_a_late_answer_fills_a_gap_and_a_late_failure_takes_nothing(db_session: Session) -> None:
    event = make.make_counted_event()
    make.record_viewers(event, "main", AT, [5, None])
    assert make.record_viewers(event, "main", AT, [None, 6]) == Recorded(duplicates=1, revisions=1)
    assert make.record_viewers(event, "main", AT, [9]) == Recorded(revisions=1)
    assert make.record_viewers(event, "main", AT, [5]) == Recorded(duplicates=1)
    db_session.rollback()
    viewers = db_session.scalars(select(StreamSample.viewers).order_by(StreamSample.at)).all()
    assert viewers == [9, 6]
    assert number(db_session, Revision) == 1


def test_a_jump_is_set_apart_and_a_number_of_the_future_refused(db_session: Session) -> None:
    event = make.make_counted_event()
    done = make.record_viewers(event, "main", AT, [20, 1_500, 21])
    assert (done.accepted, done.quarantined) == (2, 1)
    assert make.record_viewers(event, "main", AT, [20, 1_500, 21]).quarantined == 1
    assert number(db_session, Quarantine) == 1
    late = make.record_viewers(event, "main", kernel_clock.now() + HOUR, [1])
    assert [(one.index, one.reason) for one in late.rejected] == [(0, "at: future")]
    huge = make.record_viewers(event, "main", AT + HOUR, [10**10])
    assert [one.reason for one in huge.rejected] == ["concurrent: too-large"]
    assert (
        service.record_samples(service.RecordSamples(event_id=event.id, samples=[])) == Recorded()
    )


def test_a_claim_is_kept_word_for_word_and_once() -> None:
    event = make.make_counted_event()
    note = {"zh": "没有说明", "en": "Not stated"}
    first = make.make_claim(event, note=note, ref="footfall-opening-day")
    assert make.make_claim(event, note=note, ref="footfall-opening-day").id == first.id
    row = queries.observations(event.id)[0]
    assert (row.value, row.op, row.unit, row.cls) == (100_000, "=", "人次", EvidenceClass.CLAIMED)
    assert isinstance(row.value, int)
    assert (row.quote, row.number_text, row.unit_stated) == (make.QUOTE, "10万", "人次")
    assert (row.source_title, row.note) == ({"zh": "答复", "en": "Reply"}, note)
    assert (row.rel_sd, row.starts_at, row.period) == (None, None, "opening-day")
    assert queries.observation(event.id, "footfall-opening-day") == row
    assert queries.observation(event.id, "unknown") is None


def test_a_corrected_claim_supersedes_the_one_before() -> None:
    event = make.make_counted_event()
    make.make_claim(event, ref="c")
    make.make_claim(event, ref="c", value=120_000)
    make.make_claim(event, ref="c", value=130_000)
    found = queries.observations(event.id)
    assert [(row.value, row.ref, row.seq) for row in found] == [(130_000, "c-2", 2)]


def test_a_claim_needs_its_quotation_and_a_metric_of_the_dictionary() -> None:
    event = make.make_counted_event()
    with pytest.raises(ClaimHasNoInterval):
        make.make_claim(event, quote=" ")
    with pytest.raises(UnknownMetric):
        make.make_claim(event, "footfall.guests")
    with pytest.raises(UnknownMetric):
        make.make_claim(event, "live.ama")  # may not be claimed
    with pytest.raises(Invalid):
        make.make_claim(event, value=-1)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"rel_sd": 0.1}, "claim"),
        ({"quote": None}, "claim"),
        ({"quote": ""}, "claim"),
        ({"value": -1}, "value"),
        ({"op": "≈"}, "op"),
        ({"class": "known"}, "class"),
        ({"unit": ""}, "unit"),
        ({"period": ""}, "period"),
    ],
)
def test_the_database_itself_refuses_a_figure_without_its_evidence(
    changes: dict[str, Any], constraint: str
) -> None:
    event = make.make_counted_event()
    row = make.make_claim(event)
    names = {column.key: column.name for column in Observation.__table__.columns}
    values = {names[key]: getattr(row, "cls" if key == "class" else key) for key in names}
    values |= {"id": None, "seq": 9, "ref": "other"} | changes
    values.pop("id")

    @command
    def write() -> None:
        db.session.execute(insert(Observation.__table__), values)

    with pytest.raises(IntegrityError, match=constraint):
        write()


def test_an_observation_of_our_own_may_have_an_error_but_not_the_class_of_a_claim() -> None:
    event = make.make_counted_event()
    source = make.make_counter(event, "north")
    values: dict[str, Any] = {
        "event_id": event.id,
        "source_id": source.id,
        "metric": "footfall.peak_occupancy",
        "value": 812,
        "starts_at": AT,
        "ends_at": AT + HOUR,
    }
    kept = service.record_observation(
        service.RecordObservation(**values, cls=EvidenceClass.ESTIMATED, rel_sd=0.1)
    )
    assert (kept.period, kept.rel_sd) == ("2026-11-20T10:00:00Z/2026-11-20T11:00:00Z", 0.1)
    with pytest.raises(ClaimHasNoInterval):
        service.record_observation(service.RecordObservation(**values, cls=EvidenceClass.CLAIMED))


def test_a_name_belongs_to_one_kind_of_source() -> None:
    event = make.make_counted_event()
    make.make_counter(event, "north")
    with pytest.raises(SourceNameTaken):
        make.make_counter(event, "north", kind=SourceKind.PLATFORM)


def test_passages_of_two_sensors_are_refused_as_visits() -> None:
    event = make.make_counted_event()
    zone = make.make_zone(event, "avenue")
    for name in ("mid", "east"):
        make.make_counter(event, name, zone_id=zone.id)
    make.record(event, make.reading("mid", AT), make.reading("east", AT))
    with pytest.raises(PassagesAreNotVisits) as refused:
        queries.visits_of(event, ["mid", "east"], date(2026, 11, 20))
    assert (refused.value.status, refused.value.error_code) == (409, "passages-are-not-visits")
    assert "DC-1" in str(refused.value.text)
    assert queries.visits(event) == []


def test_visits_add_disjoint_cordons_with_their_own_factors() -> None:
    event = make.make_counted_event()
    avenue, works = make.make_zone(event, "avenue"), make.make_zone(event, "works")
    hall = make.make_zone(event, "hall", parent_id=works.id)
    north = make.make_counter(event, "north", zone_id=avenue.id, is_cordon=True)
    make.make_counter(event, "door", zone_id=works.id, is_cordon=True, kind=SourceKind.MANUAL)
    make.make_counter(event, "inner", zone_id=hall.id, is_cordon=True)
    make.make_counter(event, "mid", zone_id=avenue.id)
    service.calibrate(
        service.Calibrate(event_id=event.id, source_id=north.id, k=1.25, se=0.01, manual_counts=8)
    )
    names = ("north", "door", "inner", "mid")
    make.record(event, *(make.reading(name, AT, entered=100) for name in names))
    (row,) = queries.visits(event)
    assert (row.count, row.raw, row.cls) == (225, 200, EvidenceClass.ESTIMATED)  # 12 hours missing
    assert row.counter_names == ("north", "door")
    with pytest.raises(PassagesAreNotVisits):
        queries.visits_of(event, ["door", "inner"], date(2026, 11, 20))
    assert queries.visits_of(event, ["north"], date(2026, 11, 20)).count == 125


def imported(event: Any, name: str, file_format: str = "counter-csv", **changes: Any) -> Any:
    path = HERE / name if (HERE / name).exists() else shared(name)
    values: dict[str, Any] = {"source_name": "street", "timezone": event.timezone}
    return service.import_file(
        ImportFile(
            event_id=event.id,
            file_format=FileFormat(file_format),
            file_name=path.name,
            data=path.read_bytes(),
            **(values | changes),
        )
    )


def test_a_file_with_broken_lines_gives_its_good_ones_and_the_same_file_again_nothing(
    db_session: Session,
) -> None:
    event = make.make_counted_event()
    done = imported(event, "readings.csv")
    assert (done.rows, done.accepted, done.duplicates, done.revisions) == (6, 2, 0, 1)
    assert [(bad.line, bad.reason) for bad in done.rejected] == [
        (4, "in: fraction"),
        (5, "start: not-a-time"),
        (6, "in: missing"),
    ]
    before = bins(db_session)
    again = imported(event, "readings.csv")
    assert (again.rows, again.accepted, again.duplicates, again.revisions) == (6, 0, 3, 0)
    assert (again.rejected, again.is_known) == (done.rejected, True)
    assert bins(db_session) == before
    assert [(row.rows, row.accepted) for row in queries.batches(event.id)] == [(6, 2)]


def test_a_later_file_wins_over_an_earlier_one() -> None:
    event = make.make_counted_event()
    head = b"start,minutes,in\n2026-11-20T18:00+08:00,60,"
    for value in (b"7", b"9", b"8"):
        service.import_file(
            ImportFile(
                event_id=event.id,
                source_name="door",
                file_format=FileFormat.COUNTER_CSV,
                file_name="door.csv",
                data=head + value,
                timezone="UTC",
            )
        )
    assert [row.entered for row in queries.counter_hours(event)] == [8]


def test_a_file_of_the_future_is_refused_line_by_line() -> None:
    event = make.make_counted_event()
    done = service.import_file(
        ImportFile(
            event_id=event.id,
            source_name="door",
            file_format=FileFormat.COUNTER_JSON,
            file_name="door.json",
            data=b'{"readings": [{"start": "2030-01-01T00:00Z", "minutes": 60, "in": 5}]}',
            timezone="UTC",
        )
    )
    assert [(bad.line, bad.reason) for bad in done.rejected] == [(1, "start: future")]


def test_a_file_that_can_not_be_read_stores_nothing() -> None:
    event = make.make_counted_event()
    with pytest.raises(UnreadableSource) as refused:
        imported(event, "nginx_rtmp.xml", "counter-json")
    assert refused.value.error_code == "invalid-json"
    assert queries.batches(event.id) == []
    assert queries.counters(event.id) == []


def test_the_dirty_street_file_gives_its_published_totals_twice(db_session: Session) -> None:
    event = make.make_counted_event("street", timezone="Pacific/Auckland")
    name = "footfall/akl_dirty_dst_and_duplicate_hours.csv"
    done = imported(event, name)
    assert (done.rows, done.accepted, done.revisions, done.duplicates) == (191, 1110, 33, 3)
    assert (len(done.surplus), done.expected, done.received) == (6, 191, 185)
    totals = {
        "210 Queen Street": 79_934,
        "205 Queen Street": 16_367,
        "261 Queen Street": 91_575,
        "297 Queen Street": 59_541,
        "30 Queen Street": 105_813,
        "45 Queen Street": 80_385,
    }
    assert done.passages == totals
    stored = {row.name.removeprefix("street/"): 0 for row in queries.counters(event.id)}
    for row in queries.footfall_days(event):
        stored[row.counter.name.removeprefix("street/")] += row.passages
    assert stored == totals
    assert number(db_session, Revision) == 33
    assert queries.visits(event) == []  # passages are not visits
    before = bins(db_session)
    again = imported(event, name)
    assert (again.accepted, again.duplicates, again.revisions) == (0, 1146, 0)
    assert bins(db_session) == before


def test_figures_of_one_and_of_three_counters_take_the_same_statements() -> None:
    event = make.make_counted_event()
    zone = make.make_zone(event, "avenue")
    for name in ("a", "b", "c"):
        make.make_counter(event, name, zone_id=zone.id, is_cordon=True)
        make.record(event, make.reading(name, AT))
        make.make_claim(event, period=name)
        with assert_queries(3):
            queries.visits(event)
        with assert_queries(1):
            queries.observations(event.id)
        with assert_queries(1):
            queries.counters(event.id)


def test_results_of_a_programme_item_come_from_its_minutes() -> None:
    event = make.make_counted_event()
    stream = make.make_stream(event)
    make.record_viewers(event, "main", AT, [10, 100, 200, None, 300, 5])
    service.ensure_stream_programme(
        service.EnsureStreamProgramme(
            event_id=event.id,
            stream_id=stream.id,
            title={"zh": "开场", "en": "Opening"},
            starts_at=AT + timedelta(minutes=1),
            ends_at=AT + timedelta(minutes=5),
        )
    )
    (found,) = queries.stream_results(event.id)
    assert (found.peak, found.ama, found.viewer_minutes) == (300, 200, 600)
    assert (found.coverage, found.cls, len(found.gaps)) == (0.75, EvidenceClass.ESTIMATED, 1)
    (curve,) = queries.stream_series(event.id)
    assert (curve.peak, curve.peak_at, curve.viewer_minutes) == (
        300,
        AT + timedelta(minutes=4),
        615,
    )
    assert [point.mean for point in curve.points] == [10, 100, 200, None, 300, 5]


def test_a_sample_reading_keeps_running_totals(db_session: Session) -> None:
    event = make.make_counted_event()
    one = SampleReading(index=0, stream="main", at=AT, viewers=5, cumulative=7_000_000_000)
    service.record_samples(service.RecordSamples(event_id=event.id, samples=[one]))
    db_session.rollback()
    assert db_session.scalar(select(StreamSample.cumulative)) == 7_000_000_000
