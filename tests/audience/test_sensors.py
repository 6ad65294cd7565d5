"""Counters and stream servers that report by themselves: signed pushes, hooks, MQTT."""

from __future__ import annotations

import hmac
import json
import shutil
import socket
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner
from sqlalchemy import select

from eventhub.audience import mqtt, queries, service
from eventhub.audience.errors import BadTopic, TopicTaken
from eventhub.audience.models import CounterBin, HookPlay, StreamSample
from eventhub.audience.mqtt import BadBroker, Listener
from eventhub.kernel.db import db
from eventhub.programme.queries import EventRow
from tests.assertions import assert_problem
from tests.audience.test_lab import needed, running, until
from tests.factories import audience as make

NOW = datetime(2026, 11, 21, 11, 40, tzinfo=UTC)
PUSH = {
    "source": "whatever it calls itself",
    "seq": 918,
    "bins": [
        {"start": "2026-11-21T11:30:00Z", "dur": 60, "in": 37, "out": 12, "cov": 1.0},
        {"start": "2026-11-21T11:31:00Z", "dur": 60, "in": 41, "out": 9, "cov": 0.5},
    ],
}


@pytest.fixture(autouse=True)
def evening(clock: Callable[[datetime], None]) -> None:
    """Set the time to 19:40 on the second evening."""
    clock(NOW)


@pytest.fixture
def event(app: Flask) -> EventRow:
    """Return an event."""
    return make.make_counted_event()


def set_sensor(event: EventRow, name: str = "east", topic: str = "") -> str:
    return service.set_sensor(service.SetSensor(event_id=event.id, name=name, topic=topic))


def passages() -> list[tuple[str, int]]:
    db.session.rollback()
    rows = db.session.scalars(
        select(CounterBin).order_by(CounterBin.starts_at, CounterBin.direction)
    )
    return [(row.direction, row.passages) for row in rows]


def push(client: FlaskClient, key: str, body: bytes, name: str = "east") -> Any:
    signature = hmac.digest(key.encode(), body, "sha256").hex()
    return client.post(
        f"/api/v1/events/cloth-week/sensors/{name}",
        data=body,
        headers={"X-EventHub-Signature": signature},
    )


def test_a_signed_push_goes_in_once_under_the_sensors_own_name(
    event: EventRow, client: FlaskClient
) -> None:
    key = set_sensor(event)
    body = json.dumps(PUSH).encode()
    first = push(client, key, body)
    assert (first.status_code, first.json["accepted"]) == (201, 2)
    again = push(client, key, body)
    assert (again.status_code, again.json["duplicates"]) == (200, 2)
    assert passages() == [("in", 37), ("out", 12), ("in", 41), ("out", 9)]
    assert [row.name for row in queries.counters(event.id)] == ["east"]
    assert [row.last_seen_at for row in queries.sensors(event.id)] == [NOW]


@pytest.mark.only("sqlite")
def test_another_key_or_body_or_sensor_is_refused_and_changes_nothing(
    event: EventRow, client: FlaskClient
) -> None:
    key = set_sensor(event)
    body = json.dumps(PUSH).encode()
    wrong = [
        push(client, "0" * 64, body),
        push(client, key, body, name="west"),
        client.post("/api/v1/events/cloth-week/sensors/east", data=body),
        client.post(
            "/api/v1/events/cloth-week/sensors/east",
            data=body + b" ",
            headers={"X-EventHub-Signature": hmac.digest(key.encode(), body, "sha256").hex()},
        ),
    ]
    for answer in wrong:
        assert_problem(answer, 401, "bad-signature")
    renewed = service.renew_key(event.id, "east")
    assert_problem(push(client, key, body), 401, "bad-signature")
    assert passages() == []
    assert_problem(push(client, renewed, b"{"), 422, "invalid-json")
    assert push(client, renewed, body).status_code == 201


POISON: list[tuple[dict[str, Any], str]] = [
    ({"in": 10**9 * 3}, "in: too-large"),
    ({"in": -1}, "in: negative"),
    ({"in": 1.5}, "in: fraction"),
    ({"in": "many"}, "in: not-a-number"),
    ({"in": True}, "in: not-a-number"),
    ({"start": "2027-01-01T00:00:00Z"}, "start: future"),
    ({"start": "soon"}, "start: not-a-time"),
    ({"dur": 0}, "minutes: not-a-length"),
    ({"cov": 7}, "cov: not-a-share"),
]


@pytest.mark.only("sqlite")
@pytest.mark.parametrize(("change", "reason"), POISON, ids=[reason for _c, reason in POISON])
def test_a_poisoned_push_changes_no_total_without_a_reason(
    event: EventRow, client: FlaskClient, change: dict[str, Any], reason: str
) -> None:
    key = set_sensor(event)
    good, bad = (dict(bin_) for bin_ in PUSH["bins"])  # type: ignore[attr-defined]
    body = json.dumps({"bins": [good, bad | change]}).encode()
    answer = push(client, key, body)
    assert [one["reason"] for one in answer.json["rejected"]] == [reason]
    assert passages() == [("in", 37), ("out", 12)]


@pytest.mark.only("sqlite")
def test_a_number_that_json_does_not_have_is_refused_whole(
    event: EventRow, client: FlaskClient
) -> None:
    key = set_sensor(event)
    body = b'{"bins":[{"start":"2026-11-21T11:30:00Z","dur":60,"in":NaN}]}'
    assert_problem(push(client, key, body), 422, "invalid-json")
    assert passages() == []


def test_topics_belong_to_one_counter(event: EventRow) -> None:
    set_sensor(event, "east", "gates/east")
    set_sensor(event, "east", "gates/east")
    with pytest.raises(TopicTaken):
        set_sensor(event, "west", "gates/east")
    for topic in ("gates/#", "gates/+/x", "a b", "/x"):
        with pytest.raises(BadTopic):
            set_sensor(event, "west", topic)
    assert queries.topics() == ["gates/east"]


def hook(client: FlaskClient, event: EventRow, body: Any, secret: str = "") -> int:
    right = service.hook_secret(event.uuid, "main")
    address = f"/api/v1/events/cloth-week/hooks/main/{secret or right}"
    more = {"json": body} if isinstance(body, dict) else {"data": body}
    if not isinstance(body, dict):
        more["content_type"] = "application/x-www-form-urlencoded"
    return int(client.post(address, **more).status_code)


def viewers() -> list[int | None]:
    db.session.rollback()
    rows = db.session.scalars(select(StreamSample).order_by(StreamSample.at))
    return [row.viewers for row in rows]


def test_hooks_say_who_plays_and_a_repeat_counts_once(
    event: EventRow, client: FlaskClient, clock: Callable[[datetime], None]
) -> None:
    play = "app=live&name=runway&call=play&pid=7&clientid={}&addr=192.0.2.9"
    assert hook(client, event, "app=live&name=runway&call=publish&pid=7&key=secret") == 200
    for number in (1, 2, 2):
        assert hook(client, event, play.format(number)) == 200
    assert hook(client, event, play.format(3), secret="wrong") == 401
    srs = {"action": "on_play", "server_id": "s", "client_id": "c", "app": "live", "stream": "x"}
    assert hook(client, event, srs) == 200
    assert viewers() == [3]
    clock(NOW + timedelta(seconds=15))
    assert service.sample_hooks() == 1
    assert viewers() == [3, 3]
    hook(client, event, play.format(1).replace("call=play", "call=play_done"))
    assert viewers() == [3, 2]
    hook(client, event, "app=live&name=runway&call=publish_done&pid=7")
    assert viewers() == [3, 0]
    assert db.session.scalars(select(HookPlay)).all() == []
    assert service.sample_hooks() == 0


@pytest.mark.only("sqlite")
def test_a_call_about_something_else_is_answered_and_keeps_nothing(
    event: EventRow, client: FlaskClient
) -> None:
    assert hook(client, event, "call=connect&app=live") == 200
    assert hook(client, event, {"action": "on_dvr"}) == 200
    assert viewers() == []


@pytest.mark.only("sqlite")
def test_commands_print_addresses_and_keys(event: EventRow, runner: FlaskCliRunner) -> None:
    made = runner.invoke(args=["audience", "sensor-set", "cloth-week", "east", "--json"])
    said = json.loads(made.output)
    assert said["url"] == "http://localhost/api/v1/events/cloth-week/sensors/east"
    again = runner.invoke(args=["audience", "sensor-key", "cloth-week", "east", "--json"])
    assert json.loads(again.output)["key"] != said["key"]
    url = runner.invoke(args=["audience", "hook-url", "cloth-week", "main"]).output
    assert service.hook_secret(event.uuid, "main") in url
    assert runner.invoke(args=["audience", "mqtt"]).exit_code == 2
    assert runner.invoke(args=["audience", "mqtt", "--url", "http://x"]).exit_code == 2


@pytest.mark.parametrize("url", ["http://x", "mqtt://", "mqtt://x:port"])
def test_a_broker_needs_an_address(url: str) -> None:
    with pytest.raises(BadBroker):
        Listener(url, client_id="x")


@pytest.fixture
def broker(tmp_path: Path) -> Any:
    """Return what starts a Mosquitto on a spare port; its messages outlive it."""
    program = needed("mosquitto", shutil.which("mosquitto") or shutil.which("/usr/sbin/mosquitto"))
    with socket.socket() as spare:
        spare.bind(("127.0.0.1", 0))
        port = spare.getsockname()[1]
    config = tmp_path / "mosquitto.conf"
    config.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence true\n"
        f"persistence_location {tmp_path}/\nuser root\n"
    )

    def start() -> Any:
        return running(program, "-c", str(config))

    start.url = f"mqtt://127.0.0.1:{port}"  # type: ignore[attr-defined]
    return start


def publish(url: str, topic: str, *payloads: bytes) -> None:
    """Send messages with QoS 1 and wait until the broker has them."""
    from paho.mqtt import client as paho  # noqa: PLC0415 - only where it is used
    from paho.mqtt.enums import CallbackAPIVersion  # noqa: PLC0415 - as above

    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", int(url.rpartition(":")[2]))
    client.loop_start()
    for payload in payloads:
        client.publish(topic, payload, qos=1).wait_for_publish(5)
    client.disconnect()
    client.loop_stop()


def hear(listener: Listener, is_enough: Callable[[], bool]) -> bool:
    """Let a listener work until enough has come; tell whether it did."""

    def step() -> bool:
        listener.step(0.1)
        return is_enough()

    return until(step, 10)


@pytest.mark.only("sqlite")
def test_counters_at_a_real_broker_lose_nothing_while_nobody_listens(
    event: EventRow, broker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mqtt, "_TOPICS_EVERY_S", 0.1)
    set_sensor(event, "east", "gates/east")
    body = json.dumps(PUSH).encode()
    with broker():
        listener = Listener(broker.url, client_id="eventhub-test")
        listener.start()
        assert hear(listener, lambda: listener.is_subscribed)
        publish(broker.url, "gates/east", body, body, b"{", b"x" * (mqtt.MAX_BYTES + 1))
        assert hear(listener, lambda: (listener.heard.kept, listener.heard.refused) == (2, 2))
        assert passages() == [("in", 37), ("out", 12), ("in", 41), ("out", 9)]
        listener.stop()
        late = {"bins": [{"start": "2026-11-21T11:35:00Z", "dur": 60, "in": 5, "out": 0}]}
        publish(broker.url, "gates/east", json.dumps(late).encode())
        listener = Listener(broker.url, client_id="eventhub-test")
        listener.start()
        assert hear(listener, lambda: listener.heard.kept == 1)
        assert passages()[-2:] == [("in", 5), ("out", 0)]
    assert until(lambda: not listener.is_connected, 5)  # the broker went away
    with broker():
        assert hear(listener, lambda: listener.is_subscribed)  # and is found again
        listener.stop()


def test_the_program_is_missed_loudly_where_it_must_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENTHUB_REQUIRE_LAB", "1")
    with pytest.raises(pytest.fail.Exception, match="apt-get install nothing"):
        needed("nothing", None)
    monkeypatch.delenv("EVENTHUB_REQUIRE_LAB")
    with pytest.raises(pytest.skip.Exception):
        needed("nothing", None)
    assert subprocess.run([needed("true", shutil.which("true"))], check=True).returncode == 0
