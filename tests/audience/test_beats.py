"""The player of the house: beats, plays, viewers of a day, and what is not kept."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner
from sqlalchemy import select

from eventhub.audience import beacons, jobs, queries, service
from eventhub.audience.models import (
    BeatMinute,
    BeatPolicy,
    Stream,
    StreamSample,
    ViewerSketch,
)
from eventhub.audience.rules import beats, uniques
from eventhub.audience.rules.beats import Minute, Policy
from eventhub.audience.sources import beacon
from eventhub.kernel.db import command, db
from eventhub.programme.queries import EventRow
from eventhub.settings import current_settings
from tests.audience.crowd import watched
from tests.factories import audience as make

NOW = datetime(2026, 11, 21, 11, 40, tzinfo=UTC)
MINUTE = int(NOW.timestamp()) // 60
KEY = "cloth-week/main"
SALT = b"s" * 32


@pytest.fixture(autouse=True)
def evening(clock: Callable[[datetime], None]) -> None:
    """Set the time to 19:40 on the second evening."""
    clock(NOW)


@pytest.fixture
def event(app: Flask) -> EventRow:
    """Return an event whose stream `main` is watched here."""
    event = make.make_counted_event()
    watch(event, "main", "/hls/main.m3u8")
    return event


def watch(event: EventRow, slug: str, address: str, kind: service.PlayerKind = "hls") -> None:
    service.set_player(service.SetPlayer(event_id=event.id, slug=slug, kind=kind, address=address))


def beat_line(at_s: float, k: int = 0, key: str = KEY) -> bytes:
    return beacon.line({"t": at_s, "s": key, "k": str(k)})


def join_line(at_s: float, sid: str, ip: str = "192.0.2.1", **more: str) -> bytes:
    return beacon.line(
        {"t": at_s, "s": KEY, "i": sid.ljust(16, "0"), "k": "0", "ip": ip, "ua": "A"} | more
    )


def write(name: str, *lines: bytes) -> Path:
    path = beacons.folder() / name
    with path.open("ab") as handle:
        handle.writelines(lines)
    return path


def minute_row(minute: int) -> tuple[int, int, int, int]:
    db.session.rollback()
    row = db.session.scalars(select(BeatMinute).where(BeatMinute.minute == minute)).one()
    return row.weight, row.beats, row.rejected, row.starts


@command
def put_policy(k: int, from_s: int) -> None:
    stream_id = db.session.scalars(select(BeatMinute.stream_id).limit(1)).first()
    db.session.add(BeatPolicy(stream_id=stream_id or 1, from_s=from_s, k=k))


@pytest.mark.parametrize(
    ("policies", "minute", "expected"),
    [
        ([], 100, {0}),
        ([Policy(0, 3)], 100, {3}),
        ([Policy(0, 0), Policy(6_010, 1)], 100, {0, 1}),  # changed in this minute
        ([Policy(0, 0), Policy(5_890, 1)], 100, {0, 1}),  # less than two minutes before it
        ([Policy(0, 0), Policy(5_880, 1)], 100, {1}),
        ([Policy(0, 0), Policy(6_060, 1)], 100, {0}),  # only afterwards
    ],
)
def test_a_k_is_taken_for_two_minutes_after_it_was_replaced(
    policies: list[Policy], minute: int, expected: set[int]
) -> None:
    assert beats.in_force(policies, minute) == expected


def test_a_forged_weight_is_rejected_and_counted() -> None:
    assert beats.judge({0: 4, 20: 1}, {0}) == Minute(weight=4, beats=4, rejected=1)
    assert beats.judge({3: 5}, {3}) == Minute(weight=40, beats=5)


def test_k_follows_the_rate_and_stays_in_between() -> None:
    assert [beats.next_k(2, rate) for rate in (201, 200, 80, 79)] == [3, 2, 2, 1]
    assert (beats.next_k(0, 1), beats.next_k(20, 900)) == (0, 20)
    assert beats.next_k(0, 6_282) == 5  # half of 345,000 join in one minute


def test_the_peak_is_the_median_of_three_minutes() -> None:
    assert beats.peak([100, 180, 110, 120]) == 120
    assert (beats.peak([]), beats.peak([7])) == (None, 7)


@pytest.mark.parametrize(
    ("k", "last", "now", "elapsed", "expected"),
    [
        (0, 6_000, 0, 0, 100),  # a minute has just begun
        (0, 6_000, 9_999, 14, 100),  # too short to say anything
        (1, 6_000, 6_000, 60, 50),  # steady
        (1, 6_000, 1_000, 30, 50),  # falls: the last whole minute holds
        (0, 0, 3_000, 30, 200),  # grows from nothing: 200 of them when all have read it
        (3, 0, 24_000, 30, 200),  # whatever k the beats had
    ],
)
def test_the_rate_to_come_is_told_from_weights(
    k: int, last: int, now: int, elapsed: int, expected: float
) -> None:
    assert beats.expected_rate(k, last, now, elapsed) == expected


@pytest.mark.parametrize("audience", [10_000, 730_000])
def test_an_audience_of_any_size_is_known_from_few_beats(audience: int) -> None:
    found = watched(audience)
    assert abs(found.average_error) < 0.005
    assert abs(found.peak_error) < 0.02
    assert found.minute_error < 0.05
    assert found.rejected == 0
    assert found.sent <= 1_000_000
    assert found.most_a_second <= 400


@pytest.mark.long
def test_half_of_all_coming_in_one_minute_stay_known() -> None:
    found = watched(730_000, rush=0.5)
    assert abs(found.average_error) < 0.005
    assert found.minute_error < 0.05
    assert (found.rejected, found.sent <= 1_000_000) == (0, True)
    assert found.most_a_second <= 1_500  # of the 18,000 that nginx takes


@pytest.mark.long
def test_the_crowd_sees_a_k_that_comes_late(monkeypatch: pytest.MonkeyPatch) -> None:
    def wait(k: int, last_minute: int, _this: int, _elapsed_s: int) -> float:
        return last_minute / beats.MINUTE_S / (1 << k)

    monkeypatch.setattr(beats, "expected_rate", wait)
    assert watched(730_000).most_a_second > 400


def test_a_day_is_exact_while_it_is_small() -> None:
    few = uniques.added(None, digests(9_000))
    assert uniques.estimate(few).count == 9_000
    assert uniques.estimate(uniques.added(few, digests(9_000))).count == 9_000
    assert few.exact_count == 9_000


def test_a_large_day_is_near_the_truth_and_says_how_near() -> None:
    count = 730_000
    everybody = list(digests(count))
    many = uniques.added(uniques.added(None, everybody[:9_000]), everybody)
    said = uniques.estimate(many)
    assert (many.digests, many.exact_count, said.is_exact) == (None, None, False)
    assert abs(said.count / count - 1) < 0.025
    assert said.low <= count <= said.high
    assert (said.high - said.low) / 2 < 0.017 * count
    assert len(many.sketch) <= 16_896
    union = uniques.united(uniques.added(None, everybody[n::24]).sketch for n in range(24))
    assert union.low <= count <= union.high
    assert abs(union.count / count - 1) < 0.025


def digests(count: int) -> Iterator[bytes]:
    """Yield the digests of so many viewers of one day, always the same."""
    return (beats.digest(SALT, KEY, str(n), "") for n in range(count))


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{",
        b"[]",
        b'{"t":"x","s":"a/b","k":"0"}',
        b'{"t":1e999,"s":"a/b","k":"0"}',
        b'{"t":1,"s":"a/b","k":"21"}',
        b'{"t":1,"s":["a"],"k":"0"}',
        b'{"t":1,"s":"a/b","k":"0","i":"short"}',
        b'{"t":1,"s":"a/b","k":"0","i":5}',
    ],
)
def test_a_line_that_is_none_is_left_out(line: bytes) -> None:
    found = beacon.parse(line + b"\n" + beat_line(60))
    assert (found.lines, found.left_out, sum(found.beats.values())) == (2, 1, 1)


def test_beats_of_a_log_become_viewers_once(event: EventRow) -> None:
    lines = [beat_line((MINUTE - 3) * 60 + n % 60) for n in range(40)]
    lines += [beat_line((MINUTE - 2) * 60, k=20), beat_line((MINUTE - 2) * 60)]
    path = write("beat-1.log", *lines, b'{"t":')
    done = jobs.read_beats()
    assert (done.beats, done.rejected, done.left_out) == (41, 1, 0)
    assert minute_row(MINUTE - 3) == (40, 40, 0, 0)
    assert minute_row(MINUTE - 2) == (1, 1, 1, 0)
    write("beat-1.log", str((MINUTE - 3) * 60).encode(), b',"s":"cloth-week/main","k":"0"}\n')
    assert jobs.read_beats().beats == 1
    assert jobs.read_beats().beats == 0
    samples = db.session.scalars(select(StreamSample).order_by(StreamSample.at)).all()
    assert [row.viewers for row in samples] == [10, 0]
    assert path.exists()


def test_the_same_part_of_a_log_is_refused(event: EventRow) -> None:
    data = beat_line(MINUTE * 60 - 120)
    cmd = service.RecordBeats(
        log="one",
        start_offset=0,
        end_offset=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        found=beacon.parse(data),
        salt_of=lambda _event, _day: SALT,
    )
    assert service.record_beats(cmd).beats == 1
    assert service.record_beats(cmd).is_known
    assert minute_row(MINUTE - 2)[0] == 1


def test_a_minute_counts_when_it_is_over(
    event: EventRow, clock: Callable[[datetime], None]
) -> None:
    write("beat-1.log", *[beat_line(MINUTE * 60 + n) for n in range(20)])
    jobs.read_beats()
    assert db.session.scalars(select(StreamSample)).all() == []
    clock(NOW + timedelta(seconds=81))
    jobs.read_beats()
    assert [row.viewers for row in db.session.scalars(select(StreamSample))] == [5]
    now = queries.live(event)
    assert (now.viewers, now.viewers_cls) == (5, "measured")


def test_beats_of_other_streams_are_left_out(event: EventRow) -> None:
    watch(event, "far", "https://video.example/embed", kind="embed")
    at = MINUTE * 60 - 120
    keys = ("cloth-week/none", "other/main", "cloth-week/far")
    write("beat-1.log", *(beat_line(at, key=key) for key in keys))
    assert jobs.read_beats() == service.BeatsTaken(left_out=3)


def test_too_many_beats_raise_k_for_the_page_and_for_nginx(
    event: EventRow, client: FlaskClient, clock: Callable[[datetime], None]
) -> None:
    write("beat-1.log", *[beat_line(MINUTE * 60 - 30) for _n in range(240)])
    jobs.read_beats()
    assert client.get("/live/k/cloth-week/main.txt").get_data() == b"0\n"
    assert service.adapt(rate=3.0) == {KEY: 1}
    assert service.adapt(rate=3.0) == {KEY: 1}  # not twice for the same beats
    clock(NOW + timedelta(seconds=6))
    client.application.extensions.pop("eventhub_cache", None)
    answer = client.get("/live/k/cloth-week/main.txt")
    assert (answer.get_data(), answer.headers["Cache-Control"]) == (b"1\n", "public, max-age=30")
    beacons.write_k({KEY: 1})
    assert (beacons.folder() / "k" / "cloth-week" / "main.txt").read_text() == "1\n"
    clock(NOW + timedelta(minutes=5))
    assert service.adapt() == {KEY: 0}


def test_plays_are_exact_and_one_page_load_counts_once(event: EventRow) -> None:
    at = MINUTE * 60 - 120
    write("join-1.log", join_line(at, "a"), join_line(at, "a"), join_line(at + 9, "a"))
    assert jobs.read_beats().starts == 1
    write("join-1.log", join_line(at + 20, "a"), join_line(at + 20, "b", ip="192.0.2.2"))
    assert jobs.read_beats().starts == 1
    write("join-1.log", join_line(at - 700, "c"), join_line(at - 50, "c"))
    assert jobs.read_beats().starts == 2
    day = queries.viewers_days(event)[0]
    assert (day.count, day.starts, day.is_exact) == (2, 4, True)


def test_the_plays_so_far_stand_beside_the_viewers_of_each_stream(event: EventRow) -> None:
    watch(event, "side", "/hls/side.m3u8")

    def play(minutes: int, sid: str, slug: str) -> bytes:
        return join_line((MINUTE - minutes) * 60, sid, s=f"cloth-week/{slug}")

    def beat(minutes: int, slug: str) -> bytes:
        return beat_line((MINUTE - minutes) * 60, key=f"cloth-week/{slug}")

    write("join-1.log", play(9, "a", "main"), play(8, "b", "side"), play(7, "c", "side"))
    write("beat-1.log", beat(9, "main"), beat(6, "side"), beat(5, "main"))
    jobs.read_beats()
    write("join-2.log", play(4, "d", "main"), play(3, "e", "side"))
    write("beat-2.log", beat(4, "main"), beat(3, "side"))
    jobs.read_beats()
    rows = db.session.execute(
        select(Stream.slug, StreamSample.at, StreamSample.cumulative)
        .join(Stream, Stream.id == StreamSample.stream_id)
        .order_by(Stream.slug, StreamSample.at)
    )
    found = [(slug, round((NOW - at).total_seconds() / 60), count) for slug, at, count in rows]
    assert found == [
        ("main", 9, 1),
        ("main", 5, 1),
        ("main", 4, 2),
        ("side", 6, 2),
        ("side", 3, 3),
    ]


def test_who_asks_not_to_be_followed_is_counted_as_a_play_alone(event: EventRow) -> None:
    at = MINUTE * 60 - 120
    write("join-1.log", join_line(at, "a", dnt="1"), join_line(at, "b", gpc="1"))
    assert jobs.read_beats().starts == 2
    day = queries.viewers_days(event)[0]
    assert (day.count, day.skipped) == (0, 2)


def everything(folder: Path) -> bytes:
    """Return all bytes under the instance folder, the database with its journal too."""
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


@pytest.mark.only("sqlite")
def test_after_midnight_no_address_is_left_and_the_salt_is_gone(
    event: EventRow, client: FlaskClient, clock: Callable[[datetime], None]
) -> None:
    agent = "Planted-Agent/7"
    client.get(
        f"/live/b?v=1&s={KEY}&e=j&i={'a' * 16}&k=0",
        headers={"User-Agent": agent},
        environ_base={"REMOTE_ADDR": "203.0.113.77"},
    )
    folder = current_settings().instance_path
    assert b"203.0.113.77" in everything(folder)  # the check would see it
    assert jobs.read_beats().starts == 1
    salts = list((folder / "beats" / "salt").iterdir())
    assert [path.name for path in salts] == [f"{event.id}-2026-11-21"]
    assert stat.S_IMODE(salts[0].stat().st_mode) == 0o600
    for path in (folder / "beats").glob("*.log"):
        os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    clock(datetime(2026, 11, 21, 16, 1, tzinfo=UTC))  # 00:01 in Shanghai
    jobs.read_beats()
    assert list((folder / "beats" / "salt").iterdir()) == []
    assert list((folder / "beats").glob("join-*")) == []
    left = everything(folder)
    assert b"203.0.113.77" not in left
    assert agent.encode() not in left
    row = db.session.scalars(select(ViewerSketch)).one()
    assert (row.digests, row.exact_count) == (None, 1)
    assert queries.viewers_days(event)[0].count == 1


def test_a_day_that_is_over_becomes_figures_of_the_report(
    event: EventRow, clock: Callable[[datetime], None]
) -> None:
    at = MINUTE * 60 - 120
    write("join-1.log", join_line(at, "a"), join_line(at, "b"))
    write("beat-1.log", *[beat_line(at) for _n in range(8)])
    jobs.read_beats()
    assert service.record_viewer_days(event.id) == 0  # the day is not over
    clock(NOW + timedelta(days=1))
    jobs.read_beats()
    for _time in range(2):
        jobs.roll_up_due()
        assert service.record_viewer_days(event.id) == 1
    found = {row.metric: (row.value, row.cls) for row in queries.observations(event.id)}
    assert found == {
        "live.starts": (2, "measured"),
        "live.watch_minutes": (2, "measured"),
        "live.viewers_day": (1, "estimated"),  # one address, one program
    }


def test_a_play_of_yesterday_is_counted_and_nobody_told_apart(event: EventRow) -> None:
    write("join-1.log", join_line(MINUTE * 60 - 86_400, "a"))
    assert jobs.read_beats().starts == 1
    assert queries.viewers_days(event) == []


def test_logs_go_when_they_are_over(event: EventRow, clock: Callable[[datetime], None]) -> None:
    write("join-1.log", join_line(MINUTE * 60 - 120, "a"))
    write("beat-1.log", beat_line(MINUTE * 60 - 120))
    for path in beacons.folder().glob("*.log"):
        os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    jobs.read_beats()
    clock(NOW + timedelta(minutes=12))
    jobs.read_beats()
    assert [one.path.name for one in beacons.logs()] == ["beat-1.log"]
    clock(NOW + timedelta(hours=49))
    jobs.read_beats()
    assert beacons.logs() == []


def test_a_beat_is_answered_with_nothing_and_sets_no_cookie(
    event: EventRow, client: FlaskClient
) -> None:
    answer = client.get(f"/live/b?v=1&s={KEY}&e=b&k=0")
    assert (answer.status_code, answer.get_data()) == (204, b"")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    for query in ("", f"s={KEY}&k=99", f"s={KEY}&k=0&i=short", "s=../../x&k=0"):
        assert client.get(f"/live/b?{query}").status_code == 204
    logs = beacons.logs()
    assert [one.path.read_bytes().count(b"\n") for one in logs] == [1]
    assert not logs[0].has_addresses


@pytest.mark.only("sqlite")
def test_commands_of_the_player(event: EventRow, runner: FlaskCliRunner) -> None:
    def say(*words: str) -> str:
        result = runner.invoke(args=["audience", *words])
        assert result.exit_code == 0, result.output
        return str(result.output)

    assert "on the watch page" in say("player-set", "cloth-week", "main", "/hls/x.m3u8")
    path = write("beat-1.log", beat_line(MINUTE * 60 - 120))
    assert say("read-beats", str(path)) == "1 beats, 0 rejected, 0 plays\n"
    assert say("read-beats", str(path), "--json").startswith('{\n  "beats": 0')
    write("join-1.log", join_line(MINUTE * 60 - 120, "a"))
    say("read-beats")
    day = date(2026, 11, 21)
    assert say("viewers", "cloth-week") == f"{day}  main: 1 viewers (1 to 1), 1 plays\n"
    assert "checkin.entries: 0 sums, 0 differed" in say("rebuild", "cloth-week")
    assert "off the watch page" in say("player-stop", "cloth-week", "main")
    assert queries.players(event.id) == []
