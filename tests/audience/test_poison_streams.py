"""Poisoned streams: beats, files of platforms, logs of servers and answers of polls."""

from __future__ import annotations

import gzip
import json
import random
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from eventhub.audience import beacons, jobs, queries, service
from eventhub.audience.enums import Decision
from eventhub.audience.errors import UnreadableSource
from eventhub.audience.models import BeatMinute, BeatPolicy, Quarantine, StreamSample
from eventhub.audience.rules import integrity
from eventhub.audience.service import Answered, DuePoll, ImportExport, ImportHlsLog, SetPoll
from eventhub.audience.sources import beacon, registry
from eventhub.audience.sources.reading import UnreadableFile
from eventhub.audience.sources.registry import StreamFormat
from eventhub.exposure.service import BuildReport, build_report
from eventhub.kernel.db import command, db
from eventhub.programme.queries import EventRow
from tests.factories import audience as make

NOW = datetime(2026, 11, 21, 11, 40, tzinfo=UTC)
NOW_S = int(NOW.timestamp())
MINUTE = timedelta(minutes=1)
KEY = "cloth-week/main"


@pytest.fixture(autouse=True)
def evening(clock: Callable[[datetime], None]) -> None:
    """Set the time to 19:40 on the second evening."""
    clock(NOW)


@pytest.fixture
def event(app: Flask) -> EventRow:
    """Return an event whose stream `main` is watched here."""
    event = make.make_counted_event()
    service.set_player(
        service.SetPlayer(event_id=event.id, slug="main", kind="hls", address="/hls/main.m3u8")
    )
    return event


def write(name: str, lines: list[bytes]) -> Path:
    path = beacons.folder() / name
    path.write_bytes(b"".join(lines))
    return path


def beats(minute: int, count: int, *, k: int = 0) -> list[bytes]:
    """Return the lines of `count` beats in the minute that began so many minutes ago."""
    first = (NOW_S // 60 - minute) * 60
    return [beacon.line({"t": first + n % 60, "s": KEY, "k": str(k)}) for n in range(count)]


def plays(minute: int, count: int, *, word: str = "a") -> list[bytes]:
    first = (NOW_S // 60 - minute) * 60
    more = {"k": "0", "ip": "192.0.2.1", "ua": "A"}
    return [
        beacon.line({"t": first + n % 60, "s": KEY, "i": f"{word}{n:015d}"} | more)
        for n in range(count)
    ]


def samples() -> list[tuple[int, int | None]]:
    """Return (minutes ago, viewers) of all samples."""
    db.session.rollback()
    rows = db.session.scalars(select(StreamSample).order_by(StreamSample.at))
    return [(round((NOW - row.at) / MINUTE), row.viewers) for row in rows]


def totals(event: EventRow) -> tuple[Any, ...]:
    """Return all that beats, files and polls may change: samples, plays, claims, gross."""
    db.session.rollback()
    claims = [(row.metric, row.value) for row in queries.observations(event.id)]
    states = [state.starts for state in queries.beat_states(event).values()]
    gross = build_report(BuildReport(event_id=event.id)).document()["gross"]
    return samples(), states, claims, gross


BAD_LINES = {
    "a thousand million at once": b'{"t":%d,"s":"cloth-week/main","k":"30"}',
    "a weight that was not in force": b'{"t":%d,"s":"cloth-week/main","k":"20"}',
    "negative": b'{"t":-%d,"s":"cloth-week/main","k":"0"}',
    "no number": b'{"t":"NaN","s":"cloth-week/main","k":"0"} %d',
    "without end": b'{"t":1e999,"s":"cloth-week/main","k":"0"} %d',
    "the future": b'{"t":1%d,"s":"cloth-week/main","k":"0"}',
    "a day ahead": b'{"t":86400%d,"s":"cloth-week/main","k":"0"}',
    "years ago": b'{"t":1.%d,"s":"cloth-week/main","k":"0"}',
    "a play of the future": b'{"t":1%d,"s":"cloth-week/main","k":"0","i":"0123456789abcdef"}',
    "a play of years ago": b'{"t":1.%d,"s":"cloth-week/main","k":"0","i":"0123456789abcdef"}',
    "another stream": b'{"t":%d,"s":"cloth-week/none","k":"0"}',
}


def test_no_line_of_a_beat_log_that_can_not_be_true_changes_a_total(
    event: EventRow, clock: Callable[[datetime], None]
) -> None:
    write("beat-0.log", beats(5, 40) + beats(4, 40))
    write("join-0.log", plays(5, 3))
    jobs.read_beats()
    before = totals(event)
    assert before[:2] == ([(5, 10), (4, 10)], [3])
    for number, (name, line) in enumerate(BAD_LINES.items()):
        path = write(f"beat-bad-{number}.log", [line % (NOW_S - 200) + b"\n"])
        done = jobs.read_beats()
        assert (done.beats, done.starts) == (0, 0), name
        assert done.rejected + done.left_out == 1, name
        assert path.exists(), name  # raw beats are kept
        assert totals(event) == before, name
    clock(NOW + timedelta(days=2))  # nor when the time has come that they were of
    jobs.read_beats()
    db.session.rollback()
    ahead = BeatMinute.minute > NOW_S // 60
    assert db.session.scalars(select(BeatMinute).where(ahead)).all() == []


def test_lines_in_another_order_and_a_copied_log_change_nothing(event: EventRow) -> None:
    lines = beats(6, 80) + beats(5, 60) + beats(4, 70)
    random.Random(1).shuffle(lines)
    first = write("beat-1.log", lines[:100])
    jobs.read_beats()
    first.write_bytes(b"".join(lines))  # it has grown
    jobs.read_beats()
    named = plays(5, 30)
    write("join-1.log", named)
    jobs.read_beats()
    before = totals(event)
    assert before[:2] == ([(6, 20), (5, 15), (4, 18)], [30])
    copies = [
        ("beat-2.log", lines),  # whole, under another name
        ("beat-3.log", lines[:150]),  # cut off
        ("join-2.log", named),
        ("join-3.log", named[::-1]),
    ]
    for name, some in copies:
        write(name, some)
        done = jobs.read_beats()
        assert (done.beats, done.starts) == (0, 0), name
        assert totals(event) == before, name
    write("beat-4.log", lines + beats(3, 8))  # a copy that goes on
    assert jobs.read_beats().beats == 8


@command
def put_policy(stream_id: int, k: int) -> None:
    db.session.add(BeatPolicy(stream_id=stream_id, from_s=NOW_S - 3_600, k=k))


def test_a_minute_that_jumps_is_set_apart_whole_until_somebody_decides(event: EventRow) -> None:
    write("beat-1.log", beats(5, 400) + beats(4, 408))
    write("join-1.log", plays(5, 20))
    jobs.read_beats()
    before = totals(event)
    poison = beats(3, 40_000)  # 10,000 viewers after 102
    write("beat-2.log", poison[:30_000])
    write("join-2.log", plays(3, 1_500, word="b"))
    jobs.read_beats()
    assert totals(event) == before
    (row,) = queries.apart(event.id)
    assert (row.rule, row.value) == ("jump", 7_500)
    assert row.raw == {"concurrent": 7_500, "plays": 1_500, "beats": 30_000}
    write("beat-3.log", poison[30_000:])  # the rest of the same minute
    write("beat-4.log", beats(2, 404))  # what follows counts
    jobs.read_beats()
    (row,) = queries.apart(event.id)
    assert row.raw["concurrent"] == 10_000
    assert len(queries.exclusions(event.id)) == 1
    assert totals(event)[:2] == ([(5, 100), (4, 102), (2, 101)], [20])
    service.decide(
        service.Decide(
            event_id=event.id, quarantine_id=row.id, decision=Decision.ACCEPT, by="Alice"
        )
    )
    assert totals(event)[:2] == ([(5, 100), (4, 102), (3, 10_000), (2, 101)], [1_520])


def test_more_viewers_than_any_stream_had_are_set_apart(event: EventRow) -> None:
    stream_id = next(row.id for row in queries.streams(event.id))
    put_policy(stream_id, 20)
    write("beat-1.log", beats(5, 4_000, k=20))  # a thousand million
    assert jobs.read_beats().beats == 4_000
    assert [(row.rule, row.value) for row in queries.apart(event.id)] == [
        ("too-many", 2**20 * 1_000)
    ]
    assert totals(event) == ([], [0], [], 0)


@pytest.mark.only("sqlite")
def test_a_jump_would_count_without_its_rule(
    event: EventRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(integrity, "jumps", lambda *_args: None)
    write("beat-1.log", beats(5, 400) + beats(4, 40_000))
    jobs.read_beats()
    assert samples() == [(5, 100), (4, 10_000)]


def test_two_hours_without_beats_are_a_gap_and_no_zero(event: EventRow) -> None:
    write("beat-1.log", [line for ago in range(240, 180, -1) for line in beats(ago, 20)])
    write("beat-2.log", [line for ago in range(60, 1, -1) for line in beats(ago, 40)])
    jobs.read_beats()
    (series,) = queries.stream_series(event.id)
    (gap,) = series.gaps
    assert gap.ends_at - gap.starts_at == timedelta(hours=2)
    assert Counter(point.mean for point in series.points) == {5: 60, None: 120, 10: 59}


@pytest.mark.only("sqlite")
def test_beats_that_are_sent_directly_are_judged_as_those_of_a_log(
    event: EventRow, client: FlaskClient, clock: Callable[[datetime], None]
) -> None:
    sid = "0123456789abcdef"
    for query in ("e=b&k=30", "e=b&k=-1", "e=b&k=NaN", "e=b&k=1e9", "e=b&k=20", "e=j&i=x&k=0"):
        assert client.get(f"/live/b?v=1&s={KEY}&{query}").status_code == 204
    for _time in range(3):  # one page load, sent again and again
        assert client.get(f"/live/b?v=1&s={KEY}&e=j&i={sid}&k=0&t=9999999999").status_code == 204
    clock(NOW + 2 * MINUTE)
    done = jobs.read_beats()
    assert (done.beats, done.rejected, done.starts) == (0, 1, 1)  # k=20 was not in force


def export(event: EventRow, text: str, slug: str = "douyin") -> service.ImportedExport:
    return service.import_export(
        ImportExport(
            event_id=event.id,
            slug=slug,
            platform="抖音" if slug == "douyin" else "视频号",
            file_name="export.csv",
            data=text.encode(),
            timezone=event.timezone,
        )
    )


HEADS = {
    "douyin": "直播间标题,开播时间,下播时间,观看人次,观看人数,最高在线人数",
    "channels": "直播主题,直播开始时间,直播结束时间,观看次数,观众总数,最高在线",
}
BAD_CELLS = {
    "negative": "-5",
    "a fraction": "1.5",
    "no number": "NaN",
    "without end": "Infinity",
    "a power": "1e9",
    "words": "很多",
    "more than there are people": str(10**13),
    "a long number": "9" * 40,
}


@pytest.mark.parametrize("slug", list(HEADS))
def test_a_cell_of_a_platform_that_is_no_number_is_refused_with_its_reason(
    event: EventRow, slug: str
) -> None:
    good = "走秀,2026/11/20 19:30,2026/11/20 21:00,5000,3000,800"
    export(event, f"{HEADS[slug]}\n{good}\n", slug)
    before = totals(event)
    assert [value for _metric, value in before[2]] == [5_000, 3_000, 800]
    for name, cell in BAD_CELLS.items():
        row = f"新秀,2026/11/21 18:30,2026/11/21 19:00,{cell},3000,800"
        done = export(event, f"{HEADS[slug]}\n{row}\n", slug)
        assert ([bad.line for bad in done.rejected], done.accepted) == ([2], 0), name
        assert totals(event) == before, name
    for when in ("2027/01/01 19:30", "2026/11/21 19:43", "2026/13/41 19:30", "-1"):
        done = export(event, f"{HEADS[slug]}\n新秀,{when},,5000,3000,800\n", slug)
        assert ([bad.line for bad in done.rejected], done.accepted) == ([2], 0), when
        assert totals(event) == before, when


@pytest.mark.parametrize("slug", list(HEADS))
def test_files_of_a_platform_again_or_in_another_order_change_nothing(
    event: EventRow, slug: str
) -> None:
    rows = [f"秀{n},2026/11/20 {n}:30,2026/11/20 {n}:50,{n * 100},,{n}" for n in range(10, 19)]
    text = "\n".join([HEADS[slug], *rows])
    export(event, text, slug)
    before = totals(event)
    assert export(event, text, slug).is_known
    done = export(event, "\n".join([HEADS[slug], *rows[::-1]]), slug)
    assert (done.accepted, done.revisions, done.duplicates) == (0, 0, 18)
    twice = export(event, "\n".join([HEADS[slug], *rows, *rows]), slug)
    assert (twice.accepted, len(twice.rejected)) == (0, 9)  # the same show twice in a file
    assert totals(event) == before


def test_a_platform_that_claims_a_thousand_million_is_kept_as_its_claim_and_flagged(
    event: EventRow,
) -> None:
    row = "走秀,2026/11/20 19:30,2026/11/20 21:00,{views},,"
    export(event, f"{HEADS['douyin']}\n{row.format(views=5_000)}\n")
    plain = build_report(BuildReport(event_id=event.id)).document()
    export(event, f"{HEADS['douyin']}\n{row.format(views=10**9)}\n")
    found = build_report(BuildReport(event_id=event.id)).document()
    assert (plain["gross"], found["gross"]) == (5_000, 10**9)
    new = {flag["code"] for flag in found["flags"]} - {flag["code"] for flag in plain["flags"]}
    assert new == {"above-population-share"}
    (claim,) = [one for one in queries.observations(event.id) if one.value == 10**9]
    assert (claim.cls, str(10**9) in (claim.quote or "")) == ("claimed", True)


def test_a_curve_of_a_platform_is_judged_as_samples_are(event: EventRow) -> None:
    curve = "时间,在线人数\n{rows}\n"
    good = "2026-11-21 19:30,400\n2026-11-21 19:31,410\n2026-11-21 19:33,420"
    export(event, curve.format(rows=good))
    before = totals(event)
    poison = [
        "2026-11-21 19:32,20501",  # fifty times and more
        "2026-11-21 19:34,1000000000",
        "2026-11-21 19:44,500",  # the future
        "2026-11-21 19:35,-5",
        "2026-11-21 19:36,NaN",
        "1970-01-01 00:00,7",
    ]
    done = export(event, curve.format(rows="\n".join(poison)))
    assert (done.accepted, done.quarantined, len(done.rejected)) == (0, 2, 4)
    assert totals(event) == before
    assert sorted(row.rule for row in queries.apart(event.id)) == ["jump", "too-many"]
    again = export(event, curve.format(rows="\n".join(good.split("\n")[::-1])))
    assert (again.accepted, again.revisions) == (0, 0)
    assert totals(event) == before


def hls(at_s: object, sid: object = "a", name: str = "main") -> bytes:
    row = {"t": at_s, "ip": "192.0.2.1", "u": f"/hls/{name}.m3u8", "s": 200, "ua": "A", "sid": sid}
    return json.dumps(row).encode()


def watching(ago: int, minutes: int, sids: int) -> list[bytes]:
    first = NOW_S - ago * 60
    return [
        hls(str(first + second), f"s{n}")
        for n in range(sids)
        for second in range(0, minutes * 60, 2)
    ]


def read_log(event: EventRow, lines: list[bytes]) -> service.Recorded:
    return service.import_hls_log(
        ImportHlsLog(event_id=event.id, slug="server", data=b"\n".join(lines))
    )


BAD_HLS = [
    hls("-5"),
    hls("NaN"),
    hls("Infinity"),
    hls(1e300),
    hls("1e999"),
    hls(NOW_S + 3_600),
    hls(str(NOW_S * 10)),
    hls([]),
    hls(str(NOW_S - 600), name="main") + b"x",
    b"[]",
    b'{"t":NaN,"u":"/hls/main.m3u8","s":200,"sid":"a"}',
]


def test_a_line_of_a_server_log_that_can_not_be_true_changes_nothing(event: EventRow) -> None:
    lines = watching(9, 3, 6)
    assert read_log(event, lines).accepted == 3
    before = totals(event)
    (_kept, *_rest) = queries.batches(event.id)
    for bad in BAD_HLS:
        done = read_log(event, [*lines, bad])
        assert (done.accepted, done.revisions) == (0, 0), bad
        assert totals(event) == before, bad
        newest = queries.batches(event.id)[-1]
        assert newest.rejected == [{"line": 0, "reason": "lines-left-out: 1"}], bad
    old = read_log(event, [*lines, hls("1", "b")])
    assert (old.accepted, len(old.rejected)) == (0, 1)  # 1970 is of no event
    with pytest.raises(UnreadableSource):
        read_log(event, BAD_HLS)
    assert totals(event) == before


def test_a_server_log_again_packed_or_in_another_order_changes_nothing(event: EventRow) -> None:
    lines = watching(9, 3, 6)
    read_log(event, lines)
    before = totals(event)
    assert read_log(event, lines).duplicates == 3
    random.Random(1).shuffle(lines)
    assert (read_log(event, lines).accepted, read_log(event, lines).revisions) == (0, 0)
    packed = gzip.compress(b"\n".join(lines))
    done = service.import_hls_log(ImportHlsLog(event_id=event.id, slug="server", data=packed))
    assert (done.accepted, done.revisions) == (0, 0)
    assert totals(event) == before


def test_a_server_log_that_is_silent_for_two_hours_has_a_gap(event: EventRow) -> None:
    read_log(event, watching(240, 60, 2) + watching(60, 59, 3))
    (series,) = [one for one in queries.stream_series(event.id) if one.stream.slug == "server"]
    (gap,) = series.gaps
    assert abs(gap.ends_at - gap.starts_at - timedelta(hours=2)) <= 2 * MINUTE
    assert all(point.mean != 0 for point in series.points)


GENERIC = {"streams": [{"name": "main", "viewers": 0}]}


def answer(value: Any) -> bytes:
    found = json.loads(json.dumps(GENERIC))
    found["streams"][0]["viewers"] = value
    return json.dumps(found).encode()


@pytest.mark.parametrize("value", [-5, 1.5, "1e9", "many", True, [], 10**20, float("nan")])
def test_a_generic_answer_that_says_no_number_is_believed_in_none(value: Any) -> None:
    with pytest.raises(UnreadableFile):
        registry.parse(StreamFormat.GENERIC_JSON, [answer(value)])


def due(event: EventRow) -> DuePoll:
    poll = service.set_poll(
        SetPoll(
            event_id=event.id,
            slug="asked",
            stream_format=StreamFormat.GENERIC_JSON,
            url="https://x.example/",
            period_s=60,
        )
    )
    return DuePoll(
        poll.stream_id, event.id, "asked", StreamFormat.GENERIC_JSON, poll.url, "", "", False
    )


def polled(poll: DuePoll, at: datetime, value: int | None) -> bool:
    """Keep one answer; None is a server that does not answer."""
    if value is None:
        return service.record_answer(Answered(poll, at, None, error="time-out"))
    body = answer(value)
    reading = registry.parse(StreamFormat.GENERIC_JSON, [body])
    return service.record_answer(Answered(poll, at, reading, [body]))


def test_answers_of_a_poll_that_jump_lie_ahead_or_come_again_change_nothing(
    event: EventRow,
) -> None:
    poll = due(event)
    for ago, value in ((9, 400), (8, 410), (7, 405)):
        polled(poll, NOW - ago * MINUTE, value)
    before = totals(event)
    polled(poll, NOW - 6 * MINUTE, 405 * 50 + 1)
    polled(poll, NOW - 5 * MINUTE, 10**9)
    assert not polled(poll, NOW + 5 * MINUTE, 500)
    for ago, value in ((7, 405), (9, 400), (8, 410)):  # again, in another order
        polled(poll, NOW - ago * MINUTE, value)
    assert totals(event) == before
    kept = [(row.rule, row.raw["concurrent"]) for row in db.session.scalars(select(Quarantine))]
    assert kept == [("jump", 405 * 50 + 1), ("too-many", 10**9)]


def test_a_server_that_does_not_answer_for_two_hours_leaves_a_gap(event: EventRow) -> None:
    poll = due(event)
    for ago in range(240, 0, -1):
        polled(poll, NOW - ago * MINUTE, None if 60 < ago <= 180 else 300)
    (series,) = [one for one in queries.stream_series(event.id) if one.stream.slug == "asked"]
    (gap,) = series.gaps
    assert gap.ends_at - gap.starts_at == timedelta(hours=2)
    assert (series.viewer_minutes, series.peak) == (120 * 300, 300)
    assert Counter(point.mean for point in series.points) == {300: 120, None: 120}
