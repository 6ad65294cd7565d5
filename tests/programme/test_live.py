"""Delays and states said while the event runs: what pages show, and what stays as released."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner

from eventhub.kernel.errors import Invalid
from eventhub.programme import board, queries, service
from eventhub.programme.enums import LiveState
from eventhub.programme.errors import NotRunning, UnknownShow
from eventhub.programme.queries import EventRow
from eventhub.programme.rules.live import Word, measured_delay, seen
from eventhub.programme.service import SetDelay, SetLive
from tests.factories import programme as make

T0 = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)  # 20:00 in Shanghai
END = T0 + timedelta(minutes=45)
SetTime = Callable[[datetime], object]


def at(minutes: int) -> datetime:
    """Return minutes after the released start."""
    return T0 + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("word", "minutes", "expected"),
    [
        (None, -1, ("ahead", 0, 0)),
        (None, 0, ("live", 0, 45)),
        (None, 44, ("live", 0, 1)),
        (None, 45, ("past", 0, 0)),
        ((LiveState.WAITING, 20, 0), 10, ("ahead", 20, 0)),
        ((LiveState.WAITING, 20, 0), 20, ("live", 20, 45)),
        ((LiveState.WAITING, 20, 0), 65, ("past", 20, 0)),
        ((LiveState.RUNNING, 0, -2), -1, ("live", 0, 46)),
        ((LiveState.RUNNING, 0, 0), 50, ("live", 0, 0)),  # over its time
        ((LiveState.RUNNING, 0, 0), 75, ("past", 0, 0)),  # nobody ended it
        ((LiveState.RUNNING, 10, 10), 20, ("live", 10, 35)),
        ((LiveState.HELD, 0, -5), 10, ("held", 0, 0)),
        ((LiveState.HELD, 0, 20), 25, ("held", 0, 20)),
        ((LiveState.ENDED, 0, 30), 31, ("past", 0, 0)),
        ((LiveState.ENDED, 0, -30), -29, ("past", 0, 0)),  # ended before it began
        ((LiveState.CANCELLED, 0, -30), -29, ("cancelled", 0, 0)),
    ],
)
def test_what_is_seen(
    word: tuple[LiveState, int, int] | None, minutes: int, expected: tuple[str, int, int]
) -> None:
    said = Word(word[0], word[1], at(word[2])) if word else None
    now = seen(T0, END, "scheduled", said, at(minutes))
    assert (now.state, now.delay_min, now.left_min) == expected
    assert now.starts_at < now.ends_at
    assert (now.starts_at <= at(minutes) < now.ends_at) == (now.state in {"live"} or (
        now.state == "held" and minutes >= 20
    ))  # fmt: skip


def test_a_release_that_cancels_wins() -> None:
    running = Word(LiveState.RUNNING, 0, T0)
    assert seen(T0, END, "cancelled", running, at(5)).state == "cancelled"


@pytest.mark.parametrize(
    ("late", "said", "expected"), [(4, 0, 0), (5, 0, 5), (12, 10, 10), (31, 10, 31)]
)
def test_a_late_begin_is_a_delay(late: int, said: int, expected: int) -> None:
    assert measured_delay(T0, said, at(late)) == expected


@pytest.fixture
def event(app: Flask) -> EventRow:
    """Return an event with two shows on one stage, one hour apart."""
    event = make.make_event("weaving")
    stage = make.make_stage(event, "hall")
    for number, code in enumerate(("FIRST1", "SECOND")):
        performance = make.make_performance(event, make.make_show(event, code))
        make.make_slot(event, performance_id=performance, stage_id=stage, starts_at=at(60 * number))
    make.release(event, "v1")
    return event


def number_of(event: EventRow, code: str) -> int:
    """Return the id of a show's performance."""
    return queries.show_by_code(event, code).performances[0].performance_id


def now_json(client: FlaskClient) -> dict[str, object]:
    """Return what the first stage plays by the feed."""
    data = client.get("/e/weaving/now.json").get_json()
    stage: dict[str, object] = data["stages"][0]
    return stage


def test_a_delay_is_on_all_public_pages_and_leaves_the_release(
    event: EventRow, client: FlaskClient, clock: SetTime
) -> None:
    clock(at(-30))
    before = queries.programme(event)
    first = number_of(event, "FIRST1")
    etag = client.get("/e/weaving/now.json").headers["ETag"]
    service.set_delay(SetDelay(event_id=event.id, performance_id=first, minutes=20))
    assert client.get("/e/weaving/now.json", headers={"If-None-Match": etag}).status_code == 200
    pages = ("", "programme/2026-11-21", "shows/FIRST1", "live")
    for path in (f"/e/weaving/{page}" for page in pages):
        assert "+20 min" in client.get(f"{path}?lang=en").text, path
        assert "+20 分钟" in client.get(f"{path}?lang=zh").text, path
    assert queries.programme(event) == before
    assert now_json(client)["next"] == {
        "code": "FIRST1", "guid": before[0].uuid, "title": before[0].title, "stage": "hall",
        "start": "2026-11-21T12:20:00+00:00", "end": "2026-11-21T13:05:00+00:00",
        "delay_min": 20, "state": "ahead",
    }  # fmt: skip


def test_states_move_now_and_next(event: EventRow, client: FlaskClient, clock: SetTime) -> None:
    first = number_of(event, "FIRST1")

    def say(state: LiveState) -> None:
        service.set_live(SetLive(event_id=event.id, performance_id=first, state=state))

    def on() -> tuple[str | None, str | None]:
        stage = now_json(client)
        return tuple(
            part["code"] if (part := stage[name]) else None  # type: ignore[index]
            for name in ("now", "next")
        )  # type: ignore[return-value]

    clock(at(10))
    assert on() == ("FIRST1", "SECOND")
    say(LiveState.ENDED)
    clock(at(11))
    assert on() == (None, "SECOND")
    say(LiveState.WAITING)
    assert on() == ("FIRST1", "SECOND")
    say(LiveState.CANCELLED)
    assert on() == (None, "SECOND")
    assert "Cancelled" in client.get("/e/weaving/shows/FIRST1?lang=en").text


def test_a_show_that_begins_late_is_delayed_by_it(event: EventRow, clock: SetTime) -> None:
    first = number_of(event, "FIRST1")
    clock(at(12))
    word = service.set_live(
        SetLive(event_id=event.id, performance_id=first, state=LiveState.RUNNING)
    )
    assert (word.state, word.delay_min) == (LiveState.RUNNING, 12)


def test_what_can_not_be_said(event: EventRow) -> None:
    first = number_of(event, "FIRST1")
    head = {"event_id": event.id, "performance_id": first}
    with pytest.raises(Invalid):
        service.set_delay(SetDelay(**head, minutes=-1))
    with pytest.raises(Invalid):
        service.set_delay(SetDelay(**head, minutes=721))
    with pytest.raises(UnknownShow):
        service.set_delay(SetDelay(event_id=event.id, performance_id=999, minutes=1))
    service.set_live(SetLive(**head, state=LiveState.ENDED))
    with pytest.raises(NotRunning):
        service.set_delay(SetDelay(**head, minutes=5, is_more=True))
    assert len(queries.live_states(event.id)) == 1


def test_the_commands(event: EventRow, runner: FlaskCliRunner, clock: SetTime) -> None:
    clock(at(-5))
    done = runner.invoke(args=["schedule", "delay", "weaving", "FIRST1", "20", "--json"])
    assert (done.exit_code, json.loads(done.output)) == (
        0, {"show": "FIRST1", "performance": 1, "state": "waiting", "delay_min": 20},
    )  # fmt: skip
    done = runner.invoke(args=["schedule", "live", "weaving", "FIRST1", "running", "--json"])
    assert json.loads(done.output)["state"] == "running"
    assert runner.invoke(args=["schedule", "delay", "weaving", "NOSUCH", "5"]).exit_code == 1


ZONES = {
    "Asia/Shanghai": datetime(2026, 11, 20, 15, 30, tzinfo=UTC),  # 23:30, ends 04:00
    "Europe/Berlin": datetime(2026, 10, 24, 21, 30, tzinfo=UTC),  # over the end of summer time
}
INSTANTS = [  # minutes after the start of a show of 4 h 30 min, and what is on
    (-1, None), (0, "NIGHT1"), (29, "NIGHT1"), (31, "NIGHT1"), (60, "NIGHT1"), (120, "NIGHT1"),
    (179, "NIGHT1"), (181, "NIGHT1"), (225, "NIGHT1"), (269, "NIGHT1"), (270, None), (300, None),
]  # fmt: skip


@pytest.mark.only("sqlite")
@pytest.mark.parametrize("zone", [*ZONES, "spring"])
def test_now_is_right_around_midnight_and_on_nights_that_change_the_clock(
    app: Flask, zone: str
) -> None:
    starts_at = ZONES.get(zone, datetime(2026, 3, 28, 22, 30, tzinfo=UTC))  # 23:30, 02:00 skips
    name = "Europe/Berlin" if zone == "spring" else zone
    day = starts_at.astimezone(ZoneInfo(name)).date()
    event = make.make_event("night", timezone=name, starts_on=day, ends_on=day)
    stage = make.make_stage(event, "hall")
    performance = make.make_performance(event, make.make_show(event, "NIGHT1"))
    make.make_slot(
        event, performance_id=performance, stage_id=stage, starts_at=starts_at, minutes=270
    )
    make.release(event, "v1")
    rows = queries.programme(event)
    [row] = rows
    assert row.day == day
    for minutes, expected in INSTANTS:
        instant = starts_at + timedelta(minutes=minutes)
        assert event.operating_day(instant) == day, minutes
        items = board.listed(rows, {}, instant)
        [column] = board.stage_columns(queries.public_stages(event.id), items, instant)
        found = column.live.row.show_code if column.live else None
        assert found == expected, minutes
        if column.live:
            assert column.live.left_min == 270 - minutes
