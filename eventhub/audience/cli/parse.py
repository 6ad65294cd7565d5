"""`flask audience parse`: what a file says, without storing anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import click

from eventhub.audience import service
from eventhub.audience.cli.group import audience, file_argument, read_bytes, zone_option
from eventhub.audience.errors import UnreadableSource
from eventhub.audience.service import FileFormat
from eventhub.audience.sources import registry
from eventhub.audience.sources.hls_log import HlsLog
from eventhub.audience.sources.reading import CounterFile, ServerReading, UnreadableFile
from eventhub.audience.sources.registry import StreamFormat
from eventhub.kernel.cli import domain_errors, emit, json_option

HLS_LOG: Final = "hls-log"
KINDS: Final = (*(one.value for one in StreamFormat), HLS_LOG, *(one.value for one in FileFormat))


@audience.command("parse")
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("files", metavar="FILE...", type=file_argument, nargs=-1, required=True)
@click.option("--timezone", callback=zone_option, default="UTC", help="Of times without an offset.")
@click.option("--target", "target_s", type=click.FloatRange(1, 60), help="HLS target duration, s.")
@json_option
@domain_errors
def parse(
    kind: str, files: tuple[Path, ...], timezone: str, target_s: float | None, as_json: bool
) -> None:
    """
    Show what FILE says; nothing is stored.

    Several files are answers one after the other, or the pages of one list.
    """
    if kind in [one.value for one in StreamFormat]:
        data = _server(StreamFormat(kind), [read_bytes(path) for path in files])
    elif kind == HLS_LOG:
        data = _hls(service.read_hls_log(read_bytes(files[-1], large=True), target_s=target_s))
    else:
        zone = ZoneInfo(timezone)
        counter = files[-1].stem
        file = service.read_file(
            FileFormat(kind), read_bytes(files[-1]), zone=zone, counter=counter
        )
        data = _counters(file)
    emit(data, as_json=as_json, human=_lines(data))


def _server(stream_format: StreamFormat, answers: Sequence[bytes]) -> dict[str, Any]:
    try:
        found = registry.parse(stream_format, answers)
    except UnreadableFile as error:
        raise UnreadableSource(code=error.code, details={"detail": error.detail}) from error
    return {
        "streams": _streams(found),
        "class": registry.class_of(stream_format),
        "warnings": list(found.warnings),
    }


def _streams(found: ServerReading) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = []
    for stream in found.streams:
        extra = {"views": stream.views, "popularity": stream.popularity, "peak": stream.peak}
        row = {
            "name": stream.name,
            "viewers": stream.viewers,
            "state": stream.state,
            "application": stream.application,
        }
        listed.append(row | {key: value for key, value in extra.items() if value is not None})
    return listed


def _hls(found: HlsLog) -> dict[str, Any]:
    return {
        "streams": [
            {
                "name": stream.name,
                "viewers": stream.grid.peak,
                "state": "unknown",
                "sessions": stream.session_count,
                "peak": stream.grid.peak,
                "mean": round(stream.grid.mean, 2),
                "viewer_seconds": round(stream.grid.viewer_s, 2),
                "target_s": stream.target_s,
                "by_address_and_program": stream.client_count,
                "class": stream.cls,
            }
            for stream in found.streams
        ],
        "lines": found.lines,
        "left_out": found.left_out,
        "warnings": list(found.warnings),
    }


def _counters(file: CounterFile) -> dict[str, Any]:
    found: dict[str, dict[str, Any]] = {}
    for row in file.readings:
        entry = found.setdefault(
            row.counter, {"name": row.counter, "readings": 0, "in": 0, "out": 0, "count": 0}
        )
        entry["readings"] += 1
        for key, value in (("in", row.entered), ("out", row.left), ("count", row.passed)):
            entry[key] += value or 0
    return {
        "streams": [],
        "counters": list(found.values()),
        "rows": file.rows,
        "rejected": [{"line": bad.line, "reason": bad.reason} for bad in file.rejected],
        "surplus_lines": list(file.surplus),
        "warnings": list(file.warnings),
        "totals": [
            {"name": row.counter, "at": row.at.isoformat(), "in": row.entered, "out": row.left}
            for row in file.totals
        ],
    }


def _lines(data: Mapping[str, Any]) -> list[str]:
    lines = [
        f"{stream['name']}: {stream['sessions']} sessions, peak {stream['peak']}, "
        f"mean {stream['mean']}"
        if "sessions" in stream
        else f"{stream['name']}: {stream['state']}, {stream['viewers']} viewers"
        for stream in data["streams"]
    ]
    lines += [
        f"{counter['name']}: {counter['readings']} readings, in {counter['in']}, "
        f"out {counter['out']}, both {counter['count']}"
        for counter in data.get("counters", [])
    ]
    lines += [
        f"{total['name']}: in {total['in']}, out {total['out']} so far at {total['at']}"
        for total in data.get("totals", [])
    ]
    lines += [f"line {bad['line']}: {bad['reason']}" for bad in data.get("rejected", [])]
    lines += [f"warning: {warning}" for warning in data["warnings"]]
    return lines or ["No stream: offline."]
