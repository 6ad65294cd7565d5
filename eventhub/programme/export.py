"""One version of the programme as a file, whatever the format."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import orjson

from eventhub.kernel.i18n import in_lang
from eventhub.programme import csv_rows, frab, ical, queries
from eventhub.programme import print as printed
from eventhub.programme.errors import NoTimes
from eventhub.programme.queries import EventRow, VersionRow
from eventhub.settings import current_settings


def exported(event: EventRow, kind: str, *, version: str | None, lang: str) -> bytes:
    """
    Return a version as a file.

    Args:
        kind: One of `FORMATS`.

        version: Name of a release, or `wip`; None is the newest release, and
            the working copy before the first one.

    Raises:
        UnknownVersion: The event has no such version.

        NoTimes: Neither the event nor anything in the version has a date.

        ExportIncomplete: Something would be left out.
    """
    chosen = queries.version(event, version)
    if not event.days() and not chosen.rows:
        raise NoTimes()
    with in_lang(lang):
        return _WRITERS[kind](event, chosen)


def frab_export(event: EventRow, chosen: VersionRow) -> frab.Export:
    """Return what the frab writers need; stages and strands come only when they are used."""
    used = {row.stage_id for row in chosen.rows}
    strands = {row.track_slug for row in chosen.rows}
    return frab.Export(
        event=event,
        version=chosen.name,
        rows=chosen.rows,
        stages=[stage for stage in queries.stages(event.id) if stage.id in used],
        tracks=[track for track in queries.tracks(event.id) if track.slug in strands],
        base_url=base_url(),
    )


def base_url() -> str:
    """Return the public address of the site, without a slash at the end."""
    return current_settings().base_url.rstrip("/")


def frab_xml(event: EventRow, chosen: VersionRow) -> bytes:
    """Return schedule.xml of a version."""
    return frab.to_xml(frab_export(event, chosen))


def frab_json(event: EventRow, chosen: VersionRow) -> bytes:
    """Return schedule.json of a version."""
    return orjson.dumps(frab.to_json(frab_export(event, chosen)), option=orjson.OPT_INDENT_2)


def _ics(event: EventRow, chosen: VersionRow) -> bytes:
    return ical.feed(event, queries.published_in(event, chosen), base_url=base_url())


def _csv(event: EventRow, chosen: VersionRow) -> bytes:
    return csv_rows.write(event, chosen.rows)


def _pdf(event: EventRow, chosen: VersionRow) -> bytes:
    return printed.programme_pdf(event, chosen)


_WRITERS: Final[dict[str, Callable[[EventRow, VersionRow], bytes]]] = {
    "frab-xml": frab_xml,
    "frab-json": frab_json,
    "ics": _ics,
    "csv": _csv,
    "pdf": _pdf,
}
FORMATS: Final = tuple(_WRITERS)
