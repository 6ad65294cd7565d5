"""People counters, HLS access logs, and running totals as they are stored."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from eventhub.audience import queries, service
from eventhub.audience.enums import EvidenceClass
from eventhub.audience.models import CounterBin
from eventhub.audience.rules import sessions, totals
from eventhub.audience.service import FileFormat, ImportFile, ImportHlsLog, TotalReading
from eventhub.audience.sources import devices, hls_log
from eventhub.audience.sources.reading import BadLine, UnreadableFile
from tests.audience.samples import HERE, shared
from tests.factories import audience as make

SHANGHAI = ZoneInfo("Asia/Shanghai")
AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def evening(clock: Callable[[datetime], None]) -> None:
    """Set the time to the last evening of the event."""
    clock(datetime(2026, 11, 22, 12, tzinfo=UTC))


def test_the_documented_axis_answer_is_a_total_in_local_time() -> None:
    found = devices.axis(shared("constructed/axis_live_sum.json").read_bytes(), zone=SHANGHAI)
    assert [(row.counter, row.entered, row.left) for row in found.totals] == [
        ("00408CAC512B", 12, 318)
    ]
    assert found.totals[0].at == datetime(2023, 11, 17, 11, 27, 56, tzinfo=SHANGHAI)


def test_axis_lists_bad_answers() -> None:
    rows = [
        {"serial": "a", "timestamp": "20261120180000", "in": 1, "out": 0},
        {"serial": "a", "timestamp": "soon", "in": 1, "out": 0},
        {"serial": "a", "timestamp": "20261120180000"},
        {"timestamp": "20261120180000", "in": 1},
        {"serial": "a", "timestamp": "20261120180000", "in": -1},
    ]
    found = devices.axis(json.dumps(rows).encode(), zone=SHANGHAI)
    assert len(found.totals) == 1
    assert found.rejected == (
        BadLine(2, "timestamp: not-a-time"),
        BadLine(3, "in: missing"),
        BadLine(4, "serial: missing"),
        BadLine(5, "in: negative"),
    )


def test_the_documented_xovis_push() -> None:
    found = devices.xovis(shared("constructed/xovis_logics_push.json").read_bytes(), zone=UTC)
    row = found.readings[0]
    assert (row.seq, row.entered, row.left, row.coverage) == (4711, 42, 17, 1.0)
    assert (row.starts_at, row.duration_s) == (datetime(2023, 11, 17, 11, 30, tzinfo=UTC), 60)


def test_xovis_coverage_is_samples_over_expected_ones() -> None:
    record = {
        "from": "2026-11-20T10:00:00Z",
        "to": "2026-11-20T10:01:00Z",
        "samples": 375,
        "samples_expected": 750,
        "counts": [{"name": "fw", "value": 4}, {"name": "dwell_time", "value": 99}],
    }
    bad = record | {"to": "2026-11-20T10:00:00Z"}
    empty = record | {"counts": []}
    push = {"logics_data": {"logics": [{"name": "door", "records": [record, bad, empty]}]}}
    found = devices.xovis(json.dumps(push).encode(), zone=UTC)
    assert [(row.entered, row.left, row.coverage) for row in found.readings] == [(4, None, 0.5)]
    assert found.rejected == (BadLine(2, "to: not-a-length"), BadLine(3, "fw: missing"))


def test_the_documented_hikvision_answer_is_a_whole_hour() -> None:
    data = shared("constructed/hikvision_counting_search.xml").read_bytes()
    found = devices.hikvision(data, zone=SHANGHAI, counter="east")
    row = found.readings[0]
    assert (row.entered, row.left, row.duration_s) == (5_123, 4_801, 3_600)
    assert row.starts_at == datetime(2023, 11, 17, 19, tzinfo=SHANGHAI)


def test_hikvision_refuses_document_types_and_lists_bad_hours() -> None:
    bomb = b'<!DOCTYPE r [<!ENTITY a "b">]><CountingStatisticsResult/>'
    with pytest.raises(UnreadableFile, match="document-type-refused"):
        devices.hikvision(bomb, zone=UTC, counter="a")
    text = (
        '<CountingStatisticsResult xmlns="urn:x"><matchList><matchElement><timeSpan>'
        "<startTime>2026-11-20T19:00:00</startTime><endTime>2026-11-20T19:59:59</endTime>"
        "</timeSpan><enterCount>NaN</enterCount><exitCount>1</exitCount></matchElement>"
        "</matchList></CountingStatisticsResult>"
    )
    found = devices.hikvision(text.encode(), zone=UTC, counter="a")
    assert found.rejected == (BadLine(1, "enterCount: not-a-number"),)


def test_sessions_of_a_log_by_sid() -> None:
    found = hls_log.parse((HERE / "hls.jsonl").read_bytes())
    assert (found.lines, found.left_out, found.warnings) == (10, 1, ("lines-left-out",))
    stream = found.streams[0]
    assert (stream.name, stream.session_count, stream.client_count) == ("runway", 3, 1)
    assert (stream.target_s, stream.grid.peak) == (2.0, 2)
    assert stream.grid.viewer_s == (6 + 4 + 2)
    assert stream.cls is EvidenceClass.MEASURED


def test_a_log_without_sessions_is_an_estimate_with_a_warning() -> None:
    lines = [
        {"t": 1_795_401_240 + 2 * n, "ip": "1", "ua": "A", "u": "/a.m3u8", "s": 200}
        for n in range(90)
    ]
    data = gzip.compress("\n".join(json.dumps(line) for line in lines).encode())
    found = hls_log.parse(data, target_s=2)
    stream = found.streams[0]
    assert found.warnings == ("no-session-id",)
    assert (stream.session_count, stream.client_count) == (None, 1)
    assert stream.cls is EvidenceClass.ESTIMATED
    assert [round(mean, 3) for _minute, mean in stream.minutes] == [1.0, 1.0, 1.0]


@pytest.mark.parametrize("data", [b"no log", b"\x1f\x8bbroken"])
def test_a_file_that_is_no_log_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableFile):
        hls_log.parse(data)


def test_three_hundred_recorded_sessions() -> None:
    found = hls_log.parse(shared("hls/access_300sessions.jsonl.gz").read_bytes())
    stream = found.streams[0]
    truth = json.loads(shared("hls/truth_300sessions.json").read_bytes())
    assert (found.lines, stream.session_count, stream.target_s) == (9_721, len(truth["sess"]), 2)
    assert stream.grid.peak == 160
    assert stream.grid.mean == pytest.approx(89.37, rel=0.005)
    assert stream.grid.viewer_s == pytest.approx(8_226.66, rel=0.0002)
    assert stream.client_count == 1


@pytest.mark.parametrize(("tail_s", "error"), [(0, -0.073), (4, 0.073), (6, 0.146), (10, 0.292)])
def test_a_wrong_tail_is_wrong_by_as_much_as_measured(tail_s: float, error: float) -> None:
    hits: dict[str, list[float]] = {}
    data = gzip.decompress(shared("hls/access_300sessions.jsonl.gz").read_bytes())
    for row in map(json.loads, data.splitlines()):
        hits.setdefault(row["sid"], []).append(float(row["t"]))
    grid = sessions.on_grid(sessions.spans(hits, gap_s=6, tail_s=tail_s))
    assert grid.viewer_s / 8_226.66 - 1 == pytest.approx(error, abs=0.001)


def test_local_midnights_between_two_instants() -> None:
    start = datetime(2026, 11, 20, 15, 59, tzinfo=UTC)
    assert totals.local_midnights(start, start + MINUTE, SHANGHAI) == [start + MINUTE]
    assert totals.local_midnights(start + MINUTE, start + 2 * MINUTE, SHANGHAI) == []


def total(minute: int, entered: int, left: int | None = 0, counter: str = "cam") -> TotalReading:
    return TotalReading(
        line=minute,
        counter=counter,
        at=AT + minute * MINUTE + timedelta(seconds=7),
        entered=entered,
        left=left,
    )


def keep(event_id: int, *readings: TotalReading) -> service.Recorded:
    return service.record_totals(
        service.RecordTotals(event_id=event_id, totals=readings, timezone="Asia/Shanghai")
    )


def entries(session: Session) -> list[tuple[int, int, str, float]]:
    """Return minute, passages, flags and coverage of all bins that go in."""
    session.rollback()
    rows = session.scalars(
        select(CounterBin).where(CounterBin.direction == "in").order_by(CounterBin.starts_at)
    )
    return [
        (round((row.starts_at - AT) / MINUTE), row.passages, row.flags, row.coverage)
        for row in rows
    ]


def test_totals_become_passages_and_a_reset_counts_from_nothing(
    app: object, db_session: Session
) -> None:
    event = make.make_counted_event()
    done = keep(event.id, *(total(n, value) for n, value in enumerate((100, 150, 20, 30))))
    assert (done.accepted, done.duplicates, done.rejected) == (4, 0, ())
    expected = [(0, 50, "", 1.0), (1, 20, "reset", 1.0), (2, 10, "", 1.0)]
    assert entries(db_session) == expected
    again = keep(event.id, *(total(n, value) for n, value in enumerate((100, 150, 20, 30))))
    assert (again.accepted, again.duplicates) == (0, 4)
    assert entries(db_session) == expected


def test_totals_in_several_deliveries_are_those_of_one(app: object, db_session: Session) -> None:
    event = make.make_counted_event()
    for n, value in enumerate((100, 150, 20, 30)):
        keep(event.id, total(n, value))
    assert [row[1] for row in entries(db_session)] == [50, 20, 10]


def test_a_gap_is_spread_and_marked_and_older_totals_are_refused(
    app: object, db_session: Session
) -> None:
    event = make.make_counted_event()
    keep(event.id, total(0, 10), total(4, 18))
    assert entries(db_session) == [(n, 2, "imputed", 0.0) for n in range(4)]
    late = keep(event.id, total(2, 13), total(5, 20))
    assert [(one.index, one.reason) for one in late.rejected] == [(2, "at: older-than-last")]
    assert late.accepted == 1
    assert sum(row[1] for row in entries(db_session)) == 10


def test_midnight_is_a_reset_that_needs_no_mark(app: object, db_session: Session) -> None:
    event = make.make_counted_event()
    midnight = 6 * 60  # 16:00 UTC is midnight in Shanghai
    keep(event.id, total(midnight - 1, 900), total(midnight, 4), total(midnight + 1, 9))
    assert [row[1:3] for row in entries(db_session)] == [(4, ""), (5, "")]


def test_impossible_totals_change_nothing(app: object, db_session: Session) -> None:
    event = make.make_counted_event()
    ahead = TotalReading(line=9, counter="cam", at=AT + timedelta(days=9), entered=1, left=1)
    done = keep(event.id, total(0, 5), total(1, -4), total(2, 2**32), ahead, total(3, 8))
    assert [(one.index, one.reason) for one in done.rejected] == [
        (1, "in: negative"),
        (2, "in: too-large"),
        (9, "at: future"),
    ]
    assert sum(row[1] for row in entries(db_session)) == 3


def test_device_files_are_imported_once(app: object) -> None:
    event = make.make_counted_event()
    rows = [
        {"serial": "s", "timestamp": f"202611201800{n:02d}"[:14], "in": n, "out": 0}
        for n in range(3)
    ]
    rows += [{"serial": "s", "timestamp": "20261120180500", "in": 22, "out": 1}]
    command = ImportFile(
        event_id=event.id,
        source_name="door",
        file_format=FileFormat.AXIS,
        file_name="door.json",
        data=json.dumps(rows).encode(),
        timezone="Asia/Shanghai",
    )
    first, second = service.import_file(command), service.import_file(command)
    assert (first.accepted, first.duplicates) == (2, 2)
    assert (second.accepted, second.is_known) == (0, True)
    hours = queries.counter_hours(event)
    assert [(row.entered, row.left) for row in hours] == [(22, 1)]


def test_a_log_is_kept_by_the_minute_and_once(
    app: object, clock: Callable[[datetime], None]
) -> None:
    clock(datetime(2026, 11, 24, tzinfo=UTC))
    event = make.make_counted_event()
    command = ImportHlsLog(event_id=event.id, slug="runway", data=(HERE / "hls.jsonl").read_bytes())
    first, second = service.import_hls_log(command), service.import_hls_log(command)
    assert (first.accepted, first.rejected) == (2, ())
    assert (second.accepted, second.duplicates) == (0, 2)
    assert queries.streams(event.id)[0].cls is EvidenceClass.MEASURED
