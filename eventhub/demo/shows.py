"""Parties, shows, performances and the released schedule of the festival."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from eventhub.demo.frame import Frame
from eventhub.demo.places import Places
from eventhub.programme import service
from eventhub.programme.enums import PerformanceKind, ShowState
from eventhub.programme.service import (
    AddLivestream,
    AddParty,
    AddPerformance,
    AddShow,
    AddShowParty,
    AddShowType,
    AddTrack,
    PlaceSlot,
    ReleaseSchedule,
)

RELEASE: Final = "v0.8"
_REHEARSALS: Final = 1000  # rehearsals are numbered above all performances
Key = tuple[str, int]  # show code and day offset


@dataclass(frozen=True, slots=True)
class Shows:
    """Performance ids and uuids by show code and day offset."""

    ids: dict[Key, int]
    uuids: dict[Key, str]


def load(frame: Frame, places: Places) -> Shows:
    """Add the programme inside the caller's command and release it."""
    types, tracks, parties = _types(frame), _tracks(frame), _parties(frame)
    shows = Shows({}, {})
    for row in frame.content["shows"]:
        show_id = _show(frame, row, types, tracks)
        for position, link in enumerate(row["parties"]):
            service.add_show_party(
                AddShowParty(
                    show_id=show_id,
                    party_id=parties[link["party"]],
                    role=link["role"],
                    position=position,
                )
            )
        for offset in row["days"]:
            _performance(frame, places, shows, row, show_id, offset)
        if row["rehearsal"]:
            _rehearsal(frame, places, shows, row, show_id)
    service.release(ReleaseSchedule(event_id=frame.event.id, name=RELEASE))
    return shows


def _types(frame: Frame) -> dict[str, int]:
    return {
        row["slug"]: service.add_show_type(
            AddShowType(
                event_id=frame.event.id,
                slug=row["slug"],
                name=row["name"],
                color=row["color"],
                min_duration_min=row["min_minutes"],
                max_duration_min=row["max_minutes"],
                schema_org=row["schema_org"],
            )
        )
        for row in frame.content["show_types"]
    }


def _tracks(frame: Frame) -> dict[str, int]:
    return {
        row["slug"]: service.add_track(
            AddTrack(
                event_id=frame.event.id, slug=row["slug"], name=row["name"], color=row["color"]
            )
        )
        for row in frame.content["tracks"]
    }


def _parties(frame: Frame) -> dict[str, int]:
    made = {
        row["slug"]: service.add_party(
            AddParty(
                event_id=frame.event.id,
                uuid=frame.draw.uuid("party", row["slug"]),
                public_no=number,
                slug=row["slug"],
                kind=row["kind"],
                name=row["name"],
                bio=row["bio"],
                is_public=row["public"],
                buffer_min=row["buffer_min"],
            )
        )
        for number, row in enumerate(frame.content["parties"], 1)
    }
    for row in frame.content["parties"]:
        for group in row.get("member_of", ()):
            service.add_party_member(party_id=made[group], member_id=made[row["slug"]])
    return made


def _show(frame: Frame, row: dict[str, Any], types: dict[str, int], tracks: dict[str, int]) -> int:
    return service.add_show(
        AddShow(
            event_id=frame.event.id,
            uuid=frame.draw.uuid("show", row["code"]),
            code=row["code"],
            type_id=types[row["type"]],
            track_id=tracks[row["track"]],
            title=row["title"],
            line=row["line"],
            description=row["description"],
            language=row["language"],
            state=ShowState.CONFIRMED,
            is_open_to_all=row["open_to_all"],
            is_livestreamed=row["livestream"],
            expected_audience=row["expected_audience"],
            requires_rehearsal=row["requires_rehearsal"],
        )
    )


def _performance(
    frame: Frame, places: Places, shows: Shows, row: dict[str, Any], show_id: int, offset: int
) -> None:
    key = (row["code"], offset)
    shows.uuids[key] = frame.draw.uuid("performance", *key)
    shows.ids[key] = service.add_performance(
        AddPerformance(
            event_id=frame.event.id,
            show_id=show_id,
            uuid=shows.uuids[key],
            public_no=len(shows.ids) + 1,
        )
    )
    _place(frame, places, shows.ids[key], row | {"day": offset})
    if row["livestream"]:
        urls = {stream["slug"]: stream["url"] for stream in frame.content["streams"]}
        for channel in (row["stream"], *row["restreams"]):
            service.add_livestream(
                AddLivestream(performance_id=shows.ids[key], channel=channel, url=urls[channel])
            )


def _rehearsal(
    frame: Frame, places: Places, shows: Shows, row: dict[str, Any], show_id: int
) -> None:
    rehearsal = row["rehearsal"]
    main = shows.ids[row["code"], row["day"]]
    made = service.add_performance(
        AddPerformance(
            event_id=frame.event.id,
            show_id=show_id,
            kind=PerformanceKind(rehearsal["kind"]),
            for_performance_id=main,
            uuid=frame.draw.uuid("rehearsal", row["code"]),
            public_no=_REHEARSALS + len(shows.ids),
        )
    )
    _place(frame, places, made, rehearsal)


def _place(frame: Frame, places: Places, performance_id: int, row: dict[str, Any]) -> None:
    starts_at = frame.at(row["day"], row["start"])
    service.place_slot(
        PlaceSlot(
            event_id=frame.event.id,
            performance_id=performance_id,
            stage_id=places.stages[row["stage"]],
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=row["minutes"]),
        )
    )
