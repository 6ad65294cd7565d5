"""Parsers: what each format says, what is refused, and which lines are bad."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventhub.audience.enums import StreamState
from eventhub.audience.rules import counters
from eventhub.audience.sources import counter_csv, counter_json, nginx_rtmp
from eventhub.audience.sources.reading import BadLine, StreamReading, UnreadableFile
from eventhub.audience.sources.text import MAX_BYTES, decode
from tests.audience.samples import HERE, shared

SHANGHAI = ZoneInfo("Asia/Shanghai")
AUCKLAND = ZoneInfo("Pacific/Auckland")
AKL = "footfall/akl_dirty_dst_and_duplicate_hours.csv"


def test_viewers_are_clients_that_do_not_publish() -> None:
    found = nginx_rtmp.parse((HERE / "nginx_rtmp.xml").read_bytes())
    assert found.streams == (
        StreamReading("runway", 2, StreamState.LIVE, "live"),
        StreamReading("backstage", 1, StreamState.WAITING, "live"),
    )
    assert found.warnings == ("hls-not-counted",)


@pytest.mark.parametrize(
    ("name", "streams"),
    [
        ("stat_1publisher_5players.xml", [("opening", 5, "live")]),
        ("stat_publisher_only.xml", [("opening", 0, "live")]),
        ("stat_idle.xml", []),
        ("stat_after_publish_done.xml", []),
    ],
)
def test_recorded_statistics_pages(name: str, streams: list[tuple[str, int, str]]) -> None:
    found = nginx_rtmp.parse(shared(f"nginx_rtmp/{name}").read_bytes())
    assert [(one.name, one.viewers, one.state) for one in found.streams] == streams
    assert found.warnings == (("hls-not-counted",) if streams else ())


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<rtmp", "invalid-xml"),
        (b"", "invalid-xml"),
        (b"<html/>", "not-nginx-rtmp"),
        (b'<!DOCTYPE rtmp SYSTEM "x"><rtmp/>', "document-type-refused"),
        (b'<!DOCTYPE r [<!ENTITY a "b">]><rtmp>&a;</rtmp>', "document-type-refused"),
        (b"<rtmp>" + b" " * (2 * 1024 * 1024) + b"</rtmp>", "file-too-large"),
        (b'<?xml version="1.0" encoding="nonsense"?><rtmp/>', "invalid-xml"),
    ],
)
def test_a_page_that_is_not_ours_is_refused_with_its_reason(data: bytes, code: str) -> None:
    with pytest.raises(UnreadableFile) as refused:
        nginx_rtmp.parse(data)
    assert refused.value.code == code


def test_another_process_at_the_same_address_is_a_second_worker_and_a_younger_one_a_restart() -> (
    None
):
    def answer(pid: int, uptime: int) -> bytes:
        return f"<rtmp><pid>{pid}</pid><uptime>{uptime}</uptime></rtmp>".encode()

    def changes(*answers: bytes) -> tuple[str, ...]:
        return nginx_rtmp.changes([nginx_rtmp.parse(one) for one in answers])

    assert changes(answer(1, 10), answer(1, 20)) == ()
    assert changes(answer(1, 10), answer(2, 20), answer(1, 30)) == ("several-workers",)
    assert changes(answer(1, 100), answer(2, 3)) == ("restarted",)
    assert changes(b"<rtmp/>", answer(2, 3)) == ()


def test_a_wide_table_gives_its_good_cells_and_lists_bad_lines() -> None:
    file = counter_csv.parse((HERE / "hours.csv").read_bytes(), zone=SHANGHAI)
    assert file.rows == 10
    assert file.day_start == time(6)
    assert file.rejected == (
        BadLine(4, "East gate: negative"),
        BadLine(5, "West gate: not-a-number"),
        BadLine(6, "hour: not-an-hour"),
        BadLine(9, "too-few-columns"),
    )
    assert file.surplus == (11,)
    assert [(r.line, r.counter, r.passed) for r in file.readings[:4]] == [
        (2, "East gate", 12),
        (2, "West gate", 30),
        (3, "East gate", 15),  # an empty cell is no data
        (4, "West gate", 31),
    ]
    after_midnight = [r for r in file.readings if r.line == 8]
    assert after_midnight[0].starts_at == datetime(2026, 11, 20, 16, tzinfo=UTC)


def test_a_long_table_is_read_by_its_chinese_heads() -> None:
    file = counter_csv.parse((HERE / "readings.csv").read_bytes(), zone=SHANGHAI)
    assert file.rows == 6
    assert [(r.line, r.counter, r.entered, r.left, r.seq) for r in file.readings] == [
        (2, "北门", 120, 80, 1),
        (3, "北门", 1204, 90, 1),
        (8, "北门", 125, 80, 2),
    ]
    assert file.readings[1].starts_at == datetime(2026, 11, 20, 11, tzinfo=UTC)
    assert file.rejected == (
        BadLine(4, "in: fraction"),
        BadLine(5, "start: not-a-time"),
        BadLine(6, "in: missing"),
    )
    assert file.surplus == (8,)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_encodings_and_separators_of_exports_are_understood(encoding: str, separator: str) -> None:
    text = "计数器,开始,分钟,进\r\n东口,2026-11-20T18:00:00+08:00,60,7\r\n".replace(",", separator)
    file = counter_csv.parse(text.encode(encoding), zone=SHANGHAI)
    assert [(r.counter, r.entered) for r in file.readings] == [("东口", 7)]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty-file"),
        (b"a,b,c\n1,2,3\n", "unknown-columns"),
        (b"start,in,in\n2026-11-20,1,2\n", "unknown-columns"),
        (b"date,hour,A,A\n", "unknown-columns"),
        (b"\x81", "unknown-encoding"),
        (b"start,in\0\n", "unknown-encoding"),
        (b'start,in\n"' + b"x" * 200_000 + b'",1', "unreadable-table"),
    ],
)
def test_a_table_that_can_not_be_read_is_refused_as_a_whole(data: bytes, code: str) -> None:
    with pytest.raises(UnreadableFile) as refused:
        counter_csv.parse(data, zone=UTC)
    assert refused.value.code == code


def test_a_file_over_the_limit_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="file-too-large"):
        decode(b" " * (MAX_BYTES + 1))


def test_the_second_row_of_an_hour_that_clocks_repeat_is_its_own_hour() -> None:
    rows = "date,hour,A\n2024-04-07,1:00-1:59,1\n2024-04-07,2:00-2:59,2\n2024-04-07,2:00-2:59,3\n"
    rows += "2024-04-07,2:00-2:59,4\n2024-09-29,2:00-2:59,9\n"
    file = counter_csv.parse(rows.encode(), zone=AUCKLAND, day_start=time(0))
    assert len({r.starts_at for r in file.readings}) == 3
    assert file.surplus == (5,)
    assert file.rejected == (BadLine(6, "hour: no-such-local-time"),)


def test_the_dirty_street_file_has_185_hours_and_six_surplus_rows() -> None:
    file = counter_csv.parse(shared(AKL).read_bytes(), zone=AUCKLAND)
    assert (file.rows, len(file.readings), file.rejected) == (191, 191 * 6, ())
    assert len({r.starts_at for r in file.readings}) == 185
    assert len(file.surplus) == 6
    assert file.day_start == time(6)
    days = counter_csv.file_days(file, AUCKLAND)
    spans = [counters.file_day_bounds(day, time(6), AUCKLAND) for day in days]
    covered = counters.coverage(
        counters.expected_starts(spans, 3600), {r.starts_at for r in file.readings}
    )
    assert (covered.received, covered.expected) == (185, 191)
    assert [f"{at.astimezone(AUCKLAND):%Y-%m-%d %H}" for at in covered.missing] == [
        "2024-09-29 06",
        "2025-01-02 03",  # file day 2025-01-01
        "2025-01-02 04",
        "2025-01-02 05",
        "2025-01-02 06",
        "2025-01-06 06",
    ]


def test_a_device_push_gives_its_bins() -> None:
    data = b"""{"source": "gate-1", "seq": 9, "sent_at": "2026-11-20T19:16:02+08:00", "bins": [
        {"start": "2026-11-20T19:15:00+08:00", "dur": 60, "in": 37, "out": 12, "cov": 1.0},
        {"start": "2026-11-20T19:14:00+08:00", "dur": 60, "in": 41, "out": 9, "cov": 0.5},
        {"start": "2026-11-20T19:13:00+08:00", "dur": 60, "in": -1, "out": 9}]}"""
    file = counter_json.parse(data, zone=UTC)
    assert [(r.counter, r.seq, r.entered, r.left, r.coverage) for r in file.readings] == [
        ("gate-1", 9, 37, 12, 1.0),
        ("gate-1", 9, 41, 9, 0.5),
    ]
    assert file.rejected == (BadLine(3, "in: negative"),)


def test_the_documented_push_of_self_built_devices() -> None:
    data = shared("constructed/footfall_generic_batch.json").read_bytes()
    file = counter_json.parse(data, zone=UTC)
    assert [(r.entered, r.left, r.duration_s, r.coverage) for r in file.readings] == [
        (37, 12, 60, 1.0),
        (41, 9, 60, 0.5),
    ]
    assert {(r.counter, r.seq) for r in file.readings} == {("esp32-east-01", 918)}


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ("5", "not-an-object"),
        ('{"counter": "a", "start": "2026-11-20T00:00Z", "minutes": 5}', "in: missing"),
        ('{"start": "2026-11-20T00:00Z", "minutes": 5, "in": 1}', "counter: missing"),
        ('{"counter": 7, "start": "2026-11-20T00:00Z", "minutes": 5, "in": 1}', "counter: missing"),
        ('{"counter": "a", "start": 5, "minutes": 5, "in": 1}', "start: not-a-time"),
        (
            '{"counter": "a", "start": "0001-01-01", "minutes": 5, "in": 1}',
            "start: no-such-local-time",
        ),
        ('{"counter": "a", "start": "2026-11-20T00:00Z", "in": 1}', "minutes: missing"),
        (
            '{"counter": "a", "start": "2026-11-20T00:00Z", "minutes": 0, "in": 1}',
            "minutes: not-a-length",
        ),
        (
            '{"counter": "a", "start": "2026-11-20T00:00Z", "minutes": 5, "in": 1e300}',
            "in: too-large",
        ),
        (
            '{"counter": "a", "start": "2026-11-20T00:00Z", "minutes": 5, "in": 1, "cov": 2}',
            "cov: not-a-share",
        ),
        (
            '{"counter": "a", "start": "2026-11-20T00:00Z", "minutes": 5, "in": 1, "seq": 1.5}',
            "seq: fraction",
        ),
    ],
)
def test_each_bad_reading_has_its_own_reason(item: str, reason: str) -> None:
    file = counter_json.parse(f'{{"readings": [{item}]}}'.encode(), zone=UTC)
    assert file.rejected == (BadLine(1, reason),)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"{", "invalid-json"),
        (b"[NaN]", "invalid-json"),
        (b"[" * 3000 + b"]" * 3000, "invalid-json"),
        (b"{}", "unknown-shape"),
        (b"5", "unknown-shape"),
        (b'{"readings": 5}', "unknown-shape"),
    ],
)
def test_json_of_another_shape_is_refused_as_a_whole(data: bytes, code: str) -> None:
    with pytest.raises(UnreadableFile) as refused:
        counter_json.parse(data, zone=UTC)
    assert refused.value.code == code


def read(parse: Callable[[bytes], object], data: bytes) -> str:
    """Return the code of a refusal, or `read`."""
    try:
        parse(data)
    except UnreadableFile as refused:
        return refused.code
    return "read"


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_and_never_crash(data: bytes) -> None:
    assert read(nginx_rtmp.parse, data)
    assert read(partial(counter_csv.parse, zone=UTC), data)
    assert read(partial(counter_json.parse, zone=UTC), data)


@given(st.lists(st.lists(st.text(max_size=8), min_size=4, max_size=4), max_size=8))
def test_any_table_with_our_heads_is_read_or_refused(rows: list[list[str]]) -> None:
    for head in ("counter,start,minutes,in", "date,hour,A,B"):
        text = "\n".join([head, *(",".join(cells) for cells in rows)])
        assert read(partial(counter_csv.parse, zone=AUCKLAND), text.encode())
