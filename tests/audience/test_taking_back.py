"""Files taken back: what stands then is what would stand if they had never come."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import select

from eventhub.audience import queries, service
from eventhub.audience.errors import UnknownFile
from eventhub.audience.models import (
    Adjustment,
    CounterBin,
    ImportBatch,
    Observation,
    StreamSample,
    TakenBack,
)
from eventhub.audience.service import (
    FileFormat,
    ImportExport,
    ImportFile,
    ImportHlsLog,
    UndoFile,
)
from eventhub.kernel.db import db
from eventhub.programme.queries import EventRow
from tests.factories import audience as make

NOW = datetime(2026, 11, 21, 11, 40, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
SHOWS = "直播间标题,开播时间,下播时间,观看人次\n走秀,2026/11/20 19:30,2026/11/20 21:00,{views}\n"


@pytest.fixture(autouse=True)
def evening(clock: Callable[[datetime], None]) -> None:
    """Set the time to 19:40 on the second evening."""
    clock(NOW)


def file_of(cells: dict[int, int]) -> bytes:
    """Return a counter file with `cells`: quarter before now to people."""
    lines = ["start,minutes,in,out"]
    for back, count in cells.items():
        lines.append(f"{(NOW - back * QUARTER).isoformat()},15,{count},0")
    return "\n".join(lines).encode()


def read(event: EventRow, data: bytes) -> None:
    service.import_file(
        ImportFile(
            event_id=event.id,
            source_name="north",
            file_format=FileFormat.COUNTER_CSV,
            file_name="north.csv",
            data=data,
            timezone=event.timezone,
        )
    )


def undo(event: EventRow, data: bytes, reason: str = "of another week") -> int:
    key = hashlib.sha256(data).hexdigest()
    return service.undo_file(UndoFile(event_id=event.id, key=key, reason=reason, by="Alice"))


def push(event: EventRow, cells: dict[int, int], seq: int) -> None:
    rows = [
        make.reading("north", NOW - back * QUARTER, duration_s=900, entered=count, left=0, seq=seq)
        for back, count in cells.items()
    ]
    make.record(event, *rows)


def bins(event: EventRow) -> list[tuple[Any, ...]]:
    """Return what stands of the counters, their sums, by day."""
    db.session.rollback()
    rows = db.session.scalars(
        select(CounterBin)
        .where(CounterBin.event_id == event.id)
        .order_by(CounterBin.starts_at, CounterBin.direction)
    )
    found = [(row.starts_at, row.direction, row.passages, row.flags) for row in rows]
    days = [(row.day, row.passages, row.coverage) for row in queries.footfall_days(event)]
    assert all(done.drift == 0 for done in service.rebuild(event.id))  # the sums went along
    return [*found, *days]


def steps_of(number: int) -> list[tuple[str, Any]]:
    """Return a random order of files and pushes over the same few quarters."""
    chance = random.Random(number)
    steps: list[tuple[str, Any]] = []
    for seq in range(1, 7):
        cells = {back: chance.randint(0, 3) for back in chance.sample(range(1, 6), 3)}
        if chance.random() < 0.6:
            steps.append(("file", file_of(cells)))
        else:
            steps.append(("push", (cells, seq)))
    return steps


def live_through(event: EventRow, steps: list[tuple[str, Any]]) -> None:
    make.make_counter(event, "north", period_s=900)
    for kind, what in steps:
        read(event, what) if kind == "file" else push(event, *what)


@pytest.mark.parametrize("number", range(4))
def test_a_file_taken_back_leaves_what_would_stand_without_it(app: Flask, number: int) -> None:
    steps = steps_of(number)
    files = [what for kind, what in steps if kind == "file"]
    steps = [*steps, ("file", file_of({1: 9, 2: 9}))] if not files else steps
    gone = random.Random(number).choice([what for kind, what in steps if kind == "file"])
    event, other = make.make_counted_event(), make.make_counted_event("other")
    live_through(event, steps)
    whole = bins(event)
    undo(event, gone)
    live_through(other, [step for step in steps if step[1] != gone])
    assert bins(event) == bins(other)
    with pytest.raises(UnknownFile):
        undo(event, gone)
    rest = [what for kind, what in steps if kind == "file" and what != gone]
    for data in dict.fromkeys(rest):
        undo(event, data)
    live_pushes = make.make_counted_event("pushes")
    live_through(live_pushes, [step for step in steps if step[0] == "push"])
    assert bins(event) == bins(live_pushes)
    assert whole


def test_what_a_file_said_is_kept_with_the_reason_and_it_may_come_again(app: Flask) -> None:
    event = make.make_counted_event()
    data = file_of({1: 30, 200: 70, 2: 10**8})  # one is of two days before, one is set apart
    push(event, {200: 5}, 1)
    read(event, data)
    before = bins(event)
    assert len(queries.exclusions(event.id)) == 1
    assert undo(event, data) == 5  # two ways each, and the one set apart
    assert queries.exclusions(event.id) == []
    kept = db.session.scalars(select(TakenBack)).all()
    assert sorted(row.raw.get("value", 0) for row in kept if row.table_name == "counter_bin") == [
        *(0, 0),
        *(30, 70),
    ]
    assert [row.raw["rule"] for row in kept if row.table_name == "quarantine"] == ["over-width"]
    (batch,) = queries.batches(event.id)
    assert (batch.undone_by, batch.undone_reason) == ("Alice", "of another week")
    late = db.session.scalars(select(Adjustment).order_by(Adjustment.id)).all()
    assert [(row.delta, row.reason) for row in late][-1] == (-65, "undone")
    read(event, data)
    assert bins(event) == before
    assert [row.undone_at is None for row in queries.batches(event.id)] == [False, True]


def test_a_file_goes_with_a_reason_and_with_every_counter_that_it_names(
    app: Flask, runner: FlaskCliRunner
) -> None:
    event = make.make_counted_event()
    data = file_of({1: 30})
    read(event, data)
    other = b"counter,start,minutes,in,out\ndoor-b,2026-11-21T10:00Z,15,12,3\n"
    read(event, other)  # names a counter of its own
    assert undo(event, other) == 2
    assert len(bins(event)) == 3
    cmd = UndoFile(event_id=event.id, key=hashlib.sha256(data).hexdigest()[:12], reason=" ")
    with pytest.raises(UnknownFile):  # no reason
        service.undo_file(cmd)
    args = ["audience", "undo", event.slug, cmd.key, "--reason", "twice", "--json"]
    assert json.loads(runner.invoke(args=args).stdout) == {"removed": 2}
    assert runner.invoke(args=args).exit_code == 1


AXIS = '{{"serial":"A","name":"north","timestamp":"{at}","in":{count},"out":0}}'


def axis(at: str, count: int) -> bytes:
    return AXIS.format(at=at, count=count).encode()


def read_axis(event: EventRow, data: bytes) -> None:
    service.import_file(
        ImportFile(
            event_id=event.id,
            source_name="door",
            file_format=FileFormat.AXIS,
            file_name="door.json",
            data=data,
            timezone=event.timezone,
        )
    )


@pytest.mark.parametrize("gone", [0, 1, 2])
def test_running_totals_step_over_the_one_that_went(app: Flask, gone: int) -> None:
    totals = [axis("20261121180000", 100), axis("20261121180100", 130), axis("20261121180200", 140)]
    event, other = make.make_counted_event(), make.make_counted_event("other")
    for one in (event, other):
        make.make_counter(one, "door", period_s=60)
    for number, data in enumerate(totals):
        read_axis(event, data)
        if number != gone:
            read_axis(other, data)
    undo(event, totals[gone])
    assert bins(event) == bins(other)


def read_shows(event: EventRow, text: str) -> None:
    service.import_export(
        ImportExport(
            event_id=event.id,
            slug="douyin",
            platform="抖音",
            file_name="shows.csv",
            data=text.encode(),
            timezone=event.timezone,
        )
    )


def figures(event: EventRow) -> list[tuple[Any, ...]]:
    db.session.rollback()
    claims = [(row.metric, row.value, row.seq) for row in queries.observations(event.id)]
    samples = db.session.scalars(
        select(StreamSample).where(StreamSample.event_id == event.id).order_by(StreamSample.at)
    )
    return [*claims, *((row.at, row.viewers, row.is_ok) for row in samples)]


def test_claims_of_a_platform_go_back_to_what_other_files_say(app: Flask) -> None:
    event = make.make_counted_event()
    texts = [SHOWS.format(views=views) for views in (500, 700)]
    same = SHOWS.format(views=700) + "\n"  # another file with the figure of the second
    for text in (*texts, same):
        read_shows(event, text)
    stood = figures(event)
    assert [row[1] for row in stood] == [700]
    assert undo(event, texts[1].encode()) == 1
    assert figures(event) == stood  # the third file says it too
    undo(event, same.encode())
    assert [row[1] for row in figures(event)] == [500]
    undo(event, texts[0].encode())
    assert figures(event) == []
    kept = [row.raw["value"] for row in db.session.scalars(select(TakenBack))]
    assert kept == [700, 700, 500]
    read_shows(event, texts[0])
    assert [row[1] for row in figures(event)] == [500]
    assert db.session.scalars(select(Observation.superseded_by_id)).all() == [None]
    assert len(db.session.scalars(select(ImportBatch)).all()) == 4


def test_a_curve_of_a_platform_goes_back_to_what_was_sent(app: Flask) -> None:
    event, other = make.make_counted_event(), make.make_counted_event("other")
    curves = [
        "时间,在线人数\n2026-11-20 19:30,400\n2026-11-20 19:31,410\n",
        "时间,在线人数\n2026-11-20 19:31,600\n2026-11-20 19:32,610\n",
    ]
    for one in (event, other):
        read_shows(one, curves[0])
        make.record_viewers(one, "douyin", datetime(2026, 11, 20, 11, 30, tzinfo=UTC), [405])
    read_shows(event, curves[1])
    assert [row[1] for row in figures(event)] == [405, 600, 610]
    assert undo(event, curves[1].encode()) == 2
    assert figures(event) == figures(other)
    undo(event, curves[0].encode())
    assert [row[1] for row in figures(event)] == [405]


def hls_log(sids: int, *, streams: tuple[str, ...] = ("main",), ago_s: int = 600) -> bytes:
    """Return the log of a server on which so many watched each stream for two minutes."""
    first = int(NOW.timestamp()) - ago_s
    rows = [
        {
            "t": str(first + second),
            "u": f"/hls/{name}.m3u8",
            "s": 200,
            "ip": "",
            "sid": f"{name}{n}",
        }
        for name in streams
        for n in range(sids)
        for second in range(0, 120, 2)
    ]
    return "\n".join(json.dumps(row) for row in rows).encode()


def read_hls(event: EventRow, data: bytes) -> service.Recorded:
    return service.import_hls_log(ImportHlsLog(event_id=event.id, slug="server", data=data))


def test_the_log_of_a_server_goes_back_to_what_others_say(app: Flask) -> None:
    event, other = make.make_counted_event(), make.make_counted_event("other")
    first, second = hls_log(3), hls_log(5, ago_s=540)
    for one in (event, other):
        read_hls(one, first)
    stood = figures(other)
    assert [row[1] for row in stood] == [3, 3]
    read_hls(event, second)  # a minute of both, and one of its own
    assert [row[1] for row in figures(event)] == [3, 5, 5]
    assert undo(event, second) == 2
    assert figures(event) == stood
    with pytest.raises(UnknownFile):
        undo(event, second)
    assert read_hls(event, second).accepted == 1
    assert read_hls(event, second) == service.Recorded(duplicates=2)
    undo(event, second)
    assert undo(event, first) == 2
    assert figures(event) == []
    assert len(db.session.scalars(select(TakenBack)).all()) == 6
    formats = {(row.file_format, row.undone_by) for row in queries.batches(event.id)}
    assert formats == {("hls-log", "Alice")}


def test_a_log_of_several_streams_goes_whole(app: Flask) -> None:
    event = make.make_counted_event()
    data = hls_log(2, streams=("main", "side"))
    assert read_hls(event, data).accepted == 4
    assert [row.slug for row in queries.streams(event.id)] == ["server-main", "server-side"]
    assert undo(event, data) == 4
    assert figures(event) == []
