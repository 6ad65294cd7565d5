"""Push of counter readings and stream samples; keys with scope `audience:write`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, tzinfo
from typing import Any, Final

from flask import Blueprint, request
from flask.wrappers import Response
from pydantic import Field

from eventhub.accounts.enums import Scope
from eventhub.audience import service
from eventhub.audience.errors import BadSignature, UnknownStream
from eventhub.audience.service import (
    CounterReading,
    Push,
    Recorded,
    RecordReadings,
    RecordSamples,
    Refusal,
    SampleReading,
    TakeHook,
)
from eventhub.audience.sources import counter_json
from eventhub.audience.sources.counter_json import BadReading
from eventhub.extensions import csrf
from eventhub.kernel.api import Schema, body, operation
from eventhub.kernel.http import json_answer
from eventhub.programme.errors import UnknownEvent
from eventhub.programme.queries import EventRow, event_by_slug, keyed_event

MAX_ITEMS: Final = 5_000
SIGNATURE: Final = "X-EventHub-Signature"
_SLUG: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")

bp = Blueprint("audience_api", __name__, url_prefix="/api/v1/events/<slug>")
csrf.exempt(bp)


class ReadingIn(Schema):
    """People over one counter's line from `start` for `minutes`; at least one of in and out."""

    counter: str
    start: datetime
    minutes: int = Field(ge=1, le=1440)
    in_: int | None = Field(default=None, alias="in", ge=0)
    out: int | None = Field(default=None, ge=0)
    seq: int = Field(default=0, ge=0, description="The higher one of two values of a bin holds.")


class ReadingsIn(Schema):
    """Readings of one or more counters, in order of arrival."""

    readings: list[ReadingIn] = Field(max_length=MAX_ITEMS)


class SampleIn(Schema):
    """Viewers of one stream at one instant; `concurrent` null is a failed poll."""

    stream: str
    at: datetime
    concurrent: int | None = Field(ge=0)
    cumulative: int | None = Field(default=None, ge=0)


class SamplesIn(Schema):
    """Samples of one or more streams, in order of arrival."""

    samples: list[SampleIn] = Field(max_length=MAX_ITEMS)


class RejectedOut(Schema):
    """An item that was not kept; `index` counts from 0."""

    index: int
    reason: str


class RecordedOut(Schema):
    """What became of the items; `quarantined` ones are kept apart until somebody decides."""

    accepted: int
    duplicates: int
    revisions: int
    quarantined: int
    rejected: list[RejectedOut]
    created: list[str]


class _AnyReadings(Schema):
    readings: list[Any] = Field(max_length=MAX_ITEMS)


class _AnySamples(Schema):
    samples: list[Any] = Field(max_length=MAX_ITEMS)


@bp.post("/counter-readings")
@operation(
    summary="Send counter readings; sending them again changes nothing.",
    body=ReadingsIn,
    answers={201: RecordedOut, 200: RecordedOut},
    scope=Scope.AUDIENCE_WRITE,
    tags=["audience"],
)
def counter_readings(slug: str) -> Response:
    """POST /api/v1/events/SLUG/counter-readings, keys with audience:write."""
    event = _authorised(slug)
    good: list[CounterReading] = []
    bad: list[Refusal] = []
    for index, item in enumerate(body(_AnyReadings).readings):
        try:
            good.append(counter_json.reading(item, line=index, zone=event.zone))
        except BadReading as error:
            bad.append(Refusal(index, str(error)))
    done = service.record_readings(
        RecordReadings(event_id=event.id, readings=good, is_synthetic=event.is_synthetic)
    )
    return _answer(done, bad)


@bp.post("/stream-samples")
@operation(
    summary="Send samples of stream viewers; sending them again changes nothing.",
    body=SamplesIn,
    answers={201: RecordedOut, 200: RecordedOut},
    scope=Scope.AUDIENCE_WRITE,
    tags=["audience"],
)
def stream_samples(slug: str) -> Response:
    """POST /api/v1/events/SLUG/stream-samples, keys with audience:write."""
    event = _authorised(slug)
    good: list[SampleReading] = []
    bad: list[Refusal] = []
    for index, item in enumerate(body(_AnySamples).samples):
        try:
            good.append(_sample(item, index, event.zone))
        except BadReading as error:
            bad.append(Refusal(index, str(error)))
    done = service.record_samples(
        RecordSamples(event_id=event.id, samples=good, is_synthetic=event.is_synthetic)
    )
    return _answer(done, bad)


class ExportOut(Schema):
    """What became of an export; figures are counted. `unused` lists columns that count nothing."""

    accepted: int
    duplicates: int
    revisions: int
    quarantined: int
    rejected: list[RejectedOut]
    unused: list[str]


@bp.post("/platform-exports/<stream>")
@operation(
    summary="Send the export of a platform, CSV or XLSX; again changes nothing.",
    answers={201: ExportOut, 200: ExportOut},
    scope=Scope.AUDIENCE_WRITE,
    tags=["audience"],
)
def platform_exports(slug: str, stream: str) -> Response:
    """POST /api/v1/events/SLUG/platform-exports/STREAM?platform=&map=, keys with audience:write."""
    event = _authorised(slug)
    if not _SLUG.fullmatch(stream):
        raise UnknownStream()
    done = service.import_export(
        service.ImportExport(
            event_id=event.id,
            slug=stream,
            platform=request.args.get("platform", stream)[:80],
            file_name=stream,
            data=request.get_data(),
            timezone=event.timezone,
            map_name=request.args.get("map", "")[:120],
            imported_by="API",
            is_synthetic=event.is_synthetic,
        )
    )
    data = {
        "accepted": done.accepted,
        "duplicates": done.duplicates,
        "revisions": done.revisions,
        "quarantined": done.quarantined,
        "rejected": [{"index": one.line, "reason": one.reason} for one in done.rejected],
        "unused": list(done.unused),
    }
    return json_answer(data, 201 if done.accepted or done.revisions else 200)


@bp.post("/sensors/<path:name>")
@operation(
    summary="Send readings of one counter, signed with its key; again changes nothing.",
    answers={201: RecordedOut, 200: RecordedOut, 401: None, 403: None},
    tags=["audience"],
)
def sensor_push(slug: str, name: str) -> Response:
    """
    POST /api/v1/events/SLUG/sensors/NAME, signed.

    `X-EventHub-Signature` is the HMAC-SHA256 of the body with the sensor's key, in hex.
    """
    event = event_by_slug(slug)
    push = Push(
        event_id=event.id,
        name=name,
        body=request.get_data(),
        signature=request.headers.get(SIGNATURE, ""),
    )
    with _as_strangers(event):
        done = service.record_push(push)
    return _answer(done, [])


@bp.post("/hooks/<stream>/<secret>")
@operation(
    summary="Take a hook of nginx-rtmp or SRS: somebody plays.",
    answers={200: "text/plain", 401: None, 403: None},
    tags=["audience"],
)
def stream_hook(slug: str, stream: str, secret: str) -> Response:
    """POST /api/v1/events/SLUG/hooks/STREAM/SECRET, the address that the command line prints."""
    event = event_by_slug(slug)
    hook = TakeHook(
        event_id=event.id,
        event_uuid=event.uuid,
        slug=stream,
        secret=secret,
        body=request.get_data(),
        is_json=request.is_json,
        is_synthetic=event.is_synthetic,
    )
    with _as_strangers(event):
        if not _SLUG.fullmatch(stream):
            raise UnknownStream()
        service.take_hook(hook)
    return Response("0", mimetype="text/plain")  # what SRS takes for yes; nginx asks for a 2xx


@contextmanager
def _as_strangers(event: EventRow) -> Iterator[None]:
    """Refuse whoever has no key of an event that is not public as if it did not exist."""
    try:
        yield
    except (BadSignature, UnknownStream):
        if event.is_public:
            raise
        raise UnknownEvent() from None


def _authorised(slug: str) -> EventRow:
    return keyed_event(slug, Scope.AUDIENCE_WRITE)


def _sample(item: Any, index: int, zone: tzinfo) -> SampleReading:
    if not isinstance(item, dict):
        raise BadReading("not-an-object")
    stream = item.get("stream")
    if not isinstance(stream, str) or not _SLUG.fullmatch(stream):
        raise BadReading("stream: not-a-name")
    viewers = counter_json.count(item, "concurrent")
    return SampleReading(
        index=index,
        stream=stream,
        at=counter_json.instant(item.get("at"), zone, "at"),
        viewers=viewers,
        cumulative=counter_json.count(item, "cumulative", maximum=2**62),
    )


def _answer(done: Recorded, bad: list[Refusal]) -> Response:
    rejected = sorted([*bad, *done.rejected], key=lambda one: one.index)
    data = {
        "accepted": done.accepted,
        "duplicates": done.duplicates,
        "revisions": done.revisions,
        "quarantined": done.quarantined,
        "rejected": [{"index": one.index, "reason": one.reason} for one in rejected],
        "created": list(done.created),
    }
    return json_answer(data, 201 if done.accepted or done.revisions else 200)
