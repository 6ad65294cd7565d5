"""The group `flask audience` and what its commands share."""

from __future__ import annotations

from datetime import time
from pathlib import Path
from zoneinfo import available_timezones

import click
from flask.cli import AppGroup

from eventhub.audience.errors import UnreadableSource
from eventhub.audience.sources.hls_log import MAX_BYTES as MAX_LOG
from eventhub.audience.sources.text import MAX_BYTES

audience = AppGroup("audience", help="Footfall and livestreams.")
file_argument = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)


def zone_option(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    """Return the name of a time zone, or refuse it as wrong use."""
    if value is not None and value not in available_timezones():
        raise click.BadParameter(f"{value!r} is no time zone")
    return value


def time_option(_ctx: click.Context, _param: click.Parameter, value: str | None) -> time | None:
    """Return a time of day, or refuse it as wrong use."""
    try:
        return None if value is None else time.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is no time") from None


def read_bytes(path: Path, *, large: bool = False) -> bytes:
    """
    Return the bytes of a file.

    Raises:
        UnreadableSource: Larger than 20 MB, or than 512 MB when `large`.
    """
    if path.stat().st_size > (MAX_LOG if large else MAX_BYTES):
        raise UnreadableSource(code="file-too-large")
    return path.read_bytes()
