"""People behind visits and plays: interviews on the street, daily viewers of the own stream."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from eventhub.audience.enums import EvidenceClass, SourceKind
from eventhub.audience.queries import streams, visits
from eventhub.audience.service import (
    EnsureSource,
    RecordObservation,
    ensure_source,
    record_observation,
)
from eventhub.demo.frame import Frame

_OWN: Final = "main"  # the stream whose player counts its viewers
_PERSONS: Final = {
    "zh": "到访人数（240 份访问）",
    "en": "Persons on site, from 240 interviews",
}
_VIEWERS: Final = {
    "zh": "观看人数（日去重）· 织潮直播间",
    "en": "Daily uniques · Weaving the Tide Live",
}


_VISITS_PER_PERSON: Final = 1.31  # until now, as the interviews gave it
_SURVEY_SD: Final = 0.04
_VIEWERS_PER_PLAY: Final = 0.816
_SKETCH_SD: Final = 0.0081  # of a sketch with 2 ** 14 cells


def load(frame: Frame) -> None:
    """Add both figures, inside the caller's command; nothing before anybody came."""
    held = frozenset(frame.event.days())
    came = sum(row.count for row in visits(frame.event) if row.day in held)
    if came:
        _persons(frame, came)
    plays = sum(
        row["starts"] or 0 for row in frame.content["stream_results"] if row["stream"] == _OWN
    )
    _viewers(frame, plays)


def _persons(frame: Frame, came: int) -> None:
    source = ensure_source(
        EnsureSource(
            event_id=frame.event.id,
            name="street-survey",
            kind=SourceKind.IMPORT,
            title={"zh": "街头访问", "en": "Street interviews"},
            is_synthetic=True,
        )
    )
    record_observation(
        RecordObservation(
            event_id=frame.event.id,
            source_id=source.id,
            metric="footfall.persons",
            value=round(came / _VISITS_PER_PERSON),
            cls=EvidenceClass.ESTIMATED,
            starts_at=frame.at(-1, "06:00"),
            ends_at=frame.moment,
            label=_PERSONS,
            rel_sd=_SURVEY_SD,
            note={
                "zh": f"每人 {_VISITS_PER_PERSON} 人次，由访问得出",
                "en": f"{_VISITS_PER_PERSON} visits per person, as interviewed",
            },
            is_synthetic=True,
        )
    )


def _viewers(frame: Frame, plays: int) -> None:
    stream = next(row for row in streams(frame.event.id) if row.slug == _OWN)
    start = frame.at(-1, "06:00")
    record_observation(
        RecordObservation(
            event_id=frame.event.id,
            source_id=stream.source_id,
            stream_id=stream.id,
            metric="live.viewers_day",
            value=round(plays * _VIEWERS_PER_PLAY),
            cls=EvidenceClass.ESTIMATED,
            starts_at=start,
            ends_at=start + timedelta(days=1),
            label=_VIEWERS,
            rel_sd=_SKETCH_SD,
            is_synthetic=True,
        )
    )
