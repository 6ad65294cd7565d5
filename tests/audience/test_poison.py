"""Poisoned feeds: whatever is sent, no total changes without a reason that is listed."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from eventhub.audience import queries, service
from eventhub.audience.models import Quarantine, StreamSample
from eventhub.audience.rules import integrity
from eventhub.audience.service import Answered, DuePoll, FileFormat, ImportFile, SetPoll, SetSensor
from eventhub.audience.sources import registry
from eventhub.audience.sources.reading import UnreadableFile
from eventhub.audience.sources.registry import StreamFormat
from eventhub.exposure import queries as exposure
from eventhub.exposure.enums import MediaFormat
from eventhub.exposure.service import BuildReport, ImportMedia, build_report, import_media
from eventhub.kernel.db import db
from eventhub.programme.queries import EventRow
from tests.factories import audience as make

TOPIC = "doors/north"
NOW = datetime(2026, 11, 21, 11, 40, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def evening(clock: Callable[[datetime], None]) -> None:
    """Set the time to 19:40 on the second evening."""
    clock(NOW)


@pytest.fixture
def event(app: Flask) -> EventRow:
    """Return an event with a cordon that has counted 100 and a stream with 400 viewers."""
    event = make.make_counted_event()
    zone = make.make_zone(event, "avenue")
    make.make_counter(event, "north", zone_id=zone.id, is_cordon=True, period_s=900)
    make.record(event, make.reading("north", NOW - 60 * MINUTE, duration_s=900, entered=100))
    make.record_viewers(event, "main", NOW - 5 * MINUTE, [400, 400, 400])
    return event


def state(event: EventRow) -> tuple[int, int | None, int | None]:
    """Return visits, viewers now and the peak of the day as pages show them."""
    db.session.rollback()
    now = queries.live(event)
    (stream,) = [row for row in now.streams if row.stream.slug == "main"]
    return (now.visits.count if now.visits else 0, stream.viewers, stream.peak)


def post(client: FlaskClient, event: EventRow, path: str, body: Any) -> Any:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post(
        f"/api/v1/events/{event.slug}/{path}",
        data=data,
        headers=make.make_key(event) | {"Content-Type": "application/json"},
    )


def sample(concurrent: Any, at: datetime = NOW) -> dict[str, Any]:
    return {"samples": [{"stream": "main", "at": at.isoformat(), "concurrent": concurrent}]}


def reading(entered: Any, at: datetime = NOW - 30 * MINUTE, **more: Any) -> dict[str, Any]:
    one = {"counter": "north", "start": at.isoformat(), "minutes": 15, "in": entered, "out": 0}
    return {"readings": [one | more]}


REFUSED = [
    (-1, "negative"),
    (1.5, "fraction"),
    (10**12, "too-large"),
    ("many", "not-a-number"),
    (True, "not-a-number"),
    ([], "not-a-number"),
]


@pytest.mark.parametrize(("value", "reason"), REFUSED, ids=[str(one[0]) for one in REFUSED])
@pytest.mark.only("sqlite")
def test_what_is_no_number_of_people_is_refused_with_its_reason(
    event: EventRow, client: FlaskClient, value: Any, reason: str
) -> None:
    before = state(event)
    viewers = post(client, event, "stream-samples", sample(value))
    passages = post(client, event, "counter-readings", reading(value))
    assert [row["reason"] for row in viewers.json["rejected"]] == [f"concurrent: {reason}"]
    assert [row["reason"] for row in passages.json["rejected"]] == [f"in: {reason}"]
    assert state(event) == before


@pytest.mark.parametrize("word", [b"NaN", b"Infinity", b"-Infinity", b"1e400"])
@pytest.mark.only("sqlite")
def test_a_number_that_json_does_not_have_is_refused_whole(
    event: EventRow, client: FlaskClient, word: bytes
) -> None:
    before = state(event)
    for path, body in (("stream-samples", sample(7)), ("counter-readings", reading(7))):
        poisoned = json.dumps(body).encode().replace(b": 7", b": " + word)
        answer = post(client, event, path, poisoned)
        assert answer.status_code in {400, 422} or answer.json["rejected"]
        assert answer.status_code < 500
    assert state(event) == before


@pytest.mark.only("sqlite")
def test_the_future_is_refused(event: EventRow, client: FlaskClient) -> None:
    before = state(event)
    ahead = NOW + timedelta(seconds=121)
    viewers = post(client, event, "stream-samples", sample(9_000, ahead))
    passages = post(client, event, "counter-readings", reading(9_000, ahead))
    reasons = [row["reason"] for answer in (viewers, passages) for row in answer.json["rejected"]]
    assert reasons == ["at: future", "start: future"]
    assert state(event) == before


@pytest.mark.only("sqlite")
def test_a_thousand_million_is_set_apart_and_listed(event: EventRow, client: FlaskClient) -> None:
    before = state(event)
    assert post(client, event, "stream-samples", sample(10**9)).json["quarantined"] == 1
    assert post(client, event, "counter-readings", reading(10**9)).json["quarantined"] == 1
    first = {"samples": [{"stream": "fresh", "at": NOW.isoformat(), "concurrent": 10**9}]}
    assert post(client, event, "stream-samples", first).json["quarantined"] == 1
    assert state(event) == before
    rules = sorted(row.rule for row in db.session.scalars(select(Quarantine)))
    assert rules == ["over-width", "too-many", "too-many"]
    assert len(queries.exclusions(event.id)) == 3


@pytest.mark.only("sqlite")
def test_a_jump_of_fifty_times_is_set_apart_and_what_follows_counts(
    event: EventRow, client: FlaskClient
) -> None:
    post(client, event, "stream-samples", sample(410, NOW - MINUTE))
    assert post(client, event, "stream-samples", sample(410 * 50 + 1)).json["quarantined"] == 1
    assert state(event)[1:] == (410, 410)
    assert [row.rule for row in queries.apart(event.id)] == ["jump"]
    assert post(client, event, "stream-samples", sample(420)).json["accepted"] == 1
    assert state(event)[1:] == (420, 420)


@pytest.mark.only("sqlite")
def test_a_replay_and_another_order_change_nothing(event: EventRow, client: FlaskClient) -> None:
    batch = {
        "readings": [reading(n, NOW - n * 15 * MINUTE, seq=n)["readings"][0] for n in range(2, 9)]
    }
    post(client, event, "counter-readings", batch)
    before = state(event)
    backwards = {"readings": batch["readings"][::-1] * 2}
    again = post(client, event, "counter-readings", backwards)
    assert (again.status_code, again.json["accepted"], again.json["revisions"]) == (200, 0, 0)
    stale = reading(9_999, NOW - 2 * 15 * MINUTE, seq=1)  # older than what is kept
    assert post(client, event, "counter-readings", stale).json["revisions"] == 1
    assert state(event) == before
    assert queries.revision_counts(event.id)
    assert [done.drift for done in service.rebuild(event.id)] == [0, 0]


@pytest.mark.only("sqlite")
def test_a_silence_of_two_hours_is_a_gap_of_two_hours_and_no_zero(
    app: Flask, clock: Callable[[datetime], None]
) -> None:
    event = make.make_counted_event()
    make.make_stream(event)
    start = NOW - timedelta(hours=4)
    make.record_viewers(event, "main", start, [500] * 60)
    make.record_viewers(event, "main", start + timedelta(hours=3), [700] * 60)
    (series,) = queries.stream_series(event.id)
    (gap,) = series.gaps
    assert gap.ends_at - gap.starts_at == timedelta(hours=2)
    assert [point.mean for point in series.points].count(None) == 120
    assert (series.peak, series.viewer_minutes) == (700, 60 * 500 + 60 * 700)
    clock(NOW + timedelta(hours=2))
    (now,) = queries.live(event).streams
    assert (now.is_live, now.is_stale, now.viewers) == (False, True, 700)


ANSWERS: list[tuple[StreamFormat, Any, str]] = [
    (StreamFormat.YOUTUBE, {"items": [{"id": "v", "liveStreamingDetails": {}}]}, "concurrent"),
    (StreamFormat.TWITCH, {"data": [{"user_login": "v"}]}, "viewer_count"),
    (StreamFormat.MUX, {"data": [{"value": "CN"}]}, "concurrent_viewers"),
    (StreamFormat.BILIBILI, {"data": {"room_id": 1, "live_status": 1}}, "online"),
    (StreamFormat.OWNCAST, {"online": True}, "viewerCount"),
]


def poisoned(kind: StreamFormat, document: Any, value: Any) -> bytes:
    """Return the answer of a platform with `value` in the place of its number."""
    found = json.loads(json.dumps(document))
    match kind:
        case StreamFormat.YOUTUBE:
            found["items"][0]["liveStreamingDetails"] = {
                "actualStartTime": "2026-11-21T10:00:00Z",
                "concurrentViewers": value,
            }
        case StreamFormat.TWITCH:
            found["data"][0]["viewer_count"] = value
        case StreamFormat.MUX:
            found["data"][0]["concurrent_viewers"] = value
        case StreamFormat.BILIBILI:
            found["data"]["online"] = value
        case _:
            found["viewerCount"] = value
    return json.dumps(found).encode()


@pytest.mark.parametrize("value", [-5, 1.5, "1e9", "many", True, 10**20, float("nan")])
@pytest.mark.parametrize(("kind", "document", "_field"), ANSWERS, ids=lambda one: str(one)[:12])
def test_a_platform_that_says_no_number_is_believed_in_none(
    kind: StreamFormat, document: Any, _field: str, value: Any
) -> None:
    with pytest.raises(UnreadableFile):
        registry.parse(kind, [poisoned(kind, document, value)])


@pytest.mark.parametrize(("kind", "document", "_field"), ANSWERS, ids=lambda one: str(one)[:12])
@pytest.mark.only("sqlite")
def test_a_platform_that_says_a_thousand_million_is_set_apart(
    app: Flask, kind: StreamFormat, document: Any, _field: str
) -> None:
    event = make.make_counted_event()
    poll = service.set_poll(
        SetPoll(event_id=event.id, slug="main", stream_format=kind, url="https://x.example/")
    )
    body = poisoned(kind, document, 10**9)
    due = DuePoll(poll.stream_id, event.id, "main", kind, poll.url, "", "", False)
    service.record_answer(Answered(due, NOW, registry.parse(kind, [body]), [body]))
    db.session.rollback()
    kept = [row.viewers for row in db.session.scalars(select(StreamSample))]
    rules = [row.rule for row in db.session.scalars(select(Quarantine))]
    if kind is StreamFormat.BILIBILI:  # an index of popularity, in no total anyway
        assert (kept, rules) == ([None], [])
    else:
        assert (kept, rules) == ([], ["too-many"])


def by_http(event: EventRow, client: FlaskClient, count: Any, at: datetime) -> int:
    answer = post(client, event, "counter-readings", reading(count, at)).json
    return answer["quarantined"] + len(answer["rejected"])


def by_csv(event: EventRow, _client: FlaskClient, count: Any, at: datetime) -> int:
    done = service.import_file(
        ImportFile(
            event_id=event.id,
            source_name="north",
            file_format=FileFormat.COUNTER_CSV,
            file_name="north.csv",
            data=f"start,minutes,in,out\n{at.isoformat()},15,{count},0\n".encode(),
            timezone=event.timezone,
        )
    )
    return done.quarantined + len(done.rejected)


def by_mqtt(event: EventRow, _client: FlaskClient, count: Any, at: datetime) -> int:
    service.set_sensor(SetSensor(event_id=event.id, name="north", topic=TOPIC))
    body = json.dumps(reading(count, at)).encode()
    done = service.record_message(TOPIC, body)
    return done.quarantined + len(done.rejected)


WAYS = (by_http, by_csv, by_mqtt)
POISON: dict[str, tuple[Any, timedelta]] = {
    "a thousand million": (10**9, -30 * MINUTE),
    "negative": (-7, -30 * MINUTE),
    "a fraction": (1.5, -30 * MINUTE),
    "no number": ("NaN", -30 * MINUTE),
    "without end": ("Infinity", -30 * MINUTE),
    "the future": (7, 3 * MINUTE),
    "a sensor times 100": (200_000, -30 * MINUTE),
}


def walk(event: EventRow, client: FlaskClient) -> list[str]:
    """Send every poison every way; return what moved a total or left no reason."""
    found = []
    before = state(event)
    for way in WAYS:
        for name, (count, when) in POISON.items():
            if not way(event, client, count, NOW + when):
                found.append(f"{way.__name__}: {name} left no reason")
            if state(event) != before:
                found.append(f"{way.__name__}: {name} moved a total")
                before = state(event)
    return found


def test_no_way_in_lets_poison_into_a_total(event: EventRow, client: FlaskClient) -> None:
    assert walk(event, client) == []
    kept = [row.raw["in"] for row in db.session.scalars(select(Quarantine))]
    assert sorted(kept) == [200_000, 10**9]  # whole, once, whichever way they came


@pytest.mark.only("sqlite")
def test_the_walk_sees_a_rule_that_is_missing(
    event: EventRow, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(integrity, "exceeds_width", lambda *_args: None)
    assert "by_http: a sensor times 100 moved a total" in walk(event, client)
    assert "by_csv: a sensor times 100 left no reason" in walk(event, client)


MENTION = {"outlet": "A", "title": "T", "published_at": "2026-11-21T10:00:00+00:00"}
BAD_MENTIONS: list[dict[str, Any]] = [
    *({"reach": value} for value in (-1, 10**13, 1.5, "many", "NaN")),
    {"published_at": "2026-11-22T10:00:00+00:00"},  # the future
    {"published_at": "never"},
    {"url": "javascript:alert(1)"},
]


def media_state(event: EventRow) -> list[tuple[str, int | None]]:
    db.session.rollback()
    return [(row.title, row.reach) for row in exposure.mention_rows(event.id)]


def test_poisoned_mentions_are_refused_with_their_reason_and_replays_change_nothing(
    event: EventRow, client: FlaskClient
) -> None:
    good = [MENTION | {"reach": 500}, MENTION | {"title": "U", "reach": 70}]
    assert post(client, event, "mentions", {"mentions": good}).json["accepted"] == 2
    before = media_state(event)
    for bad in BAD_MENTIONS:
        answer = post(client, event, "mentions", {"mentions": [MENTION | {"title": "V"} | bad]})
        is_said = answer.status_code == 422 or answer.json["rejected"]
        assert is_said, bad
        assert media_state(event) == before, bad
    for word in (b"NaN", b"Infinity", b"1e400"):
        body = json.dumps({"mentions": [MENTION | {"title": "V", "reach": 7}]}).encode()
        answer = post(client, event, "mentions", body.replace(b": 7", b": " + word))
        assert answer.status_code in {400, 422}
    again = post(client, event, "mentions", {"mentions": good[::-1] * 2}).json
    assert (again["accepted"], again["duplicates"]) == (0, 4)
    rows = "\n".join(
        f"{title},A,{at},{reach}"
        for title, at, reach in (
            ("T", "2026-11-21 18:00", 999),  # known: the first one holds
            ("V", "2026-11-21 18:00", -5),
            ("V", "2031-01-01", 5),
            ("V", "someday", 5),
            ("V", "2026-11-21", "NaN"),
            ("V", "2026-11-21", "1e9"),
        )
    )
    cmd = ImportMedia(
        event_id=event.id,
        file_format=MediaFormat.CSV,
        file_name="poison.csv",
        data=f"Headline,Source,Date,Reach\n{rows}\n".encode(),
    )
    done = import_media(cmd)
    assert (done.accepted, len(done.rejected)) == (0, 5)
    assert import_media(cmd).is_known
    assert media_state(event) == before
    assert build_report(BuildReport(event_id=event.id)).document()["gross"] == 570 + 100


@pytest.mark.only("sqlite")
def test_a_reach_beyond_belief_is_flagged_where_it_moves_the_sum(
    event: EventRow, client: FlaskClient
) -> None:
    plain = {
        flag["code"] for flag in build_report(BuildReport(event_id=event.id)).document()["flags"]
    }
    post(client, event, "mentions", {"mentions": [MENTION | {"reach": 10**9}]})
    found = build_report(BuildReport(event_id=event.id)).document()
    assert found["gross"] == 10**9 + 100
    assert {flag["code"] for flag in found["flags"]} - plain
