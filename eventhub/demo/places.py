"""Venues, stages, zones and gates of the festival."""

from __future__ import annotations

from dataclasses import dataclass

from eventhub.demo import hours
from eventhub.demo.frame import Frame
from eventhub.programme import service
from eventhub.programme.enums import GateDirection
from eventhub.programme.service import AddGate, AddStage, AddVenue, AddZone


@dataclass(frozen=True, slots=True)
class Places:
    """Database ids by slug."""

    stages: dict[str, int]
    zones: dict[str, int]
    gates: dict[str, int]


def load(frame: Frame) -> Places:
    """Add all places inside the caller's command."""
    venues = _venues(frame)
    stages = _stages(frame, venues)
    hours.load(frame, venues, stages)
    zones = _zones(frame, stages)
    return Places(stages, zones, _gates(frame, zones, stages))


def _venues(frame: Frame) -> dict[str, int]:
    return {
        row["slug"]: service.add_venue(
            AddVenue(
                event_id=frame.event.id,
                uuid=frame.draw.uuid("venue", row["slug"]),
                slug=row["slug"],
                name=row["name"],
                address=row["address"],
                access=row["access"],
                lat=row["lat"],
                lon=row["lon"],
            )
        )
        for row in frame.content["venues"]
    }


def _stages(frame: Frame, venues: dict[str, int]) -> dict[str, int]:
    return {
        row["slug"]: service.add_stage(
            AddStage(
                event_id=frame.event.id,
                venue_id=venues[row["venue"]],
                uuid=frame.draw.uuid("stage", row["slug"]),
                slug=row["slug"],
                name=row["name"],
                short_name=row["short_name"],
                kind=row["kind"],
                capacity=row["capacity"],
                position=position,
                min_changeover_min=row["min_changeover_min"],
                allow_overlap=row["allow_overlap"],
                access=row["access"],
            )
        )
        for position, row in enumerate(frame.content["stages"], 1)
    }


def _zones(frame: Frame, stages: dict[str, int]) -> dict[str, int]:
    made: dict[str, int] = {}
    for row in frame.content["zones"]:  # parents stand before their children
        made[row["slug"]] = service.add_zone(
            AddZone(
                event_id=frame.event.id,
                public_id=frame.draw.public_id("zone", row["slug"]),
                slug=row["slug"],
                name=row["name"],
                parent_id=made[row["parent"]] if row["parent"] else None,
                stage_id=stages[row["stage"]] if row["stage"] else None,
                is_cordon=row["cordon"],
                capacity=row["capacity"],
                width_m=row.get("width_m"),
                area_m2=row.get("area_m2"),
            )
        )
    return made


def _gates(frame: Frame, zones: dict[str, int], stages: dict[str, int]) -> dict[str, int]:
    stage_of = {row["slug"]: row["stage"] for row in frame.content["zones"]}
    return {
        row["slug"]: service.add_gate(
            AddGate(
                event_id=frame.event.id,
                public_id=frame.draw.public_id("gate", row["slug"]),
                number=row["number"],
                slug=row["slug"],
                name=row["name"],
                zone_id=zones[row["zone"]],
                stage_id=stages.get(stage_of[row["zone"]] or ""),
                direction=GateDirection(row["direction"]),
                gate_group=row["gate_group"],
            )
        )
        for row in frame.content["gates"]
    }
