"""The poller against a real local server: samples, gaps, pages, keys, and who may be asked."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import select
from sqlalchemy.orm import Session

from eventhub.audience import jobs, queries, service
from eventhub.audience.models import StreamPoll, StreamSample
from eventhub.audience.service import SetPoll
from eventhub.audience.sources.registry import StreamFormat
from eventhub.kernel import scheduler
from eventhub.kernel.fetch import FetchFailed
from tests.audience.samples import HERE
from tests.factories import audience as make

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
LOCAL = ("127.0.0.1",)


class Handler(BaseHTTPRequestHandler):
    """Answers with what the test has put down for a path."""

    answers: ClassVar[dict[str, bytes | int]] = {}
    asked: ClassVar[list[tuple[str, str]]] = []

    def do_GET(self) -> None:
        self.asked.append((self.path, self.headers.get("Authorization", "")))
        found = self.answers.get(self.path, self.answers.get(self.path.partition("?")[0], 404))
        if isinstance(found, int):
            self.send_response(found)
            self.send_header("Location", "http://169.254.169.254/")
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(found)))
        self.end_headers()
        self.wfile.write(found)

    def log_message(self, *_given: object) -> None:
        """Keep quiet."""


@contextmanager
def serving(**answers: Any) -> Iterator[str]:
    """Give the address of a server with an answer per path."""
    Handler.asked.clear()
    Handler.answers.clear()
    for path, one in answers.items():
        put(f"/{path}", one)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def put(path: str, answer: Any) -> None:
    known = answer if isinstance(answer, bytes | int) else json.dumps(answer).encode()
    Handler.answers[path] = known


def set_poll(event_id: int, url: str, kind: str = "generic-json", **more: Any) -> None:
    service.set_poll(
        SetPoll(event_id=event_id, slug="main", stream_format=StreamFormat(kind), url=url, **more)
    )


def samples(session: Session) -> list[tuple[int | None, int | None, bool]]:
    """Return viewers, running total and whether there was an answer, in order of time."""
    session.rollback()
    rows = session.scalars(select(StreamSample).order_by(StreamSample.at))
    return [(row.viewers, row.cumulative, row.is_ok) for row in rows]


def test_answers_are_samples_and_failures_are_gaps(
    app: Flask, db_session: Session, clock: Callable[[datetime], None]
) -> None:
    clock(AT)
    event = make.make_counted_event()
    with serving(status={"viewers": 42, "views": 900}) as host:
        set_poll(event.id, f"{host}/status")
        assert jobs.poll(allowed=LOCAL) == jobs.Polled(answered=1)
        assert jobs.poll(allowed=LOCAL) == jobs.Polled()  # not due yet
        for step, answer in enumerate(({"viewers": -5}, 302, b"<html>", {"viewers": 50}), 1):
            put("/status", answer)
            clock(AT + step * timedelta(seconds=30))
            jobs.poll(allowed=LOCAL)
            assert queries.polls(event.id)[0].failures == (step if step < 4 else 0)
    assert samples(db_session) == [
        (42, 900, True),
        (None, None, False),
        (None, None, False),
        (None, None, False),
        (50, None, True),
    ]
    series = queries.stream_series(event.id)[0]
    assert (series.peak, round(series.coverage, 2)) == (50, 0.4)


def test_a_private_address_is_refused_unless_the_operator_allows_it(
    app: Flask,
    db_session: Session,
    clock: Callable[[datetime], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock(AT)
    event = make.make_counted_event()
    with serving(status={"viewers": 42}) as host, caplog.at_level(logging.WARNING):
        set_poll(event.id, f"{host}/status?token=secret")
        assert jobs.poll_due() == jobs.Polled(failed=1)
        assert Handler.asked == []
    row = queries.polls(event.id)[0]
    assert (row.error, row.answered_at, row.is_stale(AT)) == ("address-refused", None, True)
    assert samples(db_session) == [(None, None, False)]
    assert "secret" not in caplog.text


def test_age_of_a_source_and_warnings_of_its_server(
    app: Flask, clock: Callable[[datetime], None]
) -> None:
    clock(AT)
    event = make.make_counted_event()
    page = (HERE / "nginx_rtmp.xml").read_bytes()
    with serving(stat=page) as host:
        set_poll(event.id, f"{host}/stat", "nginx-rtmp", remote_name="live/runway")
        jobs.poll(allowed=LOCAL)
    row = queries.polls(event.id)[0]
    assert (row.host, row.warnings, row.error) == ("127.0.0.1", ("hls-not-counted",), "")
    assert not row.is_stale(AT + timedelta(seconds=90))
    assert row.is_stale(AT + timedelta(seconds=91))
    assert queries.latest(event.id, AT)[queries.streams(event.id)[0].id].viewers == 2


def test_a_stream_that_its_server_does_not_list_is_off_the_air(
    app: Flask, db_session: Session, clock: Callable[[datetime], None]
) -> None:
    clock(AT)
    event = make.make_counted_event()
    two = {"streams": [{"name": "a", "viewers": 1}, {"name": "b", "viewers": 2}]}
    with serving(status=two) as host:
        set_poll(event.id, f"{host}/status", remote_name="gone")
        jobs.poll(allowed=LOCAL)
        set_poll(event.id, f"{host}/status")
        clock(AT + timedelta(seconds=30))
        assert jobs.poll(allowed=LOCAL) == jobs.Polled(failed=1)
    assert samples(db_session) == [(0, None, True), (None, None, False)]
    assert queries.polls(event.id)[0].error == "stream-not-named"


def test_all_pages_of_srs_and_mediamtx_are_asked_for(
    app: Flask, db_session: Session, clock: Callable[[datetime], None]
) -> None:
    clock(AT)
    event = make.make_counted_event()
    rows = [{"id": str(n), "stream": "s", "publish": n == 0} for n in range(130)]
    streams = {"streams": [{"id": "s", "name": "a", "app": "live", "clients": 130}]}
    item = {"name": "a", "online": True, "readers": [{"type": "rtmpConn", "id": "1"}]}
    other = {"name": "b", "online": True, "readers": []}
    with serving(streams=streams) as host:
        put("/clients?start=0&count=100", {"clients": rows[:100]})
        put("/clients?start=100&count=100", {"clients": rows[100:]})
        set_poll(event.id, host, "srs")
        jobs.poll(allowed=LOCAL)
        put("/list", {"itemCount": 2, "pageCount": 2, "items": [other]})
        put("/list?page=1", {"itemCount": 2, "pageCount": 2, "items": [item]})
        set_poll(event.id, f"{host}/list", "mediamtx", remote_name="a")
        clock(AT + timedelta(seconds=30))
        jobs.poll(allowed=LOCAL)
    assert samples(db_session) == [(129, None, True), (1, None, True)]
    assert queries.polls(event.id)[0].warnings == ()


def test_an_index_of_a_platform_is_kept_apart_from_viewers(
    app: Flask, db_session: Session, clock: Callable[[datetime], None]
) -> None:
    clock(AT)
    event = make.make_counted_event()
    room = {"code": 0, "data": {"room_id": 1, "live_status": 1, "online": 268_602}}
    with serving(room=room) as host:
        set_poll(event.id, f"{host}/room", "bilibili")
        jobs.poll(allowed=LOCAL)
    db_session.rollback()
    sample = db_session.scalars(select(StreamSample)).one()
    assert (sample.viewers, sample.popularity, sample.is_ok) == (None, 268_602, True)
    series = queries.stream_series(event.id)[0]
    assert (series.peak, series.stream.cls) == (None, "claimed")


def test_keys_stand_in_a_file_that_only_its_owner_reads(
    app: Flask, db_session: Session, clock: Callable[[datetime], None]
) -> None:
    clock(AT)
    event = make.make_counted_event()
    path = app.extensions["eventhub_settings"].instance_path / jobs.KEY_FILE
    entry = {"query": {"key": "q1"}, "headers": {"Authorization": "Bearer t1"}}
    with serving(videos={"items": []}) as host:
        set_poll(event.id, f"{host}/videos?id=V", "youtube", remote_name="V", key_ref="tube")
        jobs.poll(allowed=LOCAL)
        assert queries.polls(event.id)[0].error == "key-missing"
        path.write_text(json.dumps({"tube": entry}))
        path.chmod(0o600)
        clock(AT + timedelta(seconds=30))
        assert jobs.poll(allowed=LOCAL) == jobs.Polled(answered=1)
        assert Handler.asked == [("/videos?id=V&key=q1", "Bearer t1")]
        path.chmod(0o644)
        with pytest.raises(FetchFailed, match="key-file-readable"):
            jobs.key_of("tube", path.parent)
    assert samples(db_session)[-1] == (None, None, True)
    assert "q1" not in repr(db_session.scalars(select(StreamPoll.url)).all())


def test_commands_set_ask_list_and_stop(
    runner: FlaskCliRunner, clock: Callable[[datetime], None]
) -> None:
    clock(AT)
    event = make.make_counted_event()
    with serving(status={"viewers": 7}) as host:
        url = f"{host}/status"
        done = runner.invoke(
            args=[
                *("audience", "poll-set", event.slug, "main"),
                *("--format", "generic-json", "--url", url),
            ]
        )
        assert (done.exit_code, done.output) == (0, "main: asked every 30 s.\n")
        ask = ["audience", "poll", "--once", "--allow", "127.0.0.1", "--json"]
        assert json.loads(runner.invoke(args=ask).stdout) == {"answered": 1, "failed": 0}
    listed = json.loads(runner.invoke(args=["audience", "polls", event.slug, "--json"]).stdout)
    assert [(one["stream"], one["age_s"], one["stale"]) for one in listed["polls"]] == [
        ("main", 0, False)
    ]
    plain = runner.invoke(args=["audience", "polls", event.slug]).output
    assert plain == "main (generic-json, 127.0.0.1): answered 0 s ago\n"
    assert runner.invoke(args=["audience", "poll-stop", event.slug, "main"]).exit_code == 0
    clock(AT + timedelta(hours=1))
    assert jobs.poll(allowed=LOCAL) == jobs.Polled()
    unknown = runner.invoke(args=["audience", "poll-stop", event.slug, "other"])
    assert (unknown.exit_code, "unknown-stream" in unknown.output) == (1, True)
    wrong = ["audience", "poll-set", event.slug, "x", "--format", "srs", "--url", "file:///x"]
    assert runner.invoke(args=wrong).exit_code == 2


@pytest.mark.only("sqlite")
def test_the_leader_polls(app: Flask) -> None:
    job = next(job for job in scheduler.jobs(app) if job.name == "stream-polls")
    assert (job.run, job.every_s) == (jobs.poll_due, jobs.EVERY_S)
