"""Counters, streams and what platforms published for the festival."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from eventhub.audience.enums import BinFlag, EvidenceClass, Op, SourceKind
from eventhub.audience.models import Stream
from eventhub.audience.service import (
    Calibrate,
    CounterReading,
    EnsureSource,
    EnsureStream,
    EnsureStreamProgramme,
    RecordClaim,
    RecordObservation,
    RecordReadings,
    RecordSamples,
    SampleReading,
    SetPlayer,
    calibrate,
    ensure_source,
    ensure_stream,
    ensure_stream_programme,
    record_claim,
    record_observation,
    record_readings,
    record_samples,
    set_player,
)
from eventhub.demo import usual
from eventhub.demo.frame import Frame
from eventhub.demo.places import Places
from eventhub.demo.shows import Shows
from eventhub.kernel import clock

_HOUR: Final = timedelta(hours=1)
_MEASURED: Final = {
    "starts": "live.starts",
    "ama": "live.ama",
    "watch_minutes": "live.watch_minutes",
}
_CLAIMED: Final = {"views": "live.views"}
_PEAK: Final = "live.pcu"
_PLAYED: Final = "main"  # the stream that the watch page shows
_CLIP: Final = "/static/demo/weave/index.m3u8"  # of tools/demo_clip.py


def load(frame: Frame, places: Places, shows: Shows) -> None:
    """Add everything that was counted so far, inside the caller's command."""
    _counters(frame, places)
    usual.load(frame)
    for offset in (-1, 0):
        _record(frame, offset)
    streams = _streams(frame, shows)
    record_samples(
        RecordSamples(event_id=frame.event.id, samples=_samples(frame), is_synthetic=True)
    )
    for row in frame.content["stream_results"]:
        _result(frame, row, streams[row["stream"]])


def _counters(frame: Frame, places: Places) -> None:
    for row in frame.content["counters"]:
        is_manual = row["kind"] == "manual-tally"
        source = ensure_source(
            EnsureSource(
                event_id=frame.event.id,
                name=row["slug"],
                kind=SourceKind.MANUAL if is_manual else SourceKind.COUNTER,
                title=row["name"],
                device=row["kind_label"],
                zone_id=places.zones[row["zone"]],
                is_cordon=row["cordon"],
                period_s=int(_HOUR.total_seconds()),
                width_m=row["width_m"],
                is_synthetic=True,
            )
        )
        if row["calibration"]:
            calibrate(Calibrate(event_id=frame.event.id, source_id=source.id, **row["calibration"]))


def _record(frame: Frame, offset: int) -> None:
    """Record one day as it arrived, before its sums were closed."""
    with clock.fixed(min(frame.moment, frame.at(offset + 1, "06:00"))):
        readings = _readings(frame, offset)
        record_readings(
            RecordReadings(event_id=frame.event.id, readings=readings, is_synthetic=True)
        )


def _readings(frame: Frame, offset: int) -> list[CounterReading]:
    """Return what arrived of a day, in order; an hour that is not over yet has no reading."""
    first = {(row["counter"], row["day"], row["h"]): row for row in _revisions(frame)}
    reset = frame.content["footfall"]["reset"]  # a device began again from zero in this hour
    found: list[CounterReading] = []
    for series in frame.content["footfall"]["series"]:
        if series["day"] != offset:
            continue
        for hour in series["hours"]:
            starts_at = _hour(frame, series["day"], hour["h"])
            if hour["in"] is None or starts_at + _HOUR > frame.moment:
                continue
            values = [(hour, 1)]
            if row := first.get((series["counter"], series["day"], hour["h"])):
                values = [(row["first"], row["first"]["seq"]), (hour, row["final"]["seq"])]
            is_reset = [series["counter"], series["day"], hour["h"]] == [
                reset[key] for key in ("counter", "day", "h")
            ]
            for value, seq in values:
                found.append(
                    CounterReading(
                        line=len(found) + 1,
                        counter=series["counter"],
                        starts_at=starts_at,
                        duration_s=int(_HOUR.total_seconds()),
                        entered=value["in"],
                        left=value["out"],
                        seq=seq,
                        flags=BinFlag.RESET.value if is_reset else "",
                    )
                )
    return found


def _revisions(frame: Frame) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = frame.content["footfall"]["revisions"]
    return rows


def _hour(frame: Frame, offset: int, hour: int) -> datetime:
    return frame.at(offset, f"{hour:02d}:00")


def _streams(frame: Frame, shows: Shows) -> dict[str, Stream]:
    made = {}
    for position, row in enumerate(frame.content["streams"], 1):
        is_ours = row["class"] == EvidenceClass.MEASURED
        made[row["slug"]] = ensure_stream(
            EnsureStream(
                event_id=frame.event.id,
                slug=row["slug"],
                name=row["name"],
                platform=row["platform"],
                url=row["url"],
                note=row["note"],
                kind=SourceKind.STREAM_SERVER if is_ours else SourceKind.PLATFORM,
                cls=EvidenceClass(row["class"]),
                sample_every_s=_step_s(frame, row),
                position=position,
                is_synthetic=True,
            )
        )
    set_player(
        SetPlayer(
            event_id=frame.event.id, slug=_PLAYED, kind="hls", address=_CLIP, is_synthetic=True
        )
    )
    for show in frame.content["shows"]:
        for slug in (show["stream"], *show["restreams"]) if show["livestream"] else ():
            starts_at, ends_at = _span(frame, show)
            ensure_stream_programme(
                EnsureStreamProgramme(
                    event_id=frame.event.id,
                    stream_id=made[slug].id,
                    title=show["title"],
                    starts_at=starts_at,
                    ends_at=ends_at,
                    performance_id=shows.ids[show["code"], show["day"]],
                )
            )
    return made


def _step_s(frame: Frame, stream: dict[str, Any]) -> int:
    """Return the step of the curve where there is one, so that it has no holes."""
    for curve in frame.content["stream_curves"]:
        for series in curve["series"]:
            if series["stream"] == stream["slug"]:
                return int(series["step_s"])
    return int(stream["sample_every_s"])


def _span(frame: Frame, show: dict[str, Any]) -> tuple[datetime, datetime]:
    starts_at = frame.at(show["day"], show["start"])
    return starts_at, starts_at + timedelta(minutes=show["minutes"])


def _samples(frame: Frame) -> list[SampleReading]:
    found: list[SampleReading] = []
    for curve in frame.content["stream_curves"]:
        for series in curve["series"]:
            start = frame.at(curve["day"], series["from"])
            for step, viewers in enumerate(series["viewers"]):
                at = start + timedelta(seconds=step * series["step_s"])
                found.append(
                    SampleReading(index=len(found), stream=series["stream"], at=at, viewers=viewers)
                )
    return [sample for sample in found if sample.at <= frame.moment]


def _result(frame: Frame, row: dict[str, Any], stream: Stream) -> None:
    """Keep the results of one show on one stream, ours as measured, others' as claims."""
    show = next(show for show in frame.content["shows"] if show["code"] == row["show"])
    starts_at, ends_at = _span(frame, show)
    is_ours = row["class"] == EvidenceClass.MEASURED
    metrics = {**(_MEASURED if is_ours else _CLAIMED), "peak": _PEAK}
    for key, metric in metrics.items():
        if row[key] is None:
            continue
        label = {lang: f"{show['title'][lang]} · {stream.name[lang]}" for lang in ("zh", "en")}
        if is_ours:
            record_observation(
                RecordObservation(
                    event_id=frame.event.id,
                    source_id=stream.source_id,
                    stream_id=stream.id,
                    metric=metric,
                    value=row[key],
                    cls=EvidenceClass.MEASURED,
                    starts_at=starts_at,
                    ends_at=ends_at,
                    label=label,
                    is_synthetic=True,
                )
            )
        else:
            record_claim(
                RecordClaim(
                    event_id=frame.event.id,
                    metric=metric,
                    value=row[key],
                    op=Op.EQUAL,
                    quote=f"{show['title']['zh']}：{row[key]:,}",
                    number_text=f"{row[key]:,}",
                    source_name=f"stream:{stream.slug}",
                    source_kind=SourceKind.PLATFORM,
                    source_title=stream.name,
                    stream_id=stream.id,
                    starts_at=starts_at,
                    ends_at=ends_at,
                    label=label,
                    is_synthetic=True,
                )
            )
