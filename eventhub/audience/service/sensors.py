"""Counters that report by themselves: signed HTTP or a topic of MQTT, one way in for both."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass, replace
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select

from eventhub.audience.enums import SourceKind
from eventhub.audience.errors import (
    BadSignature,
    BadTopic,
    TopicTaken,
    UnknownSensor,
    UnreadableSource,
)
from eventhub.audience.models import Sensor, Source
from eventhub.audience.service.readings import Recorded, RecordReadings, Refusal, record_readings
from eventhub.audience.service.sources import EnsureSource, ensure_source
from eventhub.audience.sources import counter_json
from eventhub.audience.sources.reading import UnreadableFile
from eventhub.kernel import audit, clock
from eventhub.kernel.db import command, db, on_violation
from eventhub.kernel.signing.secrets import derive_key
from eventhub.programme.models import Event
from eventhub.settings import current_settings

_TOPIC: Final = re.compile(r"[^#+\0\s/][^#+\0\s]{0,199}")

on_violation("uq_sensor_topic", TopicTaken)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetSensor:
    """Let counter `name` report by itself; `topic` empty: by signed HTTP alone."""

    event_id: int
    name: str
    topic: str = ""
    period_s: int = 60
    is_synthetic: bool = False


@command
def set_sensor(cmd: SetSensor) -> str:
    """
    Register a sensor, or change its topic; return the key it signs with. Commits.

    Raises:
        BadTopic: A topic with a wildcard or a space, or too long.

        TopicTaken: Another counter reports under this topic.
    """
    if cmd.topic and not _TOPIC.fullmatch(cmd.topic):
        raise BadTopic()
    source = ensure_source(
        EnsureSource(
            event_id=cmd.event_id,
            name=cmd.name,
            kind=SourceKind.COUNTER,
            period_s=cmd.period_s,
            is_synthetic=cmd.is_synthetic,
        )
    )
    sensor = db.session.get(Sensor, source.id)
    before = {"topic": sensor.topic or ""} if sensor else {}
    if sensor is None:
        sensor = Sensor(source_id=source.id, event_id=cmd.event_id, key_rev=1)
        db.session.add(sensor)
    sensor.topic = cmd.topic or None
    db.session.flush()
    audit.record(
        "sensor.set",
        f"counter:{cmd.name}",
        event_id=cmd.event_id,
        before=before,
        after={"topic": cmd.topic},
    )
    return key_of(sensor)


@command
def renew_key(event_id: int, name: str) -> str:
    """
    Make the key of a sensor void and return the new one. Commits.

    Raises:
        UnknownSensor: The event has no such sensor.
    """
    sensor = _sensor(event_id, name)
    if sensor is None:
        raise UnknownSensor()
    sensor.key_rev += 1
    db.session.flush()
    audit.record("sensor.renew_key", f"counter:{name}", event_id=event_id)
    return key_of(sensor)


def key_of(sensor: Sensor) -> str:
    """Return the key that a sensor signs with, 64 hexadecimal digits."""
    purpose = f"sensor:{sensor.source_id}:{sensor.key_rev}"
    return derive_key(current_settings().secret_key, purpose).hex()


def _sensor(event_id: int, name: str) -> Sensor | None:
    return db.session.scalar(
        select(Sensor)
        .join(Source, Source.id == Sensor.source_id)
        .where(Source.event_id == event_id, Source.name == name)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """What a sensor sent, and the signature beside it: HMAC-SHA256 of the body in hex."""

    event_id: int
    name: str
    body: bytes
    signature: str


@command
def record_push(cmd: Push) -> Recorded:
    """
    Keep the readings of a signed push; the same push again changes nothing. Commits.

    Raises:
        BadSignature: No such sensor, or another key or body.

        UnreadableSource: Not JSON, or of another shape.
    """
    sensor = _sensor(cmd.event_id, cmd.name)
    if sensor is None:
        raise BadSignature()
    key = key_of(sensor).encode()
    true = hmac.digest(key, cmd.body, "sha256").hex()
    if not hmac.compare_digest(true.encode(), cmd.signature.strip().lower().encode()):
        raise BadSignature()
    return _record(sensor, cmd.body)


@command
def record_message(topic: str, payload: bytes) -> Recorded:
    """
    Keep the readings of a message of MQTT; the same message again changes nothing. Commits.

    Raises:
        UnknownSensor: No counter reports under this topic.

        UnreadableSource: Not JSON, or of another shape.
    """
    sensor = db.session.scalar(select(Sensor).where(Sensor.topic == topic))
    if sensor is None:
        raise UnknownSensor()
    return _record(sensor, payload)


def _record(sensor: Sensor, data: bytes) -> Recorded:
    """Keep readings under the sensor's own name, whatever name they carry."""
    source = db.session.get_one(Source, sensor.source_id)
    event = db.session.get_one(Event, sensor.event_id)
    try:
        file = counter_json.parse(
            data, zone=ZoneInfo(source.timezone or event.timezone), counter=source.name
        )
    except UnreadableFile as error:
        raise UnreadableSource(code=error.code, details={"detail": error.detail}) from error
    done = record_readings(
        RecordReadings(
            event_id=sensor.event_id,
            readings=[replace(one, counter=source.name) for one in file.readings],
            is_synthetic=source.is_synthetic,
        )
    )
    sensor.last_seen_at = clock.now()
    bad = tuple(Refusal(line.line, line.reason) for line in file.rejected)
    return replace(done, rejected=(*done.rejected, *bad))
